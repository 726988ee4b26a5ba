import { expect, it } from 'vitest';
import { foldToAscii } from '../../../../src/tui/terminal/ascii-fold.ts';
import { CellGrid, DEFAULT_ATTR } from '../../../../src/tui/terminal/cells.ts';

function folded(text: string): string {
  const grid = new CellGrid(24, 1);
  grid.write(0, 0, text, DEFAULT_ATTR);
  foldToAscii(grid);
  return grid.toText();
}

it.each([
  ['┌──┬══╗ │┃╎', '+--+--+ |||'],
  ['├ ┼ ╬ ╰ ╯', '+ + + + +'],
  ['a… → b × c', 'a. > b x c'],
  ['▀▄█░', '"_#.'],
  ['␛[2J', '?[2J'],
  ['Ünï 漢字 🚀 ~', 'Ünï 漢字 🚀 ~'],
])('%s becomes %s', (text, wanted) => {
  expect(folded(text)).toBe(wanted);
});
