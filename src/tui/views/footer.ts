// The last row: which keys there are now, as many as fit, and help always. And the notes that come and go above it.

import { layoutOf } from '../geometry.ts';
import { footerHints } from '../keymap.ts';
import type { Toast } from '../model.ts';
import { topOverlay } from '../select.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { StyleName } from '../terminal/theme.ts';
import { stringWidth, wrap } from '../terminal/width.ts';
import { composerState } from './composer.ts';
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

const TOAST_WIDTH = 64;
const TOAST_ROWS = 2;

/** The newest alone, above the composer at the right. They never cover an approval: there the newest takes the last row. */
export function drawToasts(outer: Paint): void {
  const { model } = outer;
  const newest = model.toasts.at(-1);
  if (newest === undefined) return;
  const { tier, composer, footer } = layoutOf(model);
  const paint = onGround(outer, 'dialog');
  const overlay = topOverlay(model);
  // The screen of a program is its own.
  if (tier === 'tiny' || overlay?.kind === 'attach') return;
  if (overlay?.kind === 'approval' || overlay?.kind === 'reason') {
    paint.grid.fill(footer, ' ', paint.style('dialog'));
    write(paint, footer.x + 1, footer.y, toastSpans(paint, newest, clip(paint, newest.text, 400)), footer.width - 2);
    return;
  }
  drawToast(paint, newest, overlay === undefined ? composer.y - 1 : footer.y);
}

function drawToast(paint: Paint, toast: Toast, bottom: number): void {
  const { size } = paint.model;
  const width = Math.max(1, Math.min(TOAST_WIDTH, size.width - 8));
  const text = sanitizeLine(toast.text.slice(0, 1000).toWellFormed());
  const lines = wrap(text, width);
  const rows =
    lines.length > TOAST_ROWS ? [...lines.slice(0, TOAST_ROWS - 1), lines.slice(TOAST_ROWS - 1).join(' ')] : lines;
  const shown = rows.map((row) => clip(paint, row, width));
  const columns = Math.max(...shown.map((row) => stringWidth(row))) + 4;
  const rect = placeToast(paint, columns, shown.length, bottom);
  if (rect.y < 1) return;
  paint.grid.fill(rect, ' ', paint.style('dialog'));
  shown.forEach((row, index) => {
    const spans: Span[] =
      index === 0
        ? toastSpans(paint, toast, row)
        : [
            ['  ', paint.style('text')],
            [row, paint.style('text')],
          ];
    write(paint, rect.x + 1, rect.y + index, spans, columns - 1);
  });
}

/** Where nothing is written, from the bottom up; with no such place, over the end of what is there. */
function placeToast({ grid, model }: Paint, width: number, height: number, bottom: number): Rect {
  const isBlank = ({ x, y }: Rect): boolean => {
    for (let row = y; row < y + height; row += 1) {
      for (let column = x; column < x + width; column += 1) {
        if (grid.chars[row * grid.width + column] !== ' ') return false;
      }
    }
    return true;
  };
  const usual = { x: model.size.width - width - 2, y: bottom - height, width, height };
  const { panes } = layoutOf(model);
  // Inside one pane, or across none of their borders.
  const ends = [model.size.width, ...Object.values(panes).map((pane) => pane.x + pane.width)];
  for (let y = usual.y; y > 1; y -= 1) {
    for (const end of ends) {
      const place = { ...usual, x: end - width - 2, y };
      if (place.x > 0 && isBlank(place)) return place;
    }
  }
  return usual;
}

function toastSpans(paint: Paint, { tone }: Toast, text: string): Span[] {
  const { glyph, style } = TONES[tone];
  return [
    [`${paint.glyphs[glyph]} `, paint.style(style)],
    [text, paint.style('text')],
  ];
}
