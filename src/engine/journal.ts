/**
 * The only way to change anything: a command on a run is decided, written and told, one at a time for each run. What has been
 * returned from here is in the log.
 */

import type { Actor } from '../core/approvals.ts';
import type { Timestamp } from '../core/clock.ts';
import type { RunCommand } from '../core/commands.ts';
import { decideAll } from '../core/decide.ts';
import { DispatchError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import type { RunId } from '../core/ids.ts';
import type { RunState } from '../core/runs.ts';
import type { Feed } from './feed.ts';
import type { Clock, LoggedChange, ThreadStore } from './ports.ts';

export interface Journal {
  /** Carries out the commands as one atomic step. Throws the refusal of the first that is refused. */
  apply(run: RunId, commands: readonly RunCommand[], options: ApplyOptions): Promise<RunState>;
  /** Writes events that no state machine guards (messages). */
  append(events: readonly NewEvent[], options: Omit<ApplyOptions, 'by'>): Promise<readonly LoggedChange[]>;
  /** Writes a piece of another device's log. */
  importLog(batch: Parameters<ThreadStore['importLog']>[0]): Promise<void>;
  /** Resolves when everything that was asked for until now has been written. */
  idle(): Promise<void>;
}

interface ApplyOptions {
  readonly by: Actor;
  /** Wait for the disk: for facts that precede a side effect. */
  readonly sync: boolean;
  /** A timestamp of another device that the events must come after. */
  readonly seen?: Timestamp;
  /** Throws if it must not be written any more; asked in its turn, at the last moment. */
  readonly guard?: () => void;
}

export function createJournal(deps: { store: ThreadStore; feed: Feed; clock: Clock }): Journal {
  const { store, feed, clock } = deps;
  const lastOfRun = new Map<RunId, Promise<unknown>>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  const inTurn = (write: () => Promise<readonly LoggedChange[]>): Promise<readonly LoggedChange[]> => {
    const written = lastWrite.then(async () => {
      const changes = await write();
      feed.publish(changes);
      return changes;
    });
    lastWrite = written.catch(() => undefined);
    return written;
  };
  const append: Journal['append'] = (events, { guard, ...options }) =>
    inTurn(async () => {
      guard?.();
      return store.append(events, options);
    });

  const step = async (
    run: RunId,
    commands: readonly RunCommand[],
    { by, ...options }: ApplyOptions,
  ): Promise<RunState> => {
    const state = await store.run(run);
    const result = decideAll(state, commands, { runId: run, by, now: clock.now() });
    if (!result.ok) throw DispatchError.fromRefusal(result);
    if (result.events.length > 0) await append(result.events, options);
    const after = result.events.length > 0 ? await store.run(run) : state;
    if (after === undefined) throw new Error(`run ${run} is not in the store after it was written`);
    return after;
  };

  return {
    append,
    async importLog(batch) {
      await inTurn(() => store.importLog(batch));
    },
    apply(run, commands, options) {
      const before = lastOfRun.get(run) ?? Promise.resolve();
      const result = before.then(() => step(run, commands, options));
      const settled = result.catch(() => undefined);
      lastOfRun.set(run, settled);
      void settled.then(() => {
        if (lastOfRun.get(run) === settled) lastOfRun.delete(run);
      });
      return result;
    },
    async idle() {
      await Promise.all(lastOfRun.values());
      await lastWrite;
    },
  };
}
