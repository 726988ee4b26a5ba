/**
 * Which port to listen on: the default one or, if it is taken, one of the next, the same for IPv4 and IPv6; or exactly what was
 * asked for. Tried with plain sockets first: libp2p tells poorly what went wrong.
 */

import { type AddressInfo, createServer } from 'node:net';
import { DispatchError } from '../core/errors.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from './addresses.ts';

export const DEFAULT_PORT = 4747;
/** So many ports are tried before somebody has to say which. */
const PORTS_TRIED = 20;

/** Endpoints that can be listened on now. Throws `unavailable` where there are none, `invalid` for what is no address. */
export async function chooseEndpoints(asked: readonly string[] | undefined): Promise<readonly Endpoint[]> {
  if (asked !== undefined) {
    const endpoints = asked.map((text) => parseEndpoint(text.replace(/^\*(?=:|$)/, '0.0.0.0'), DEFAULT_PORT));
    const chosen: Endpoint[] = [];
    for (const endpoint of endpoints) {
      const port = await tryPort(endpoint);
      if (typeof port === 'string') throw cannotListen(endpoint, port);
      chosen.push({ host: endpoint.host, port });
    }
    return chosen;
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED; port++) {
    const both = [
      { host: '0.0.0.0', port },
      { host: '::', port },
    ];
    const tried = await Promise.all(both.map(tryPort));
    if (tried.includes('EADDRINUSE')) continue;
    const usable = both.filter((_, index) => tried[index] === port);
    if (usable.length > 0) return usable;
  }
  throw new DispatchError(
    'unavailable',
    `the ports ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are all in use`,
    { hint: 'name a free one: dispatch peer --listen HOST:PORT' },
  );
}

/** The port if it can be listened on (a free one for 0), else the code of what went wrong. */
function tryPort({ host, port }: Endpoint): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      const { port: actual } = server.address() as AddressInfo;
      server.close(() => resolve(actual));
    });
  });
}

export function cannotListen(endpoint: Endpoint, code: string): DispatchError {
  const at = formatEndpoint(endpoint);
  if (code === 'EADDRINUSE') {
    return new DispatchError('unavailable', `port in use: somebody listens at ${at} already`, {
      hint: 'stop that, or name another with --listen HOST:PORT',
      details: { address: at },
    });
  }
  const why = code === 'EADDRNOTAVAIL' ? 'this machine has no such address' : code;
  return new DispatchError('unavailable', `cannot listen at ${at}: ${why}`, {
    hint: 'name an address of this machine with --listen HOST:PORT, or 0.0.0.0 for all of them',
    details: { address: at },
  });
}
