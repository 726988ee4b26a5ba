/**
 * Makes the seven checks of `core/policy/gate.ts` on a run: finds out what they look at, and asks them in their order. Used when a run
 * is admitted and again just before it acts, so that what changed in between counts.
 */

import { type Action, canonicalPlan, type Plan } from '../core/actions.ts';
import type { RunCommand } from '../core/commands.ts';
import type { Sha256 } from '../core/ids.ts';
import {
  type Check,
  checkGate,
  checkStanding,
  findUnusableFolder,
  type GateAnswer,
  type GateRequest,
} from '../core/policy/gate.ts';
import type { ActionFacts } from '../core/policy/reading.ts';
import type { Requester } from '../core/policy/rules.ts';
import type { Run } from '../core/runs.ts';
import { type EngineDeps, executorFor, rawAction } from './context.ts';
import { levelsOf, nameOf } from './devices.ts';
import type { Executor } from './executor-ports.ts';
import { type Mask, maskerFor, maskReasons } from './masking.ts';

/** A plan that passed or may pass the gate, with everything that must still be so when it starts. */
export interface CheckedPlan {
  readonly action: Action;
  readonly plan: Plan;
  readonly digest: Sha256;
  readonly gate: GateAnswer;
  readonly facts: ActionFacts;
  /** Of the plan, as it may be written down. */
  readonly told: ToldPlan;
}

/** The parts of a plan that hold text of whoever asked, or of the disk. */
export type ToldPlan = Pick<Plan, 'cwd' | 'executable' | 'sandbox' | 'programs' | 'changes' | 'targets'>;

export type CheckResult =
  | { readonly ok: true; readonly checked: CheckedPlan }
  /** How the run ends. */
  | { readonly ok: false; readonly fail: RunCommand };

/** Resolves what would run and asks the gate. */
export async function checkRun(deps: EngineDeps, run: Run): Promise<CheckResult> {
  if (!mayStillRun(deps, run)) return { ok: false, fail: { type: 'cancel', data: { reason: 'revoked' } } };
  if (run.status === 'queued' && run.expiresAt !== undefined && deps.clock.now() >= run.expiresAt) {
    return { ok: false, fail: { type: 'cancel', data: { reason: 'expired' } } };
  }
  const action = await rawAction(deps, run);
  if (action === undefined) {
    return failed('refused', 'its secrets are not kept beyond the end of a run; submit it again with them');
  }
  return checkAction(deps, run, action, run.masked === true);
}

/** The same for an action that is to take the place of the one that the run has. `masked`: something of it stays out of the log. */
export async function checkAction(deps: EngineDeps, run: Run, raw: Action, masked: boolean): Promise<CheckResult> {
  const request = gateRequest(deps, raw, requesterOf(deps, run));
  const standing = checkStanding(request);
  if (standing !== undefined) return refusedBy(quotable(standing, masked));
  const executor = executorFor(deps, raw.kind);
  const inspected = await inspect(deps, raw, request.requester);
  if (!inspected.ok) return inspected.code === 'refused' ? refusedBy(denied('folders', inspected)) : invalid(inspected);
  const unusable = findUnusableFolder(request, inspected.facts);
  if (unusable !== undefined) return invalid(unusable);
  const gate = quotable(checkGate(request, inspected.facts), masked);
  if (gate.verdict === 'deny') return refusedBy(gate);
  const unasked = gate.verdict === 'allow' && !(run.status === 'running' && run.approved !== undefined);
  const action = withinTime(deps, raw, gate, unasked);
  const prepared = await executor.prepare(run.id, action, gate.access, inspected.facts);
  if (!prepared.ok) return invalid(prepared);
  const { plan } = prepared;
  const told = masked ? await maskPlan(maskerFor(deps.finder, raw), plan) : plan;
  return {
    ok: true,
    checked: { action, plan, digest: deps.ids.sha256(canonicalPlan(plan)), gate, facts: inspected.facts, told },
  };
}

/** What the gate says of an action that nobody has submitted. */
export async function explainAction(deps: EngineDeps, action: Action, requester: Requester): Promise<GateAnswer> {
  const request = gateRequest(deps, action, requester);
  const standing = checkStanding(request);
  if (standing !== undefined) return standing;
  const inspected = await inspect(deps, action, requester);
  if (!inspected.ok) return denied('capability', inspected);
  const unusable = findUnusableFolder(request, inspected.facts);
  return unusable === undefined ? checkGate(request, inspected.facts) : denied('folders', unusable);
}

