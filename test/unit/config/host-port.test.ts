// What may follow --listen and --metrics, and what is said of what may not.
import { describe, expect, it } from 'vitest';
import { formatHostPort, isLoopback, parseHostPort } from '../../../src/config/host-port.ts';

const parse = (text: string, names = false): string => {
  const answer = parseHostPort(text, { names });
  return answer.ok ? formatHostPort(answer.value) : answer.why;
};

describe('HOST:PORT', () => {
  it.each([
    ['127.0.0.1:4747', '127.0.0.1:4747'],
    ['0.0.0.0:0', '0.0.0.0:0'],
    ['[::]:65535', '[::]:65535'],
    ['[fe80::1%eth0]:1', '[fe80::1%eth0]:1'],
    ['localhost:80', '127.0.0.1:80'],
  ])('%s is taken', (text, same) => expect(parse(text)).toBe(same));

  it.each([
    ['', 'expected HOST:PORT'],
    ['4747', 'expected HOST:PORT'],
    ['127.0.0.1', 'expected HOST:PORT'],
    [':4747', 'the host before the colon is missing'],
    ['127.0.0.1:', 'expected a port from 0 to 65535 after the colon, not ""'],
    ['127.0.0.1:65536', 'not "65536"'],
    ['127.0.0.1:-1', 'not "-1"'],
    ['127.0.0.1:0x10', 'not "0x10"'],
    ['127.0.0.1:80 ', 'not "80 "'],
    ['256.0.0.1:80', '"256.0.0.1" is no IPv4 address'],
    ['1.2.3:80', '"1.2.3" is no IPv4 address'],
    ['::1:4747', 'an IPv6 address stands in brackets before the port, as in "[::1:4747]:4747"'],
    ['[::1]', 'expected HOST:PORT'],
    ['[127.0.0.1]:80', '"127.0.0.1" in the brackets is no IPv6 address'],
    ['example.org:80', '"example.org" is a name, and listening needs an address of this machine'],
    ['http://127.0.0.1:80', 'expected HOST:PORT'],
  ])('%j is refused', (text, why) => expect(parse(text)).toContain(why));

  it('names are taken where something is to be found, and not where it listens', () => {
    expect(parse('home.example.org:4747', true)).toBe('home.example.org:4747');
    expect(parse('a_b-c.local.:1', true)).toBe('a_b-c.local.:1');
    expect(parse('-x.org:1', true)).toBe('"-x.org" is no host name');
    expect(parse('a..b:1', true)).toBe('"a..b" is no host name');
    expect(parse('a b:1', true)).toBe('"a b" is no host name');
  });

  it('loopback is what only this machine reaches', () => {
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) expect(isLoopback(host)).toBe(true);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '127.example.org'])
      expect(isLoopback(host)).toBe(false);
  });
});
