import { describe, expect, it } from 'vitest';
import { attrBg, attrFg, CellGrid } from '../../../../src/tui/terminal/cells.ts';
import {
  clip,
  clipLeft,
  createPaint,
  onGround,
  own,
  type Paint,
  write,
  writeRow,
} from '../../../../src/tui/views/paint.ts';
import { ASCII, COLOURS, emptyDay, MONO } from './example.ts';

const brush = (grid = new CellGrid(20, 2), theme = COLOURS): Paint =>
  createPaint(emptyDay({ width: 20, height: 2 }), theme, grid);

describe('clip', () => {
  it('cuts on the right, sanitises, and looks only at what can be seen of a long text', () => {
    expect(clip(brush(), 'short', 10)).toBe('short');
    expect(clip(brush(), 'much too long', 8)).toBe('much to…');
    expect(clip(brush(), '漢字漢字', 6)).toBe('漢字…');
    expect(clip(brush(), 'a\x1b[31m\nb', 20)).toBe('a␛[31m⏎b');
    expect(clip(brush(), 'x'.repeat(1_000_000), 5)).toBe('xxxx…');
    expect(clip(brush(), `${'\u0301'.repeat(5000)}x`, 4).length).toBeLessThan(200);
    expect(clip(brush(), 'anything', 0)).toBe('');
    expect(clip(brush(new CellGrid(1, 1), ASCII), 'much too long', 8)).toBe('much ...');
  });

  it('cuts paths on the left', () => {
    expect(clipLeft(brush(), '/home/ada/shop', 20)).toBe('/home/ada/shop');
    expect(clipLeft(brush(), '/home/ada/shop', 9)).toBe('…ada/shop');
    expect(clipLeft(brush(), '/家/漢字漢字', 6)).toBe('…漢字');
    expect(clipLeft(brush(), `${'x'.repeat(1_000_000)}/end`, 6)).toBe('…x/end');
    expect(clipLeft(brush(), 'abc', 1)).toBe('…');
  });
});

describe('write', () => {
  it('cuts the span that does not fit and leaves out those behind it', () => {
    const grid = new CellGrid(20, 2);
    expect(
      write(
        brush(grid),
        1,
        0,
        [
          ['one', 1],
          [' two', 1],
          [' three', 1],
        ],
        9,
      ),
    ).toBe(9);
    expect(grid.toText()).toBe(' one two …\n');
  });

  it('keeps the right, and gives it up before the left becomes too short', () => {
    const grid = new CellGrid(20, 2);
    writeRow(brush(grid), { x: 0, y: 0, width: 14 }, [['left and more', 1]], [['0:42', 1]]);
    writeRow(brush(grid), { x: 0, y: 1, width: 12 }, [['left and more', 1]], [['0:42', 1]]);
    expect(grid.toText()).toBe('left and… 0:42\nleft and mo…');
  });
});

it('a ground lends its background, and its colour to text without one', () => {
  const paint = onGround(brush(), 'dialog');
  const dialog = COLOURS.style('dialog');
  expect(attrBg(paint.style('warning'))).toBe(attrBg(dialog));
  expect(attrFg(paint.style('warning'))).toBe(attrFg(COLOURS.style('warning')));
  expect(attrFg(paint.style('text'))).toBe(attrFg(dialog));
  expect(paint.style('badge')).toBe(COLOURS.style('badge'));
  const mono = onGround(brush(new CellGrid(1, 1), MONO), 'header');
  expect(mono.style('text')).toBe(MONO.style('header'));
});

it('our own signs are spelt out where there are only letters', () => {
  expect(own(brush(new CellGrid(1, 1), ASCII), 'loading… ↑ a → b · c')).toBe('loading... Up a -> b - c');
  expect(own(brush(), 'loading… ↑')).toBe('loading… ↑');
});
