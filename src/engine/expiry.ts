/** Lets requests that nobody answered in time expire. */

import type { Actor } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './journal.ts';
import type { Clock, ThreadStore } from './ports.ts';

/** More than anybody can answer; the rest are looked at when these are gone. */
const WATCHED = 1000;

/** How soon an expiry that could not be written is tried again, and how often the clock is looked at while something waits. */
const AGAIN_MS = 5_000;
const LOOK_AGAIN_MS = 60_000;

export interface Expiry {
  /** Begins to watch the clock: one timer, for the approval that expires first. */
  start(): Promise<void>;
  /** Looks at the clock now: an answer came too late. */
  look(): void;
  close(): void;
}

export function createExpiry(deps: {
  store: ThreadStore;
  journal: Journal;
  feed: Feed;
  clock: Clock;
  self: Actor;
  onFault: (what: string, error: unknown) => void;
}): Expiry {
  const { store, journal, feed, clock, self } = deps;
  let cancelTimer: () => void = () => {};
  let closed = false;

  /** False if it must be tried again. */
  const expire = async (run: RunId): Promise<boolean> => {
    try {
      await journal.apply(run, [{ type: 'expire' }], { by: self, sync: true });
      return true;
    } catch (error) {
      // Somebody answered in the same moment: the first answer won.
      if (error instanceof DispatchError && error.code === 'conflict') return true;
      deps.onFault(`expiry of the approval of run ${run}`, error);
      return false;
    }
  };

  const watch = async (): Promise<void> => {
    const pending = await store.pendingApprovals(WATCHED, self.device);
    const due = pending.filter((approval) => approval.expiresAt <= clock.now());
    const expired = await Promise.all(due.map((approval) => expire(approval.runId)));
    if (closed) return;
    const next = pending.filter((approval) => !due.includes(approval)).map((approval) => approval.expiresAt);
    if (expired.includes(false)) next.push(clock.now() + AGAIN_MS);
    else if (next.length === 0 && due.length === WATCHED) next.push(clock.now()); // there may be more of them
    cancelTimer();
    // Never far ahead: a suspended machine and a clock that is set do not move a timer.
    if (next.length > 0) cancelTimer = clock.at(Math.min(clock.now() + LOOK_AGAIN_MS, ...next), rewatch);
  };
  const rewatch = (): void => {
    if (!closed) watch().catch((error: unknown) => deps.onFault('watching approvals expire', error));
  };
  const stop = feed.onChange(({ event }) => {
    if (event.type === 'approval.requested') rewatch();
  });

  return {
    start: watch,
    look: rewatch,
    close() {
      closed = true;
      cancelTimer();
      stop();
    },
  };
}
