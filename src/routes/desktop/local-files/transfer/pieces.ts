/**
 * Room for the pieces of a large file while they are read, hashed and written by other threads. All of them share the memory, so no
 * piece is copied for one of them; it is used again and again, as new memory for every piece takes longer than hashing it.
 */

import { createPieceHasher, type PieceHasher } from './piece-hasher.ts';

export const PIECE_BYTES = 2 * 1024 * 1024;
/** Below this a file is read or written without waiting, and hashed here: the waits would take longer. */
export const LARGE_BYTES = 4 * PIECE_BYTES;
/** One that comes or goes, and those that are read, hashed and written meanwhile. */
const SLOTS = 4;
const WASM_PAGE_BYTES = 65_536;

export interface Pieces {
  readonly count: number;
  /** The room for a piece; numbers go round. */
  slot(piece: number): Uint8Array;
  /** Takes the first bytes of a piece into the hash of the file. Resolves when they are not needed any more. */
  hash(piece: number, length: number): Promise<void>;
  /** The hash of all since the last time. */
  digest(): Promise<string>;
  close(): Promise<void>;
}

export function makePieces(): Pieces {
  const pages = (SLOTS * PIECE_BYTES) / WASM_PAGE_BYTES;
  // Disks that are written past the system's cache want whole blocks at their own addresses (open(2), O_DIRECT). WebAssembly's memory
  // begins at a page; other buffers begin anywhere.
  const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }) as {
    readonly buffer: SharedArrayBuffer;
  };
  const hasher: PieceHasher = createPieceHasher(buffer);
  const startOf = (piece: number): number => (piece % SLOTS) * PIECE_BYTES;
  return {
    count: SLOTS,
    slot: (piece) => new Uint8Array(buffer, startOf(piece), PIECE_BYTES),
    hash: (piece, length) => hasher.add(startOf(piece), length),
    digest: hasher.digest,
    close: hasher.close,
  };
}
