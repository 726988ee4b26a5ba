// What an empty pane says: what will fill it, and which key does.

import { type BindingId, keyOf } from '../keys/keymap.ts';
import type { Rect } from '../terminal/cells.ts';
import { wrap } from '../terminal/width.ts';
import { type Paint, write } from './paint.ts';

/** The key of the panes, with what leads there from where letters are typed. */
export function inPanes({ model }: Paint, id: BindingId): string {
  const isTyping = model.focus === 'composer' && model.overlays.length === 0;
  return `${isTyping ? `${keyOf('composer.leave')} ` : ''}${keyOf(id)}`;
}

/** Muted lines from the top of the pane, broken at words. */
export function drawNothing(paint: Paint, box: Rect, lines: readonly string[]): void {
  const width = Math.max(1, box.width - 2);
  const rows = lines.flatMap((line) => wrap(line, width)).slice(0, Math.max(0, box.height));
  rows.forEach((row, index) => {
    write(paint, box.x + 1, box.y + index, [[row, paint.style('muted')]], width);
  });
}
