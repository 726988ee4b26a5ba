// A picture in cells: two pixels a cell as the halves of ▀ with the nearest colours, or a character for how bright both are where there are no colours.
// Both take the same cells.

import { TERMINAL_COLOUR } from '../terminal/cells.ts';
import { inTier, nearest256 } from '../terminal/colours.ts';
import type { Picture } from './document.ts';
import type { CellColours, Frame, Row, Span } from './frame.ts';
import { shrink } from './shrink.ts';

/** A picture that is taller than this times its width is scrolled, not made smaller than it need be. */
const TALL = 3;
/** From dark to bright. */
const SHADES = ' .:-=+*#%@';

export function pictureRows(picture: Picture, frame: Frame): Row[] {
  const tall = frame.whole !== true && picture.height > picture.width * TALL;
  const height = tall ? Number.MAX_SAFE_INTEGER : Math.max(1, frame.height) * 2;
  const small = shrink(picture, { width: frame.width, height });
  const rows: Row[] = [];
  const draw = frame.tier === 'mono' || frame.ascii ? shadesRow : (at: Picture, y: number) => blocksRow(at, y, frame);
  for (let y = 0; y < small.height; y += 2) rows.push(draw(small, y));
  return rows;
}

/** Undefined where there is nothing to see. */
function pixel({ width, height, rgba }: Picture, x: number, y: number): number | undefined {
  const at = (y * width + x) * 4;
  if (y >= height || (rgba[at + 3] ?? 0) < 128) return undefined;
  return ((rgba[at] ?? 0) << 16) | ((rgba[at + 1] ?? 0) << 8) | (rgba[at + 2] ?? 0);
}

function blocksRow(picture: Picture, y: number, { tier }: Frame): Row {
  const colour = (rgb: number | undefined): number =>
    rgb === undefined ? TERMINAL_COLOUR : inTier(nearest256(rgb), tier);
  const cells: Span[] = [];
  for (let x = 0; x < picture.width; x += 1) {
    const top = colour(pixel(picture, x, y));
    const bottom = colour(pixel(picture, x, y + 1));
    if (top === bottom) add(cells, ' ', { fg: TERMINAL_COLOUR, bg: top });
    else if (top === TERMINAL_COLOUR) add(cells, '▄', { fg: bottom, bg: TERMINAL_COLOUR });
    else add(cells, '▀', { fg: top, bg: bottom });
  }
  return cells;
}

/** What looks like the cell before it is one span with it. */
function add(cells: Span[], char: string, look: CellColours): void {
  const last = cells.at(-1);
  const [text, before] = last ?? [''];
  if (typeof before === 'object' && text.endsWith(char) && before.fg === look.fg && before.bg === look.bg)
    cells[cells.length - 1] = [text + char, before];
  else cells.push([char, look]);
}

function shadesRow(picture: Picture, y: number): Row {
  let text = '';
  for (let x = 0; x < picture.width; x += 1) {
    const both = [pixel(picture, x, y), pixel(picture, x, y + 1)].filter((rgb) => rgb !== undefined);
    const light = both.reduce((sum, rgb) => sum + brightness(rgb), 0) / 2;
    text += SHADES[Math.min(SHADES.length - 1, Math.floor(light * SHADES.length))] ?? ' ';
  }
  return [[text, 'text']];
}

/** Perceived, after ITU-R BT.601; from 0 to 1. */
const brightness = (rgb: number): number =>
  (0.299 * ((rgb >> 16) & 0xff) + 0.587 * ((rgb >> 8) & 0xff) + 0.114 * (rgb & 0xff)) / 255;
