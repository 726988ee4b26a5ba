/** Approvals from the engine's side: answers come in, and those that nobody gave in time expire. */

import type { Actor, Approval, Decision } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';
import type { ApprovalId, RunId } from '../core/ids.ts';
import type { Run } from '../core/runs.ts';
import { maskSecrets } from '../core/secrets.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './journal.ts';
import type { Clock, ThreadStore } from './ports.ts';

/** More than anybody can answer; the rest are looked at when these are gone. */
const WATCHED = 1000;

/** How soon an expiry that could not be written is tried again, and how often the clock is looked at while something waits. */
const AGAIN_MS = 5_000;
const LOOK_AGAIN_MS = 60_000;

export interface Approvals {
  decide(answer: {
    approval: ApprovalId;
    decision: Decision;
    digest?: string;
    note?: string;
    by: Actor;
  }): Promise<{ approval: Approval; run: Run }>;
  /** Begins to watch the clock: one timer, for the approval that expires first. */
  start(): Promise<void>;
  close(): void;
}

export function createApprovals(deps: {
  store: ThreadStore;
  journal: Journal;
  feed: Feed;
  clock: Clock;
  self: Actor;
  /** The run was approved and may execute as soon as there is a slot. */
  onApproved: (run: Run) => void;
  onFault: (what: string, error: unknown) => void;
}): Approvals {
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
    const pending = (await store.pendingApprovals(WATCHED)).filter(({ device }) => device === self.device);
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
    async decide({ approval: id, decision, digest, note, by }) {
      const asked = await store.approval(id);
      if (asked === undefined)
        throw new DispatchError('not-found', `there is no approval ${id}`, {
          hint: 'list them with "dispatch approvals"',
        });
      const command = {
        type: 'decide',
        approval: id,
        decision,
        digest: (digest ?? asked.digest) as Approval['digest'],
        ...(note === undefined ? {} : { note: maskSecrets(note) }),
      } as const;
      const before = asked.status;
      if (before === 'pending' && clock.now() >= asked.expiresAt) rewatch(); // the answer comes too late: say so in the log
      const { run, approval } = await journal.apply(asked.runId, [command], { by, sync: true });
      if (approval === undefined) throw new Error(`run ${run.id} lost its approval`);
      if (before === 'pending' && approval.status === 'approved') deps.onApproved(run);
      return { approval, run };
    },
    start: watch,
    close() {
      closed = true;
      cancelTimer();
      stop();
    },
  };
}
