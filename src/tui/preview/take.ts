// A part of a line of pieces, by index, never wider than there is room: characters that joined across pieces may be wider apart.

import { stringWidth, truncate } from '../terminal/width.ts';
import { type Piece, withText } from './document.ts';

export function take(pieces: readonly Piece[], from: number, to: number, room: number): Piece[] {
  const taken: Piece[] = [];
  let at = 0;
  let used = 0;
  for (const piece of pieces) {
    const [text] = piece;
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += text.length;
    if (part === '') continue;
    const shown = truncate(part, room - used, '');
    used += stringWidth(shown);
    if (shown !== '') taken.push(withText(piece, shown));
    if (at >= to) break;
  }
  return taken;
}
