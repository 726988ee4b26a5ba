// What an empty pane says: what will fill it, and which key does. And the names of keys, from the keymap.

import { type BindingId, KEYMAP, keyLabel } from '../keys/keymap.ts';
import type { Rect } from '../terminal/cells.ts';
import { wrap } from '../terminal/width.ts';
import { type Paint, write } from './paint.ts';

/** The first key of a binding, as people read it. */
export function keyOf(id: BindingId): string {
  const binding = KEYMAP.find((candidate) => candidate.id === id);
  return keyLabel(binding?.keys[0] ?? '');
}

/** Muted lines from the top of the pane, broken at words. */
export function drawNothing(paint: Paint, box: Rect, lines: readonly string[]): void {
  const width = Math.max(1, box.width - 2);
  const rows = lines.flatMap((line) => wrap(line, width)).slice(0, Math.max(0, box.height));
  rows.forEach((row, index) => {
    write(paint, box.x + 1, box.y + index, [[row, paint.style('muted')]], width);
  });
}
