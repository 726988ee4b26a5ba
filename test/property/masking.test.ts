import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { ShellAction } from '../../src/core/actions.ts';
import { MAY_HOLD_SECRET } from '../../src/core/secret-patterns.ts';
import { MASK, maskSecrets, SHORTEST_VALUE, secretRanges } from '../../src/core/secrets.ts';
import { createLineMasker } from '../../src/engine/line-masker.ts';
import { maskTask } from '../../src/engine/masking.ts';
import { maskOutput } from '../../src/engine/output-masking.ts';
import { spellingsOf } from '../../src/engine/secret-spellings.ts';
import { createSecretFinder } from '../../src/peer/secrets/finder.ts';
import { tokens } from '../fixtures/tokens.ts';

const finder = createSecretFinder();
const STAR = 0x2a;

function collect(values: readonly string[], chunks: readonly Uint8Array[]): Buffer {
  const written: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void written.push(bytes), pressure: false, onDrain: () => {} };
  const masked = maskOutput(sink, values);
  for (const chunk of chunks) masked.write(chunk);
  masked.flush();
  return Buffer.concat(written);
}

/** Looks for every spelling at every place of the whole. */
function reference(values: readonly string[], all: Buffer): Buffer {
  const masked = Buffer.from(all);
  const spellings = spellingsOf(values);
  for (const spelling of spellings) {
    for (let at = all.indexOf(spelling); at !== -1; at = all.indexOf(spelling, at + 1)) {
      masked.fill(STAR, at, at + spelling.length);
    }
  }
  // The longest rest that might have gone on, where it is long enough to tell of a secret.
  const rests = spellings.flatMap((spelling) =>
    Array.from({ length: Math.min(spelling.length - 1, all.length) }, (_, index) => index + 1).filter((length) =>
      all.subarray(all.length - length).equals(spelling.subarray(0, length)),
    ),
  );
  const rest = Math.max(0, ...rests);
  return rest >= 8 ? masked.fill(STAR, all.length - rest) : masked;
}

/** Cuts the bytes at places made from the numbers. */
function cutUp(all: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (all.length + 1)), all.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => Buffer.from(all.subarray(places[index], end)));
}

/** Of few letters, so that they overlap, repeat and begin alike; some with what encodings change. */
const secret = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\n', ' ', '"', "'", '%', 'ä', '🔑'), minLength: 4, maxLength: 30 }),
  fc.string({ unit: 'binary', minLength: 4, maxLength: 40 }),
);
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** Output with secrets in it, also encoded and in halves. */
function outputOf(values: readonly string[]): fc.Arbitrary<Buffer> {
  const spellings = spellingsOf(values);
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 8 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
    ...(spellings.length === 0
      ? []
      : [
          fc.constantFrom(...spellings),
          fc.tuple(fc.constantFrom(...spellings), fc.nat()).map(([bytes, to]) => bytes.subarray(0, to % bytes.length)),
        ]),
  );
  return fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces));
}

