/** Reads the files that are sent, and holds them to what was listed: one that became another meanwhile is not sent on. */

import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DispatchError } from '../../../../core/errors.ts';
import { shown } from '../shown.ts';
import { explain } from '../walk.ts';
import { encode } from './entries.ts';
import { PIECE_BYTES, type Pieces } from './pieces.ts';

export interface Reading {
  /** What reaches the file. */
  readonly way: string;
  /** For people. */
  readonly path: string;
  readonly listed: Stats;
  /** What the other end has of it. */
  readonly offset: number;
}

/** What is read without waiting. */
const AT_ONCE_BYTES = 256 * 1024;
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The content from the offset on, and the hash of all of it. */
export function* readSmall({ way, path, listed, offset }: Reading): Generator<Uint8Array> {
  let file: number;
  try {
    file = openSync(way, FLAGS);
  } catch (error) {
    throw explain(error, path);
  }
  try {
    if (isAnother(fstatSync(file), listed)) throw changed(path);
    const hash = createHash('sha256');
    for (let at = 0; at < listed.size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(AT_ONCE_BYTES, listed.size - at));
      const piece = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, at));
      if (piece.length === 0) throw changed(path);
      hash.update(piece);
      if (at + piece.length > offset) yield piece.subarray(Math.max(0, offset - at));
      at += piece.length;
    }
    if (isAnother(fstatSync(file), listed)) throw changed(path);
    yield encode({ sha256: hash.digest('hex') });
  } finally {
    closeSync(file);
  }
}

/**
 * The same, while other threads read and hash. What is given is valid until the next is asked for. What the other end has already is
 * read for the hash alone.
 */
export async function* readLarge({ way, path, listed, offset }: Reading, pieces: Pieces): AsyncGenerator<Uint8Array> {
  let handle: FileHandle | undefined;
  let next: Promise<Uint8Array> | undefined;
  /** Resolves when the piece in a slot has been hashed. */
  const hashed: Promise<void>[] = [];
  const load = async (file: FileHandle, piece: number): Promise<Uint8Array> => {
    await hashed[piece % pieces.count];
    const bytes = pieces.slot(piece).subarray(0, Math.min(PIECE_BYTES, listed.size - piece * PIECE_BYTES));
    for (let filled = 0; filled < bytes.length; ) {
      const at = piece * PIECE_BYTES + filled;
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, at);
      if (bytesRead === 0) throw changed(path);
      filled += bytesRead;
    }
    const over = pieces.hash(piece, bytes.length);
    over.catch(() => {}); // told to whoever needs the room, or the hash
    hashed[piece % pieces.count] = over;
    return bytes;
  };
  const count = Math.ceil(listed.size / PIECE_BYTES);
  try {
    handle = await open(way, FLAGS);
    if (isAnother(await handle.stat(), listed)) throw changed(path);
    next = load(handle, 0);
    for (let piece = 0; piece < count; piece++) {
      const bytes = await next;
      if (piece + 1 < count) {
        next = load(handle, piece + 1);
        next.catch(() => {}); // told when it is its turn
      }
      const from = Math.max(0, offset - piece * PIECE_BYTES);
      if (from < bytes.length) yield bytes.subarray(from);
    }
    if (isAnother(await handle.stat(), listed)) throw changed(path);
    yield encode({ sha256: await pieces.digest() });
  } catch (error) {
    throw explain(error, path);
  } finally {
    await next?.catch(() => {}); // it reads from what is closed now
    await handle?.close();
  }
}

function isAnother(now: Stats, listed: Stats): boolean {
  return now.ino !== listed.ino || now.dev !== listed.dev || now.size !== listed.size || now.mtimeMs !== listed.mtimeMs;
}

function changed(path: string): DispatchError {
  return new DispatchError('conflict', `${shown(path)} changed while it was sent`, {
    hint: 'send it again when nothing writes to it',
  });
}
