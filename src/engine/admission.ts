/**
 * What happens to a queued run before anything executes: the gate is asked, and the run is refused, waits for a person, or
 * waits for a slot. Nothing here has an effect outside the log.
 */

import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import { isSaidBeforehand } from './beforehand.ts';
import { type CheckedPlan, checkRun } from './checks.ts';
import type { EngineDeps } from './context.ts';
import type { Ends } from './ends.ts';
import { illustrate } from './illustrations.ts';
import type { Journal } from './journal.ts';
import { readOpenRuns } from './open-runs.ts';
import { acceptance, askFor } from './requests.ts';
import { createRoom } from './room.ts';

/** Requests of one asker that may wait at once: a program that asks in a loop must not hide what others ask. */
const MOST_ASKING = 120;

/** A person's requests are not counted with those of the programs on the same device. */
function askerOf({ origin, by }: Pick<Run, 'origin' | 'by'>): string {
  return `${by.kind} ${origin}`;
}

export interface Admission {
  /** Takes a queued run as far as it can go without a slot. Never rejects: trouble ends the run. */
  admit(run: Run): Promise<void>;
  close(): void;
}

export function createAdmission(
  deps: EngineDeps & {
    journal: Journal;
    ends: Ends;
    self: Actor;
    /** The run may execute as soon as there is a slot. */
    onReady: (run: Run, position: 'first' | 'last') => void;
  },
): Admission {
  const { journal, self } = deps;
  const expiries = new Set<() => void>();
  const asking = createRoom<string>({
    most: MOST_ASKING,
    count: async (asker) =>
      (
        await readOpenRuns(
          deps.store,
          (run) => run.status === 'waiting_approval' && run.device === self.device && askerOf(run) === asker,
        )
      ).length,
  });

  const admitChecked = async (run: Run, checked: CheckedPlan): Promise<void> => {
    if (checked.gate.verdict === 'allow') return deps.onReady(run, 'last');
    const approvedBy = (await isSaidBeforehand(deps, run)) ? run.by : undefined;
    if (run.noWait === true && approvedBy === undefined) {
      const message = `it needs an approval (${checked.gate.because.join('; ')}) and was not to wait for one`;
      await journal.apply(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], { by: self, sync: true });
      return;
    }
    const asked = approvedBy === undefined ? await asking.enter(askerOf(run)) : () => {};
    if (asked === undefined) {
      const message = `${MOST_ASKING} requests of the same kind from the same device wait for an answer already: answer or cancel some, then retry the run`;
      await journal.apply(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], { by: self, sync: true });
      return;
    }
    const { shown, commands } = await illustrate(deps, run, checked);
    const ask = askFor(deps, run, checked, shown);
    if (run.noWait === true && (ask.approvers ?? 1) > 1) {
      const message = `it needs the yes of ${ask.approvers} devices and was not to wait for them`;
      await journal.apply(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], { by: self, sync: true });
      return;
    }
    try {
      await journal.apply(run.id, [acceptance(checked), ...commands, ask], {
        by: self,
        sync: approvedBy === undefined,
      });
    } finally {
      asked();
    }
    if (approvedBy === undefined || run.beforehand === undefined) return;
    const { approval, digest } = ask;
    const { signature, action: beforehand } = run.beforehand;
    const yes: RunCommand = { type: 'decide', approval, decision: 'approve', digest, signature, beforehand };
    const { run: approved } = await journal.apply(run.id, [yes], { by: approvedBy, sync: true });
    // Where more than one must agree, it goes on waiting for the others.
    if (approved.status === 'running') deps.onReady(approved, 'first');
  };

  /** One that waits for a slot beyond its time is ended when its time is over, and not when its turn comes. */
  const expireLater = ({ id, expiresAt }: Run): void => {
    if (expiresAt === undefined) return;
    const due = async (): Promise<void> => {
      const run = (await deps.store.run(id))?.run;
      if (run?.status !== 'queued') return;
      await journal.apply(id, [{ type: 'cancel', data: { reason: 'expired' } }], { by: self, sync: true });
    };
    const cancel = deps.clock.at(expiresAt, () => {
      expiries.delete(cancel);
      due().catch((error: unknown) => {
        // It was accepted, or ended, in the same moment.
        if (!isConflict(error)) deps.onFault(`the expiry of run ${id}`, error);
      });
    });
    expiries.add(cancel);
  };

  return {
    async admit(run) {
      expireLater(run);
      try {
        const result = await checkRun(deps, run);
        if (result.ok) await admitChecked(run, result.checked);
        else await journal.apply(run.id, [result.fail], { by: self, sync: false });
      } catch (error) {
        // Not waited for: what ends it may have to wait for the disk.
        void giveUp(deps, run.id, error);
      }
    },
    close() {
      for (const cancel of expiries) cancel();
    },
  };
}

function isConflict(error: unknown): boolean {
  return error instanceof DispatchError && error.code === 'conflict';
}

/** A bug or a broken disk: the run must not hang. True once its end is in the log. */
export async function giveUp(
  deps: EngineDeps & { ends: Ends; self: Actor },
  run: RunId,
  thrown: unknown,
): Promise<boolean> {
  const error = asDispatchError(thrown);
  const state = await deps.store.run(run).catch(() => undefined);
  // Somebody ended the run between two steps of ours: that is no fault, and there is nothing left to do.
  if (error.code === 'conflict' && state !== undefined && isFinal(state.run)) return true;
  deps.onFault(`run ${run}`, thrown);
  try {
    const message = await deps.finder.mask(
      error.hint === undefined ? error.message : `${error.message}: ${error.hint}`,
    );
    await deps.ends.write(run, [{ type: 'fail', data: { reason: 'internal', message } }], {
      by: deps.self,
      sync: false,
    });
    return true;
  } catch (second) {
    deps.onFault(`run ${run} could not be marked as failed`, second);
    return false;
  }
}
