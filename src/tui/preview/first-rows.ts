// The first rows of a document. What cannot stand in them is not laid out: an answer may be one paragraph of megabytes.

import type { Block, Piece } from './document.ts';
import { withText } from './document.ts';
import type { Frame, Row } from './frame.ts';
import { layout } from './layout.ts';

/** `isCut`: there is more of it than these rows. */
export function firstRows(
  blocks: readonly Block[],
  frame: Frame,
  most: number,
): { readonly rows: readonly Row[]; readonly isCut: boolean } {
  // Enough units for every row, even where characters are made of several.
  const enough = Math.max(1, frame.width) * most * 4;
  const rows: Row[] = [];
  for (const block of blocks) {
    if (rows.length > most) break;
    const begun = beginning(block, enough, most);
    for (const row of layout({ type: 'text', blocks: [begun] }, frame)) rows.push(row);
    if (begun !== block) return { rows: rows.slice(0, most), isCut: true };
  }
  return { rows: rows.slice(0, most), isCut: rows.length > most };
}

/** The block itself, if it is not longer. */
function beginning(block: Block, units: number, most: number): Block {
  switch (block.type) {
    case 'rule':
      return block;
    case 'table':
      return block.rows.length > most ? { ...block, rows: block.rows.slice(0, most) } : block;
    case 'line': {
      const pieces: Piece[] = [];
      let left = units;
      for (const piece of block.pieces) {
        const [text] = piece;
        if (text.length > left)
          return { ...block, pieces: [...pieces, withText(piece, text.slice(0, left).toWellFormed())] };
        pieces.push(piece);
        left -= text.length;
      }
      return block;
    }
  }
}
