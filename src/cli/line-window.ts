/** Of text that comes in pieces, the lines from one to another. */

import { DispatchError } from '../core/errors.ts';

const NEWLINE = 10;
const RANGE = /^(\d{1,9})-(\d{1,9})?$|^(\d{1,9})$/;

export interface LineRange {
  /** The first line is 1; both are included. */
  readonly from: number;
  readonly to: number;
}

/** `10-20`, `10-` to the end, `10` alone. Throws `usage`. */
export function parseLines(text: string): LineRange {
  const [, first, last, only] = RANGE.exec(text) ?? [];
  const from = Number(first ?? only);
  const to = only !== undefined ? from : last === undefined ? Number.POSITIVE_INFINITY : Number(last);
  if (from >= 1 && to >= from) return { from, to };
  throw new DispatchError('usage', `--lines ${text}: expected FROM-TO, from 1, such as 10-20`, {
    hint: 'dispatch files --help',
  });
}

/** Gives what of each piece lies in the range; a line may come in several pieces. */
export function lineWindow({ from, to }: LineRange): (piece: Uint8Array) => Uint8Array {
  let line = 1;
  return (piece) => {
    let begin = line >= from ? 0 : piece.length;
    let end = line > to ? begin : piece.length;
    for (let at = piece.indexOf(NEWLINE); at !== -1 && line <= to; at = piece.indexOf(NEWLINE, at + 1)) {
      line += 1;
      if (line === from) begin = at + 1;
      if (line > to) end = at + 1;
    }
    return piece.subarray(begin, Math.max(begin, end));
  };
}
