/** `HOST:PORT` as people write it: where to listen, or where to be found. Says what is wrong with a text that is none. */

import { isIP } from 'node:net';

export interface HostPort {
  /** Without brackets. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** DNS names, as far as their letters go. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}(?<!-))?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}(?<!-))?)*\.?$/;

export type HostPortAnswer =
  | { readonly ok: true; readonly value: HostPort }
  | { readonly ok: false; readonly why: string };

/** `names`: a host name will do; without it only an IP address or `localhost`, which is what a socket can be bound to. */
export function parseHostPort(text: string, { names }: { names: boolean }): HostPortAnswer {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text);
  if (match === null) {
    return no(
      isIP(text) === 6
        ? `an IPv6 address stands in brackets before the port, as in "[${text}]:4747"`
        : 'expected HOST:PORT, such as "127.0.0.1:4747" or "[::]:4747"',
    );
  }
  const [, bracketed, plain, digits = ''] = match;
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port > 65_535)
    return no(`expected a port from 0 to 65535 after the colon, not "${digits}"`);
  if (bracketed !== undefined) {
    return isIP(bracketed) === 6 ? yes(bracketed, port) : no(`"${bracketed}" in the brackets is no IPv6 address`);
  }
  const host = plain ?? '';
  if (host === '') return no('the host before the colon is missing; "0.0.0.0" is every IPv4 address of this machine');
  if (isIP(host) === 4) return yes(host, port);
  if (host === 'localhost') return yes('127.0.0.1', port);
  if (/^[\d.]+$/.test(host)) return no(`"${host}" is no IPv4 address`);
  if (!names) return no(`"${host}" is a name, and listening needs an address of this machine, such as "0.0.0.0"`);
  return NAME.test(host) ? yes(host, port) : no(`"${host}" is no host name`);
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.')) || /^::ffff:127\./i.test(host);
}

const yes = (host: string, port: number): HostPortAnswer => ({ ok: true, value: { host, port } });
const no = (why: string): HostPortAnswer => ({ ok: false, why });
