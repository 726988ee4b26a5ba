/** Waits that end: with the work, at a time, or when a signal says so. */

import { DispatchError } from '../../core/errors.ts';
import type { Clock } from '../../engine/ports.ts';

interface Bounds {
  readonly clock: Clock;
  readonly ms: number;
  /** What took too long, as a phrase: `the answer of 10.0.0.5:4747`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with `timeout`, or with the reason of the signal. The work is told through the signal that it gets. */
export async function within<T>(bounds: Bounds, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, what, signal } = bounds;
  const over = new AbortController();
  const ended = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    ended.reject(reason);
    over.abort(reason);
  };
  const onAbort = (): void => end(signal?.reason);
  const cancel = clock.at(clock.now() + ms, () => end(tooLong(what, ms)));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  ended.promise.catch(() => {}); // nobody waits for it once the work is done
  try {
    return await Promise.race([ended.promise, over.signal.aborted ? ended.promise : work(over.signal)]);
  } finally {
    cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

function tooLong(what: string, ms: number): DispatchError {
  return new DispatchError('timeout', `${what} did not come within ${Math.ceil(ms / 1000)} s`, {
    retryable: true,
    hint: 'see whether the other device is on and reachable, then try again',
    details: { stage: 'timeout' },
  });
}
