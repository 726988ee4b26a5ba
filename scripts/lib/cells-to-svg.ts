// Draws the screen of a terminal emulator as an SVG picture on a strict grid: every character has its place spelled
// out, so that columns line up and wide characters take two, whatever the fonts say.
import type { Terminal } from '@xterm/headless';
import { type Box, drawBox, rectangle } from './box-drawing.ts';
import type { EmojiFont } from './emoji-font.ts';
import { BACKGROUND, type Cell, FOREGROUND, readCells } from './screen-cells.ts';

const WIDTH = 9;
const HEIGHT = 19;
const BASELINE = 14;
const FONT_SIZE = 15;
const MARGIN = 14;
// The renderer takes one family for a text, not one for each letter: wide characters get their own.
const FONT = "'DejaVu Sans Mono', monospace";
const WIDE_FONT = "'Noto Sans Mono CJK SC', 'DejaVu Sans Mono', monospace";

export interface SvgOptions {
  /** Draw the cursor, as a translucent block. */
  readonly cursor: boolean;
  /** Where pictures of emoji come from; without it, fonts do what they can. */
  readonly emoji?: EmojiFont | undefined;
}

/** The visible screen as an SVG document. */
export function cellsToSvg(terminal: Terminal, options: SvgOptions): string {
  const width = terminal.cols * WIDTH + 2 * MARGIN;
  const height = terminal.rows * HEIGHT + 2 * MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})" font-family="${FONT}" font-size="${FONT_SIZE}" xml:space="preserve">`,
    ...readCells(terminal).flatMap((cells, row) => drawRow(cells, row * HEIGHT, options.emoji)),
    ...(options.cursor ? [drawCursor(terminal)] : []),
    '</g>',
    '</svg>\n',
  ].join('\n');
}

function drawRow(cells: readonly Cell[], y: number, emoji: EmojiFont | undefined): string[] {
  const backgrounds = stretches(cells, (a, b) => a.bg === b.bg)
    .filter(([first]) => first.bg !== BACKGROUND)
    .map((stretch) => rectangle({ ...extent(stretch), y, height: HEIGHT }, stretch[0].bg));
  const lines = stretches(
    cells,
    (a, b) => a.underline === b.underline && a.strike === b.strike && a.fg === b.fg,
  ).flatMap((stretch) => decorate(stretch, y));
  const text = stretches(cells, sameInk).flatMap((stretch) => drawText(stretch, y, emoji));
  return [...backgrounds, ...text, ...lines];
}

type Stretch = readonly [Cell, ...Cell[]];

/** Neighbours that are alike, together. */
function stretches(cells: readonly Cell[], alike: (a: Cell, b: Cell) => boolean): Stretch[] {
  const found: [Cell, ...Cell[]][] = [];
  for (const cell of cells) {
    const last = found.at(-1);
    if (last !== undefined && alike(last[0], cell)) last.push(cell);
    else found.push([cell]);
  }
  return found;
}

function extent(stretch: Stretch): { x: number; width: number } {
  const columns = stretch.reduce((sum, cell) => sum + cell.columns, 0);
  return { x: stretch[0].column * WIDTH, width: columns * WIDTH };
}

function sameInk(a: Cell, b: Cell): boolean {
  return a.fg === b.fg && a.bold === b.bold && a.italic === b.italic && a.faint === b.faint;
}

function drawText(stretch: Stretch, y: number, emoji: EmojiFont | undefined): string[] {
  const shapes: string[] = [];
  const letters: Cell[] = [];
  for (const cell of stretch) {
    if (cell.text.trim() === '') continue;
    const box = { x: cell.column * WIDTH, y, width: cell.columns * WIDTH, height: HEIGHT };
    const shape = drawBox(cell.text, box, cell.fg) ?? drawEmoji(cell, box, emoji);
    if (shape !== undefined) shapes.push(shape);
    else letters.push(cell);
  }
  // One element for the plain letters, each with its own x. What is wide, or made of several code units, has an
  // element of its own: an x would be counted for each unit.
  const isPlain = (cell: Cell): boolean => cell.text.length === 1 && cell.columns === 1;
  const plain = letters.filter(isPlain);
  const groups = [
    ...(plain.length > 0 ? [plain] : []),
    ...letters.filter((cell) => !isPlain(cell)).map((cell) => [cell]),
  ];
  return [...shapes, ...groups.map((group) => textElement(stretch[0], group, y + BASELINE))];
}

function drawEmoji(cell: Cell, box: Box, emoji: EmojiFont | undefined): string | undefined {
  const picture = cell.columns === 2 ? emoji?.picture(cell.text) : undefined;
  if (picture === undefined) return undefined;
  const data = `data:image/png;base64,${picture.toString('base64')}`;
  return `<image x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" href="${data}"/>`;
}

function textElement(style: Cell, cells: readonly Cell[], y: number): string {
  const attributes = [
    `x="${cells.map((cell) => cell.column * WIDTH).join(' ')}" y="${y}" fill="${style.fg}"`,
    ...(cells[0]?.columns === 2 ? [`font-family="${WIDE_FONT}"`] : []),
    ...(style.bold ? ['font-weight="bold"'] : []),
    ...(style.italic ? ['font-style="italic"'] : []),
    ...(style.faint ? ['opacity="0.6"'] : []),
  ].join(' ');
  return `<text ${attributes}>${cells.map((cell) => escapeXml(cell.text)).join('')}</text>`;
}

function decorate(stretch: Stretch, y: number): string[] {
  const [first] = stretch;
  const line = (at: number): string => rectangle({ ...extent(stretch), y: y + at, height: 1 }, first.fg);
  return [...(first.underline ? [line(BASELINE + 2)] : []), ...(first.strike ? [line(BASELINE - 5)] : [])];
}

function drawCursor(terminal: Terminal): string {
  const { cursorX, cursorY } = terminal.buffer.active;
  const box = { x: cursorX * WIDTH, y: cursorY * HEIGHT, width: WIDTH, height: HEIGHT };
  return rectangle(box, FOREGROUND).replace('/>', ' opacity="0.6"/>');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
