// All keys and what can be typed, in two columns where the screen is wide enough.

import { HELP_KEYS_WIDTH, type HelpRow, helpRows } from '../keys/help-rows.ts';
import type { OverlayOf } from '../model/overlay-model.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { openPage } from './dialog.ts';
import { own, type Paint, type Span, write } from './paint.ts';

const TWO_COLUMNS = 110;
const GAP = 4;

export function drawHelp(paint: Paint, overlay: OverlayOf<'help'>): void {
  const rect = overlayRect(paint.model, overlay);
  const { rows, columns, columnWidth, height } = layOut(paint, inner(rect));
  const room = height * columns;
  const last = Math.max(0, rows.length - room);
  const scroll = Math.max(0, Math.min(overlay.scroll, last));
  const box = openPage(paint, rect, 'Help', {
    window: { before: scroll, shown: Math.min(rows.length, room), after: last - scroll },
  });
  let off = false;
  rows.slice(scroll, scroll + room).forEach((row, index) => {
    // A row without keys goes on with the text above it.
    off = row.disabled !== undefined || (off && row.style === 'key' && row.keys === '');
    const x = box.x + Math.floor(index / height) * (columnWidth + GAP);
    write(paint, x, box.y + (index % height), spans(paint, row, off), columnWidth);
  });
}

interface HelpLayout {
  readonly rows: readonly HelpRow[];
  readonly columns: number;
  readonly columnWidth: number;
  readonly height: number;
}

function layOut(paint: Paint, { width, height }: Rect): HelpLayout {
  const whole = helpRows(paint.model, width);
  const single = { rows: whole, columns: 1, columnWidth: width, height };
  if (width < TWO_COLUMNS || height < 2) return single;
  const columnWidth = Math.floor((width - GAP) / 2);
  const rows = helpRows(paint.model, columnWidth);
  // Scrolling counts the rows of one column: in two columns its end must still be in reach.
  return rows.length - 2 * height <= whole.length - height ? { rows, columns: 2, columnWidth, height } : single;
}

function spans(paint: Paint, { style, keys = '', text }: HelpRow, off: boolean): Span[] {
  if (style === 'heading') return [[text, paint.style('accent')]];
  if (style === 'text') return [[text, paint.style('text')]];
  const label = own(paint, keys);
  return [
    [label.padEnd(HELP_KEYS_WIDTH - 1), paint.style(off ? 'muted' : 'footerKey')],
    [` ${own(paint, text)}`, paint.style(off ? 'muted' : 'text')],
  ];
}
