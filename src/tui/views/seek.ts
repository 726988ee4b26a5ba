// The field for a text to look for in the output of a run: one row, in the place of the lower border, so that what is found is seen.

import type { OverlayOf } from '../model/overlay-model.ts';
import { overlayRect } from '../rows/geometry.ts';
import { drawField } from './dialog.ts';
import { type Paint, write } from './paint.ts';

export function drawSeek(paint: Paint, overlay: OverlayOf<'seek'>): void {
  const page = overlayRect(paint.model, overlay);
  const at = { x: page.x + 1, y: page.y + page.height - 1, width: Math.max(1, page.width - 2) };
  const { notice, editor, count } = overlay;
  const said = notice ?? (editor.text === '' ? '' : count === 0 ? 'not found' : `${count} found`);
  const room = said === '' || at.width < said.length + 12 ? 0 : said.length + 2;
  paint.grid.fill({ ...at, height: 1 }, ' ', paint.style('input'));
  drawField(paint, { ...at, width: at.width - room }, editor, 'find in the output');
  const tone = paint.style(count === 0 ? 'warning' : 'muted');
  if (room > 0) write(paint, at.x + at.width - room + 1, at.y, [[said, tone]], room - 1);
}
