/**
 * The reference connector server: answers both cloud routes over HTTP on loopback, questions from folders of documents and code in
 * sandboxes. It listens nowhere else, and answers only to who has its key.
 */

import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { admitRequest } from './admit-request.ts';
import { answerCode } from './answer-code.ts';
import { answerQuestion } from './answer-question.ts';
import { type CodeService, createCodeService } from './code/code-service.ts';
import { type CodeLimits, DEFAULT_LIMITS } from './code/job.ts';
import { HttpProblem } from './http-problem.ts';
import { createKnowledge, type Knowledge } from './knowledge/knowledge.ts';

export interface CloudServerOptions {
  readonly version: string;
  /** Folders of documents. */
  readonly folders: readonly string[];
  /** Where README.md and docs/ of Dispatch are. */
  readonly manualDir: string;
  /** What may be thrown away, but is better kept: the index, and for a while what programs work on. */
  readonly stateDir: string;
  readonly key: string;
  readonly limits?: Partial<CodeLimits>;
  /** Where programs are looked for: PATH. */
  readonly path: string;
  /** Of system calls, for programs of the machine; none if absent. */
  readonly filter?: Uint8Array | undefined;
  /** A loopback address; a free port of 127.0.0.1 if absent. */
  readonly listen?: { readonly host: string; readonly port: number };
}

export interface CloudServer {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, signal: AbortSignal) => Promise<void>;

/** Rejects where the address cannot be had. */
export async function startCloudServer(options: CloudServerOptions): Promise<CloudServer> {
  const { stateDir, folders, manualDir, path, key, listen = { host: '127.0.0.1', port: 0 } } = options;
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const code = createCodeService({ stateDir, limits, path, filter: options.filter });
  const knowledge = createKnowledge({ stateDir, folders, manualDir });
  const closing = new AbortController();
  const handlers = handlersOf(options, code, knowledge, limits);
  const server = createServer((request, response) => void serve(handlers, key, closing.signal, request, response));
  await listenOn(server, listen);
  knowledge.prepare();
  const { port } = server.address() as AddressInfo;
  return {
    host: listen.host,
    port,
    url: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    async close() {
      closing.abort(new Error('the server ends'));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await Promise.all([closed, code.close(), knowledge.close()]);
    },
  };
}

function handlersOf(
  { version }: CloudServerOptions,
  code: CodeService,
  knowledge: Knowledge,
  limits: CodeLimits,
): Readonly<Record<string, { readonly method: string; readonly handle: Handler }>> {
  return {
    '/v1/status': {
      method: 'GET',
      async handle(_request, response) {
        const [status, known] = await Promise.all([code.status(), knowledge.status()]);
        sendJson(response, 200, { name: 'dispatch-cloud', version, knowledge: known, ...status });
      },
    },
    '/v1/answers': {
      method: 'POST',
      handle: (request, response, signal) => answerQuestion(knowledge, request, response, signal),
    },
    '/v1/code': {
      method: 'POST',
      handle: (request, response, signal) => answerCode(code, limits, request, response, signal),
    },
  };
}

async function serve(
  handlers: ReturnType<typeof handlersOf>,
  key: string,
  closing: AbortSignal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  // Whoever hangs up wants nothing of it any more.
  response.once('close', () => gone.abort(new Error('the client is gone')));
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    admitRequest(request, key);
    const handler = handlers[(request.url ?? '').split('?')[0] ?? ''];
    if (handler === undefined) throw new HttpProblem(404, 'there is nothing at this path');
    if (request.method !== handler.method)
      throw new HttpProblem(405, `this path takes ${handler.method}`, { allow: handler.method });
    await handler.handle(request, response, signal);
  } catch (error) {
    refuse(response, signal, error);
  }
}

function refuse(response: ServerResponse, signal: AbortSignal, error: unknown): void {
  if (signal.aborted || response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof HttpProblem)
    sendJson(response, error.status, { error: { message: error.message } }, error.headers);
  else sendJson(response, 500, { error: { message: error instanceof Error ? error.message : String(error) } });
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
  response.end(`${JSON.stringify(value)}\n`);
}

function listenOn(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
