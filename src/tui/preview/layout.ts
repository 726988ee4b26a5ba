// A document as rows of a given width: what is drawn, scrolled and searched. No row is wider than that, unless not even one character fits.

import { cut, wordRows } from '../rows/rows.ts';
import { stringWidth } from '../terminal/width.ts';
import type { Block, Document, Piece, TextBlock } from './document.ts';
import type { Frame, Row } from './frame.ts';
import { pictureRows } from './layout-picture.ts';
import { tableRows } from './layout-table.ts';
import { taker } from './take.ts';

export function layout(document: Document, frame: Frame): readonly Row[] {
  const width = Math.max(1, frame.width);
  switch (document.type) {
    case 'picture':
      return pictureRows(document.picture, { ...frame, width });
    case 'text': {
      const rows = document.blocks.flatMap((block) => blockRows(block, width));
      return frame.ascii ? rows.map(inAscii) : rows;
    }
  }
}

function blockRows(block: Block, width: number): Row[] {
  switch (block.type) {
    case 'line':
      return lineRows(block, width);
    case 'rule': {
      const first = margin(block.first, width);
      return [[...first, ['─'.repeat(Math.max(1, width - widthOf(first))), 'muted']]];
    }
    case 'table': {
      const first = margin(block.first, width);
      return tableRows(block, width - widthOf(first)).map((row) => [...first, ...row]);
    }
  }
}

function lineRows({ pieces, wrap, first: begins, rest: goesOn }: TextBlock, width: number): Row[] {
  const first = margin(begins, width);
  const rest = margin(goesOn, width);
  const room = width - Math.max(widthOf(first), widthOf(rest));
  const text = pieces.map(([part]) => part).join('');
  const rows = wrap === 'words' ? wordRows(text, room) : cut(text, room);
  const take = taker(pieces);
  let at = 0;
  return rows.map((row, index) => {
    // The blank at which a line was broken begins no row, and ends none: in a link it would be underlined.
    const blanks = wrap === 'words' && index > 0 ? row.length - row.trimStart().length : 0;
    const shown = wrap === 'words' ? row.trimEnd() : row;
    const spans = take(at + blanks, at + Math.max(blanks, shown.length), room);
    at += row.length;
    const before = index === 0 ? first : rest;
    return before.length === 0 ? spans : [...before, ...spans];
  });
}

/** A margin that takes more than half of the width takes nothing. */
function margin(pieces: readonly Piece[] | undefined, width: number): readonly Piece[] {
  return pieces === undefined || widthOf(pieces) * 2 > width ? [] : pieces;
}

const widthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + stringWidth(text), 0);

const ASCII: Readonly<Record<string, string>> = { '•': '*', '▌': '|', '─': '-', '│': '|', '┼': '+' };
/** Marks of ours as any terminal can show them; what somebody wrote stays. */
export const inAscii = (row: Row): Row =>
  row.map((span) => {
    const [text, look, ...link] = span;
    return look === 'muted' ? [text.replace(/[•▌─│┼]/g, (char) => ASCII[char] ?? char), look, ...link] : span;
  });
