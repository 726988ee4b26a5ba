// Long text as rows of a given width: the one place where text is broken for the screen, so that what is scrolled and what
// is drawn agree. It keeps every character (`exactRows`, `wordRows`) or breaks at words (`proseRows`), and remembers the last answers.

import { sanitizeText } from '../terminal/sanitize.ts';
import { eachGrapheme, stringWidth, wrap } from '../terminal/width.ts';

/** Rows of a text in which every blank counts, such as a command: broken only at the edge. Sanitised. */
export const exactRows = remember((text, width) =>
  sanitizeText(text)
    .split('\n')
    .flatMap((line) => cut(line, width)),
);

/** Rows of a text for reading: broken at words. Sanitised. */
export const proseRows = remember((text, width) => wrap(sanitizeText(text), width));

/** One line, broken behind blanks where that is possible. Together the rows are the line: nothing is left out. */
export function wordRows(line: string, width: number): string[] {
  const columns = Math.max(1, width);
  if (line.length <= columns && stringWidth(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  for (const word of line.match(WORDS) ?? []) {
    if (row !== '' && stringWidth(row) + stringWidth(word.trimEnd()) > columns) {
      rows.push(row);
      row = '';
    }
    // At the edge: a word that is longer than a row, or blanks that do not fit behind one.
    const parts = cut(row + word, columns);
    row = parts.pop() ?? '';
    rows.push(...parts);
  }
  return [...rows, row];
}

/** A word with the blanks behind it; the first with those before it. */
const WORDS = /^ +[^ ]* *|[^ ]+ */g;

/** The same of a line that begins with a label or a margin of so many columns: what goes on stands under what began. */
export function hangingRows(line: string, width: number, margin: number): string[] {
  if (width - margin < LEAST_ROOM) return wordRows(line, width);
  const [first = '', ...rest] = wordRows(line.slice(margin), width - margin);
  return [line.slice(0, margin) + first, ...rest.map((row) => ' '.repeat(margin) + row)];
}

/** One line, broken only at the edge. */
export function cut(line: string, width: number): string[] {
  const rows: string[] = [];
  let start = 0;
  let used = 0;
  eachGrapheme(line, (_part, columns, index) => {
    if (used + columns > width && index > start) {
      rows.push(line.slice(start, index));
      start = index;
      used = 0;
    }
    used += columns;
  });
  rows.push(line.slice(start));
  return rows;
}

/** Below this an indent takes more than it gives. */
const LEAST_ROOM = 12;

const REMEMBERED = 8;

/** A page of scrolling asks for the same rows again and again, and a text may be a megabyte. */
function remember(
  breakText: (text: string, width: number) => string[],
): (text: string, width: number) => readonly string[] {
  const answers: { text: string; width: number; rows: readonly string[] }[] = [];
  return (text, width) => {
    const columns = Math.max(1, width);
    const known = answers.find((answer) => answer.width === columns && answer.text === text);
    if (known !== undefined) return known.rows;
    const rows = breakText(text, columns);
    answers.unshift({ text, width: columns, rows });
    answers.length = Math.min(answers.length, REMEMBERED);
    return rows;
  };
}
