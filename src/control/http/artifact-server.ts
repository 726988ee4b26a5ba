/**
 * Serves artifacts to the programs of this machine (a browser, curl, a viewer) over HTTP on 127.0.0.1. Whoever has the URL may
 * read that one artifact; nothing is listed, nothing can be changed, and a page of the web cannot get at it through a name that
 * it made lead here. Node's HTTP is loaded with the first connection: most peers never need it.
 */

import { randomBytes } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Artifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import { SAFE_HEADERS } from './artifact-headers.ts';
import { createArtifactUrls } from './artifact-url.ts';
import { type ArtifactSource, answer, serveArtifact } from './serve-artifact.ts';

export interface ArtifactServer {
  readonly port: number;
  /** Good while this server lives. */
  urlOf(artifact: Pick<Artifact, 'id' | 'name'>): string;
  /** From now on requests are answered. */
  serve(source: ArtifactSource): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface ArtifactServerOptions {
  /** How long a client may take to say what it wants. */
  readonly requestMs?: number;
  readonly onFault: (what: string, error: unknown) => void;
}

const HOST = '127.0.0.1';
const REQUEST_MS = 10_000;
const MOST_CONNECTIONS = 64;
/** Of all headers of a request together, its URL among them. */
const MOST_HEADER_BYTES = 16 * 1024;

export async function createArtifactServer(options: ArtifactServerOptions): Promise<ArtifactServer> {
  const urls = createArtifactUrls(randomBytes(32));
  const sockets = new Set<Socket>();
  let source: ArtifactSource | undefined;
  let http: Promise<HttpServer> | undefined;

  const take = (request: IncomingMessage, response: ServerResponse): void => {
    // One request a connection: a client that is slow or hostile holds nothing else.
    response.shouldKeepAlive = false;
    const refusal = refusalOf(request, port);
    if (refusal !== undefined) {
      const [status, text, headers] = refusal;
      answer(response, status, { ...SAFE_HEADERS, ...headers }, text);
      return;
    }
    const asked = urls.parse(request.url ?? '');
    if (asked === undefined) answer(response, 404, SAFE_HEADERS, 'There is nothing here.');
    else if (!asked.isGenuine) {
      const text = 'This address is not valid, or no longer: "dispatch artifacts --json" gives the present one.';
      answer(response, 403, SAFE_HEADERS, text);
    } else if (source === undefined)
      answer(response, 503, { ...SAFE_HEADERS, 'Retry-After': '1' }, 'The peer is starting.');
    else {
      serveArtifact(source, asked, request, response).catch((error: unknown) => {
        options.onFault('serving an artifact', error);
        response.destroy();
      });
    }
  };

  const welcome = async (socket: Socket): Promise<void> => {
    http ??= loadHttp(take);
    (await http).emit('connection', socket);
    socket.resume();
  };

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    // Of a request whose head has come the answer takes as long as it takes: its device may be slow.
    const late = setTimeout(() => socket.destroy(), options.requestMs ?? REQUEST_MS);
    late.unref();
    requestTimers.set(socket, late);
    socket.once('close', () => {
      clearTimeout(late);
      sockets.delete(socket);
    });
    socket.on('error', () => {}); // it closes, which is all there is to know
    welcome(socket).catch((error: unknown) => {
      options.onFault('serving artifacts', error);
      socket.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.unref(); // it is no reason for a process to live
  server.on('error', (error) => options.onFault('serving artifacts', error));
  const port = await listen(server);

  return {
    port,
    urlOf: (artifact) => urls.of(artifact, port),
    serve(given) {
      source = given;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const requestTimers = new WeakMap<Socket, NodeJS.Timeout>();

async function loadHttp(take: (request: IncomingMessage, response: ServerResponse) => void): Promise<HttpServer> {
  const { createServer: createHttpServer } = await import('node:http');
  const http = createHttpServer({ maxHeaderSize: MOST_HEADER_BYTES, requireHostHeader: true }, (request, response) => {
    clearTimeout(requestTimers.get(request.socket));
    take(request, response);
  });
  http.on('clientError', (_error, socket) => socket.destroy());
  return http;
}

type RequestRefusal = readonly [status: number, text: string, headers?: Record<string, string>];

function refusalOf(request: IncomingMessage, port: number): RequestRefusal | undefined {
  const { method, headers } = request;
  // A name of the web that was made to lead here still stands in the header.
  const host = headers.host?.toLowerCase();
  if (host !== `${HOST}:${port}` && host !== `localhost:${port}`)
    return [403, `This is ${HOST}:${port}, and answers to no other name.`];
  if (method !== 'GET' && method !== 'HEAD') return [405, 'Artifacts can only be read.', { Allow: 'GET, HEAD' }];
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
    return [413, 'A request for an artifact has no body.'];
  return undefined;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((error: Error) => {
    throw new DispatchError('unavailable', `cannot listen on ${HOST} to serve artifacts: ${error.message}`, {
      cause: error,
      hint: 'bring the loopback interface up ("ip link set lo up")',
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
