/**
 * Blobs that are on their way here, as `partial/<sha256>`: what a lost link or a killed process left is where the next try goes
 * on. Nothing is trusted for having come: the hash of the whole file decides at the end.
 */

import { createHash } from 'node:crypto';
import { constants, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import type { IncomingBlob } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';
import { readFully } from './file-io.ts';
import { createHashThread, type GrowingHash } from './hash-thread.ts';
import { IncomingBlobFile } from './incoming-blob.ts';

/** What nobody has come back for in this time goes at the next start. */
const ABANDONED_MS = 14 * 24 * 3600 * 1000;
/** From here on the hash is made by another thread: below, starting one would take longer. */
const THREAD_FROM_BYTES = 8 * 1024 * 1024;
const HASH_PIECE_BYTES = 1024 * 1024;
/** A link that took the place of the file must not be followed. */
const APPEND_REGULAR = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

export interface PartialBlobs {
  receive(sha256: Sha256, sizeBytes: number): Promise<IncomingBlob>;
}

/** `keep` gives a whole and synced file its final name. */
export function createPartialBlobs(
  dir: string,
  keep: (path: string, sha256: Sha256, sizeBytes: number) => Promise<void>,
): PartialBlobs {
  removeAbandoned(dir);
  const hashes = createHashThread();
  const underway = new Set<Sha256>();

  const openFile = async (sha256: Sha256, sizeBytes: number): Promise<IncomingBlob> => {
    const path = join(dir, sha256);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const handle = await open(path, APPEND_REGULAR, 0o600);
    let kept = 0;
    try {
      kept = await keptOf(handle, sizeBytes);
      await checkRoom(dir, sizeBytes - kept);
      let growing: GrowingHash | undefined;
      return new IncomingBlobFile({
        handle,
        path,
        kept,
        sizeBytes,
        onWritten(size) {
          if (size >= THREAD_FROM_BYTES) growing ??= hashes.begin(path);
          growing?.advance(size);
        },
        isRight: async () => ((await growing?.end(sizeBytes)) ?? (await hashOf(handle, sizeBytes))) === sha256,
        keep: () => keep(path, sha256, sizeBytes),
        remove: () => rm(path, { force: true }),
        onOver() {
          growing?.forget();
          underway.delete(sha256);
        },
      });
    } catch (error) {
      await handle.close();
      if (kept === 0) await rm(path, { force: true });
      throw error;
    }
  };

  return {
    async receive(sha256, sizeBytes) {
      if (underway.has(sha256)) throw new Error(`content ${sha256} is being received already`);
      underway.add(sha256);
      try {
        return await openFile(sha256, sizeBytes);
      } catch (error) {
        underway.delete(sha256);
        throw storageError(`cannot keep what comes in ${dir}`, error);
      }
    },
  };
}

/** How many bytes an earlier try left; a file that is longer than the whole is of no use. */
async function keptOf(handle: FileHandle, sizeBytes: number): Promise<number> {
  const found = await handle.stat();
  if (!found.isFile()) throw new Error('something that is no file stands in its place');
  if (found.size <= sizeBytes) return found.size;
  await handle.truncate(0);
  return 0;
}

/** Better to say it before anything has come than to fill the disk. Others may fill it meanwhile: writing tells, too. */
async function checkRoom(dir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  if (bytes <= bavail * bsize) return;
  throw new DispatchError(
    'storage',
    `cannot keep what comes in ${dir}: ${bytes} bytes are to come, and the disk has room for ${bavail * bsize}`,
    { hint: 'free some space, then try again', details: { code: 'ENOSPC' } },
  );
}

async function hashOf(handle: FileHandle, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(Math.min(HASH_PIECE_BYTES, sizeBytes));
  for (let position = 0; position < sizeBytes; position += piece.length) {
    hash.update(await readFully(handle, piece.subarray(0, Math.min(piece.length, sizeBytes - position)), position));
  }
  return hash.digest('hex');
}

function removeAbandoned(dir: string): void {
  try {
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      if (Date.now() - statSync(path).mtimeMs > ABANDONED_MS) rmSync(path, { recursive: true, force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(`cannot tidy ${dir}`, error);
  }
}
