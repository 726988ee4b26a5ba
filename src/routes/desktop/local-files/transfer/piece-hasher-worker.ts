/** Entry of the worker thread that hashes pieces of files, where they lie in the memory that it shares. */

import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromHasher, ToHasher } from './piece-hasher.ts';

const memory = workerData as SharedArrayBuffer;
let hash = createHash('sha256');

function answer(message: FromHasher): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (message: ToHasher) => {
  if (message.type === 'add') {
    hash.update(new Uint8Array(memory, message.start, message.length));
    answer(undefined);
    return;
  }
  answer(hash.digest('hex'));
  hash = createHash('sha256');
});
