// Long text as rows of a given width: the one place where text is broken for the screen, so that what is scrolled and what
// is drawn agree. It keeps every character (`exactRows`) or breaks at words (`proseRows`), and remembers the last answers.

import { sanitizeText } from './terminal/sanitize.ts';
import { eachGrapheme, wrap } from './terminal/width.ts';

/** Rows of a text in which every blank counts, such as a command: broken only at the edge. Sanitised. */
export const exactRows = remember((text, width) =>
  sanitizeText(text)
    .split('\n')
    .flatMap((line) => cut(line, width)),
);

/** Rows of a text for reading: broken at words. Sanitised. */
export const proseRows = remember((text, width) => wrap(sanitizeText(text), width));

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
