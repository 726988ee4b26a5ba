/** Where the bytes that a run printed lie in the file that was kept of them: between gaps, each of which is a line in the file. */

import type { OutputSummary } from '../core/events.ts';

export interface KeptPiece {
  /** In what was printed. */
  readonly offset: number;
  /** In the file. */
  readonly position: number;
  readonly length: number;
}

/** The pieces from an offset on. `fileBytes`: the size of the file that was kept. */
export function keptPieces({ bytes, gaps = [] }: OutputSummary, fileBytes: number, from: number): KeptPiece[] {
  const pieces: KeptPiece[] = [];
  let offset = 0;
  let position = 0;
  for (const gap of gaps) {
    pieces.push({ offset, position, length: gap.offset - offset });
    position += gap.offset - offset + markerBytes(gap.bytes);
    offset = gap.offset + gap.bytes;
  }
  // Counted from the end: what a full disk left before the last line may be a few bytes longer than was planned.
  pieces.push({ offset, position: fileBytes - (bytes - offset), length: bytes - offset });
  return pieces
    .map((piece) => {
      const skip = Math.max(0, from - piece.offset);
      return { offset: piece.offset + skip, position: piece.position + skip, length: piece.length - skip };
    })
    .filter(({ length }) => length > 0);
}

/** The store writes this line where something was dropped. */
function markerBytes(dropped: number): number {
  return `\n[dispatch: ${dropped} bytes dropped here]\n`.length;
}
