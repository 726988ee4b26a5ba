// The field in which the command of a request is edited, over the request.

import { deviceName } from '../../core/devices.ts';
import type { EditDialog } from '../model/answer-dialogs.ts';
import { editRect, overlayRect } from '../rows/geometry.ts';
import { layoutEditor } from '../terminal/editor.ts';
import { fittingKeys, type KeyHint, keySpans, openBox } from './dialog.ts';
import { clip, own, type Paint, type Span, write } from './paint.ts';

export function drawEdit(outer: Paint, dialog: EditDialog): void {
  const { model } = outer;
  const rect = overlayRect(model, dialog);
  const where = clip(outer, deviceName(model, dialog.approval.device), Math.floor(rect.width / 3));
  const { paint } = openBox(outer, rect, `Another command for ${where}: it is asked for anew`);
  const body = editRect(model);
  const { lines, cursor, scrolled } = layoutEditor(dialog.editor, body.width, body.height);
  lines.forEach((line, index) => {
    paint.grid.write(body.x, body.y + index, line, paint.style('input'), body.width);
  });
  if (scrolled > 0) paint.grid.write(body.x - 1, body.y, paint.glyphs.up, paint.style('muted'));
  if (dialog.phase === 'open') paint.grid.cursor = { x: body.x + cursor.x, y: body.y + cursor.y };
  write(paint, body.x, body.y + body.height, lastSpans(paint, dialog, body.width), body.width);
}

function lastSpans(paint: Paint, { phase, notice, chord }: EditDialog, width: number): Span[] {
  if (phase === 'sending') return [[own(paint, 'asking anew…'), paint.style('info')]];
  if (phase === 'outside') return [[own(paint, 'your editor has it…'), paint.style('info')]];
  if (notice !== undefined) return [[clip(paint, notice, 400), paint.style('warning')]];
  if (chord) return keySpans(paint, [['edit.outside', 'edit it in $EDITOR']]);
  const keys: readonly KeyHint[] = [
    ['edit.send', 'ask anew'],
    ['edit.close', 'back'],
    ['edit.newline', 'new line'],
    ['edit.chord', 'C-e in $EDITOR'],
  ];
  return fittingKeys(paint, keys, width);
}
