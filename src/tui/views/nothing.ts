// What an empty pane says: what will fill it, and which key does.

import type { Rect } from '../terminal/cells.ts';
import { wrap } from '../terminal/width.ts';
import { type Paint, write } from './paint.ts';

/** Muted lines from the top of the pane, broken at words. */
export function drawNothing(paint: Paint, box: Rect, lines: readonly string[]): void {
  const width = Math.max(1, box.width - 2);
  const rows = lines.flatMap((line) => wrap(line, width)).slice(0, Math.max(0, box.height));
  rows.forEach((row, index) => {
    write(paint, box.x + 1, box.y + index, [[row, paint.style('muted')]], width);
  });
}
