/**
 * Hashes files that grow, in a worker thread that lives as long as there are any. A hash that the thread cannot give is undefined:
 * whoever needs it then reads the file itself.
 */

import { Worker } from 'node:worker_threads';
import type { FromHashWorker, ToHashWorker } from './hash-messages.ts';

export interface GrowingHash {
  /** The file has so many bytes now. */
  advance(upTo: number): void;
  /** The hash of the first bytes; undefined if the thread could not make it. */
  end(upTo: number): Promise<string | undefined>;
  forget(): void;
}

/** Seldom enough to cost nothing, soon enough that little is left to hash at the end. */
const TELL_BYTES = 16 * 1024 * 1024;

export function createHashThread(): { begin(path: string): GrowingHash } {
  let worker: Worker | undefined;
  let last = 0;
  const waiting = new Map<number, (sha256: string | undefined) => void>();
  const open = new Set<number>();

  const leave = (id: number): void => {
    open.delete(id);
    waiting.delete(id);
    if (open.size > 0) return;
    void worker?.terminate();
    worker = undefined;
  };
  const settle = (id: number, sha256: string | undefined): void => {
    waiting.get(id)?.(sha256);
    leave(id);
  };
  const start = (): Worker => {
    const file = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js';
    const started = new Worker(new URL(file, import.meta.url));
    started.on('message', (message: FromHashWorker) => {
      if (open.has(message.id)) settle(message.id, 'sha256' in message ? message.sha256 : undefined);
    });
    // A thread that cannot be started or dies takes nothing along: the files are read once more.
    started.on('error', () => {
      if (worker !== started) return;
      worker = undefined;
      for (const id of [...open]) settle(id, undefined);
    });
    return started;
  };

  return {
    begin(path) {
      const id = ++last;
      open.add(id);
      worker ??= start();
      const say = (message: ToHashWorker): void => {
        if (open.has(id)) worker?.postMessage(message);
      };
      let told = 0;
      say({ type: 'begin', id, path });
      return {
        advance(upTo) {
          if (upTo - told < TELL_BYTES) return;
          told = upTo;
          say({ type: 'advance', id, upTo });
        },
        async end(upTo) {
          if (!open.has(id)) return undefined;
          return new Promise<string | undefined>((resolve) => {
            waiting.set(id, resolve);
            say({ type: 'end', id, upTo });
          });
        },
        forget() {
          say({ type: 'forget', id });
          if (open.has(id)) leave(id);
        },
      };
    },
  };
}
