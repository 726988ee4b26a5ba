/** Hashes what lies in memory that a worker thread shares, one file after the other. */

import { Worker } from 'node:worker_threads';
import { DispatchError } from '../../../../core/errors.ts';

export interface PieceHasher {
  /** Resolves when the bytes there have been taken, and may become others. */
  add(start: number, length: number): Promise<void>;
  /** Of all that was added since the last time, as hex. */
  digest(): Promise<string>;
  /** Rejects all that is waited for. */
  close(): Promise<void>;
}

export type ToHasher =
  | { readonly type: 'add'; readonly start: number; readonly length: number }
  | { readonly type: 'digest' };

/** To each message one answer, in their order: the hash, or nothing. */
export type FromHasher = string | undefined;

export function createPieceHasher(memory: SharedArrayBuffer): PieceHasher {
  const file = import.meta.url.endsWith('.ts') ? './piece-hasher-worker.ts' : './piece-hasher-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    name: 'dispatch-transfer',
    workerData: memory,
    env: {},
    argv: [],
    execArgv: [],
  });
  worker.unref(); // whoever waits for it keeps the process alive by other means
  let waiting: PromiseWithResolvers<FromHasher>[] = [];
  let over: DispatchError | undefined;
  const end = (cause?: unknown): void => {
    over ??= new DispatchError('internal', 'the thread that hashes what is transferred ended', {
      hint: 'start the transfer again',
      cause,
    });
    for (const { reject } of waiting) reject(over);
    waiting = [];
  };
  worker.on('message', (answer: FromHasher) => waiting.shift()?.resolve(answer));
  worker.on('error', end);
  worker.on('exit', end);

  const ask = (message: ToHasher): Promise<FromHasher> => {
    if (over !== undefined) return Promise.reject(over);
    const answer = Promise.withResolvers<FromHasher>();
    waiting.push(answer);
    worker.postMessage(message);
    return answer.promise;
  };
  return {
    async add(start, length) {
      await ask({ type: 'add', start, length });
    },
    async digest() {
      return (await ask({ type: 'digest' })) ?? '';
    },
    async close() {
      await worker.terminate();
    },
  };
}
