// Where everything of the pairing page stands: its rows, the QR code where there is room for it below the ticket, and the row that
// says what went wrong. Shared by moving in it and by its view.

import type { PairDialog, QrModules } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import type { Rect } from '../terminal/cells.ts';
import { inner, overlayRect } from './geometry.ts';
import { type FormRow, noticeRowsOf, pairRows } from './pair-rows.ts';

export interface PairLayout {
  readonly rect: Rect;
  /** The three choices. */
  readonly tabs: Rect;
  readonly body: Rect;
  /** The notice, or a row with what Enter does. */
  readonly notice: Rect;
  readonly noticeRows: readonly string[];
  readonly rows: readonly FormRow[];
  /** The first row that is shown. */
  readonly first: number;
  /** How far it can be scrolled, where nothing is selected in it. */
  readonly last: number;
  readonly qr: { readonly modules: QrModules; readonly rect: Rect } | undefined;
  /** There is a QR code, and no room for it. */
  readonly qrNeeds: { readonly width: number; readonly height: number } | undefined;
}

/** Beside the QR code the rows keep this many columns. */
const LEAST_COLUMNS = 36;
const NOTHING = { x: 0, y: 0, width: 0, height: 0 };
const EMPTY: PairLayout = {
  rect: NOTHING,
  tabs: NOTHING,
  body: NOTHING,
  notice: NOTHING,
  noticeRows: [],
  rows: [],
  first: 0,
  last: 0,
  qr: undefined,
  qrNeeds: undefined,
};

export function pairLayout(model: Model): PairLayout {
  const dialog = overlayOf(model, 'pair');
  return dialog === undefined ? EMPTY : layOut(model, dialog);
}

function layOut(model: Model, dialog: PairDialog): PairLayout {
  const rect = overlayRect(model, dialog);
  const box = inner(rect);
  const width = Math.max(1, box.width - 2);
  // On the least of screens the rows are not given up for it.
  const noticeRows = noticeRowsOf(dialog.notice, width).slice(0, Math.max(1, box.height - 3));
  const below = Math.max(1, noticeRows.length);
  const whole = { x: box.x + 1, y: box.y + 1, width, height: Math.max(0, box.height - 1 - below) };
  const modules = dialog.tab === 'show' && dialog.session.phase === 'open' ? dialog.session.qr : undefined;
  const size = modules === undefined ? undefined : qrSize(modules);
  const placed = size === undefined ? undefined : placeQr(model, dialog, whole, rect.width, size);
  const body = placed?.body ?? whole;
  const rows = pairRows(model, dialog, placed?.width ?? whole.width, rect.width);
  const last = Math.max(0, rows.length - body.height);
  const selected = rows.findIndex(({ stop }) => stop === dialog.row[dialog.tab]);
  // The row that has the keys is always in sight; where none has them, the row itself is the first.
  const first = hasStops(rows)
    ? Math.max(0, Math.min(last, selected - Math.max(0, body.height - 2)))
    : Math.min(last, dialog.row[dialog.tab]);
  // Beside rows that have moved it would stand beside the ticket.
  const qr = placed === undefined || (first > 0 && placed.width < whole.width) ? undefined : placed.qr;
  return {
    rect,
    tabs: { ...box, height: Math.min(1, box.height) },
    body,
    notice: { ...whole, y: box.y + Math.max(0, box.height - below), height: below },
    noticeRows,
    rows,
    first,
    last: hasStops(rows) ? Number.MAX_SAFE_INTEGER : last,
    qr: modules === undefined || qr === undefined ? undefined : { modules, rect: qr },
    qrNeeds:
      size === undefined || placed !== undefined
        ? undefined
        : { width: size.width + LEAST_COLUMNS + 8, height: size.height + ticketRows(rows) + 7 },
  };
}

const hasStops = (rows: readonly FormRow[]): boolean => rows.some(({ stop }) => stop !== undefined);

/** Two modules a cell, one above the other. */
const qrSize = (modules: QrModules): { width: number; height: number } => ({
  width: modules[0]?.length ?? 0,
  height: Math.ceil(modules.length / 2),
});

/** The ticket and its heading: nothing stands beside them. */
const ticketRows = (rows: readonly FormRow[]): number => rows.findLastIndex(({ style }) => style === 'ticket') + 1;

interface Placed {
  readonly body: Rect;
  /** Of the rows that are not of the ticket. */
  readonly width: number;
  readonly qr: Rect;
}

/** Beside what comes below the ticket, else below everything. */
function placeQr(
  model: Model,
  dialog: PairDialog,
  whole: Rect,
  page: number,
  { width, height }: { width: number; height: number },
): Placed | undefined {
  const rows = pairRows(model, dialog, whole.width, page);
  const head = ticketRows(rows);
  if (whole.width >= width + LEAST_COLUMNS + 2 && whole.height >= head + height) {
    const qr = { x: whole.x + whole.width - width, y: whole.y + head, width, height };
    return { body: whole, width: whole.width - width - 2, qr };
  }
  if (whole.width < width || whole.height < rows.length + 1 + height) return undefined;
  const qr = { x: whole.x, y: whole.y + whole.height - height, width, height };
  return { body: { ...whole, height: whole.height - height - 1 }, width: whole.width, qr };
}