describe('output with the secrets of a run', () => {
  it('is masked as if it had come in one piece, however it comes', () => {
    const run = fc
      .array(secret, { minLength: 1, maxLength: 4 })
      .chain((values) => fc.tuple(fc.constant(values), outputOf(values), cuts));
    fc.assert(
      fc.property(run, ([values, all, places]) => {
        const masked = collect(values, cutUp(all, places));
        expect(masked.toString('latin1')).toBe(reference(values, all).toString('latin1'));
        expect(masked.length).toBe(all.length);
        for (const value of values) {
          if (value.length >= SHORTEST_VALUE && !/^\*+$/.test(value)) expect(masked.includes(value)).toBe(false);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('loses no byte and shows no secret, wherever it pauses', () => {
    vi.useFakeTimers();
    try {
      const run = fc.tuple(fc.stringMatching(/^[a-zA-Z0-9]{8,40}$/), cuts, fc.array(fc.boolean(), { maxLength: 12 }));
      fc.assert(
        fc.property(run, ([value, places, pauses]) => {
          const written: Uint8Array[] = [];
          const sink = { write: (bytes: Uint8Array) => void written.push(bytes), pressure: false, onDrain: () => {} };
          const masked = maskOutput(sink, [value]);
          const all = Buffer.from(`before ${value} between ${value}${value} after`);
          for (const [index, chunk] of cutUp(all, places).entries()) {
            masked.write(chunk);
            if (pauses[index] === true) vi.runAllTimers();
          }
          masked.flush();
          const seen = Buffer.concat(written);
          expect(seen.length).toBe(all.length);
          expect(seen.toString()).toMatch(/^before .* between .* after$/);
          expect(seen.includes(value)).toBe(false);
          expect(vi.getTimerCount()).toBe(0);
        }),
      );
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('output as others see it', () => {
  const word = fc.oneof(
    fc.constantFrom(...tokens().map(({ token }) => token)),
    fc.constantFrom('PASSWORD=', ' ', '\n', '\r\n', '"', 'ls -l', 'ä', 'token: ', '-----BEGIN PRIVATE', ' KEY-----\n'),
    fc.string({ maxLength: 10 }),
  );
  const mask = (all: Buffer, places: readonly number[], from = 0): Buffer => {
    const masker = createLineMasker();
    const given = [];
    let offset = from;
    for (const bytes of cutUp(all, places)) {
      given.push(...masker.push({ offset, bytes }));
      offset += bytes.length;
    }
    given.push(...masker.end());
    let expected = from;
    for (const chunk of given) {
      expect(chunk.offset).toBe(expected);
      expected += chunk.bytes.length;
    }
    return Buffer.concat(given.map(({ bytes }) => bytes));
  };

  it('is the same however it is cut, as long as it was, and does not change when it is masked again', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), cuts, (words, places) => {
        const all = Buffer.from(words.join(''));
        const masked = mask(all, places);
        expect(masked.toString('latin1')).toBe(mask(all, []).toString('latin1'));
        expect(masked.length).toBe(all.length);
        expect(mask(masked, places).toString('latin1')).toBe(masked.toString('latin1'));
        for (const [index, byte] of all.entries()) if (masked[index] !== byte) expect(masked[index]).toBe(STAR);
      }),
      { numRuns: 500 },
    );
  });

  it('is looked at closely wherever there is anything to find', () => {
    const near = fc.oneof(word, fc.constantFrom('-u ', ' --token ', 'basic ', '://', '@', ':', '=', "'", 'key', 'pwd'));
    fc.assert(
      fc.property(fc.array(near, { maxLength: 8 }), (words) => {
        const text = words.join('');
        MAY_HOLD_SECRET.lastIndex = 0;
        if (secretRanges(text).length > 0) expect(MAY_HOLD_SECRET.test(text), text).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(tokens())('shows no $kind, in a line, at its end and across a window', ({ token }) => {
    for (const text of [
      `it is ${token} here\n`,
      `it is ${token}`,
      `${'x '.repeat(24 * 1024 - 4)}${token} ${'x '.repeat(40_000)}`,
    ]) {
      const masked = mask(Buffer.from(text), [3, 7, 50_000]).toString('latin1');
      expect(masked).not.toContain(token);
      expect(masked).not.toContain(token.slice(-8));
      expect(masked.length).toBe(text.length);
    }
  });

  it.each(tokens())('shows no half of a $kind to whoever reads from its middle', ({ token }) => {
    for (let from = 1; from < token.length - 8; from += 5) {
      const masked = mask(Buffer.from(`${token.slice(from)} and more\n`), [], from + 100).toString('latin1');
      expect(masked).not.toContain(token.slice(-8));
      expect(masked.endsWith(' and more\n')).toBe(true);
    }
  });
});

describe('a task', () => {
  const places: readonly ((token: string) => string)[] = [
    (token) => token,
    (token) => `echo ${token} | wc`,
    (token) => `curl -H "X-Key: ${token}" https://example.org`,
    (token) => `X=${token} ./run --now`,
    (token) => `(${token})`,
    (token) => `tool '${token}'`,
    (token) => `tool --key=${token},other`,
    (token) => `https://${token}@example.org/a`,
  ];

  it('comes in at least eighty secrets of thirty kinds', () => {
    expect(tokens().length).toBeGreaterThanOrEqual(80);
    expect(new Set(tokens().map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(30);
  });

  it.each(tokens())('shows no $kind', async ({ token }) => {
    for (const place of places) {
      const action: ShellAction = { kind: 'shell', command: place(token), access: 'read-only' };
      const { task, action: shown, masked } = await maskTask(finder, `!${place(token)}`, action);
      for (const text of [task, JSON.stringify(shown)]) {
        expect(text).not.toContain(token);
        expect(text).not.toContain(token.slice(-8));
        expect(text).toContain(MASK);
      }
      expect(masked).toBe(true);
    }
  });

  it('does not change when it is masked again', async () => {
    const word = fc.oneof(
      fc.constantFrom(...tokens().map(({ token }) => token)),
      fc.constantFrom(
        'PASSWORD=',
        ' ',
        '\n',
        '"',
        "'",
        '://',
        '@',
        ':',
        'a',
        '{',
        '}',
        '\\',
        '--token ',
        '-u ',
        MASK,
        ' secretlint-disable ',
      ),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 16 }), async (words) => {
        const text = words.join('');
        expect(maskSecrets(maskSecrets(text))).toBe(maskSecrets(text));
        const once = await finder.mask(text);
        expect(await finder.mask(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });
});
