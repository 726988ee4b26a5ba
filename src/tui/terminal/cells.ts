// The sheet that views draw on: a grid of graphemes with attributes, and the few ways to put text on it.
// It knows no terminal and writes nothing anywhere; whatever is drawn outside the grid is clipped.
import { lazily } from '../../core/lazily.ts';
import { isLink } from './links.ts';
import { type CellWidth, eachGrapheme, stringWidth, truncate } from './width.ts';

/** (flags << 18) | (foreground << 9) | background, as blessed packs it. */
export type Attr = number;
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const BOLD = 1;
export const UNDERLINE = 2;
export const BLINK = 4;
export const INVERSE = 8;
export const INVISIBLE = 16;
/** The colour number that stands for the terminal's own. */
export const TERMINAL_COLOUR = 0x1ff;

export const makeAttr = (fg = TERMINAL_COLOUR, bg = TERMINAL_COLOUR, flags = 0): Attr => (flags << 18) | (fg << 9) | bg;
export const attrFlags = (attr: Attr): number => attr >> 18;
export const attrFg = (attr: Attr): number => (attr >> 9) & 0x1ff;
export const attrBg = (attr: Attr): number => attr & 0x1ff;
export const DEFAULT_ATTR: Attr = makeAttr();

/** Top left, horizontal, top right, vertical, bottom left, bottom right. */
export const LINE_BORDER = '┌─┐│└┘';
const REPLACEMENT = '\ufffd';
// Family emoji and tag flags need up to about 20 units; longer clusters are marks piled up to overflow a cell.
const MAX_CELL_UNITS = 32;
const unsafeCellPattern = lazily(() => /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);

export interface BoxOptions {
  title?: string;
  titleAttr?: Attr;
  footer?: string;
  /** Six characters in the order of {@link LINE_BORDER}, e.g. `+-+|++`. */
  border?: string;
}

export class CellGrid {
  readonly width: number;
  readonly height: number;
  /** One grapheme a cell, row by row; '' is the right half of the wide grapheme to its left. */
  readonly chars: string[];
  readonly attrs: Int32Array;
  /** Where cells lead, by their index: few have any. */
  readonly links = new Map<number, string>();
  cursor: { x: number; y: number } | undefined;

  constructor(width: number, height: number, attr: Attr = DEFAULT_ATTR) {
    this.width = Math.max(0, Math.trunc(width));
    this.height = Math.max(0, Math.trunc(height));
    this.chars = new Array<string>(this.width * this.height).fill(' ');
    this.attrs = new Int32Array(this.width * this.height).fill(attr);
  }

  clear(attr: Attr): void {
    this.chars.fill(' ');
    this.attrs.fill(attr);
    this.links.clear();
    this.cursor = undefined;
  }

  /** Puts one line of text; answers the columns it took, at most up to the right edge and `maxWidth`. */
  write(x: number, y: number, text: string, attr: Attr, maxWidth = Number.POSITIVE_INFINITY): number {
    const limit = Math.min(maxWidth, this.width - x);
    const visible = y >= 0 && y < this.height;
    let used = 0;
    if (limit <= 0) return 0;
    eachGrapheme(text, (part, partWidth) => {
      let char = part;
      let width: CellWidth = partWidth;
      if (part.length > 1 || width === 0 || part < ' ') {
        char = safeCell(part);
        if (char === REPLACEMENT) width = 1;
        if (width === 0) return true;
      }
      if (used + width > limit) return false;
      if (visible) this.#put(x + used, y, char, width, attr);
      used += width;
      return true;
    });
    return used;
  }

  /** Makes what stands there lead to an address of the web; what is no such address leads nowhere. */
  link(rect: Rect, target: string): void {
    if (!isLink(target)) return;
    const { left, right, top, bottom } = this.#clip(rect);
    for (let y = top; y < bottom; y += 1) {
      for (let at = y * this.width + left; at < y * this.width + right; at += 1) this.links.set(at, target);
    }
  }

  fill(rect: Rect, char: string, attr: Attr): void {
    const { left, right, top, bottom } = this.#clip(rect);
    for (let y = top; y < bottom; y += 1) {
      this.#detach(left, y);
      this.#detach(right, y);
      const from = y * this.width;
      this.chars.fill(' ', from + left, from + right);
      this.attrs.fill(attr, from + left, from + right);
      this.#unlink(from + left, from + right);
      if (char === ' ') continue;
      let x = left;
      for (let step = 1; step > 0 && x < right; x += step) step = this.write(x, y, char, attr, right - x);
    }
  }

