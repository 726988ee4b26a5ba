import { describe, expect, test } from 'vitest';
import { deviceOf, fingerprintOf, keyOf } from '../../../../src/protocol/pairing/device-key.ts';
import {
  beginTranscript,
  commitTo,
  deriveKeys,
  deriveWords,
  equalBytes,
  extendTranscript,
  hashOffer,
  PAIR_METHODS,
  prove,
} from '../../../../src/protocol/pairing/transcript.ts';
import { WORDS } from '../../../../src/protocol/pairing/word-list.ts';

const A = deviceOf(Buffer.alloc(32, 1));
const B = deviceOf(Buffer.alloc(32, 2));
const SECRET = Buffer.alloc(16, 3);
const SALT = Buffer.alloc(8, 4);

function distinct(all: readonly Uint8Array[]): number {
  return new Set(all.map((bytes) => Buffer.from(bytes).toString('hex'))).size;
}

describe('a transcript', () => {
  test('binds the method, both devices and who is who', () => {
    const begun = [
      ...PAIR_METHODS.map((method) => beginTranscript(method, A, B)),
      beginTranscript('ticket', B, A),
      beginTranscript('ticket', A, A),
    ];
    expect(distinct(begun)).toBe(5);
  });

  test('binds each message, its sender, its place and where it ends', () => {
    const begun = beginTranscript('ticket', A, B);
    const said = (...messages: ['issuer' | 'joiner', string][]): Buffer =>
      messages.reduce((transcript, [sender, text]) => extendTranscript(transcript, sender, Buffer.from(text)), begun);
    const all = [
      begun,
      said(['joiner', 'ab']),
      said(['issuer', 'ab']),
      said(['joiner', 'a'], ['joiner', 'b']),
      said(['joiner', 'b'], ['joiner', 'a']),
      said(['joiner', ''], ['joiner', 'ab']),
      said(['joiner', 'ab'], ['joiner', '']),
    ];
    expect(distinct(all)).toBe(all.length);
  });

  test('stays what it is: two versions that speak it must agree', () => {
    const transcript = extendTranscript(beginTranscript('code', A, B), 'joiner', Buffer.from('hello'));
    const keys = deriveKeys('code', SECRET, SALT);
    expect(prove(keys.joiner, transcript).toString('hex')).toBe(
      '0989f145fa1efcab4a7f89f610e364951536f27015e5b0dac1e077e0f3b2316f',
    );
    expect(deriveWords(SECRET, transcript, 'both')).toEqual(['slogan', 'cookie', 'cactus', 'alley']);
  });
});

test('every role of every method has a key of its own, from every secret and salt', () => {
  const keys = [
    ...PAIR_METHODS.map((method) => deriveKeys(method, SECRET, SALT)),
    deriveKeys('ticket', SALT, SALT),
    deriveKeys('ticket', SECRET, SECRET),
  ];
  expect(distinct(keys.flatMap(({ issuer, joiner }) => [issuer, joiner]))).toBe(10);
});

test('an offer is bound with all its grants, and hidden by its salt', () => {
  const salt = Buffer.alloc(16, 5);
  const offers = [
    hashOffer({ grants: ['run'], mutual: false, salt }),
    hashOffer({ grants: ['run'], mutual: true, salt }),
    hashOffer({ grants: ['run', 'approve'], mutual: false, salt }),
    hashOffer({ grants: [], mutual: false, salt }),
    hashOffer({ grants: ['run'], mutual: false, salt: Buffer.alloc(16, 6) }),
  ];
  expect(distinct(offers)).toBe(5);
  expect(hashOffer({ grants: ['approve', 'run'], mutual: false, salt })).toEqual(offers[2]);
});

test('a commitment binds the nonce and who made it', () => {
  const all = [commitTo(SECRET, A), commitTo(SECRET, B), commitTo(SALT, A)];
  expect(distinct(all)).toBe(3);
});

test('bytes are equal when they are', () => {
  expect(equalBytes(Buffer.from('ab'), Buffer.from('ab'))).toBe(true);
  expect(equalBytes(Buffer.from('ab'), Buffer.from('ac'))).toBe(false);
  expect(equalBytes(Buffer.from('ab'), Buffer.from('abc'))).toBe(false);
  expect(equalBytes(Buffer.of(), Buffer.from('abc'))).toBe(false);
});

describe('the words', () => {
  test('are 1024, short, lower case, and told apart by four letters', () => {
    expect(WORDS).toHaveLength(1024);
    expect(new Set(WORDS.map((word) => word.slice(0, 4))).size).toBe(1024);
    for (const word of WORDS) expect(word).toMatch(/^[a-z]{4,7}$/);
    expect([...WORDS].sort()).toEqual(WORDS);
  });

  test('differ in more than one letter', () => {
    const seen = new Set<string>();
    for (const word of WORDS) {
      // Two words that differ in one letter share the text with that letter blotted out; or one is the other with a letter missing.
      const blotted = Array.from(word, (_, at) => `${word.slice(0, at)}?${word.slice(at + 1)}`);
      for (const text of blotted) {
        expect(seen.has(text), word).toBe(false);
        seen.add(text);
      }
      for (let at = 0; at < word.length; at += 1) {
        expect(WORDS.includes(word.slice(0, at) + word.slice(at + 1)), word).toBe(false);
      }
    }
  });

  test('differ between the screens, and use the whole list', () => {
    const used = new Set<string>();
    for (let round = 0; round < 1500; round += 1) {
      const challenged = Buffer.alloc(32);
      challenged.writeUInt32BE(round);
      const [issuer, joiner, both] = (['issuer', 'joiner', 'both'] as const).map((screen) =>
        deriveWords(SECRET, challenged, screen),
      );
      expect(issuer).toHaveLength(4);
      expect(issuer).not.toEqual(joiner);
      expect(both).not.toEqual(issuer);
      for (const word of issuer ?? []) used.add(word);
    }
    expect(used.size).toBeGreaterThan(1000);
  });
});

describe('a device id', () => {
  const ID = '12D3KooWFDMQUWw3cqjaEo2AbPBrvEGE3T576eSeoBUjmqUz4TTh';

  test('holds the key, and comes back from it', () => {
    expect(keyOf(ID)?.toString('hex')).toBe('502dee22b2ee314c2e916877dc05156370976cbffc3aec190327d9c82644849c');
    expect(deviceOf(keyOf(ID) ?? Buffer.of())).toBe(ID);
  });

  test.each(['', 'nas', ID.slice(1), `${ID}a`, ID.replace('12D3', '12D2'), ID.replace('F', '0'), `1${'z'.repeat(51)}`])(
    'is not %j',
    (text) => {
      expect(keyOf(text)).toBeUndefined();
    },
  );

  test('has a fingerprint of 80 bits that stays the same for ever', () => {
    expect(fingerprintOf(A)).toHaveLength(10);
    expect(fingerprintOf(A).toString('hex')).toBe('6727ee394ef4fb6cb99d');
    expect(fingerprintOf(A)).not.toEqual(fingerprintOf(B));
  });
});
