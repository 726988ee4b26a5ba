import { createHash, randomBytes } from 'node:crypto';
import { encode } from 'uqr';
import { describe, expect, test } from 'vitest';
import { spellBase32 } from '../../../../src/protocol/pairing/base32.ts';
import { deviceOf } from '../../../../src/protocol/pairing/device-key.ts';
import { formatTicket, parseTicket, type Ticket } from '../../../../src/protocol/pairing/ticket.ts';

const TICKET: Ticket = {
  issuer: deviceOf(Buffer.alloc(32, 7)),
  session: Buffer.alloc(8, 1),
  secret: Buffer.alloc(16, 2),
  expiresAt: 1_800_000_000_000,
  addresses: ['/ip4/192.168.1.20/tcp/4747', '/ip6/fd00::1:2/tcp/4747'],
};
const TEXT = formatTicket(TICKET);

/** A ticket with these bytes in it and a right checksum. */
function sealed(body: Uint8Array): string {
  const counted = Buffer.concat([Buffer.of(body.length + 4), body]);
  const sum = createHash('sha256').update('dispatch1:').update(counted).digest().subarray(0, 4);
  return `dispatch1:${spellBase32(Buffer.concat([counted, sum]))}`;
}

const FIXED = Buffer.alloc(60, 5);

describe('a ticket', () => {
  test('is one word that stays the same for ever', () => {
    expect(TEXT).toBe(
      'dispatch1:b83ge1r70w3ge1r70w3ge1r70w3ge1r70w3ge1r70w3ge1r70w3ge081040g2081041040g2081040g2081040g20816pjej002c1a012g98p1qx0000000000000000000020022a5n6dc2vr',
    );
    expect(parseTicket(TEXT)).toEqual({
      ...TICKET,
      session: Buffer.from(TICKET.session),
      secret: Buffer.from(TICKET.secret),
    });
  });

  test('survives capitals, line breaks, quotation marks and letters that look like digits', () => {
    const wrapped = `  "${TEXT.toUpperCase().replace(/(.{40})/g, '$1\r\n  ')}"\n`;
    expect(parseTicket(wrapped)).toEqual(parseTicket(TEXT));
    const prefix = 'dispatch1:'.length;
    const mistaken = TEXT.slice(0, prefix) + TEXT.slice(prefix).replaceAll('0', 'O').replaceAll('1', 'l');
    expect(parseTicket(mistaken)).toEqual(parseTicket(TEXT));
  });

  test('fits a QR code of moderate size in capitals', () => {
    const addresses = ['/ip4/192.168.1.20/tcp/4747', '/ip4/10.8.0.3/tcp/4747', '/ip6/fd00:1:2:3:4:5:6:7/tcp/4747'];
    const text = formatTicket({ ...TICKET, addresses });
    expect(text).toMatch(/^[a-z0-9:]{100,190}$/);
    expect(encode(text.toUpperCase(), { ecc: 'L', border: 0 }).size).toBeLessThanOrEqual(45);
  });

  test('carries up to four addresses of every kind, and leaves out what does not fit', () => {
    const addresses = [
      '/dns/nas.example.org/tcp/4747',
      '/dns4/nas.example.org/tcp/1',
      '/dns6/nas/tcp/65535',
      '/ip6zone/eth0/ip6/fe80::1/tcp/4747',
    ];
    expect(parseTicket(formatTicket({ ...TICKET, addresses })).addresses).toEqual(addresses);
    const more = [
      '/ip4/10.0.0.1/tcp/1',
      '/ip4/10.0.0.2/tcp/1',
      'nonsense',
      '/ip4/10.0.0.3/tcp/1',
      '/ip4/10.0.0.4/tcp/1',
      '/ip4/10.0.0.5/tcp/1',
    ];
    expect(parseTicket(formatTicket({ ...TICKET, addresses: more })).addresses).toEqual([
      more[0],
      more[1],
      more[3],
      more[4],
    ]);
    const long = [`/dns/${'a'.repeat(99)}/tcp/1`, `/dns/${'b'.repeat(99)}/tcp/1`, '/ip4/10.0.0.1/tcp/1'];
    expect(parseTicket(formatTicket({ ...TICKET, addresses: long })).addresses).toEqual([long[0], long[2]]);
  });

  test.each([
    ['/ip6/2001:db8:0:0:0:0:0:1/tcp/80', '/ip6/2001:db8::1/tcp/80'],
    ['/ip6/::/tcp/80', '/ip6/::/tcp/80'],
    ['/ip6/::ffff:10.0.0.1/tcp/80', '/ip6/::ffff:a00:1/tcp/80'],
    ['/ip6/FD00::A/tcp/80', '/ip6/fd00::a/tcp/80'],
  ])('gives %s back as %s', (address, given) => {
    expect(parseTicket(formatTicket({ ...TICKET, addresses: [address] })).addresses).toEqual([given]);
  });

  test('tells how much of its end is missing, and that it is too long', () => {
    for (const missing of [1, 2, 9, 100]) {
      expect(() => parseTicket(TEXT.slice(0, -missing))).toThrow(
        new RegExp(`^the ticket is damaged: its last ${missing} characters are missing$`),
      );
    }
    for (const more of ['0', 'zz', TEXT.slice(10)]) {
      expect(() => parseTicket(TEXT + more)).toThrow(/^the ticket is damaged: it is longer than it says$/);
    }
  });

  test('is refused with any one character changed', () => {
    for (let at = 10; at < TEXT.length; at += 1) {
      const changed = TEXT.slice(0, at) + (TEXT[at] === '7' ? '8' : '7') + TEXT.slice(at + 1);
      expect(() => parseTicket(changed)).toThrow(/^the ticket is damaged/);
    }
    expect(() => parseTicket(TEXT.replace(/.{30}$/, (end) => `u${end.slice(1)}`))).toThrow(
      /character \d+ after "dispatch1:"/,
    );
  });

  test.each([
    ['too little', FIXED.subarray(0, 59)],
    ['an address that is cut off', Buffer.concat([FIXED, Buffer.of(4, 10, 0, 0, 1, 0)])],
    ['an address of no kind', Buffer.concat([FIXED, Buffer.of(9, 10, 0, 0, 1, 0, 80)])],
    ['a name longer than the rest', Buffer.concat([FIXED, Buffer.of(1, 200, 0x61, 0, 80)])],
    ['a name without a port', Buffer.concat([FIXED, Buffer.of(1, 1, 0x61, 0)])],
    ['a name that drives a terminal', Buffer.concat([FIXED, Buffer.of(1, 2, 0x1b, 0x5b, 0, 80)])],
    ['a text that drives a terminal', Buffer.concat([FIXED, Buffer.of(0, 3, 0x2f, 0x1b, 0x5b)])],
    ['five addresses', Buffer.concat([FIXED, ...Array<Buffer>(5).fill(Buffer.of(4, 10, 0, 0, 1, 0, 80))])],
  ])('with %s in it is refused, though its checksum fits', (_what, body) => {
    expect(() => parseTicket(sealed(body))).toThrow(/^the ticket is damaged/);
  });

  test('with nothing but what must be in it is taken', () => {
    expect(parseTicket(sealed(FIXED)).addresses).toEqual([]);
  });

  test('is not what it is not', () => {
    for (const text of [
      '',
      'hello',
      `x${TEXT}`,
      'dispatch:',
      randomBytes(50).toString('latin1'),
      'dispatch1'.repeat(1000),
    ]) {
      expect(() => parseTicket(text)).toThrow(/ticket/);
    }
  });
});
