/**
 * Bytes on disk under their SHA-256, as `ab/cdef…`. They are copied to `tmp/` (from another device, to `partial/`), hashed on the
 * way, synced, and renamed: a half file never has a final name. A blob is deleted only while nobody keeps the same content.
 */

import { createHash, randomUUID } from 'node:crypto';
import { constants, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { Sha256 } from '../core/ids.ts';
import type { BlobStore, FileIdentity } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';
import { readFully, syncFolder, writeAll } from './file-io.ts';
import { listBlobs, removeBlob } from './listed-blobs.ts';
import { createPartialBlobs } from './partial-blobs.ts';
import { createTurns } from './turns.ts';

const READ_CHUNK = 1024 * 1024;
const COPY_CHUNK = 1024 * 1024;
const SHA256 = /^[0-9a-f]{64}$/;
/** A link or a pipe that took the place of a listed file must be neither followed nor waited for. */
const READ_REGULAR = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface FileBlobStore extends BlobStore {
  /** True if the bytes still have their hash. Throws `not-found`. */
  verify(sha256: Sha256): Promise<boolean>;
}

/** The folder belongs to one process at a time: what others left in `tmp/` is from a crash, and is removed. */
export function createBlobStore(dir: string): FileBlobStore {
  const tmp = join(dir, 'tmp');
  removeStale(tmp);
  /** What settles and what goes take turns, each content for itself: a blob must not go while it is found to be there already. */
  const turns = createTurns<Sha256>();
  const keep = (part: string, sha256: Sha256, sizeBytes: number): Promise<void> =>
    turns.take(sha256, () => settle(part, pathOf(sha256), sizeBytes));
  const partials = createPartialBlobs(join(dir, 'partial'), keep);

  const pathOf = (sha256: Sha256): string => {
    if (!SHA256.test(sha256))
      throw new DispatchError('invalid', `"${sha256}" is not a SHA-256: 64 lower-case hexadecimal digits`);
    return join(dir, sha256.slice(0, 2), sha256.slice(2));
  };

  const openBlob = async (sha256: Sha256): Promise<FileHandle> => {
    const path = pathOf(sha256);
    try {
      return await open(path, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(`cannot open ${path}`, error);
      throw new DispatchError('not-found', `there is no content ${sha256} on this device`, {
        hint: 'run "dispatch doctor"',
        cause: error,
      });
    }
  };

  const put = async (chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; sizeBytes: number }> => {
    // A name that nobody else makes: a process may get the number of one that left something behind.
    const part = join(tmp, randomUUID());
    try {
      await mkdir(tmp, { recursive: true, mode: 0o700 });
      const kept = await writePart(part, chunks);
      await keep(part, kept.sha256, kept.sizeBytes);
      return kept;
    } catch (error) {
      await rm(part, { force: true }).catch(() => {}); // what could not be removed now goes at the next start
      throw storageError(`cannot keep content in ${dir}`, error);
    }
  };

  return {
    put,
    putFile: (path, options = {}) => put(readFile(path, options)),
    path: pathOf,
    async has(sha256) {
      const there = await stat(pathOf(sha256)).catch(() => undefined);
      return there?.isFile() === true;
    },
    read: (sha256, offset, signal, { fleeting = false } = {}) => {
      return readBlob(
        () => openBlob(sha256),
        offset,
        signal,
        fleeting ? circle() : (length) => Buffer.allocUnsafeSlow(length),
      );
    },
    async head(sha256, length) {
      const blob = await openBlob(sha256);
      try {
        const { size } = await blob.stat();
        return await readFully(blob, Buffer.allocUnsafe(Math.min(size, length)), 0);
      } catch (error) {
        throw storageError(`cannot read ${pathOf(sha256)}`, error);
      } finally {
        await blob.close();
      }
    },
    async receive(sha256, sizeBytes) {
      pathOf(sha256); // it comes from another device, and becomes a file name
      return partials.receive(sha256, sizeBytes);
    },
    async check(sha256, signal = new AbortController().signal) {
      const blob = await openRegular(pathOf(sha256));
      if (typeof blob === 'string') return blob;
      return (await hashOf(async () => blob, signal)) === sha256 ? 'whole' : 'changed';
    },
    list: () => listBlobs(dir),
    remove: (sha256, before) => turns.take(sha256, () => removeBlob(pathOf(sha256), before)),
    verify: async (sha256) => (await hashOf(() => openBlob(sha256), new AbortController().signal)) === sha256,
  };
}

/** Neither follows a link nor waits for a pipe that took the place of a blob. */
async function openRegular(path: string): Promise<FileHandle | 'missing' | 'changed'> {
  let file: FileHandle;
  try {
    file = await open(path, READ_REGULAR);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'ELOOP' || code === 'ENXIO') return 'changed';
    throw storageError(`cannot open ${path}`, error);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return 'changed';
}

async function hashOf(openBlob: () => Promise<FileHandle>, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of readBlob(openBlob, 0, signal, circle())) hash.update(bytes);
  return hash.digest('hex');
}

function removeStale(tmp: string): void {
  try {
    for (const name of readdirSync(tmp)) rmSync(join(tmp, name), { recursive: true, force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageError(`cannot tidy ${tmp}`, error);
  }
}

async function writePart(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ sha256: Sha256; sizeBytes: number }> {
  const part = await open(path, 'wx', 0o600);
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const bytes of chunks) {
      hash.update(bytes);
      await writeAll(part, [bytes], sizeBytes, () => {});
      sizeBytes += bytes.length;
    }
    await part.sync();
    return { sha256: hash.digest('hex') as Sha256, sizeBytes };
  } finally {
    await part.close();
  }
}

/** Gives the part its name, unless the same content is there already; a file of another size is not the same content. */
async function settle(part: string, final: string, sizeBytes: number): Promise<void> {
  const there = await stat(final).catch(() => undefined);
  if (there?.isFile() === true && there.size === sizeBytes) {
    const now = new Date();
    await utimes(final, now, now); // it was kept again, which is what `remove` looks at
    return rm(part);
  }
  const folder = dirname(final);
  const created = await mkdir(folder, { recursive: true, mode: 0o700 });
  await rename(part, final);
  await syncFolder(folder);
  if (created !== undefined) await syncFolder(dirname(folder));
}

async function* readFile(
  path: string | Buffer,
  { maxBytes = Number.POSITIVE_INFINITY, identity }: { maxBytes?: number; identity?: FileIdentity },
): AsyncGenerator<Uint8Array> {
  const file = await open(path, READ_REGULAR).catch((error: unknown) => {
    throw storageError(`cannot read ${path}`, error);
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new DispatchError('invalid', `${path} is not a regular file, so it cannot be kept`);
    if (identity !== undefined && (found.dev !== identity.dev || found.ino !== identity.ino))
      throw new DispatchError('invalid', `another file took the place of ${path}, so it cannot be kept`);
    let sizeBytes = 0;
    // One buffer: who takes a piece is done with it before it asks for the next.
    const buffer = Buffer.allocUnsafe(COPY_CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, COPY_CHUNK, null);
      if (bytesRead === 0) return;
      sizeBytes += bytesRead;
      // A file may grow while it is read: only what is counted here is bounded.
      if (sizeBytes > maxBytes) {
        throw new DispatchError('too-large', `${path} is larger than ${maxBytes} bytes, so it was not kept`, {
          hint: 'keep less of it, or wait until nothing writes to it',
        });
      }
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw storageError(`cannot read ${path}`, error);
  } finally {
    await file.close();
  }
}

/** Three buffers in turn: one that is filled, one that was just given, and one that its reader may not be done with. */
function circle(): (length: number) => Buffer {
  const buffers: Buffer[] = [];
  let turn = 0;
  return (length) => {
    turn = (turn + 1) % 3;
    let buffer = buffers[turn];
    if (buffer === undefined || buffer.length < length) buffer = buffers[turn] = Buffer.allocUnsafeSlow(length);
    return buffer;
  };
}

async function* readBlob(
  openBlob: () => Promise<FileHandle>,
  offset: number,
  signal: AbortSignal,
  room: (length: number) => Buffer,
): AsyncGenerator<Uint8Array> {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new DispatchError('invalid', `the offset to read from is a whole number of bytes from 0, not ${offset}`);
  }
  const blob = await openBlob();
  const readAt = (position: number, size: number): Promise<{ bytesRead: number; buffer: Buffer }> | undefined => {
    const length = Math.min(READ_CHUNK, size - position);
    if (length <= 0) return undefined;
    const piece = blob.read(room(length), 0, length, position);
    piece.catch(() => {}); // told when the reader asks for it
    return piece;
  };
  let ahead: ReturnType<typeof readAt>;
  try {
    const { size } = await blob.stat();
    ahead = readAt(offset, size);
    for (let position = offset; ahead !== undefined; ) {
      if (signal.aborted)
        throw new DispatchError('cancelled', 'reading was cancelled before the end', { cause: signal.reason });
      const { bytesRead, buffer } = await ahead;
      position += bytesRead;
      // One piece ahead: the disk works while the reader does.
      ahead = bytesRead === 0 ? undefined : readAt(position, size);
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw storageError('cannot read content', error);
  } finally {
    await ahead?.catch(() => {}); // a file is not closed under a read
    await blob.close();
  }
}
