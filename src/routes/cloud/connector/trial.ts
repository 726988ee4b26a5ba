/**
 * Tries a connector out, stage by stage, with the smallest real call that there is. It stops at the first stage that fails, and says
 * there what to do.
 */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { CloudRoute, Connector } from '../../../core/connectors.ts';
import { asDispatchError, type DispatchError } from '../../../core/errors.ts';
import type { AnswerEvent, CodeEvent, CodeRequest, ModelRequest, TestStage } from './conversation.ts';
import type { Dialler } from './dispatcher.ts';
import { createFailures } from './failures.ts';
import { describeKey, type KeyDeps, readKey } from './key-source.ts';
import { createScrubber } from './scrub.ts';

export interface Trial {
  readonly connector: Connector;
  readonly deps: KeyDeps;
  readonly ask: (
    request: ModelRequest,
    signal: AbortSignal,
    onHeaders: (status: number) => void,
  ) => AsyncIterable<AnswerEvent>;
  readonly run: (
    request: CodeRequest,
    signal: AbortSignal,
    onHeaders: (status: number) => void,
  ) => AsyncIterable<CodeEvent>;
  readonly dialler: () => Dialler;
}

const QUESTION = 'Reply with the one word OK.';
/** The first of these that the connector knows. */
const PROGRAMS: Readonly<Record<string, string>> = {
  python: 'print(6 * 7)',
  javascript: 'console["log"](6 * 7)',
  bash: 'echo 42',
};
const PROGRAM_MS = 20_000;
const MOST_SHOWN = 60;

export async function* tryOut(trial: Trial, signal: AbortSignal): AsyncGenerator<TestStage, void> {
  const { connector } = trial;
  const model = connector.settings.model;
  const kind = connector.preset === undefined ? 'no preset' : `preset ${connector.preset}`;
  const what = typeof model === 'string' ? `${kind}, model ${model}` : kind;
  yield { name: 'configuration', ok: true, detail: `${what}, at ${new URL(connector.url).origin}` };
  for (const stage of [keyStage, connectStage]) {
    const result = await stage(trial, signal);
    yield result;
    if (!result.ok) return;
  }
  const { routes } = connector;
  for (const route of routes) {
    const which = routes.length > 1 ? ` (${route})` : '';
    for await (const stage of callStages(trial, route, signal)) {
      yield { ...stage, name: `${stage.name}${which}` };
      if (!stage.ok) return;
    }
  }
}

async function keyStage({ connector: { auth }, deps }: Trial, signal: AbortSignal): Promise<TestStage> {
  const name = 'key';
  if (auth === undefined) return { name, ok: true, detail: 'none is needed' };
  const where = describeKey(auth.key);
  try {
    if ((await readKey(auth.key, deps, signal)) !== undefined) return { name, ok: true, detail: `from ${where}` };
    if (auth.optional) return { name, ok: true, detail: `none is set, and none may be needed (${where})` };
    return {
      name,
      ok: false,
      detail: `there is none in ${where}`,
      fix: 'set it there, or name another source with key',
    };
  } catch (error) {
    return failed(name, asDispatchError(error));
  }
}

async function connectStage({ connector, dialler }: Trial, signal: AbortSignal): Promise<TestStage> {
  const name = 'connect';
  const started = performance.now();
  const target = new URL(connector.url);
  const failures = createFailures(connector, createScrubber([]));
  let proxyTried: string | undefined;
  try {
    const { options, proxyOf, check } = dialler();
    check(target);
    const proxy = proxyOf(target);
    proxyTried = proxy;
    const how = await dial(
      new URL(proxy ?? target.origin),
      proxy === undefined ? options : {},
      connector.limits.connectMs,
      signal,
    );
    const detail = proxy === undefined ? how : `to the proxy ${proxy}, ${how}`;
    return { name, ok: true, detail, ms: since(started) };
  } catch (error) {
    const failure = signal.aborted ? failures.cancelled() : failures.ofNetwork(error, connector.url, proxyTried);
    return { ...failed(name, failure), ms: since(started) };
  }
}

/** Opens a connection, says what it is, and closes it. */
function dial(url: URL, options: Dialler['options'], timeoutMs: number, signal: AbortSignal): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket: Socket = secure
    ? connectTls({ host, port, ...servername, ...options })
    : connectTcp({ host, port, ...options });
  const stop = (): void => reject(signal.reason);
  socket.setTimeout(timeoutMs, () => reject(Object.assign(new Error('timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' })));
  socket.once('error', reject);
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    const tls = secure ? `, ${(socket as TLSSocket).getProtocol() ?? 'TLS'}` : '';
    resolve(`${socket.remoteAddress}:${socket.remotePort}${tls}`);
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  return promise.finally(() => {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  });
}

/** What was sent, what status came back and when, and what the answer was. */
async function* callStages(trial: Trial, route: CloudRoute, signal: AbortSignal): AsyncGenerator<TestStage, void> {
  const started = performance.now();
  const statuses: { readonly status: number; readonly ms: number }[] = [];
  const onHeaders = (status: number): void => void statuses.push({ status, ms: since(started) });
  const events =
    route === 'cloud-knowledge' ? askedAnswer(trial, signal, onHeaders) : ranProgram(trial, signal, onHeaders);
  let detail = '';
  let failure: DispatchError | undefined;
  try {
    detail = await events;
  } catch (error) {
    failure = asDispatchError(error);
  }
  const good = statuses.findLast(({ status }) => status < 300);
  if (good === undefined && failure !== undefined) {
    yield { ...failed('request', failure), ms: since(started) };
    return;
  }
  yield {
    name: 'request',
    ok: true,
    detail: `status ${good?.status ?? 101}`,
    ...(good === undefined ? {} : { ms: good.ms }),
  };
  yield failure === undefined
    ? { name: 'answer', ok: true, detail, ms: since(started) }
    : { ...failed('answer', failure), ms: since(started) };
}

async function askedAnswer({ ask }: Trial, signal: AbortSignal, onHeaders: (status: number) => void): Promise<string> {
  const texts: string[] = [];
  const request: ModelRequest = { messages: [{ role: 'user', text: QUESTION }], tools: [] };
  for await (const event of ask(request, signal, onHeaders)) if (event.type === 'text') texts.push(event.text);
  return `it said ${shown(texts.join(''))}`;
}

async function ranProgram(
  { connector, run }: Trial,
  signal: AbortSignal,
  onHeaders: (status: number) => void,
): Promise<string> {
  const known = Object.keys(PROGRAMS).filter((language) => connector.languages?.[language] !== undefined);
  const language = known[0] ?? Object.keys(connector.languages ?? PROGRAMS)[0] ?? 'python';
  const source = PROGRAMS[language] ?? '';
  const output: Uint8Array[] = [];
  let ending = '';
  for await (const event of run({ language, source, stdin: '', files: [], timeoutMs: PROGRAM_MS }, signal, onHeaders)) {
    if (event.type === 'output') output.push(event.bytes);
    if (event.type === 'end') ending = event.exitCode === undefined ? 'ended' : `ended with ${event.exitCode}`;
  }
  return `a program in ${language} ${ending}, and put out ${shown(Buffer.concat(output).toString('utf8'))}`;
}

function shown(text: string): string {
  const line = text.trim().slice(0, MOST_SHOWN);
  return line === '' ? 'nothing' : JSON.stringify(line);
}

function failed(name: string, { message, hint }: DispatchError): TestStage {
  return { name, ok: false, detail: message, ...(hint === undefined || hint === '' ? {} : { fix: hint }) };
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
