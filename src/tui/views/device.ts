// The page of a device: everything that is known of it.

import { deviceName } from '../../core/devices.ts';
import type { DeviceDialog } from '../model/device-dialogs.ts';
import { type DeviceRow, deviceBody, deviceRows } from '../rows/device-rows.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import { openPage } from './dialog.ts';
import { clip, own, type Paint, type Span, select, write } from './paint.ts';
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
  const stop = Math.min(dialog.stop ?? 0, Math.max(0, ...rows.map((row) => row.stop ?? 0)));
  rows.slice(scroll, scroll + height).forEach((row, index) => {
    const at = { ...body, y: body.y + index };
    if (row.run !== undefined) drawRun(paint, at, row.run, columns);
    else write(paint, at.x, at.y, spansOf(paint, row, own(paint, row.text)), at.width);
    if (row.stop === stop) select(paint, at);
  });
}

function spansOf(paint: Paint, { style, label = 0 }: DeviceRow, text: string): Span[] {
  switch (style) {
    case 'label':
      return [
        [text.slice(0, label), paint.style('muted')],
        [text.slice(label), paint.style('text')],
      ];
    case 'heading':
      return [[text, paint.style('accent')]];
    case 'fix':
      return [[text, paint.style('warning')]];
    case 'warning':
      return [[`${paint.glyphs.waiting} ${text}`, paint.style('warning')]];
    case 'text':
    case 'limit':
    case 'run':
      return [[text, paint.style('text')]];
  }
}
