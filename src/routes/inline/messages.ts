/**
 * What passes between the peer and the worker that runs the interpreter. Nothing but text, numbers and bytes, so that nothing
 * of one side is ever an object of the other.
 */

import type { MessagePort } from 'node:worker_threads';
import type { InlineAction } from '../../core/actions.ts';

/** What a worker is given when it starts. */
export interface WorkerSetup {
  /** Two 32-bit counters, see `Counter`: what the worker sleeps on while it waits for the peer. */
  readonly counters: SharedArrayBuffer;
  /** Answers to `call`, each told by `Counter.answers`. */
  readonly answers: MessagePort;
  readonly memoryBytes: number;
  readonly stackBytes: number;
}

export const Counter = {
  /** How many calls were answered. */
  answers: 0,
  /** How many bytes of output were taken, modulo 2³². */
  taken: 1,
} as const;

export interface Job {
  readonly language: InlineAction['language'];
  readonly source: string;
  readonly timeoutMs: number;
}

export type FromWorker =
  /** The time runs from here. */
  | { readonly type: 'started' }
  | { readonly type: 'print'; readonly bytes: Uint8Array }
  /** A question to the thread; `args` is a JSON array. */
  | { readonly type: 'call'; readonly method: string; readonly args: string }
  | { readonly type: 'done'; readonly ending: Ending; readonly reusable: boolean };

/** How the evaluation ended. */
export type Ending =
  | { readonly kind: 'value'; readonly result?: string }
  | { readonly kind: 'thrown'; readonly message: string }
  /** It is not a program. */
  | { readonly kind: 'invalid'; readonly message: string }
  /** Over the limit of memory or stack. */
  | { readonly kind: 'limit'; readonly message: string }
  | { readonly kind: 'timeout' };

export type Answer = { readonly ok: true; readonly json: string } | { readonly ok: false; readonly message: string };
