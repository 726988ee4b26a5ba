/** Which addresses are of the public internet. It judges an address, never a name: what a name means is known when it is dialled. */

import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA's special-purpose registries: https://www.iana.org/assignments/iana-ipv4-special-registry and …ipv6-special-registry. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local: the metadata of clouds is here
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** All that is global unicast is in here, and some of it is not public. */
const GLOBAL_6 = '2000::/3';
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '3fff::/20'];
/** IPv6 addresses that stand for an IPv4 one, and the group where that begins. */
const CARRIES_4 = [
  { net: '::ffff:0:0/96', at: 6 },
  { net: '::ffff:0:0:0/96', at: 6 },
  { net: '::/96', at: 6 },
  { net: '64:ff9b::/96', at: 6 },
  { net: '2002::/16', at: 1 },
];

const blocked4 = listOf(NOT_PUBLIC_4, 'ipv4');
const blocked6 = listOf(NOT_PUBLIC_6, 'ipv6');
const global6 = listOf([GLOBAL_6], 'ipv6');

/** `address` is one, as text; anything else is not public. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !blocked4.check(address, 'ipv4');
  const groups = isIPv6(address) ? groupsOf(address) : undefined;
  if (groups === undefined) return false;
  const carried = CARRIES_4.find(({ net }) => isWithin(groups, net));
  if (carried !== undefined) return isPublicAddress(fourFrom(groups, carried.at));
  const plain = groups.map((group) => group.toString(16)).join(':');
  return global6.check(plain, 'ipv6') && !blocked6.check(plain, 'ipv6');
}

/** The address that the host of a URL is written as, or undefined if it is a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIPv4(bare) || isIPv6(bare) ? bare : undefined;
}

function listOf(nets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const net of nets) {
    const [address = '', bits] = net.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isWithin(groups: readonly number[], net: string): boolean {
  const [address = '', bits] = net.split('/');
  const wanted = groupsOf(address);
  const whole = Number(bits) / 16;
  return wanted?.every((group, index) => index >= whole || group === groups[index]) ?? false;
}

function fourFrom(groups: readonly number[], at: number): string {
  const [high = 0, low = 0] = groups.slice(at, at + 2);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Eight numbers. URLs spell an address in one way only. */
function groupsOf(address: string): number[] | undefined {
  const host = URL.parse(`http://[${address.replace(/%.*$/, '')}]`)?.hostname.slice(1, -1);
  if (host === undefined) return undefined;
  const [left = '', right] = host.split('::');
  const parts = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));
  const before = parts(left);
  if (right === undefined) return before;
  const after = parts(right);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}
