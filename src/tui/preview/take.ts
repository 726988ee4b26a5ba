// Parts of a line of pieces, by index, never wider than there is room: characters that joined across pieces may be wider apart.

import { stringWidth, truncate } from '../terminal/width.ts';
import { type Piece, withText } from './document.ts';

export type Take = (from: number, to: number, room: number) => Piece[];

/** Takes one part behind the other: none begins before the end of the last, so that no piece is looked at for every row. */
export function taker(pieces: readonly Piece[]): Take {
  let index = 0;
  /** Where the piece begins. */
  let at = 0;
  return (from, to, room) => {
    const taken: Piece[] = [];
    let used = 0;
    for (let piece = pieces[index]; piece !== undefined && at < to; piece = pieces[index]) {
      const [text] = piece;
      const shown = truncate(text.slice(Math.max(0, from - at), to - at), room - used, '');
      used += stringWidth(shown);
      if (shown !== '') taken.push(withText(piece, shown));
      // The rest of it stands in the next part.
      if (at + text.length > to) break;
      at += text.length;
      index += 1;
    }
    return taken;
  };
}
