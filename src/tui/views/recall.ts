// The tasks that were typed before and hold what is looked for, the newest first, with the words that matched lit up.

import type { OverlayOf } from '../model/overlay-model.ts';
import { overlayRect } from '../rows/geometry.ts';
import type { Attr } from '../terminal/cells.ts';
import { searchHistory, searchWords } from '../terminal/history.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { drawField, openBox } from './dialog.ts';
import { type Paint, type Span, select, write } from './paint.ts';

/** No row shows more of a task. */
const SHOWN_UNITS = 400;

export function drawRecall(outer: Paint, overlay: OverlayOf<'recall'>): void {
  const query = overlay.editor.text;
  const found = searchHistory(outer.model.composer.history, query);
  const rect = overlayRect(outer.model, overlay);
  const { paint, box } = openBox(outer, rect, 'Typed before');
  drawField(paint, { ...box, x: box.x + 1, width: box.width - 2 }, overlay.editor, 'type a part of it');
  const height = Math.max(0, box.height - 1);
  if (found.length === 0 && height > 0)
    write(paint, box.x + 3, box.y + 1, [['nothing that was typed holds this', paint.style('muted')]], box.width - 4);
  const first = Math.max(0, Math.min(overlay.selected - Math.floor(height / 2), found.length - height));
  found.slice(first, first + height).forEach((task, index) => {
    const at = { ...box, y: box.y + 1 + index, height: 1 };
    write(paint, at.x + 3, at.y, taskSpans(paint, task, searchWords(query)), at.width - 4);
    if (first + index === overlay.selected) select(paint, at);
  });
}

/** Lowering the case may change the length of a text; then nothing is lit up. */
function taskSpans(paint: Paint, task: string, words: readonly string[]): Span[] {
  const shown = task.slice(0, SHOWN_UNITS).toWellFormed();
  const low = shown.toLowerCase();
  const lit = new Uint8Array(shown.length);
  for (const word of low.length === shown.length ? words : []) {
    const at = low.indexOf(word);
    if (at >= 0) lit.fill(1, at, at + word.length);
  }
  const spans: [string, Attr][] = [];
  let at = 0;
  for (const char of shown) {
    const attr = paint.style(lit[at] === 1 ? 'accent' : 'text');
    const last = spans.at(-1);
    if (last !== undefined && last[1] === attr) last[0] += char;
    else spans.push([char, attr]);
    at += char.length;
  }
  return spans.map(([text, attr]): Span => [sanitizeLine(text), attr]);
}
