/**
 * Addresses in as few bytes as a QR code likes: an IPv4 address takes 7, an IPv6 address 19, a name its length and 4, and whatever
 * else looks like a multiaddr is kept as text.
 */

import { isIPv4, isIPv6 } from 'node:net';

const IP4 = 4;
const IP6 = 6;
/** Names, by how libp2p calls them. */
const NAMES: ReadonlyMap<string, number> = new Map([
  ['dns', 1],
  ['dns4', 2],
  ['dns6', 3],
]);
const TEXT = 0;
const MULTIADDR = /^\/(ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(0|[1-9]\d{0,4})$/;
/** What is kept as text, and what a name may hold: one word, nothing that a screen could misread. */
const PLAIN_TEXT = /^\/[\x21-\x7e]{1,99}$/;
const PLAIN_NAME = /^[A-Za-z0-9._-]{1,99}$/;

/** Undefined if it is no address that a ticket can carry. */
export function packAddress(multiaddr: string): Buffer | undefined {
  const [, kind = '', host = '', digits = ''] = MULTIADDR.exec(multiaddr) ?? [];
  const port = Number(digits);
  const name = NAMES.get(kind);
  if (port <= 65_535) {
    const tail = Buffer.of(port >>> 8, port & 0xff);
    if (kind === 'ip4' && isIPv4(host)) return Buffer.of(IP4, ...host.split('.').map(Number), ...tail);
    if (kind === 'ip6' && isIPv6(host) && !host.includes('%')) return Buffer.of(IP6, ...ip6Bytes(host), ...tail);
    if (name !== undefined && PLAIN_NAME.test(host)) {
      return Buffer.concat([Buffer.of(name, host.length), Buffer.from(host), tail]);
    }
  }
  if (!PLAIN_TEXT.test(multiaddr)) return undefined;
  return Buffer.concat([Buffer.of(TEXT, multiaddr.length), Buffer.from(multiaddr)]);
}

/** All addresses in the bytes; undefined if they are anything else. */
export function unpackAddresses(bytes: Buffer): string[] | undefined {
  const addresses: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const one = unpackOne(bytes, from);
    if (one === undefined) return undefined;
    addresses.push(one.multiaddr);
    from += one.length;
  }
  return addresses;
}

function unpackOne(bytes: Buffer, from: number): { multiaddr: string; length: number } | undefined {
  const kind = bytes[from];
  const body = bytes.subarray(from + 1);
  if (kind === IP4 && body.length >= 6) {
    return { multiaddr: `/ip4/${body.subarray(0, 4).join('.')}/tcp/${body.readUInt16BE(4)}`, length: 7 };
  }
  if (kind === IP6 && body.length >= 18) {
    return { multiaddr: `/ip6/${ip6Text(body.subarray(0, 16))}/tcp/${body.readUInt16BE(16)}`, length: 19 };
  }
  const length = body[0] ?? 0;
  const text = body.toString('latin1', 1, 1 + length);
  if (text.length < length) return undefined;
  if (kind === TEXT) return PLAIN_TEXT.test(text) ? { multiaddr: text, length: 2 + length } : undefined;
  const [name] = [...NAMES].find(([, value]) => value === kind) ?? [];
  if (name === undefined || !PLAIN_NAME.test(text) || body.length < 3 + length) return undefined;
  return { multiaddr: `/${name}/${text}/tcp/${body.readUInt16BE(1 + length)}`, length: 4 + length };
}

function ip6Bytes(address: string): Buffer {
  // An address that ends in dotted form means the same in two groups of hexadecimal digits.
  const plain = address.replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** The shortest form, as a URL writes it. */
function ip6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
