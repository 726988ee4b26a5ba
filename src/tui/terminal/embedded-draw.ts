// Copies the emulator's cells onto a grid, with its colours and attributes as far as a cell can hold them. Whatever a
// hosted program managed to put into a cell, the grid gets visible text of the right width and nothing else.
import type { IBufferCell, IBufferLine, Terminal } from '@xterm/headless';
import {
  type Attr,
  attrBg,
  attrFg,
  BLINK,
  BOLD,
  type CellGrid,
  INVERSE,
  INVISIBLE,
  type Rect,
  UNDERLINE,
} from './cells.ts';
import { type ColourTier, inTier, nearest256 } from './colours.ts';
import { sanitizeLine } from './sanitize.ts';
import { stringWidth } from './width.ts';

export interface TerminalDrawOptions {
  /** Rows scrolled back from the newest; more than there are shows the oldest. */
  scrollBack: number;
  /** Its colours stand for the terminal's own. */
  defaultAttr: Attr;
  /** Whether to show the program's cursor, if it shows one. */
  cursor: boolean;
  /** Its foreground stands for dim text that has no colour of its own. */
  mutedAttr?: Attr;
  /** 256 if not given. */
  tier?: ColourTier;
}

const MAX_CELL_UNITS = 32;
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const MAX_KNOWN = 4096;
const known = [new Map<string, string>(), new Map<string, string>()] as const;

export function drawTerminal(
  terminal: Terminal,
  cursorShown: boolean,
  grid: CellGrid,
  rect: Rect,
  options: TerminalDrawOptions,
): void {
  grid.fill(rect, ' ', options.defaultAttr);
  const buffer = terminal.buffer.active;
  const first = firstRow(terminal, rect.height, options.scrollBack);
  const cell = buffer.getNullCell();
  const attrOf = attrReader(cell, options);
  const top = Math.max(0, -rect.y);
  const bottom = Math.min(rect.height, grid.height - rect.y);
  for (let y = top; y < bottom; y += 1) {
    const line = buffer.getLine(first + y);
    if (line !== undefined) drawLine(line, cell, attrOf, grid, rect, y);
  }
  if (!options.cursor || !cursorShown) return;
  const x = rect.x + Math.min(buffer.cursorX, terminal.cols - 1);
  const y = buffer.baseY + buffer.cursorY - first;
  const inside = y >= 0 && y < rect.height && x < rect.x + rect.width;
  if (inside && x >= 0 && x < grid.width && y + rect.y >= 0 && y + rect.y < grid.height) {
    grid.cursor = { x, y: rect.y + y };
  }
}

/** A box higher than the screen shows scrollback above it; in a lower one the cursor's row stays visible. */
function firstRow(terminal: Terminal, height: number, scrollBack: number): number {
  const { baseY, cursorY } = terminal.buffer.active;
  const spare = terminal.rows - height;
  const newest = spare <= 0 ? baseY + spare : baseY + Math.max(0, Math.min(cursorY - height + 1, spare));
  return Math.max(0, newest - Math.max(0, Math.trunc(scrollBack)));
}

/** How many rows of the buffer there are down to the last that a box of this height shows. */
export const rowsFor = (terminal: Terminal, height: number): number => firstRow(terminal, height, 0) + height;

function drawLine(
  line: IBufferLine,
  cell: IBufferCell,
  attrOf: () => Attr,
  grid: CellGrid,
  rect: Rect,
  y: number,
): void {
  const row = (rect.y + y) * grid.width;
  const right = Math.min(rect.x + rect.width, grid.width);
  const columns = Math.min(line.length, right - rect.x);
  const left = Math.max(0, -rect.x);
  for (let column = left; column < columns; column += 1) {
    line.getCell(column, cell);
    const at = row + rect.x + column;
    const attr = attrOf();
    const chars = cell.getChars();
    grid.attrs[at] = attr;
    if (cell.getWidth() === 2) {
      if (column + 1 >= columns) continue;
      const shown = cellText(chars, 2);
      grid.chars[at] = shown === '' ? '\ufffd' : shown;
      grid.chars[at + 1] = shown === '' ? ' ' : '';
      grid.attrs[at + 1] = attr;
      column += 1;
    } else if (chars !== '') {
      grid.chars[at] = cell.getWidth() === 1 ? cellText(chars, 1) || '\ufffd' : ' ';
    }
  }
}

/** The cell's text if it is visible and takes `width` columns, made so if need be; '' if that cannot be. */
function cellText(chars: string, width: 1 | 2): string {
  if (width === 1 && chars.length === 1 && chars >= ' ' && chars <= '~') return chars;
  const table = known[width - 1] as Map<string, string>;
  const found = table.get(chars);
  if (found !== undefined) return found;
  const made = [chars, chars.replace(HIDDEN, ''), String.fromCodePoint(chars.codePointAt(0) ?? 0x20)].find(
    (text) => text.length <= MAX_CELL_UNITS && stringWidth(text) === width && sanitizeLine(text) === text,
  );
  if (table.size >= MAX_KNOWN) table.clear();
  table.set(chars, made ?? '');
  return made ?? '';
}

/** A reader of the attribute of whatever cell was loaded last. */
function attrReader(cell: IBufferCell, options: TerminalDrawOptions): () => Attr {
  const tier = options.tier ?? '256';
  const [ownFg, ownBg] = [attrFg(options.defaultAttr), attrBg(options.defaultAttr)];
  const dimFg = options.mutedAttr === undefined ? inTier(245, tier) : attrFg(options.mutedAttr);
  const plain = (ownFg << 9) | ownBg;
  return () => {
    if (cell.isAttributeDefault()) return plain;
    let fg = ownFg;
    if (cell.isFgPalette()) fg = inTier(cell.getFgColor(), tier);
    else if (cell.isFgRGB()) fg = inTier(nearest256(cell.getFgColor()), tier);
    else if (cell.isDim()) fg = dimFg;
    let bg = ownBg;
    if (cell.isBgPalette()) bg = inTier(cell.getBgColor(), tier);
    else if (cell.isBgRGB()) bg = inTier(nearest256(cell.getBgColor()), tier);
    const flags =
      (cell.isBold() ? BOLD : 0) |
      (cell.isUnderline() ? UNDERLINE : 0) |
      (cell.isBlink() ? BLINK : 0) |
      (cell.isInverse() ? INVERSE : 0) |
      (cell.isInvisible() ? INVISIBLE : 0);
    return (flags << 18) | (fg << 9) | bg;
  };
}
