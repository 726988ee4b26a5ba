/**
 * A small HTTP server for monitoring: GET and HEAD of a few pages, to whoever can reach the address. It takes nothing in, holds few
 * connections, and on a loopback address answers only to its own names, so that no web page can read it through a name of its own.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { formatHostPort, isLoopback, parseHostPort } from '../config/host-port.ts';
import { DispatchError } from '../core/errors.ts';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface MetricsServer {
  /** As host:port, with the port that it got. */
  readonly address: string;
  /** Whether other machines can reach it. */
  readonly open: boolean;
  close(): Promise<void>;
}

/** A scraper or two, and a person who looks. */
const MAX_CONNECTIONS = 16;
const PATIENCE_MS = 5000;

export async function serveMetrics(options: {
  /** host:port; an address, not a name. */
  readonly listen: string;
  /** Path → what stands there. */
  readonly pages: Readonly<Record<string, () => Promise<Answer>>>;
  readonly onFault: (what: string, error: unknown) => void;
}): Promise<MetricsServer> {
  const { pages, onFault } = options;
  const wanted = parseHostPort(options.listen, { names: false });
  if (!wanted.ok) throw new DispatchError('usage', `metrics at "${options.listen}": ${wanted.why}`, { hint: HINT });
  const { host, port } = wanted.value;
  const server = createServer({ maxHeaderSize: 8192 }, (request, response) => {
    answer(request, isLoopback(host), pages)
      .catch((error: unknown) => {
        onFault(`answering ${request.url ?? ''}`, error);
        return text(500, 'this cannot be told now: see the log of the peer');
      })
      .then((reply) => send(request, response, reply))
      .catch((error: unknown) => onFault('answering a scraper', error));
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = PATIENCE_MS;
  server.requestTimeout = PATIENCE_MS;
  server.keepAliveTimeout = PATIENCE_MS;
  await listen(server, host, port);
  server.on('error', (error) => onFault('serving metrics', error));
  const { port: got } = server.address() as AddressInfo;
  return {
    address: formatHostPort({ host, port: got }),
    open: !isLoopback(host),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

async function answer(
  request: IncomingMessage,
  ownNamesOnly: boolean,
  pages: Readonly<Record<string, () => Promise<Answer>>>,
): Promise<Answer> {
  if (ownNamesOnly && !isOwnName(request.headers.host)) return text(421, 'ask for it by its address');
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'GET and HEAD only');
  const path = (request.url ?? '').split('?')[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return page === undefined ? text(404, `there are ${Object.keys(pages).join(', ')}`) : page();
}

/** The Host header names this machine: a name that an attacker points here does not. */
function isOwnName(host: string | undefined): boolean {
  if (host === undefined) return true; // no browser leaves it out
  const name = host.replace(/:\d*$/, '').replace(/^\[|\]$/g, '');
  return name === 'localhost' || (isIP(name) !== 0 && isLoopback(name));
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  request.resume();
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

const HINT = 'choose another place with --metrics HOST:PORT or metrics.listen in config.toml';

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen({ host, port }, error)));
    server.listen({ host, port, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function cannotListen(place: { host: string; port: number }, error: NodeJS.ErrnoException): DispatchError {
  const where = formatHostPort(place);
  const cannot = (code: 'locked' | 'unavailable', why: string): DispatchError =>
    new DispatchError(code, `cannot serve metrics at ${where}: ${why}`, { cause: error, hint: HINT });
  if (error.code === 'EADDRINUSE') return cannot('locked', 'the port is in use');
  if (error.code === 'EADDRNOTAVAIL') return cannot('unavailable', `${place.host} is no address of this machine`);
  if (error.code === 'EACCES') return cannot('unavailable', `port ${place.port} is not for ordinary users`);
  return cannot('unavailable', error.message);
}
