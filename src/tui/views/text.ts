// A text in full, to be read: an artifact, a message, everything of an approval.

import type { TextDialog } from '../model/overlay-model.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import { textRows } from '../update/overlays.ts';
import { openPage } from './dialog.ts';
import { clip, own, type Paint, write } from './paint.ts';
import { drawRow } from './preview.ts';

export function drawText(paint: Paint, dialog: TextDialog): void {
  const rect = overlayRect(paint.model, dialog);
  const { width, height } = inner(rect);
  const rows = dialog.loading ? [] : textRows(dialog, width);
  const last = Math.max(0, rows.length - height);
  const scroll = Math.max(0, Math.min(dialog.scroll, last));
  const box = openPage(paint, rect, clip(paint, dialog.title, rect.width), {
    window: { before: scroll, shown: Math.min(rows.length, height), after: last - scroll },
    bottomRight:
      last === 0 ? undefined : [[`${Math.min(rows.length, scroll + height)}/${rows.length}`, paint.style('muted')]],
  });
  if (dialog.loading) write(paint, box.x, box.y, [[own(paint, 'loading…'), paint.style('muted')]], box.width);
  rows.slice(scroll, scroll + height).forEach((row, index) => {
    drawRow(paint, { ...box, y: box.y + index }, row);
  });
}
