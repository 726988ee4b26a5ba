/**
 * What happens to a queued run before anything executes: the gate is asked, and the run is refused, waits for a person, or
 * waits for a slot. Nothing here has an effect outside the log.
 */

import type { Action, Plan } from '../core/actions.ts';
import { canonicalPlan, titleOf } from '../core/actions.ts';
import type { Actor, ApprovalPayload } from '../core/approvals.ts';
import type { RunCommand } from '../core/decide.ts';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { ApprovalId, RunId, Sha256 } from '../core/ids.ts';
import { checkGate, type GateAnswer } from '../core/policy/gate.ts';
import { isFinal, type Run } from '../core/runs.ts';
import { maskSecrets } from '../core/secrets.ts';
import { type EngineDeps, executorFor, rawAction } from './context.ts';
import type { Ends } from './ends.ts';
import type { Journal } from './journal.ts';

/** A plan that passed or may pass the gate, with everything that must still be so when it starts. */
export interface CheckedPlan {
  readonly action: Action;
  readonly plan: Plan;
  readonly digest: Sha256;
  readonly gate: GateAnswer;
}

export type CheckResult =
  | { readonly ok: true; readonly checked: CheckedPlan }
  /** How the run ends. */
  | { readonly ok: false; readonly fail: RunCommand };

/** Resolves what would run and asks the gate. Used on admission and again just before acting. */
export async function checkRun(deps: EngineDeps, run: Run): Promise<CheckResult> {
  if (!mayStillRun(deps, run)) return { ok: false, fail: { type: 'cancel', data: { reason: 'revoked' } } };
  if (run.status === 'queued' && run.expiresAt !== undefined && deps.clock.now() >= run.expiresAt) {
    return { ok: false, fail: { type: 'cancel', data: { reason: 'expired' } } };
  }
  const action = await rawAction(deps, run);
  if (action === undefined) {
    return failed('refused', 'its secrets are not kept beyond the end of a run; submit it again with them');
  }
  const executor = executorFor(deps, action.kind);
  const enforced = action.kind === 'shell' ? executor.enforces(action.access) : 'read-only';
  const gate = checkGate({
    action,
    enforced,
    capabilities: deps.identity.capabilities,
    permissions: deps.owner.permissions(),
  });
  if (gate.verdict === 'deny') return failed('refused', gate.because.join('; '));
  const prepared = await executor.prepare(run.id, action);
  if (!prepared.ok) {
    return failed('invalid', prepared.hint === undefined ? prepared.reason : `${prepared.reason}: ${prepared.hint}`);
  }
  return {
    ok: true,
    checked: { action, plan: prepared.plan, digest: deps.ids.sha256(canonicalPlan(prepared.plan)), gate },
  };
}

/** The first check of all: whether the device that wants it may have anything run here, now. */
export function mayStillRun({ identity, grants }: EngineDeps, { origin }: Run): boolean {
  return origin === identity.device || grants.of(origin).includes('run');
}

function failed(reason: 'refused' | 'invalid', message: string): CheckResult {
  return { ok: false, fail: { type: 'fail', data: { reason, message } } };
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

  const admitChecked = async (run: Run, checked: CheckedPlan): Promise<void> => {
    // Who submitted it said yes beforehand, and counts only as far as it may answer at this moment.
    const mayAnswer = run.origin === self.device || deps.grants.of(run.origin).includes('approve');
    const approvedBy = run.approvedBefore === true && mayAnswer ? run.by : undefined;
    if (checked.gate.verdict === 'allow') return deps.onReady(run, 'last');
    if (run.noWait === true && approvedBy === undefined) {
      const message = `it needs an approval (${checked.gate.because.join('; ')}) and was not to wait for one`;
      await journal.apply(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], { by: self, sync: true });
      return;
    }
    const accept: RunCommand = { type: 'accept', because: checked.gate.because };
    const ask = askFor(deps, checked);
    await journal.apply(run.id, [accept, ask], { by: self, sync: approvedBy === undefined });
    if (approvedBy === undefined) return;
    const { approval, digest } = ask;
    const { run: approved } = await journal.apply(run.id, [{ type: 'decide', approval, decision: 'approve', digest }], {
      by: approvedBy,
      sync: true,
    });
    deps.onReady(approved, 'first');
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

/** The command that asks a person about exactly this plan. */
export function askFor(
  deps: EngineDeps,
  { action, plan, digest, gate }: CheckedPlan,
): Extract<RunCommand, { type: 'request-approval' }> {
  return {
    type: 'request-approval',
    approval: deps.ids.next() as ApprovalId,
    title: maskSecrets(titleOf(action)),
    description: describe(deps.owner.name(), action, plan, gate),
    payload: payloadOf(action, plan),
    digest,
    expiresAt: deps.clock.now() + deps.settings.approvalTtlMs,
  };
}

function payloadOf(action: Action, plan: Plan): ApprovalPayload {
  return {
    command: maskSecrets(action.kind === 'shell' ? action.command : action.source),
    cwd: plan.cwd,
    executable: plan.executable,
    envNames: plan.envNames,
    access: action.kind === 'shell' ? action.access : 'read-only',
    enforced: plan.enforced,
    ...(action.timeoutMs === undefined ? {} : { timeoutMs: action.timeoutMs }),
  };
}

function describe(device: string, action: Action, plan: Plan, gate: GateAnswer): string {
  const what = action.kind === 'shell' ? 'a shell command' : 'inline code';
  return `Run ${what} on ${device} in ${plan.cwd}. You are asked because of ${gate.because.join('; ')}.`;
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
    const message = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
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
