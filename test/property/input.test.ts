import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInputTokenizer } from '../../src/tui/terminal/input.ts';
import type { InputEvent } from '../../src/tui/terminal/input-event.ts';

const CONTROL = /\p{Cc}/u;
const START = '\x1b[200~';
const END = '\x1b[201~';

/** Bytes as hostile as they come: noise, and pieces of everything that means something. */
const hostileBytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom(
          ...[
            '\x1b',
            '\x1b[',
            '\x1bO',
            '\x1b]',
            '\x1bP',
            '\x1b_',
            '\x1b\\',
            '\x07',
            '\x18',
            '\x9b',
            '[',
            'O',
            'M',
            '<',
          ],
          ...[
            '\x1b[A',
            '\x1b[1;5D',
            '\x1b[<0;1;1M',
            '\x1b[M !!',
            '\x1b]11;rgb:0/0/0\x07',
            '\x1b[I',
            '\x1b[97;5u',
            '0;1',
          ],
          ...[START, END, '\x1b[20', '0~', '1~', 'y', '漢', '🚀', '\r', '\0'],
        )
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 20 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

/** Feeds the bytes cut at the given places, with no timer ever firing, and flushes in the end. */
function tokenize(bytes: Uint8Array, cuts: number[]): { events: InputEvent[]; raws: Buffer[] } {
  const events: InputEvent[] = [];
  const raws: Buffer[] = [];
  const tokenizer = createInputTokenizer(
    (event, raw) => {
      events.push(event);
      raws.push(Buffer.from(raw));
    },
    { setTimer: () => () => {} },
  );
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  edges.slice(1).forEach((edge, index) => {
    tokenizer.write(bytes.subarray(edges[index], edge));
  });
  tokenizer.flush();
  return { events, raws };
}

describe('terminal input', () => {
  it('gives the same events however the bytes are cut', () => {
    fc.assert(
      fc.property(hostileBytes, fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
        expect(tokenize(bytes, cuts)).toEqual(tokenize(bytes, []));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same events byte by byte', () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        expect(tokenize(bytes, Array.from(bytes.keys()))).toEqual(tokenize(bytes, []));
      }),
      { numRuns: 500 },
    );
  });

  it('accounts for every byte exactly once, in order', () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        expect(Buffer.concat(tokenize(bytes, []).raws)).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('never makes text, key names or replies with control characters in them', () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        for (const event of tokenize(bytes, []).events) {
          if (event.type === 'key') {
            expect(event.key).not.toMatch(CONTROL);
            expect(event.key.length).toBeGreaterThan(0);
            if (event.text !== undefined) expect([...event.text]).toHaveLength(1);
            expect(event.text ?? '').not.toMatch(CONTROL);
          } else if (event.type === 'paste') {
            expect(event.text.replace(/[\n\t]/g, '')).not.toMatch(CONTROL);
          } else if (event.type === 'reply') expect(event.value).not.toMatch(CONTROL);
          else if (event.type === 'mouse') expect(event.x >= 0 && event.y >= 0).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never makes a key of what is pasted', () => {
    fc.assert(
      fc.property(hostileBytes, fc.array(fc.nat(200), { maxLength: 12 }), (bytes, cuts) => {
        const content = Buffer.from(bytes).toString('latin1').replaceAll(END, '');
        fc.pre(!`${content}${END}`.slice(0, -1).includes(END));
        const whole = Buffer.from(START + content + END, 'latin1');
        expect(tokenize(whole, cuts).events.map((event) => event.type)).toEqual(['paste']);
      }),
      { numRuns: 1000 },
    );
  });
});
