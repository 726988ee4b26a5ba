/**
 * Entry of the worker thread that hashes files while they grow. It reads them back from the system's memory, so that no bytes
 * have to be handed over and the thread that receives them does nothing but that.
 */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { FromHashWorker, ToHashWorker } from './hash-messages.ts';

const PIECE_BYTES = 1024 * 1024;

interface HashedFile {
  readonly fd: number;
  readonly hash: Hash;
  position: number;
}

const files = new Map<number, HashedFile>();
const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);

function answer(message: FromHashWorker): void {
  parentPort?.postMessage(message);
}

function advance(file: HashedFile, upTo: number): void {
  while (file.position < upTo) {
    const bytes = readSync(file.fd, piece, 0, Math.min(PIECE_BYTES, upTo - file.position), file.position);
    if (bytes === 0) throw new Error('the file is shorter than what was written to it');
    file.hash.update(bytes === PIECE_BYTES ? piece : piece.subarray(0, bytes));
    file.position += bytes;
  }
}

function forget(id: number): void {
  const file = files.get(id);
  files.delete(id);
  if (file !== undefined) closeSync(file.fd);
}

function take(message: ToHashWorker): void {
  const { id } = message;
  if (message.type === 'begin') {
    files.set(id, { fd: openSync(message.path, 'r'), hash: createHash('sha256'), position: 0 });
    return;
  }
  const file = files.get(id);
  if (message.type === 'forget' || file === undefined) {
    forget(id);
    return;
  }
  advance(file, message.upTo);
  if (message.type === 'advance') return;
  forget(id);
  answer({ id, sha256: file.hash.digest('hex') });
}

parentPort?.on('message', (message: ToHashWorker) => {
  try {
    take(message);
  } catch (error) {
    forget(message.id);
    answer({ id: message.id, error: error instanceof Error ? error.message : String(error) });
  }
});
