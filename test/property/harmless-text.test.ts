// Text of others loses what acts unseen, keeps what belongs to it, and does not depend on the pieces in which it comes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHarmlessText, harmlessText } from '../../src/core/harmless-text.ts';

const TRICKY = [
  '\r',
  '\n',
  '\r\n',
  '\x1b',
  '\u202e',
  '\u200d',
  '\u200c',
  '\ufe0f',
  '\ufe0e',
  '1',
  '#',
  '\u20e3',
  '👩',
  '🏽',
  '❤',
];
const MORE = [
  '🏴',
  '\u{e0067}',
  '\u{e007f}',
  'ن',
  'क',
  '्',
  '\ud83d',
  '\udc69',
  '\u2028',
  '\ufeff',
  'a',
  ' ',
  '▸',
  '日',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...TRICKY, ...MORE), fc.string({ unit: 'binary', maxLength: 3 })))
  .map((parts) => parts.join(''));

describe('text of others', () => {
  it.each([
    ['zero \u200bwidth\u200d', 'zero \\u200bwidth\\u200d'],
    ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
    ['\ufeffmark', '\\ufeffmark'],
    ['tag\u{e0041}\u{e007f}', 'tag\\u{e0041}\\u{e007f}'],
    ['\ufff9inter\ufffalinear\ufffb', '\\ufff9inter\\ufffalinear\\ufffb'],
    ['soft\u00adhyphen', 'soft\\xadhyphen'],
    ['filler\u3164', 'filler\\u3164'],
    ['half \ud83d', 'half \\ud83d'],
    ['1\ufe0f', '1\\ufe0f'],
  ])('%j is spelt out', (raw, shown) => {
    expect(harmlessText(raw)).toBe(shown);
  });

  it.each(['👨‍👩‍👧 👩🏽‍🚀', '❤️ ⚠️ ✔︎', '1️⃣ #️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'می‌خواهم', 'क्‍ष', 'é ü 日本'])('%s stays as it is', (raw) => {
    expect(harmlessText(raw)).toBe(raw);
  });

  it('comes out the same however it is divided', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 12 }), (whole, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const stream = createHarmlessText();
        const out = places.slice(1).map((to, index) => stream.push(whole.slice(places[index], to)));
        expect(out.join('') + stream.end()).toBe(harmlessText(whole));
      }),
      { numRuns: 3000 },
    );
  });

  it('comes out the same one unit at a time', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const stream = createHarmlessText();
        const out = whole.split('').map((unit) => stream.push(unit));
        expect(out.join('') + stream.end()).toBe(harmlessText(whole));
      }),
      { numRuns: 3000 },
    );
  });
});
