// What two runs printed, compared: what differs stands out, what is the same is told, and nothing takes for ever.
import { describe, expect, it } from 'vitest';
import type { Document } from '../../../../src/tui/preview/document.ts';
import { readComparison } from '../../../../src/tui/preview/read-comparison.ts';

const rowsOf = (document: Document): (readonly [string, string])[] =>
  document.type === 'text'
    ? document.blocks.map((block) => {
        const [piece] = block.type === 'line' ? block.pieces : [];
        return [piece?.[0] ?? '', piece?.[1] ?? ''] as const;
      })
    : [];

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

describe('two outputs', () => {
  it('show what differs with a little around it, and count what is the same', () => {
    const rows = rowsOf(
      readComparison(`${lines(1, 100)}old\n${lines(101, 200)}`, `${lines(1, 100)}new\n${lines(101, 200)}`),
    );
    expect(rows).toEqual([
      ['… 97 lines the same', 'muted'],
      ['  line 98', 'text'],
      ['  line 99', 'text'],
      ['  line 100', 'text'],
      ['- old', 'removed'],
      ['+ new', 'added'],
      ['  line 101', 'text'],
      ['  line 102', 'text'],
      ['  line 103', 'text'],
      ['… 97 lines the same', 'muted'],
    ]);
  });

  it('that are the same say so, and are the same where only colours and line ends differ', () => {
    expect(rowsOf(readComparison('\x1b[32mfine\x1b[0m\r\n', 'fine\n'))).toEqual([
      ['1 line the same: nothing differs', 'muted'],
    ]);
    expect(rowsOf(readComparison('', ''))).toEqual([['neither printed anything', 'muted']]);
  });

  it('show everything of one where the other is empty', () => {
    expect(rowsOf(readComparison('', 'a\nb\n'))).toEqual([
      ['+ a', 'added'],
      ['+ b', 'added'],
    ]);
  });

  it('drive no terminal', () => {
    const said = rowsOf(readComparison('a\x1b]52;c;x\x07\u202eb\n', '\x9b31mc\n')).map(([text]) => text);
    expect(said.join('')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
  });

  it('that have nothing in common are shown one after the other, and bounded', () => {
    const mixed = (word: string): string => Array.from({ length: 20_000 }, (_, at) => `${word} ${at}\n`).join('');
    const rows = rowsOf(readComparison(mixed('one'), mixed('other')));
    expect(rows[0]).toEqual(['- one 0', 'removed']);
    expect(rows).toHaveLength(20_001);
    expect(rows.at(-1)).toEqual(['… 20000 lines more are not shown here', 'muted']);
  }, 30_000);
});
