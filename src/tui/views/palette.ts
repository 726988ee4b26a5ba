// The palette: what was typed, and the commands, tasks and runs that match it, the matching letters lit up.

import type { OverlayOf, PaletteMatch } from '../model/overlay-model.ts';
import { overlayRect } from '../rows/geometry.ts';
import type { Attr, Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { stringWidth } from '../terminal/width.ts';
import { drawField, openBox } from './dialog.ts';
import { clip, own, type Paint, type Span, select, write } from './paint.ts';

export function drawPalette(outer: Paint, overlay: OverlayOf<'palette'>): void {
  const { matches, selected, editor, items } = overlay;
  const rect = overlayRect(outer.model, overlay);
  const height = Math.max(0, rect.height - 4);
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), matches.length - height));
  const shown = matches.slice(first, first + height);
  const { paint, box } = openBox(outer, rect, 'Commands', {
    topRight: [[`${matches.length}/${items.length}`, onDialog(outer)]],
  });
  const field = { ...box, x: box.x + 1, width: box.width - 2 };
  drawField(paint, field, editor, 'type to find a command, a run or a task');
  const [, across = '-'] = [...paint.glyphs.border];
  if (box.height > 2) {
    paint.grid.write(box.x, box.y + 1, across.repeat(box.width), paint.style('border'));
  }
  if (shown.length === 0) {
    write(paint, box.x + 1, box.y + 2, [['nothing matches', paint.style('muted')]], box.width - 2);
  }
  shown.forEach((match, index) => {
    const at = { ...box, y: box.y + 2 + index };
    drawMatch(paint, at, match);
    if (first + index === selected) select(paint, at);
  });
}

const onDialog = (paint: Paint): Attr => paint.theme.style('dialogBorder');

/** The hint has at most this part of the row. */
const HINT_SHARE = 0.4;
const LEAST_HINTED = 34;

function drawMatch(paint: Paint, at: Rect, match: PaletteMatch): void {
  const width = at.width - 2;
  const said = match.item.recent === true ? `recent ${paint.glyphs.separator} ${match.item.hint}` : match.item.hint;
  const hint = width < LEAST_HINTED ? '' : own(paint, clip(paint, said, Math.floor(width * HINT_SHARE)));
  const hintWidth = stringWidth(hint);
  write(paint, at.x + 1, at.y, labelSpans(paint, match), width - (hintWidth > 0 ? hintWidth + 2 : 0));
  write(paint, at.x + 1 + width - hintWidth, at.y, [[hint, paint.style('muted')]], hintWidth);
}

/** The label in pieces, the letters that matched in the style of a match. */
function labelSpans(paint: Paint, { item, positions }: PaletteMatch): Span[] {
  const lit = new Set(positions);
  const spans: [string, Attr][] = [];
  let at = 0;
  for (const char of item.label.slice(0, 400)) {
    const attr = paint.style(item.disabled !== undefined ? 'muted' : lit.has(at) ? 'accent' : 'text');
    const last = spans.at(-1);
    if (last !== undefined && last[1] === attr) last[0] += char;
    else spans.push([char, attr]);
    at += char.length;
  }
  return spans.map(([text, attr]): Span => [sanitizeLine(text), attr]);
}