  box(rect: Rect, attr: Attr, options: BoxOptions = {}): void {
    const { x, y, width, height } = rect;
    if (width < 2 || height < 2) return;
    const [topLeft, across, topRight, down, bottomLeft, bottomRight] = [...(options.border ?? LINE_BORDER)] as string[];
    const line = (across ?? '-').repeat(width - 2);
    this.write(x, y, `${topLeft}${line}${topRight}`, attr);
    this.write(x, y + height - 1, `${bottomLeft}${line}${bottomRight}`, attr);
    for (let row = y + 1; row < y + height - 1; row += 1) {
      this.write(x, row, down ?? '|', attr);
      this.write(x + width - 1, row, down ?? '|', attr);
    }
    const room = width - 4;
    if (options.title && room > 2) {
      this.write(x + 1, y, ` ${truncate(options.title, room - 1)} `, options.titleAttr ?? attr);
    }
    if (options.footer && room > 2) {
      const footer = ` ${truncate(options.footer, room - 1)} `;
      this.write(x + width - 1 - stringWidth(footer), y + height - 1, footer, attr);
    }
  }

  /** Copies all of `source` so that its corner comes to (x, y). The cursor of `source` is not copied. */
  blit(source: CellGrid, x: number, y: number): void {
    const { left, right, top, bottom } = this.#clip({ x, y, width: source.width, height: source.height });
    for (let row = top; row < bottom; row += 1) {
      this.#detach(left, row);
      this.#detach(right, row);
      for (let column = left; column < right; column += 1) {
        const from = (row - y) * source.width + (column - x);
        const to = row * this.width + column;
        const cutLeft = column === left && source.chars[from] === '';
        const cutRight = column === right - 1 && column - x + 1 < source.width && source.chars[from + 1] === '';
        this.chars[to] = cutLeft || cutRight ? ' ' : (source.chars[from] as string);
        this.attrs[to] = source.attrs[from] as number;
        const target = source.links.get(from);
        if (target === undefined) this.#unlink(to, to + 1);
        else this.links.set(to, target);
      }
    }
  }

  restyle(rect: Rect, patch: (attr: Attr) => Attr): void {
    const { left, right, top, bottom } = this.#clip(rect);
    for (let y = top; y < bottom; y += 1) {
      for (let at = y * this.width + left; at < y * this.width + right; at += 1) {
        this.attrs[at] = patch(this.attrs[at] as number);
      }
    }
  }

  toText(): string {
    const rows: string[] = [];
    for (let y = 0; y < this.height; y += 1) {
      rows.push(
        this.chars
          .slice(y * this.width, (y + 1) * this.width)
          .join('')
          .trimEnd(),
      );
    }
    return rows.join('\n');
  }

  #put(x: number, y: number, char: string, width: CellWidth, attr: Attr): void {
    if (x + width <= 0) return;
    const at = y * this.width + x;
    if (x < 0) {
      // Only the right half of a wide grapheme is inside: a blank keeps the columns true.
      this.#detach(1, y);
      this.#unlink(at + 1, at + 2);
      this.chars[at + 1] = ' ';
      this.attrs[at + 1] = attr;
      return;
    }
    if (this.chars[at] === '') this.#detach(x, y);
    this.#detach(x + width, y);
    this.#unlink(at, at + width);
    this.chars[at] = char;
    this.attrs[at] = attr;
    if (width === 2) {
      this.chars[at + 1] = '';
      this.attrs[at + 1] = attr;
    }
  }

  /** Breaks a wide grapheme that lies across the boundary to the left of column x into blanks. */
  #detach(x: number, y: number): void {
    if (x <= 0 || x >= this.width) return;
    const at = y * this.width + x;
    if (this.chars[at] !== '') return;
    this.chars[at] = ' ';
    this.chars[at - 1] = ' ';
    this.#unlink(at - 1, at + 1);
  }

  #unlink(from: number, to: number): void {
    if (this.links.size === 0) return;
    for (let at = from; at < to; at += 1) this.links.delete(at);
  }

  #clip({ x, y, width, height }: Rect): { left: number; right: number; top: number; bottom: number } {
    const left = Math.min(this.width, Math.max(0, x));
    const top = Math.min(this.height, Math.max(0, y));
    return {
      left,
      top,
      right: Math.max(left, Math.min(this.width, x + width)),
      bottom: Math.max(top, Math.min(this.height, y + height)),
    };
  }
}

/** A cluster fit for a cell: no control or format character at its head, and no endless pile of marks. */
function safeCell(part: string): string {
  if (unsafeCellPattern().test(part)) return REPLACEMENT;
  if (part.length <= MAX_CELL_UNITS) return part;
  let kept = '';
  for (const char of part) {
    if (kept.length + char.length > MAX_CELL_UNITS) break;
    kept += char;
  }
  return kept;
}
