/**
 * Addresses in the two forms that there are: host:port for people and multiaddrs for libp2p, without libp2p's own parser, so that
 * what merely shows or keeps one loads nothing.
 */

import { isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { DispatchError } from '../core/errors.ts';

/** Where a listener listens or a device may be reached. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*\.?$/i;
const ZONE = /^[a-z0-9._-]{1,32}$/i;
const MULTIADDR = /^(?:\/ip6zone\/([^/]+))?\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})$/;
const LINK_LOCAL = /^fe[89ab]/i;

/** Reads host:port, with an IPv6 host in brackets. Throws `invalid`. `port` is for texts that give none. */
export function parseEndpoint(text: string, port?: number): Endpoint {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = parts?.[1] ?? parts?.[2] ?? (isIPv6(text.trim()) ? text.trim() : '');
  const given = parts?.[3] === undefined ? port : Number(parts[3]);
  if (given === undefined || given > 65_535 || !isHost(host)) {
    throw new DispatchError('invalid', `"${text.slice(0, 300)}" is no address`, {
      hint: 'write HOST:PORT, with an IPv6 address in brackets: [fd00::5]:4747',
    });
  }
  return { host, port: given };
}

function isHost(host: string): boolean {
  const [address = '', zone, ...more] = host.split('%');
  if (zone !== undefined) return more.length === 0 && isIPv6(address) && ZONE.test(zone);
  return isIP(host) !== 0 || HOST_NAME.test(host);
}

export function toMultiaddr({ host, port }: Endpoint): string {
  const [address = '', zone] = host.split('%');
  if (isIPv6(address)) return `${zone === undefined ? '' : `/ip6zone/${zone}`}/ip6/${address}/tcp/${port}`;
  return isIP(host) === 4 ? `/ip4/${host}/tcp/${port}` : `/dns/${host}/tcp/${port}`;
}

/** Undefined for what is not an address over TCP; the end of one that names a device is passed over. */
export function fromMultiaddr(multiaddr: string): Endpoint | undefined {
  const parts = MULTIADDR.exec(multiaddr.replace(/\/p2p\/[^/]+$/, ''));
  if (parts === null) return undefined;
  const [, zone, kind, host = '', port] = parts;
  const endpoint = { host: zone === undefined ? host : `${host}%${zone}`, port: Number(port) };
  const version = isIP(host);
  const fits = kind === 'ip4' ? version === 4 : kind === 'ip6' ? version === 6 : version === 0;
  return fits && endpoint.port > 0 && endpoint.port <= 65_535 && isHost(endpoint.host) ? endpoint : undefined;
}

export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** As people read it; what cannot be read is given as it is. */
export function formatMultiaddr(multiaddr: string): string {
  const endpoint = fromMultiaddr(multiaddr);
  return endpoint === undefined ? multiaddr : formatEndpoint(endpoint);
}

export function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.') || host === 'localhost' || host.startsWith('::ffff:127.');
}

/**
 * Where others may reach listeners, loopback last: a wildcard stands for every address of its kind that this machine has now.
 * Link-local IPv6 is left out: without the zone of whoever dials it leads nowhere.
 */
export function announcedEndpoints(listeners: readonly Endpoint[], interfaces = networkInterfaces()): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const { host, port } of listeners) {
    for (const address of host === '0.0.0.0' || host === '::' ? addressesLike(host, interfaces) : [host]) {
      const endpoint = { host: address, port };
      found.set(formatEndpoint(endpoint), endpoint);
    }
  }
  const endpoints = [...found.values()];
  const near = (host: string): number => (isLoopback(host) ? 2 : host.includes(':') ? 1 : 0);
  return endpoints.sort((a, b) => near(a.host) - near(b.host));
}

function addressesLike(wildcard: string, interfaces: ReturnType<typeof networkInterfaces>): string[] {
  const family = wildcard === '::' ? 'IPv6' : 'IPv4';
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter((info) => info.family === family && !LINK_LOCAL.test(info.address))
    .map(({ address }) => address);
}
