// What is told by looks alone: focus, selection, what would do nothing, what lies below a dialog.

import { describe, expect, it } from 'vitest';
import type { Model, PaneId } from '../../../../src/tui/model/model.ts';
import { layoutOf } from '../../../../src/tui/rows/geometry.ts';
import { attrBg, attrFg, attrFlags, BOLD, type CellGrid, INVERSE } from '../../../../src/tui/terminal/cells.ts';
import type { StyleName } from '../../../../src/tui/terminal/theme.ts';
import { DEAF_MS } from '../../../../src/tui/update/reading.ts';
import { busyDay, COLOURS, draw, MONO, NOW, SIXTEEN, withOverlay } from './example.ts';
import { approvalDialog, scenes } from './scenes.ts';

const size = { width: 120, height: 40 };
const scene = (name: string): Model => scenes(size)[name] as Model;

/** The attributes of the first place where the text stands. */
function attrsAt(grid: CellGrid, wanted: string, fromRow = 0): number[] {
  for (let y = fromRow; y < grid.height; y += 1) {
    const row = grid.chars.slice(y * grid.width, (y + 1) * grid.width);
    const x = row.join('').indexOf(wanted);
    if (x >= 0 && row.every((char) => char.length === 1)) {
      return [...grid.attrs.slice(y * grid.width + x, y * grid.width + x + wanted.length)];
    }
  }
  throw new Error(`"${wanted}" is not on the screen:\n${grid.toText()}`);
}

const style = (name: StyleName): number => COLOURS.style(name);
const foregrounds = (attrs: readonly number[]): number[] => [...new Set(attrs.map(attrFg))];

describe('focus', () => {
  it.each(['thread', 'approvals', 'runs', 'devices'] as const)('shows in border and title of %s alone', (focus) => {
    const model: Model = { ...busyDay(size), focus, pane: focus };
    const grid = draw(model);
    const { panes } = layoutOf(model);
    for (const [pane, rect] of Object.entries(panes) as [PaneId, { x: number; y: number }][]) {
      const at = rect.y * grid.width + rect.x;
      expect(grid.attrs[at]).toBe(style(pane === focus ? 'borderFocused' : 'border'));
      expect(grid.attrs[at + 2]).toBe(style(pane === focus ? 'titleFocused' : 'title'));
    }
    expect(grid.cursor).toBeUndefined();
  });

  it('in the composer shows as the cursor', () => {
    const grid = draw(busyDay(size));
    expect(grid.cursor).toEqual({ x: 3, y: 37 });
    expect(attrsAt(grid, '1 Thread')[0]).toBe(style('title'));
  });

  it('is in the dialog on top', () => {
    const grid = draw(scene('palette'));
    const row = grid
      .toText()
      .split('\n')
      .findIndex((line) => line.includes('› go t'));
    const column = grid.toText().split('\n')[row]?.indexOf('› go t') ?? 0;
    expect(grid.cursor).toEqual({ x: column + 6, y: row });
    expect(draw(scene('approval')).cursor).toBeUndefined();
  });
});

describe('what is selected', () => {
  it('is marked over the whole row, and only in the pane with the focus', () => {
    const grid = draw({ ...busyDay(size), focus: 'runs' });
    const { panes } = layoutOf({ ...busyDay(size), focus: 'runs' });
    const rect = panes.runs;
    if (rect === undefined) throw new Error('the runs are shown');
    const row = (y: number): number[] => [...grid.attrs.slice(y * 120 + rect.x + 1, y * 120 + rect.x + rect.width - 1)];
    expect(new Set(row(rect.y + 1).map(attrBg))).toEqual(new Set([attrBg(style('selected'))]));
    expect(row(rect.y + 2).map(attrBg)).not.toContain(attrBg(style('selected')));
    expect([...grid.attrs].filter((attr) => attrBg(attr) === attrBg(style('selected')))).toHaveLength(rect.width - 2);
  });

  it.each([SIXTEEN, MONO])('is inverse where there are no backgrounds', (theme) => {
    const grid = draw({ ...busyDay(size), focus: 'devices' }, theme);
    const row = attrsAt(grid, '● laptop', 2);
    expect(row.every((attr) => (attrFlags(attr) & INVERSE) !== 0)).toBe(true);
  });
});

describe('the approval dialog', () => {
  const keys = (grid: CellGrid, label: string): number[] => foregrounds(attrsAt(grid, label));
  const box = (change: Parameters<typeof approvalDialog>[0]): CellGrid =>
    draw(withOverlay(scene('busy'), approvalDialog(change)));

  it('has the command on a ground of its own', () => {
    const attrs = attrsAt(box({}), 'done', 10);
    expect(attrs.map(attrBg)).toEqual(Array(4).fill(attrBg(style('selected'))));
    expect(attrs.every((attr) => (attrFlags(attr) & BOLD) !== 0)).toBe(true);
  });

  it('shows y as useless until everything was shown, and every answer while it is deaf', () => {
    const dull = attrFg(style('placeholder'));
    expect(keys(box({ seenEndAt: undefined }), 'approve once')).toEqual([dull]);
    expect(keys(box({ seenEndAt: undefined }), 'with a reason')).not.toEqual([dull]);
    expect(keys(box({ deafUntil: NOW + 1 }), 'with a reason')).toEqual([dull]);
    expect(keys(box({ seenEndAt: NOW }), 'approve once')).toEqual([dull]);
    expect(keys(box({ seenEndAt: NOW - DEAF_MS }), 'approve once')).not.toEqual([dull]);
  });

  it('warns', () => {
    const warned = attrsAt(box({}), 'asked for workspace-write');
    expect(foregrounds(warned)).toEqual([attrFg(style('warning'))]);
  });
});

it('what is below a dialog is dimmed, what is below a page is not there', () => {
  const grid = draw(scene('quit'));
  expect(foregrounds(attrsAt(grid, '1 Thread'))).toEqual([attrFg(style('border'))]);
  expect(foregrounds([...grid.attrs.slice(0, 120)])).toEqual([attrFg(style('border'))]);
  expect(draw(scene('run')).toText()).not.toContain('1 Thread');
});

it('matches are lit up', () => {
  const match = style('match');
  const found = draw(scene('search'));
  expect(attrsAt(found, 'report.pdf').slice(0, 6)).toEqual(Array(6).fill(match));
  expect(attrsAt(found, 'report.pdf')[6]).not.toBe(match);
  const palette = attrsAt(draw(scene('palette')), 'cancel the run').map(attrFg);
  const lit = attrFg(style('accent'));
  expect(palette.slice(0, 5).map((colour) => colour === lit)).toEqual([true, true, false, true, false]);
});

it('what needs a person is in the colour of warnings', () => {
  const grid = draw(busyDay(size));
  expect(foregrounds(attrsAt(grid, '1 waiting'))).toEqual([attrFg(style('warning'))]);
  expect(foregrounds(attrsAt(grid, 'waiting for you'))).toEqual([attrFg(style('warning'))]);
  expect(foregrounds(attrsAt(grid, 'exit 101'))).toEqual([attrFg(style('error'))]);
});

it('an attached run has its first row inverse', () => {
  const grid = draw(scene('attach'));
  expect([...grid.attrs.slice(0, 120)].every((attr) => (attrFlags(attr) & INVERSE) !== 0)).toBe(true);
});
