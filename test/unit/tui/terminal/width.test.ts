import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  eachGrapheme,
  graphemes,
  PLAIN_BLOCKS,
  padEnd,
  stringWidth,
  truncate,
  wrap,
} from '../../../../src/tui/terminal/width.ts';

/** Text that is likely to hit the places where clusters join. */
const trickyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('a', ' ', '漢', '✓', '👩', '\u200d', '👧', '\ufe0f', '❤', '🏽', '🇩', '🇪', 'e\u0301', '\u0301'),
      fc.constantFrom('क', '\u094d', 'ष', 'ᄀ', 'ᅡ', 'ᆨ', '가', '\u0600', 'กำ', 'ﾊﾞ', '\r\n', '\ud83d', '\u0d4e', '©'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

describe('stringWidth', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['漢字', 4],
    ['ｆ', 2],
    ['e\u0301', 1],
    ['한글', 4],
    ['각', 2],
    ['👨‍👩‍👧‍👦', 2],
    ['👍🏽', 2],
    ['❤', 1],
    ['❤️', 2],
    ['🇩🇪🇫🇷', 4],
    ['1️⃣', 2],
    ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
    ['✓✗⊘◆●○→›•…', 10],
    ['┌─┐│', 4],
    ['⠋▶', 2],
    ['\u200b', 0],
    ['\u0301', 0],
    ['กำ', 2],
  ])('%j takes %i columns', (text, width) => {
    expect(stringWidth(text)).toBe(width);
  });
});

describe('graphemes', () => {
  it('are those of the Unicode rules, whatever path was taken to them', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    fc.assert(
      fc.property(trickyText, (text) => {
        const expected = [...segmenter.segment(text)].map((part) => part.segment);
        expect([...graphemes(text)].map((part) => part.text)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('stay whole across the internal cut of a long run', () => {
    const family = '👨‍👩‍👧‍👦';
    const text = `x${family.repeat(1000)}`;
    const parts = [...graphemes(text)];
    expect(parts).toHaveLength(1001);
    expect(parts.slice(1).every((part) => part.text === family && part.width === 2)).toBe(true);
  });

  it('stop when told to', () => {
    const seen: string[] = [];
    eachGrapheme('ab漢👍c', (part) => {
      seen.push(part);
      return part !== '👍';
    });
    expect(seen).toEqual(['a', 'b', '漢', '👍']);
  });
});

describe('truncate', () => {
  it.each([
    ['hello', 5, 'hello'],
    ['hello world', 8, 'hello w…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字漢字', 4, '漢…'],
    ['漢字', 4, '漢字'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 3, '👨‍👩‍👧‍👦…'],
    ['abc', 1, '…'],
    ['漢', 1, '…'],
    ['abc', 0, ''],
  ])('%j to %i is %j', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  it('uses the ellipsis it is given, and cuts that too if need be', () => {
    expect(truncate('abcdef', 5, '...')).toBe('ab...');
    expect(truncate('abcdef', 2, '...')).toBe('..');
    expect(truncate('abcdef', 3, '')).toBe('abc');
  });

  it('never exceeds the width, and leaves alone what fits', () => {
    fc.assert(
      fc.property(trickyText, fc.nat(20), (text, width) => {
        const cut = truncate(text, width);
        expect(stringWidth(cut)).toBeLessThanOrEqual(width);
        if (width > 0 && stringWidth(text) <= width) expect(cut).toBe(text);
      }),
    );
  });
});

describe('wrap', () => {
  it.each([
    ['the quick brown fox', 10, ['the quick', 'brown fox']],
    ['barbazquux', 4, ['barb', 'azqu', 'ux']],
    ['漢字漢字 x', 5, ['漢字', '漢字', 'x']],
    ['a\n\nb', 5, ['a', '', 'b']],
    ['  indented words', 10, ['  indented', 'words']],
    ['', 5, ['']],
  ])('%j at %i', (text, width, expected) => {
    expect(wrap(text, width)).toEqual(expected);
  });

  it('keeps every character but blanks, in lines that fit', () => {
    fc.assert(
      fc.property(trickyText, fc.integer({ min: 2, max: 20 }), (text, width) => {
        const lines = wrap(text, width);
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(/[\n ]/g, ''));
      }),
    );
  });
});

describe('padEnd', () => {
  it('counts columns, not characters', () => {
    expect(padEnd('漢', 4)).toBe('漢  ');
    expect(padEnd('abcde', 3)).toBe('abcde');
  });
});

it('blocks that are taken for plain hold nothing but what is seen and stands alone', () => {
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const seen = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]$/u;
  const units = PLAIN_BLOCKS.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  expect(units.length).toBeGreaterThan(1000);
  for (const unit of units) {
    const char = String.fromCharCode(unit);
    expect(seen.test(char), unit.toString(16)).toBe(true);
    expect([...segmenter.segment(`a${char}a`)], unit.toString(16)).toHaveLength(3);
  }
});
