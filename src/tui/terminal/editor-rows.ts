// Breaks the editor's text into the rows of its box. Rows are found only as far as they are asked for, and those before
// an edit are kept, so that typing into a megabyte costs what the window costs. It changes no text.
import { sanitizeLine } from './sanitize.ts';
import { eachGrapheme, stringWidth, truncate } from './width.ts';

/** Whoever holds a text; the rows found for it live as long as it does. */
export interface TextHolder {
  readonly text: string;
}

interface Rows {
  readonly width: number;
  /** Where each row begins; the first `count` are valid. */
  starts: Int32Array;
  count: number;
  /** No row follows the last one. */
  complete: boolean;
}

const known = new WeakMap<TextHolder, Rows>();
const TAB_WIDTH = 4;
const SPARE_ROWS = 64;

/** The text of a row: from `start` up to `end`, without its newline. */
export interface Row {
  readonly start: number;
  readonly end: number;
  /** The text goes on in the next row without a newline. */
  readonly soft: boolean;
}

/** The row in which the position stands. At a soft break that is the later one. */
export function rowOf(holder: TextHolder, width: number, at: number): number {
  const rows = rowsFor(holder, width);
  while (!rows.complete && (rows.starts[rows.count - 1] as number) <= at) addRow(rows, holder.text);
  let low = 0;
  let high = rows.count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows.starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function rowAt(holder: TextHolder, width: number, index: number): Row | undefined {
  const rows = rowsFor(holder, width);
  while (!rows.complete && rows.count <= index + 1) addRow(rows, holder.text);
  if (index < 0 || index >= rows.count) return undefined;
  const start = rows.starts[index] as number;
  if (index === rows.count - 1) return { start, end: holder.text.length, soft: false };
  const next = rows.starts[index + 1] as number;
  const soft = holder.text.charCodeAt(next - 1) !== 0x0a;
  return { start, end: soft ? next : next - 1, soft };
}

/** The text of `to` is that of `from` up to `at`: what was found out about the rows before that stays true. */
export function carryRows(from: TextHolder, to: TextHolder, at: number): void {
  const rows = known.get(from);
  if (rows === undefined) return;
  if (from.text === to.text) {
    known.set(to, rows);
    return;
  }
  // A row begins where it does because of what stands on the row before it and on itself: two rows back is safe.
  const reach = Math.min(at, rows.starts[rows.count - 1] as number);
  const keep = Math.max(1, rowOf(from, rows.width, reach) - 1);
  const starts = new Int32Array(keep + SPARE_ROWS);
  starts.set(rows.starts.subarray(0, keep));
  known.set(to, { width: rows.width, starts, count: keep, complete: false });
}

/** A boundary at or before `at`, as near as the rows that were found so far tell. */
export function knownBoundary(holder: TextHolder, at: number): number {
  const rows = known.get(holder);
  if (rows === undefined) return 0;
  const reach = rows.starts[rows.count - 1] as number;
  return rows.starts[reach <= at ? rows.count - 1 : rowOf(holder, rows.width, at)] as number;
}

interface Appearance {
  readonly shown: string;
  readonly width: number;
}

const appearances = new Map<string, Appearance>();
const MAX_APPEARANCES = 4096;
const MAX_CLUSTER_UNITS = 64;
const OVERGROWN: Appearance = { shown: '\ufffd', width: 1 };

/** How a grapheme that is more than one plain character looks: tabs as blanks, what could not be seen by its sign. */
function appearance(part: string): Appearance {
  if (part.length > MAX_CLUSTER_UNITS) return OVERGROWN;
  const found = appearances.get(part);
  if (found !== undefined) return found;
  const shown = part === '\t' ? ' '.repeat(TAB_WIDTH) : sanitizeLine(part);
  const made = { shown, width: stringWidth(shown) };
  if (appearances.size >= MAX_APPEARANCES) appearances.clear();
  appearances.set(part, made);
  return made;
}

const widthOf = (part: string, width: number): number =>
  part.length === 1 && width > 0 ? width : appearance(part).width;

/** A row as it is to be drawn; nothing in it is wider than the box. */
export function drawRow(text: string, row: Row, width: number): string {
  const part = text.slice(row.start, row.end);
  if (isAscii(part)) return part;
  let drawn = '';
  eachGrapheme(part, (grapheme, columns) => {
    drawn += grapheme.length === 1 && columns > 0 ? grapheme : appearance(grapheme).shown;
  });
  return stringWidth(drawn) > width ? truncate(drawn, width) : drawn;
}

/** The column of a position in its row. */
export function columnOf(text: string, row: Row, at: number): number {
  let column = 0;
  eachGrapheme(text.slice(row.start, at), (part, columns) => {
    column += widthOf(part, columns);
  });
  return column;
}

/** The position in a row whose column is nearest to, and not behind, the one wanted. */
export function positionAt(text: string, row: Row, column: number): number {
  let position = row.start;
  let reached = 0;
  eachGrapheme(text.slice(row.start, row.end), (part, columns, index) => {
    reached += widthOf(part, columns);
    const end = row.start + index + part.length;
    if (reached > column || (row.soft && end === row.end)) return false;
    position = end;
    return true;
  });
  return position;
}

function rowsFor(holder: TextHolder, width: number): Rows {
  const found = known.get(holder);
  if (found !== undefined && found.width === width) return found;
  const rows = { width, starts: new Int32Array(SPARE_ROWS), count: 1, complete: false };
  known.set(holder, rows);
  return rows;
}

function addRow(rows: Rows, text: string): void {
  const next = endOfRow(text, rows.starts[rows.count - 1] as number, rows.width);
  if (next === undefined) {
    rows.complete = true;
    return;
  }
  if (rows.count === rows.starts.length) {
    const grown = new Int32Array(rows.count * 2);
    grown.set(rows.starts);
    rows.starts = grown;
  }
  rows.starts[rows.count] = next;
  rows.count += 1;
}

/** Where the row after the one that begins at `start` begins; undefined if there is none. */
function endOfRow(text: string, start: number, width: number): number | undefined {
  // One column is left for the cursor behind the last character.
  const room = Math.max(1, width - 1);
  const ascii = asciiRow(text, start, room);
  if (ascii !== undefined) return ascii < 0 ? undefined : ascii;
  // Most lines end soon: measuring only up to there spares the segmenter the lines behind it.
  const near = text.slice(start, start + room * 4).indexOf('\n');
  const measured = near < 0 ? text : text.slice(0, start + near);
  let used = 0;
  let blank = start;
  let next = near < 0 ? undefined : start + near + 1;
  eachGrapheme(
    measured,
    (part, columns, index) => {
      if (part === '\n') {
        next = index + 1;
        return false;
      }
      const size = widthOf(part, columns);
      if (used + size > room && index > start) {
        next = blank > start ? blank : index;
        return false;
      }
      used += size;
      if (part === ' ' || part === '\t') blank = index + 1;
      return true;
    },
    start,
  );
  return next;
}

/** The same for a row that is ASCII up to behind its end, without measuring: -1 = no next row, undefined = it is not. */
function asciiRow(text: string, start: number, room: number): number | undefined {
  let blank = start;
  for (let at = start; at <= start + room; at += 1) {
    if (at === text.length) return -1;
    const code = text.charCodeAt(at);
    if (code === 0x0a) return at + 1;
    if (code < 0x20 || code > 0x7e) return undefined;
    if (at === start + room) {
      // What comes next could join the last character that fits, so it has to be plain as well.
      const after = text.charCodeAt(at + 1);
      return after > 0x7e ? undefined : blank > start ? blank : at;
    }
    if (code === 0x20) blank = at + 1;
  }
  return undefined;
}

const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