/** What an action would do, as the executor finds it, and what that means for whoever asks. */
async function inspect(deps: EngineDeps, action: Action, requester: Requester): ReturnType<Executor['inspect']> {
  const inspected = await executorFor(deps, action.kind).inspect(action);
  if (!inspected.ok || action.kind !== 'files' || action.operation.op !== 'send') return inspected;
  const { to } = action.operation;
  if (to === requester.device || to === deps.identity.device) return inspected;
  // What one device asks for, another one gets.
  const { facts } = inspected;
  return { ok: true, facts: { ...facts, operations: [...(facts.operations ?? []), 'files.send-elsewhere'] } };
}

function denied(check: Check, { reason, hint }: { readonly reason: string; readonly hint?: string }): GateAnswer {
  return { verdict: 'deny', check, access: 'read-only', because: [reason], ...(hint === undefined ? {} : { hint }) };
}

export function gateRequest(deps: EngineDeps, action: Action, requester: Requester): GateRequest {
  const { identity, owner, grants, clock, prober } = deps;
  const folders = owner.reachableFolders();
  return {
    action,
    requester,
    grants: grants.of(requester.device),
    device: {
      id: identity.device,
      name: owner.name(),
      capabilities: { ...prober.capabilities(), reachableFolders: folders },
      probes: prober.probes(),
      permissions: owner.permissions(),
      maxAccess: owner.maxAccess(),
      folders,
      enforces: levelsOf(deps),
    },
    rules: owner.rules(),
    mayApprove: (device) => grants.of(device).includes('approve'),
    now: clock.now(),
  };
}

export function requesterOf(deps: EngineDeps, { by, origin }: Pick<Run, 'by' | 'origin'>): Requester {
  return { kind: by.kind, device: origin, name: nameOf(deps, origin) };
}

/** The first check of all: whether the device that wants it may have anything run here, now. */
function mayStillRun({ identity, grants }: EngineDeps, { origin }: Pick<Run, 'origin'>): boolean {
  return origin === identity.device || grants.of(origin).includes('run');
}

/** What nobody is asked about may not hold a slot for long, and what is in the sandbox no longer than its owner wants. */
function withinTime({ settings }: EngineDeps, action: Action, gate: GateAnswer, unasked: boolean): Action {
  if (action.kind !== 'shell') return action;
  const limits = [
    action.timeoutMs,
    unasked ? settings.unaskedTimeMs : undefined,
    gate.access === 'full-access' ? undefined : settings.sandboxTimeMs,
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? action : { ...action, timeoutMs: Math.min(...limits) };
}

/** Its paths may stand in the command, of which something is masked. */
async function maskPlan(mask: Mask, { cwd, executable, sandbox, programs, changes, targets }: Plan): Promise<ToldPlan> {
  const all = (paths: readonly string[]): Promise<string[]> => Promise.all(paths.map(mask));
  return {
    cwd: await mask(cwd),
    executable: await mask(executable),
    ...(sandbox === undefined
      ? {}
      : { sandbox: { ...sandbox, writable: await all(sandbox.writable), readable: await all(sandbox.readable) } }),
    ...(changes === undefined
      ? {}
      : { changes: await Promise.all(changes.map(async (change) => ({ ...change, path: await mask(change.path) }))) }),
    ...(targets === undefined ? {} : { targets: await all(targets) }),
    programs: await Promise.all(
      programs.map(async (program) => ({ ...program, name: await mask(program.name), path: await mask(program.path) })),
    ),
  };
}

/** What may be written down of an answer: it quotes the command. */
function quotable(gate: GateAnswer, masked: boolean): GateAnswer {
  const { hint, because } = gate;
  const [shownHint] = hint === undefined ? [] : maskReasons([hint], masked);
  return {
    ...gate,
    because: maskReasons(because, masked),
    ...(shownHint === undefined ? {} : { hint: shownHint }),
  };
}

function refusedBy({ because, hint }: GateAnswer): CheckResult {
  return failed('refused', withHint(because.join('; '), hint));
}

function invalid({ reason, hint }: { readonly reason: string; readonly hint?: string }): CheckResult {
  return failed('invalid', withHint(reason, hint));
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}: ${hint}`;
}

function failed(reason: 'refused' | 'invalid', message: string): CheckResult {
  return { ok: false, fail: { type: 'fail', data: { reason, message } } };
}
