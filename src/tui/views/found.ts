// Marks a text wherever it stands on the screen, also where it goes on in the next row. It looks at the cells, so that it marks
// what a program drew as well as lines of text.

import type { CellGrid, Rect } from '../terminal/cells.ts';
import type { Paint } from './paint.ts';

export function markFound({ grid, style }: Paint, rect: Rect, wanted: string): void {
  const text = wanted.toLowerCase();
  if (text === '') return;
  const { shown, cells } = readCells(grid, rect);
  const match = style('match');
  for (let at = shown.indexOf(text); at !== -1; at = shown.indexOf(text, at + text.length))
    for (const cell of cells.slice(at, at + text.length)) if (cell !== -1) grid.attrs[cell] = match;
}

/** What stands there in lower case, and the cell of each unit of it; a row that is not full ends its line. */
function readCells(grid: CellGrid, rect: Rect): { shown: string; cells: number[] } {
  let shown = '';
  const cells: number[] = [];
  const right = Math.min(rect.x + rect.width, grid.width);
  for (let y = rect.y; y < Math.min(rect.y + rect.height, grid.height); y += 1) {
    for (let x = rect.x; x < right; x += 1) {
      const cell = y * grid.width + x;
      const lower = (grid.chars[cell] ?? '').toLowerCase();
      for (let unit = 0; unit < lower.length; unit += 1) cells.push(cell);
      shown += lower;
    }
    if (grid.chars[y * grid.width + right - 1] === ' ') {
      cells.push(-1);
      shown += '\n';
    }
  }
  return { shown, cells };
}
