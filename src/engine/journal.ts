/**
 * The only way to change anything: a command on a run is decided, written and told, one at a time for each run. What has been
 * returned from here is in the log.
 */

import type { Actor } from '../core/approvals.ts';
import { decideAll, type RunCommand } from '../core/decide.ts';
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
  append(events: readonly NewEvent[], options: { sync: boolean }): Promise<readonly LoggedChange[]>;
  /** Resolves when everything that was asked for until now has been written. */
  idle(): Promise<void>;
}

interface ApplyOptions {
  readonly by: Actor;
  /** Wait for the disk: for facts that precede a side effect. */
  readonly sync: boolean;
}

export function createJournal(deps: { store: ThreadStore; feed: Feed; clock: Clock }): Journal {
  const { store, feed, clock } = deps;
  const lastOfRun = new Map<RunId, Promise<unknown>>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  const append: Journal['append'] = (events, options) => {
    const write = lastWrite.then(async () => {
      const changes = await store.append(events, options);
      feed.publish(changes);
      return changes;
    });
    lastWrite = write.catch(() => undefined);
    return write;
  };

  const step = async (run: RunId, commands: readonly RunCommand[], { by, sync }: ApplyOptions): Promise<RunState> => {
    const state = await store.run(run);
    const result = decideAll(state, commands, { runId: run, by, now: clock.now() });
    if (!result.ok) throw DispatchError.fromRefusal(result);
    if (result.events.length > 0) await append(result.events, { sync });
    const after = result.events.length > 0 ? await store.run(run) : state;
    if (after === undefined) throw new Error(`run ${run} is not in the store after it was written`);
    return after;
  };

  return {
    append,
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
