// What people paste and type: whatever it is, it is read as what it was made from, or refused with a DispatchError.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../src/core/errors.ts';
import { readBase32, spellBase32 } from '../../src/protocol/pairing/base32.ts';
import { formatCode, parseCode } from '../../src/protocol/pairing/code.ts';
import { deviceOf, fingerprintOf, keyOf } from '../../src/protocol/pairing/device-key.ts';
import { decodeMessage } from '../../src/protocol/pairing/messages.ts';
import { packAddress, unpackAddresses } from '../../src/protocol/pairing/packed-addresses.ts';
import { formatTicket, parseTicket, type Ticket } from '../../src/protocol/pairing/ticket.ts';

const RUNS = 100_000;

const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
const port = fc.integer({ min: 0, max: 65_535 });
const address = fc.oneof(
  fc.tuple(fc.ipV4(), port).map(([host, at]) => `/ip4/${host}/tcp/${at}`),
  bytes(16).chain((raw) =>
    port.map((at) => {
      const groups = Array.from({ length: 8 }, (_, index) => raw.readUInt16BE(index * 2).toString(16));
      return `/ip6/${new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)}/tcp/${at}`;
    }),
  ),
  fc.tuple(fc.domain(), port).map(([host, at]) => `/dns/${host.slice(0, 90)}/tcp/${at}`),
);
const ticket: fc.Arbitrary<Ticket> = fc.record({
  issuer: bytes(32).map((key) => deviceOf(key)),
  session: bytes(8),
  secret: bytes(16),
  expiresAt: fc.integer({ min: 0, max: 0xffffffff }).map((seconds) => seconds * 1000),
  addresses: fc.array(address, { maxLength: 2 }),
});
/** Much of it nearly right. */
const pasted = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 60 }).map((text) => `dispatch1:${text}`),
  fc.uint8Array({ maxLength: 100 }).map((raw) => `dispatch1:${spellBase32(raw)}`),
  fc.uint8Array({ minLength: 58, maxLength: 80 }).map((raw) => sealed(raw)),
);

/** Right in length and checksum, whatever is in it. */
function sealed(body: Uint8Array): string {
  const counted = Buffer.concat([Buffer.of(body.length + 4), body]);
  const sum = createHash('sha256').update('dispatch1:').update(counted).digest().subarray(0, 4);
  return `dispatch1:${spellBase32(Buffer.concat([counted, sum]))}`;
}

function refusesOrReads(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DispatchError)) throw error;
    if (error.code !== 'invalid' && error.code !== 'version') throw error;
    if (error.hint === undefined) throw new Error(`no hint: ${error.message}`, { cause: error });
    return undefined;
  }
}

describe('tickets', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(ticket, (one) => {
        expect(parseTicket(formatTicket(one))).toEqual(one);
        expect(parseTicket(formatTicket(one).toUpperCase())).toEqual(one);
      }),
      { numRuns: 5000 },
    );
  });

  it('are read or refused, whatever is pasted', () => {
    let read = 0;
    fc.assert(
      fc.property(pasted, (text) => {
        const found = refusesOrReads(() => parseTicket(text)) as Ticket | undefined;
        if (found === undefined) return;
        read += 1;
        expect(keyOf(found.issuer)).toBeDefined();
        expect(found.addresses.length).toBeLessThanOrEqual(4);
        for (const one of found.addresses) expect(one).toMatch(/^\/[\x21-\x7e]+$/);
        expect(parseTicket(formatTicket(found))).toEqual(found);
      }),
      { numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(0);
  });

  it('with one character changed are never read as another', () => {
    fc.assert(
      fc.property(ticket, fc.nat(), fc.integer({ min: 1, max: 31 }), (one, where, by) => {
        const text = formatTicket(one);
        const at = 10 + (where % (text.length - 10));
        const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
        const changed = alphabet[(alphabet.indexOf(text[at] ?? '') + by) % 32] ?? '';
        expect(() => parseTicket(text.slice(0, at) + changed + text.slice(at + 1))).toThrow(DispatchError);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('codes', () => {
  const code = fc.tuple(
    bytes(32).map((key) => deviceOf(key)),
    bytes(5),
  );

  it('come out as they went in, however they are grouped', () => {
    fc.assert(
      fc.property(code, fc.array(fc.nat(27), { maxLength: 10 }), ([device, secret], gaps) => {
        const text = formatCode(device, secret).replaceAll('-', '');
        const typed = Array.from(text, (character, at) =>
          gaps.includes(at) ? ` ${character.toLowerCase()}` : character,
        );
        expect(parseCode(typed.join(''))).toEqual({ fingerprint: fingerprintOf(device), secret });
      }),
      { numRuns: 5000 },
    );
  });

  it('are read or refused, whatever is typed', () => {
    const character = fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZoilabc-  U');
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: character, minLength: 26, maxLength: 36 }),
      fc.tuple(code, fc.string({ unit: character, maxLength: 4 }), fc.nat(34)).map(([[device, secret], patch, at]) => {
        const text = formatCode(device, secret);
        return text.slice(0, at) + patch + text.slice(at + patch.length);
      }),
    );
    let read = 0;
    fc.assert(
      fc.property(typed, (text) => {
        if (refusesOrReads(() => parseCode(text)) !== undefined) read += 1;
      }),
      { numRuns: RUNS },
    );
    expect(read).toBeGreaterThan(0);
  });
});

describe('what they are made of', () => {
  it('base32 comes out as it went in, and nothing else is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string({ maxLength: 60 }), (raw, text) => {
        expect(readBase32(spellBase32(raw))).toEqual(Buffer.from(raw));
        const found = readBase32(text);
        if (found !== undefined) expect(readBase32(spellBase32(found))).toEqual(found);
      }),
      { numRuns: 20_000 },
    );
  });

  it('addresses come out as they went in, and any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.array(address, { maxLength: 4 }), fc.uint8Array({ maxLength: 80 }), (addresses, raw) => {
        const packed = addresses.map((one) => packAddress(one) ?? Buffer.of());
        expect(unpackAddresses(Buffer.concat(packed))).toEqual(addresses);
        const found = unpackAddresses(Buffer.from(raw));
        for (const one of found ?? []) expect(packAddress(one)).toBeDefined();
      }),
      { numRuns: 20_000 },
    );
  });

  it('messages of pairing are read or refused, whatever comes', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.jsonValue({ maxDepth: 1 }).map((value) => Buffer.from(`\0${JSON.stringify(value)}`)),
    );
    fc.assert(
      fc.property(any, (raw) => {
        refusesOrReads(() => decodeMessage(raw));
      }),
      { numRuns: RUNS },
    );
  });
});
