/**
 * A large file that is being received: other threads hash and write a piece while the next ones come. Where the system can, they write
 * past its cache, which would fill with what nobody reads soon and would have to be emptied before the file is on the disk.
 */

import { closeSync, constants, openSync, write } from 'node:fs';
import { promisify } from 'node:util';
import { PIECE_BYTES, type Pieces } from './pieces.ts';
import { createFile, dress, type FileHeader, notAsSent, type ReceivedFile } from './received-file.ts';

/** Has the pieces for itself until it is finished or closed. */
export function receiveLarge(way: string, name: string, header: FileHeader, pieces: Pieces): ReceivedFile {
  const file = createFile(way);
  const uncached = openUncached(file);
  /** What becomes of the piece in each slot. */
  const kept: Promise<void>[] = [];
  let piece = 0;
  let filled = 0;

  const store = async (bytes: Uint8Array, position: number): Promise<void> => {
    let written = 0;
    // Some disks refuse, and say so only now: then the cache takes it, or tells what is really wrong.
    if (uncached !== undefined && bytes.length === PIECE_BYTES)
      written = await writeSome(uncached, bytes, position).catch(() => 0);
    while (written < bytes.length) written += await writeSome(file, bytes.subarray(written), position + written);
  };
  /** Over only when nothing reads from the slot any more, however it ends. */
  const keep = async (bytes: Uint8Array): Promise<void> => {
    const results = await Promise.allSettled([pieces.hash(piece, bytes.length), store(bytes, piece * PIECE_BYTES)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const endPiece = async (): Promise<void> => {
    const over = keep(pieces.slot(piece).subarray(0, filled));
    over.catch(() => {}); // told when the slot is needed again, or at the end
    kept[piece % pieces.count] = over;
    piece += 1;
    filled = 0;
    await kept[piece % pieces.count];
  };
  const closeFiles = (): void => {
    closeSync(file);
    if (uncached !== undefined) closeSync(uncached);
  };

  return {
    header,
    get offset() {
      return piece * PIECE_BYTES + filled;
    },
    write(bytes) {
      const room = PIECE_BYTES - filled;
      pieces.slot(piece).set(bytes.length > room ? bytes.subarray(0, room) : bytes, filled);
      filled += Math.min(room, bytes.length);
      if (filled < PIECE_BYTES) return;
      return endPiece().then(() => (bytes.length > room ? this.write(bytes.subarray(room)) : undefined));
    },
    async finish(sha256) {
      if (filled > 0) await endPiece();
      await Promise.all(kept);
      if ((await pieces.digest()) !== sha256) throw notAsSent(name);
      dress(file, header);
      closeFiles();
    },
    async close() {
      await Promise.allSettled(kept);
      closeFiles();
    },
  };
}

/** The same file once more, for writes past the cache; nothing where there is no such thing. */
function openUncached(file: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return openSync(`/proc/self/fd/${file}`, constants.O_WRONLY | constants.O_DIRECT);
  } catch {
    return undefined;
  }
}

const writeBytes = promisify(write);

async function writeSome(file: number, bytes: Uint8Array, position: number): Promise<number> {
  const { bytesWritten } = await writeBytes(file, bytes, 0, bytes.length, position);
  return bytesWritten;
}
