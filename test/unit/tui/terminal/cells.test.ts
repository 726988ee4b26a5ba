import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  CellGrid,
  DEFAULT_ATTR,
  INVERSE,
  makeAttr,
} from '../../../../src/tui/terminal/cells.ts';
import { stringWidth } from '../../../../src/tui/terminal/width.ts';

const red = makeAttr(1);
const blue = makeAttr(4, 7, BOLD);

/** Every row is as wide as the grid, and every right half stands behind a wide grapheme and nowhere else. */
function expectSound(grid: CellGrid) {
  for (let at = 0; at < grid.chars.length; at += 1) {
    const char = grid.chars[at] as string;
    const x = at % grid.width;
    if (char === '') expect(x > 0 && stringWidth(grid.chars[at - 1] as string) === 2).toBe(true);
    else if (stringWidth(char) === 2) expect(x + 1 < grid.width && grid.chars[at + 1] === '').toBe(true);
    else expect(stringWidth(char)).toBe(1);
    expect(char).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b]/u);
  }
}

describe('attributes', () => {
  it('pack and unpack as blessed does', () => {
    expect(DEFAULT_ATTR).toBe((0x1ff << 9) | 0x1ff);
    expect([attrFg(blue), attrBg(blue), attrFlags(blue)]).toEqual([4, 7, BOLD]);
    expect(attrFlags(makeAttr(255, 0, BOLD | INVERSE))).toBe(9);
  });
});

describe('write', () => {
  it('answers the columns used and sets attributes', () => {
    const grid = new CellGrid(10, 2);
    expect(grid.write(1, 1, 'a漢b', red)).toBe(4);
    expect(grid.chars.slice(10)).toEqual([' ', 'a', '漢', '', 'b', ' ', ' ', ' ', ' ', ' ']);
    expect([...grid.attrs.slice(10, 16)]).toEqual([DEFAULT_ATTR, red, red, red, red, DEFAULT_ATTR]);
  });

  it('clips at the right edge and at maxWidth, at whole graphemes', () => {
    const grid = new CellGrid(5, 1);
    expect(grid.write(3, 0, 'x漢', red)).toBe(1);
    expect(grid.toText()).toBe('   x');
    expect(grid.write(0, 0, '漢字', red, 3)).toBe(2);
    expect(grid.toText()).toBe('漢 x');
    expect(grid.write(0, 0, 'abc', red, 0)).toBe(0);
    expect(grid.write(9, 0, 'abc', red)).toBe(0);
  });

  it('clips at the left edge, and counts what lies outside', () => {
    const grid = new CellGrid(5, 1);
    expect(grid.write(-3, 0, 'ab漢de', red)).toBe(6);
    expect(grid.toText()).toBe(' de');
  });

  it('draws nothing above or below, but still counts', () => {
    const grid = new CellGrid(5, 1);
    expect(grid.write(0, -1, 'abc', red)).toBe(3);
    expect(grid.write(0, 1, 'abc', red)).toBe(3);
    expect(grid.toText()).toBe('');
  });

  it('shows controls, overrides and lone surrogates as replacement characters', () => {
    const grid = new CellGrid(20, 1);
    grid.write(0, 0, 'a\x1b[2J\u202e\u0085\ud800\r\n', red);
    expect(grid.toText()).toBe('a�[2J����');
  });

  it('bounds a pile of combining marks', () => {
    const grid = new CellGrid(4, 1);
    grid.write(0, 0, `a${'\u0301'.repeat(5000)}b`, red);
    expect(grid.chars[0]?.length).toBeLessThanOrEqual(32);
    expect(grid.chars[1]).toBe('b');
  });

  it('never leaves half a wide grapheme behind', () => {
    const grid = new CellGrid(6, 1);
    grid.write(0, 0, '漢字漢', red);
    grid.write(1, 0, 'x', red);
    expect(grid.chars).toEqual([' ', 'x', '字', '', '漢', '']);
    grid.write(2, 0, 'y', red);
    expect(grid.chars).toEqual([' ', 'x', 'y', ' ', '漢', '']);
    grid.write(3, 0, '字', red);
    expect(grid.chars).toEqual([' ', 'x', 'y', '字', '', ' ']);
  });

  it('keeps every grid sound whatever is written wherever', () => {
    const step = fc.record({
      x: fc.integer({ min: -6, max: 14 }),
      y: fc.integer({ min: -1, max: 3 }),
      width: fc.integer({ min: -1, max: 14 }),
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('漢字', '👨‍👩‍👧‍👦x', 'ab', '❤️', '\x1b[31m', '🇩🇪🇫')),
      what: fc.constantFrom('write', 'fill', 'blit', 'box'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const grid = new CellGrid(11, 3);
        for (const { x, y, width, text, what } of steps) {
          const rect = { x, y, width, height: 2 };
          if (what === 'write') grid.write(x, y, text, red, width);
          else if (what === 'fill') grid.fill(rect, text.slice(0, 2) || ' ', blue);
          else if (what === 'box') grid.box(rect, blue, { title: text, footer: text });
          else {
            const source = new CellGrid(Math.max(0, width), 2);
            source.write(0, 0, text, blue);
            grid.blit(source, x, y);
          }
          expectSound(grid);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('areas', () => {
  it('fill covers exactly the rectangle', () => {
    const grid = new CellGrid(6, 3);
    grid.write(0, 1, '漢字漢', red);
    grid.fill({ x: 1, y: 1, width: 2, height: 5 }, '·', blue);
    expect(grid.toText()).toBe('\n ·· 漢\n ··');
    expect(grid.attrs[7]).toBe(blue);
    expect(grid.attrs[9]).toBe(red);
  });

  it('box has a border, a title and a footer that are cut to fit', () => {
    const grid = new CellGrid(16, 3);
    grid.box({ x: 0, y: 0, width: 16, height: 3 }, red, { title: '1 Thread', titleAttr: blue, footer: '3/4' });
    expect(grid.toText()).toBe('┌ 1 Thread ────┐\n│              │\n└───────── 3/4 ┘');
    expect(grid.attrs[3]).toBe(blue);
    const small = new CellGrid(8, 2);
    small.box({ x: 0, y: 0, width: 8, height: 2 }, red, { title: 'Approvals', border: '+-+|++' });
    expect(small.toText()).toBe('+ Ap… -+\n+------+');
  });

  it('blit copies text and attributes, clipped, and blanks cut wide graphemes', () => {
    const source = new CellGrid(4, 1);
    source.write(0, 0, '漢字', blue);
    const grid = new CellGrid(4, 2);
    grid.blit(source, -1, 0);
    grid.blit(source, 1, 1);
    expect(grid.toText()).toBe(' 字\n 漢');
    expect(grid.attrs[1]).toBe(blue);
  });

  it('restyle changes attributes only', () => {
    const grid = new CellGrid(4, 2);
    grid.write(0, 0, 'abcd', red);
    grid.restyle({ x: 1, y: 0, width: 2, height: 9 }, (attr) => attr | (INVERSE << 18));
    expect([...grid.attrs.slice(0, 4)].map(attrFlags)).toEqual([0, INVERSE, INVERSE, 0]);
    expect(grid.toText()).toBe('abcd\n');
  });

  it('clear takes everything away, the cursor too', () => {
    const grid = new CellGrid(4, 2);
    grid.write(0, 0, 'abcd', red);
    grid.cursor = { x: 1, y: 1 };
    grid.clear(blue);
    expect(grid.toText()).toBe('\n');
    expect(grid.attrs[5]).toBe(blue);
    expect(grid.cursor).toBeUndefined();
  });
});
