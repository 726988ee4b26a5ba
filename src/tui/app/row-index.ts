// At which row each line of a log begins when it is shown in some width. Rows are counted from the first that there ever was, so
// that a row keeps its number when lines before it are let go. Only what has come since the last question is measured.

import { cut } from '../rows/rows.ts';
import { stringWidth } from '../terminal/width.ts';

export interface RowIndex {
  /** Measures what is new; has to come before the other questions, and before lines are let go. */
  measure(lines: readonly string[], width: number): void;
  /** So many of the first lines are let go. */
  drop(count: number): void;
  /** The first row of a line; of the one behind the last, the row behind it. */
  start(line: number): number;
  /** The line that a row belongs to. */
  lineAt(row: number): number;
}

export function createRowIndex(): RowIndex {
  let width = 0;
  /** One more than there are lines. */
  let starts: number[] = [0];
  return {
    measure(lines, wanted) {
      if (wanted !== width) {
        width = wanted;
        starts = [0];
      }
      for (let line = starts.length - 1; line < lines.length; line += 1)
        starts.push((starts[line] ?? 0) + rowsOf(lines[line] ?? '', width));
    },
    drop(count) {
      starts = starts.slice(count);
    },
    start: (line) => starts[line] ?? 0,
    lineAt(row) {
      let low = 0;
      let high = starts.length - 1;
      while (low < high - 1) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= row) low = middle;
        else high = middle;
      }
      return low;
    },
  };
}

export const rowsOf = (line: string, width: number): number =>
  line.length <= width ? Math.max(1, Math.ceil(stringWidth(line) / width)) : cut(line, width).length;
