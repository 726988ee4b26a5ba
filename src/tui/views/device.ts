// The page of a device: everything that is known of it.

import type { DeviceDialog } from '../device-dialogs.ts';
import { deviceBody, deviceRows, LABEL_WIDTH } from '../device-rows.ts';
import { inner, overlayRect } from '../geometry.ts';
import { deviceName } from '../select.ts';
import { openPage } from './dialog.ts';
import { clip, own, type Paint, type Span, write } from './paint.ts';
import { drawRun, runColumns } from './run-row.ts';

export function drawDevicePage(paint: Paint, dialog: DeviceDialog): void {
  const { model } = paint;
  const rect = overlayRect(model, dialog);
  const { width, height } = deviceBody(inner(rect));
  const rows = deviceRows(model, dialog.device, width);
  const columns = runColumns(model, width);
  const last = Math.max(0, rows.length - height);
  const scroll = Math.max(0, Math.min(dialog.scroll, last));
  const box = openPage(paint, rect, clip(paint, deviceName(model, dialog.device), rect.width), {
    window: { before: scroll, shown: Math.min(rows.length, height), after: last - scroll },
  });
  const body = deviceBody(box);
  rows.slice(scroll, scroll + height).forEach(({ style, text, run }, index) => {
    const at = { ...body, y: body.y + index };
    if (run !== undefined) drawRun(paint, at, run, columns);
    else write(paint, at.x, at.y, spansOf(paint, style, own(paint, text)), at.width);
  });
}

function spansOf(paint: Paint, style: ReturnType<typeof deviceRows>[number]['style'], text: string): Span[] {
  switch (style) {
    case 'label':
      return [
        [text.slice(0, LABEL_WIDTH), paint.style('muted')],
        [text.slice(LABEL_WIDTH), paint.style('text')],
      ];
    case 'heading':
      return [[text, paint.style('accent')]];
    case 'warning':
      return [[`${paint.glyphs.waiting} ${text}`, paint.style('warning')]];
    case 'text':
    case 'run':
      return [[text, paint.style('text')]];
  }
}
