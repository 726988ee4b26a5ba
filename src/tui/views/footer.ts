// The last row: which keys there are now, as many as fit, and help always. And the notes that come and go above it.

import { footerHints } from '../keys/keymap.ts';
import type { Model, Toast } from '../model/model.ts';
import type { Overlay } from '../model/overlay-model.ts';
import { topOverlay } from '../model/select.ts';
import { layoutOf, overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { StyleName } from '../terminal/theme.ts';
import { stringWidth, wrap } from '../terminal/width.ts';
import { composerState } from './composer.ts';
import { hidesPanes, isPage } from './pages.ts';
import { clip, onGround, own, type Paint, type Span, spansWidth, write } from './paint.ts';

export function drawFooter(paint: Paint, rect: Rect): void {
  // Where there is no row for it, what became of the last text stands here.
  const state = layoutOf(paint.model).hint === undefined ? composerState(paint) : undefined;
  if (state !== undefined && topOverlay(paint.model) === undefined) {
    write(paint, rect.x + 1, rect.y, state, rect.width - 2);
    return;
  }
  write(paint, rect.x + 1, rect.y, fittingHints(paint, rect.width - 2), rect.width - 2);
}

function fittingHints(paint: Paint, width: number): Span[] {
  const all = footerHints(paint.model);
  // Two keys for the same: one is enough here, help has both.
  const distinct = all.filter(({ label }, index) => all.findIndex((hint) => hint.label === label) === index);
  const hints = distinct.map(({ key, label }): Span[] => [
    [own(paint, key), paint.style('footerKey')],
    [` ${own(paint, label)}`, paint.style('footerText')],
  ]);
  const gap: Span = ['  ', paint.style('footerText')];
  const widths = hints.map((spans) => spansWidth(spans) + 2);
  const total = widths.reduce((sum, part) => sum + part, -2);
  const help = distinct.findIndex(({ label }) => label === 'help');
  let room = width - (total > width && help >= 0 ? (widths[help] ?? 0) : 0);
  let skipped = false;
  return hints
    .filter((_spans, index) => {
      if (index === help) return true;
      room -= widths[index] ?? 0;
      // Once one does not fit none behind it is shown: the order is the order of use.
      skipped ||= room + 2 < 0;
      return !skipped;
    })
    .flatMap((spans, index) => (index === 0 ? spans : [gap, ...spans]));
}

const TONES: Readonly<Record<Toast['tone'], { glyph: 'bullet' | 'done' | 'waiting' | 'failed'; style: StyleName }>> = {
  info: { glyph: 'bullet', style: 'info' },
  success: { glyph: 'done', style: 'success' },
  warning: { glyph: 'waiting', style: 'warning' },
  error: { glyph: 'failed', style: 'error' },
};

/** Where a request is read or answered. */
const ANSWERING: ReadonlySet<Overlay['kind']> = new Set(['approval', 'assent', 'edit', 'reason']);

const TOAST_ROWS = 3;
/** Of one that stands on blank rows. */
const BLOCK_WIDTH = 60;
/** Columns at both sides: one of its own ground, and one of what it stands on. */
const TOAST_MARGIN = 2;

/** The newest alone. It never covers an approval, nor the screen of a program. */
export function drawToasts(outer: Paint): void {
  const { model } = outer;
  const newest = model.toasts.at(-1);
  if (newest === undefined) return;
  const { tier, footer } = layoutOf(model);
  const paint = onGround(outer, 'dialog');
  const overlay = topOverlay(model);
  // The screen of a program is its own.
  if (tier === 'tiny' || overlay?.kind === 'attach') return;
  const border = overlay !== undefined && ANSWERING.has(overlay.kind) ? undefined : borderRow(model);
  if (border === undefined) {
    paint.grid.fill(footer, ' ', paint.style('dialog'));
    write(paint, footer.x + 1, footer.y, toastSpans(paint, newest, clip(paint, newest.text, 400)), footer.width - 2);
    return;
  }
  drawToast(paint, newest, border);
}

/** The row of the border below all panes, or below the page: nothing else stands there. Undefined if a dialog covers it. */
function borderRow(model: Model): number | undefined {
  const { panes, footer } = layoutOf(model);
  const y = hidesPanes(model)
    ? footer.y - 1
    : Math.max(...Object.values(panes).map((pane) => pane.y + pane.height - 1));
  const covered = model.overlays.some((overlay) => {
    const box = overlayRect(model, overlay);
    return !isPage(overlay) && y >= box.y && y < box.y + box.height;
  });
  return covered ? undefined : y;
}

/** In the border, where that is enough; longer ones take whole rows that are blank, else those above the border. */
function drawToast(paint: Paint, toast: Toast, border: number): void {
  const { width } = paint.model.size;
  const text = sanitizeLine(toast.text.slice(0, 1000).toWellFormed());
  const room = Math.max(1, width - 2 * TOAST_MARGIN - 4);
  const inBorder = stringWidth(text) <= room;
  const narrow = toastRows(paint, text, Math.min(room, BLOCK_WIDTH));
  const columns = widest(narrow) + 4;
  const blank = inBorder ? undefined : blankPlace(paint, columns, narrow.length, border);
  const rows = blank === undefined ? toastRows(paint, text, room) : narrow;
  const rect: Rect = inBorder
    ? { x: TOAST_MARGIN, y: border, width: widest(rows) + 4, height: 1 }
    : (blank ?? { x: 0, y: border - rows.length + 1, width, height: rows.length });
  if (rect.y < 1) return;
  paint.grid.fill(rect, ' ', paint.style('dialog'));
  rows.forEach((row, index) => {
    const spans: Span[] = index === 0 ? toastSpans(paint, toast, row) : [[`  ${row}`, paint.style('text')]];
    write(paint, rect.x + 1, rect.y + index, spans, rect.width - 1);
  });
}

const widest = (rows: readonly string[]): number => Math.max(...rows.map((row) => stringWidth(row)));

/** What does not fit into the last row is cut. */
function toastRows(paint: Paint, text: string, width: number): string[] {
  const lines = wrap(text, width);
  const rows =
    lines.length > TOAST_ROWS ? [...lines.slice(0, TOAST_ROWS - 1), lines.slice(TOAST_ROWS - 1).join(' ')] : lines;
  return rows.map((row) => clip(paint, row, width));
}

/** Rows of one pane, or of the page, on which nothing is written, the lowest first. */
function blankPlace({ grid, model }: Paint, width: number, height: number, border: number): Rect | undefined {
  const whole: Rect = { x: 0, y: 1, width: model.size.width, height: border };
  const boxes = hidesPanes(model) ? [whole] : Object.values(layoutOf(model).panes);
  const isBlank = (box: Rect, y: number): boolean => {
    for (let column = box.x + 1; column < box.x + box.width - 1; column += 1)
      if (grid.chars[y * grid.width + column] !== ' ') return false;
    return true;
  };
  for (const box of boxes) {
    if (box.width < width + 2 * TOAST_MARGIN) continue;
    for (let y = box.y + box.height - 1 - height; y > box.y; y -= 1) {
      const free = Array.from({ length: height }, (_, row) => row).every((row) => isBlank(box, y + row));
      if (free) return { x: box.x + box.width - width - TOAST_MARGIN, y, width, height };
    }
  }
  return undefined;
}

function toastSpans(paint: Paint, { tone }: Toast, text: string): Span[] {
  const { glyph, style } = TONES[tone];
  return [
    [`${paint.glyphs[glyph]} `, paint.style(style)],
    [text, paint.style('text')],
  ];
}
