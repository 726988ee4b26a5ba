// The looks of a screen in few letters: for every row the styles from left to right, each with how many columns it has. A
// colour is called by the first style that has it, so a regression is read as what it is: "muted" where "warning" was.
import {
  type Attr,
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  type CellGrid,
  INVERSE,
  UNDERLINE,
} from '../../../../src/tui/terminal/cells.ts';
import type { StyleName, Theme } from '../../../../src/tui/terminal/theme.ts';
import { STYLE_NAMES } from '../../../helpers/style-names.ts';

const GROUNDS: readonly StyleName[] = ['text', 'header', 'selected', 'dialog', 'badge', 'badgeWarning', 'match', 'qr'];
const FLAGS = [
  [BOLD, '!'],
  [UNDERLINE, '_'],
  [INVERSE, '%'],
] as const;

/** `warning@dialog!`: that colour, on that ground, bold. */
function nameOf(theme: Theme, attr: Attr): string {
  const colour = STYLE_NAMES.find((name) => attrFg(theme.style(name)) === attrFg(attr)) ?? attrFg(attr);
  const ground = GROUNDS.find((name) => attrBg(theme.style(name)) === attrBg(attr)) ?? attrBg(attr);
  const flags = FLAGS.filter(([flag]) => (attrFlags(attr) & flag) !== 0).map(([, sign]) => sign);
  return `${colour}${ground === 'text' ? '' : `@${ground}`}${flags.join('')}`;
}

/** Rows that look alike are one line: `3-9 border:1 text:70 border:1`. */
export function styleMap(grid: CellGrid, theme: Theme): string {
  const rows = Array.from({ length: grid.height }, (_, y) => rowOf(grid, theme, y));
  const lines: string[] = [];
  for (let y = 0, next = 0; y < rows.length; y = next) {
    next = y + 1;
    while (next < rows.length && rows[next] === rows[y]) next += 1;
    lines.push(`${next - 1 === y ? y : `${y}-${next - 1}`} ${rows[y]}`);
  }
  return lines.join('\n');
}

function rowOf({ attrs, width }: CellGrid, theme: Theme, y: number): string {
  const parts: string[] = [];
  for (let x = 0, next = 0; x < width; x = next) {
    const attr = attrs[y * width + x] as Attr;
    next = x + 1;
    while (next < width && attrs[y * width + next] === attr) next += 1;
    parts.push(`${nameOf(theme, attr)}:${next - x}`);
  }
  return parts.join(' ');
}
