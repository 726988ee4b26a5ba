// Lines for people, broken at words.
import { describe, expect, it } from 'vitest';
import { secondColumn, widthOf, wrapLines } from '../../../src/cli/wrap-lines.ts';

describe('a line', () => {
  it('is broken at words, and goes on a little further in', () => {
    expect(wrapLines(['    at most 4096 processes and more of it'], 30)).toEqual([
      '    at most 4096 processes',
      '      and more of it',
    ]);
  });

  it('with columns goes on under the second one', () => {
    const line = '  -n, --limit N  at most N runs, and no more than that';
    expect(wrapLines([line], 40, secondColumn)).toEqual([
      '  -n, --limit N  at most N runs, and no',
      '                 more than that',
    ]);
  });

  it('that fits, or for which there is no room at all, stays', () => {
    const long = 'many words in a row that do not fit';
    expect(wrapLines(['short', long], undefined)).toEqual(['short', long]);
    expect(wrapLines([long], 10)).toEqual([long]);
    expect(wrapLines(['short  and fits'], 80, secondColumn)).toEqual(['short  and fits']);
  });

  it('is broken for terminals alone', () => {
    expect(widthOf({ isTTY: true, columns: 61, rows: 20 })).toBe(61);
    expect(widthOf({ isTTY: false as never, columns: 61, rows: 20 })).toBeUndefined();
  });
});
