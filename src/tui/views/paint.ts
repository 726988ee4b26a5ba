// The brush of the views: styles on the ground that is painted on, spans of text side by side, and cutting to a width.
// It decides no place and knows no pane.

import type { Model } from '../model/model.ts';
import {
  type Attr,
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  type CellGrid,
  INVERSE,
  makeAttr,
  type Rect,
} from '../terminal/cells.ts';
import type { Glyphs } from '../terminal/glyphs.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { bold, type StyleName, type Theme, withBg } from '../terminal/theme.ts';
import { stringWidth, truncate } from '../terminal/width.ts';

export interface Paint {
  readonly model: Model;
  readonly theme: Theme;
  readonly grid: CellGrid;
  readonly glyphs: Glyphs;
  /** The style as it looks on the ground of this paint. */
  style(name: StyleName): Attr;
}

/** A piece of text with its look. Sanitised by whoever makes it. */
export type Span = readonly [text: string, attr: Attr];

export function createPaint(model: Model, theme: Theme, grid: CellGrid): Paint {
  return { model, theme, grid, glyphs: theme.glyphs, style: theme.style };
}

const withFg = (attr: Attr, provider: Attr): Attr => makeAttr(attrFg(provider), attrBg(attr), attrFlags(attr));

/** The same brush on the background of another style, such as a dialog. */
export function onGround(paint: Paint, ground: StyleName): Paint {
  const base = paint.theme.style(ground);
  const screen = paint.theme.style('text');
  const inverted = (attrFlags(base) & INVERSE) !== 0;
  const style = (name: StyleName): Attr => {
    const attr = paint.theme.style(name);
    if (name === ground) return base;
    // On an inverted ground colours would become backgrounds: only weight is kept.
    if (inverted) return (attrFlags(attr) & BOLD) !== 0 ? bold(base) : base;
    const coloured = attrFg(attr) === attrFg(screen) ? withFg(attr, base) : attr;
    return attrBg(attr) === attrBg(screen) ? withBg(coloured, base) : coloured;
  };
  return { ...paint, style };
}

/** More units than any title of this width needs: what is longer is cut before anything looks at it. */
const UNITS_PER_COLUMN = 8;

/** One safe line of a text of unknown origin and length, at most `width` columns, cut on the right. */
export function clip(paint: Paint, text: string, width: number): string {
  if (width <= 0) return '';
  const most = (width + 1) * UNITS_PER_COLUMN;
  const line = text.length > most ? `${text.slice(0, most).toWellFormed()} ${' '.repeat(width)}` : text;
  return truncate(sanitizeLine(line), width, paint.glyphs.ellipsis);
}

/** The same for paths: the end is what tells them apart, so they are cut on the left. */
export function clipLeft(paint: Paint, text: string, width: number): string {
  const line = sanitizeLine(text.slice(-(width + 1) * UNITS_PER_COLUMN).toWellFormed());
  const columns = stringWidth(line);
  if (columns <= width) return line;
  const mark = truncate(paint.glyphs.ellipsis, width, '');
  let rest = line;
  let over = columns - (width - stringWidth(mark));
  for (const { segment } of new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(line)) {
    if (over <= 0) break;
    over -= stringWidth(segment);
    rest = rest.slice(segment.length);
  }
  return mark + rest;
}

export const spansWidth = (spans: readonly Span[]): number =>
  spans.reduce((total, [text]) => total + stringWidth(text), 0);

/** Writes spans one after the other; the one that does not fit is cut, those behind it are left out. Answers the columns used. */
export function write(paint: Paint, x: number, y: number, spans: readonly Span[], width: number): number {
  let used = 0;
  for (const [text, attr] of spans) {
    const room = width - used;
    if (room <= 0) break;
    used += paint.grid.write(x + used, y, truncate(text, room, paint.glyphs.ellipsis), attr, room);
  }
  return used;
}

/** The command has this part of a row at least, where something stands behind it. */
const COMMAND_SHARE = 0.6;

/** A command and what is said of it, side by side: the command gives way last. */
export function commandFirst(
  paint: Paint,
  command: string,
  said: string,
  width: number,
  [tone, saidTone]: readonly [Attr, Attr],
): Span[] {
  const share = Math.floor(width * COMMAND_SHARE);
  const least = width - share < LEAST_SAID + 2 ? width : share;
  const shown = clip(paint, command, Math.max(least, width - stringWidth(said) - 2));
  const rest = width - stringWidth(shown) - 2;
  return rest < LEAST_SAID
    ? [[shown, tone]]
    : [
        [shown, tone],
        ['  ', tone],
        [clip(paint, said, rest), saidTone],
      ];
}

/** In fewer columns nothing is said that can be read. */
const LEAST_SAID = 8;

/** One row with something at its left and something at its right; the left gives way, but not for less than `least` columns. */
export function writeRow(
  paint: Paint,
  { x, y, width }: Pick<Rect, 'x' | 'y' | 'width'>,
  left: readonly Span[],
  right: readonly Span[],
  least = 8,
): void {
  const needed = spansWidth(right);
  const fits = needed > 0 && width - needed - 1 >= Math.min(least, spansWidth(left));
  if (fits) write(paint, x + width - needed, y, right, needed);
  write(paint, x, y, left, fits ? width - needed - 1 : width);
}

/** Marks a row as selected, keeping its colours where the theme selects by background. */
export function select(paint: Paint, { x, y, width }: Pick<Rect, 'x' | 'y' | 'width'>): void {
  const selected = paint.theme.style('selected');
  const dim = attrFg(paint.theme.style('muted'));
  const usual = attrFg(paint.theme.style('text'));
  const patch =
    (attrFlags(selected) & INVERSE) !== 0
      ? (attr: Attr): Attr => ((attrFlags(attr) & BOLD) !== 0 ? bold(selected) : selected)
      : (attr: Attr): Attr => {
          const fg = attrFg(attr);
          const lit = fg === dim || fg === usual ? withFg(attr, selected) : attr;
          return withBg(lit, selected);
        };
  paint.grid.restyle({ x, y, width, height: 1 }, patch);
}

const OWN: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '→': '->',
  '—': '-',
  '↑': 'Up',
  '↓': 'Down',
  '↪': '\\',
  '←': 'Left',
  '█': '#',
  '░': '-',
  '▼': 'v',
  '▲': '^',
};

/** A text of ours as this terminal can show it. */
export function own(paint: Paint, text: string): string {
  return paint.glyphs.ellipsis === '…' ? text : text.replace(/[…·→—↑↓←▼▲↪█░]/g, (char) => OWN[char] ?? char);
}
