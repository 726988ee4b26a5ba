/**
 * Writes down how runs end, again and again while the disk refuses it: a run must not stay open for want of room, nor must what
 * it left go before its end is kept. Whoever waits for such a run is told meanwhile. It decides nothing about runs.
 */

import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { Journal } from './journal.ts';
import type { Clock } from './ports.ts';

const AGAIN_MS = 2000;

export interface Ends {
  /** Resolves when it is written. Rejects if the run may not end so, or if this is closed before the disk takes it. */
  write(run: RunId, commands: readonly RunCommand[], options: { by: Actor; sync: boolean }): Promise<void>;
  /** Why the end of the run is not written yet. */
  troubleOf(run: RunId): DispatchError | undefined;
  onTrouble(listener: (run: RunId, error: DispatchError) => void): () => void;
  /** From now on the disk is asked once. */
  close(): void;
}

export function createEnds(deps: {
  journal: Journal;
  clock: Clock;
  onFault: (what: string, error: unknown) => void;
}): Ends {
  const { journal, clock, onFault } = deps;
  const troubles = new Map<RunId, DispatchError>();
  const listeners = new Set<(run: RunId, error: DispatchError) => void>();
  const closing = new AbortController();

  const tell = (run: RunId, error: DispatchError): void => {
    if (!troubles.has(run)) onFault(`the end of run ${run}`, error);
    const trouble = new DispatchError('storage', `the run is over, but its end cannot be written: ${error.message}`, {
      retryable: true,
      hint: error.hint ?? 'see "dispatch doctor"',
      cause: error,
    });
    troubles.set(run, trouble);
    for (const listener of [...listeners]) listener(run, trouble);
  };
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        cancel();
        closing.signal.removeEventListener('abort', go);
        resolve();
      };
      const cancel = clock.at(clock.now() + AGAIN_MS, go);
      closing.signal.addEventListener('abort', go);
    });

  return {
    async write(run, commands, options) {
      for (;;) {
        try {
          await journal.apply(run, commands, options);
          troubles.delete(run);
          return;
        } catch (error) {
          if (!(error instanceof DispatchError && error.code === 'storage') || closing.signal.aborted) throw error;
          tell(run, error);
        }
        await pause();
      }
    },
    troubleOf: (run) => troubles.get(run),
    onTrouble(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => closing.abort(),
  };
}
