// Reads the visible screen of a terminal emulator as rows of styled cells, with the colours as a person sees them:
// palette, inverse, faint and hidden are worked out here.
import type { IBufferCell, Terminal } from '@xterm/headless';

export interface Cell {
  /** One grapheme, or '' for a blank. */
  readonly text: string;
  readonly column: number;
  /** 2 for a wide character: its right half is no cell of its own. */
  readonly columns: number;
  readonly fg: string;
  readonly bg: string;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly faint: boolean;
}

export const BACKGROUND = '#16181d';
export const FOREGROUND = '#d6d9e0';
const BASE: readonly string[] = [
  ...['#1d1f26', '#e06c75', '#8ec07c', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c8ccd4'],
  ...['#5c6370', '#ff7b86', '#a5e075', '#ffd98a', '#7cc0ff', '#d898ea', '#70d0dc', '#ffffff'],
];

export function readCells(terminal: Terminal): Cell[][] {
  return Array.from({ length: terminal.rows }, (_, row) => readRow(terminal, row));
}

function readRow(terminal: Terminal, row: number): Cell[] {
  const buffer = terminal.buffer.active;
  const line = buffer.getLine(buffer.viewportY + row);
  const cells: Cell[] = [];
  for (let column = 0; line !== undefined && column < terminal.cols; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    cells.push({ ...style(cell), text: cell.getChars(), column, columns: cell.getWidth() });
  }
  return cells;
}

function style(cell: IBufferCell): Omit<Cell, 'text' | 'column' | 'columns'> {
  const inverse = cell.isInverse() !== 0;
  const [fg, bg] = inverse ? [background(cell), foreground(cell)] : [foreground(cell), background(cell)];
  return {
    fg: cell.isInvisible() === 0 ? fg : bg,
    bg,
    bold: cell.isBold() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    strike: cell.isStrikethrough() !== 0,
    faint: cell.isDim() !== 0,
  };
}

function foreground(cell: IBufferCell): string {
  if (cell.isFgRGB()) return hex(cell.getFgColor());
  return cell.isFgPalette() ? colour256(cell.getFgColor()) : FOREGROUND;
}

function background(cell: IBufferCell): string {
  if (cell.isBgRGB()) return hex(cell.getBgColor());
  return cell.isBgPalette() ? colour256(cell.getBgColor()) : BACKGROUND;
}

/** xterm's palette: 16 colours of the theme, a cube of 6×6×6, and 24 greys. */
export function colour256(index: number): string {
  const base = BASE[index];
  if (base !== undefined) return base;
  if (index >= 232) return hex((8 + (index - 232) * 10) * 0x010101);
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const at = index - 16;
  return hex((level(Math.floor(at / 36)) << 16) | (level(Math.floor(at / 6) % 6) << 8) | level(at % 6));
}

function hex(colour: number): string {
  return `#${colour.toString(16).padStart(6, '0')}`;
}
