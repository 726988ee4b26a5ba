// A table in the columns that there are: each as wide as what stands in it, and the widest give way. Cells are cut, not wrapped.

import { stringWidth, truncate } from '../terminal/width.ts';
import type { Piece, TableBlock } from './document.ts';
import { taker } from './take.ts';

const BETWEEN = ' │ ';
const LEAST = 3;

export function tableRows({ rows, align }: TableBlock, width: number): Piece[][] {
  const widths = columnWidths(rows, width);
  const made = rows.map((row): Piece[] =>
    widths.flatMap((room, column): Piece[] => [
      ...(column === 0 ? [] : [[BETWEEN, 'muted'] as const]),
      ...cell(row[column] ?? [], room, align[column] ?? 'left'),
    ]),
  );
  const line: Piece = [widths.map((room) => '─'.repeat(room)).join('─┼─'), 'muted'];
  return [...made.slice(0, 1), [line], ...made.slice(1)];
}

/** As many columns as have room, the widest of them made narrower until they fit. */
function columnWidths(rows: TableBlock['rows'], width: number): number[] {
  const count = Math.max(
    1,
    Math.min(rows[0]?.length ?? 1, Math.floor((width + BETWEEN.length) / (LEAST + BETWEEN.length))),
  );
  const room = Math.max(1, width - BETWEEN.length * (count - 1));
  const wanted = Array.from({ length: count }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, Math.min(room, cellWidth(row[column] ?? []))), 1),
  );
  let over = wanted.reduce((sum, column) => sum + column, 0) - room;
  while (over > 0) {
    const widest = wanted.indexOf(Math.max(...wanted));
    wanted[widest] = Math.max(1, (wanted[widest] ?? 1) - 1);
    over -= 1;
  }
  return wanted;
}

function cell(pieces: readonly Piece[], room: number, align: 'left' | 'right' | 'center'): Piece[] {
  const text = pieces.map(([part]) => part).join('');
  const all = cellWidth(pieces);
  const shown =
    all <= room ? pieces : [...taker(pieces)(0, text.length, room - 1), [truncate('…', room), 'muted'] as const];
  const left = room - cellWidth(shown);
  const before = align === 'right' ? left : align === 'center' ? Math.floor(left / 2) : 0;
  return [
    ...(before > 0 ? [[' '.repeat(before), 'text'] as const] : []),
    ...shown,
    ...(left - before > 0 ? [[' '.repeat(left - before), 'text'] as const] : []),
  ];
}

const cellWidth = (pieces: readonly Piece[]): number => pieces.reduce((sum, [text]) => sum + stringWidth(text), 0);
