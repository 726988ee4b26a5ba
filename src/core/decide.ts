/**
 * What may be done to a run: a command becomes events, or a refusal. Pure; nothing else may move a run. Engine and tests share it.
 */

import type { Actor, Approval, ApprovalPayload, Decision } from './approvals.ts';
import type { Artifact } from './artifacts.ts';
import { tick } from './clock.ts';
import { type Refusal, refuse } from './errors.ts';
import type { EventBody, NewEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { ApprovalId, RunId, Sha256 } from './ids.ts';
import { isFinal, type Run, type RunState } from './runs.ts';

/** A run is to exist. */
interface SubmitCommand {
  readonly type: 'submit';
  readonly data: Extract<EventBody, { type: 'run.submitted' }>['data'];
}

/** A run of another device is to exist here, where it is to execute. */
interface ReceiveCommand {
  readonly type: 'receive';
  readonly data: Extract<EventBody, { type: 'run.received' }>['data'];
}

export type RunCommand = SubmitCommand | ReceiveCommand | ExistingCommand;

/** What can be done to a run that exists. */
type ExistingCommand =
  /** The origin is about to offer it to the device that is to execute. */
  | { readonly type: 'offer' }
  /** The origin wants it ended, and another device may have accepted it. */
  | { readonly type: 'request-cancel' }
  | { readonly type: 'accept'; readonly because: readonly string[]; readonly rule?: string }
  | {
      readonly type: 'request-approval';
      readonly approval: ApprovalId;
      readonly title: string;
      readonly description: string;
      readonly payload: ApprovalPayload;
      readonly digest: Sha256;
      readonly expiresAt: number;
    }
  | {
      readonly type: 'decide';
      readonly approval: ApprovalId;
      readonly decision: Decision;
      /** The digest that the person was shown. */
      readonly digest: Sha256;
      readonly note?: string;
    }
  | { readonly type: 'expire' }
  | { readonly type: 'start'; readonly digest: Sha256; readonly mustBeApproved: boolean }
  | { readonly type: 'complete'; readonly data: Extract<EventBody, { type: 'run.completed' }>['data'] }
  | { readonly type: 'fail'; readonly data: Extract<EventBody, { type: 'run.failed' }>['data'] }
  | { readonly type: 'cancel'; readonly data: Extract<EventBody, { type: 'run.cancelled' }>['data'] }
  | { readonly type: 'add-artifact'; readonly artifact: Omit<Artifact, 'runId' | 'device' | 'createdAt'> };

/** What a decision depends on besides the state: who, when, for which run. */
export interface DecideContext {
  readonly runId: RunId;
  readonly by: Actor;
  /** Unix milliseconds. */
  readonly now: number;
}

export type DecideResult = { readonly ok: true; readonly events: readonly NewEvent[] } | Refusal;

/** Events that carry out the command, or why not. An empty list means that it is already so. */
export function decide(state: RunState | undefined, command: RunCommand, context: DecideContext): DecideResult {
  const emit = (...bodies: EventBody[]): DecideResult => ({
    ok: true,
    events: bodies.map((body) => ({ ...body, stream: context.runId, by: context.by })),
  });
  if (command.type === 'submit') {
    return state === undefined ? emit({ type: 'run.submitted', data: command.data }) : { ok: true, events: [] };
  }
  if (command.type === 'receive') {
    return state === undefined ? emit({ type: 'run.received', data: command.data }) : { ok: true, events: [] };
  }
  if (state === undefined) {
    return refuse('not-found', `there is no run ${context.runId}`, 'list them with "dispatch ps"');
  }
  return decideExisting(state, command, context, emit);
}

function decideExisting(
  { run, approval }: RunState,
  command: ExistingCommand,
  context: DecideContext,
  emit: (...bodies: EventBody[]) => DecideResult,
): DecideResult {
  const wrongStatus = (verb: string): Refusal =>
    refuse(
      'conflict',
      `run ${run.number} cannot ${verb}: it is ${run.status}`,
      `see it with "dispatch show ${run.number}"`,
    );

  switch (command.type) {
    case 'offer':
      if (run.status !== 'queued') return wrongStatus('be offered');
      return run.offeredAt === undefined ? emit({ type: 'run.offered', data: {} }) : { ok: true, events: [] };
    case 'request-cancel':
      if (run.cancelRequested === true) return { ok: true, events: [] };
      if (isFinal(run)) return wrongStatus('be cancelled');
      return emit({ type: 'run.cancel_requested', data: {} });
    case 'accept':
      if (run.status !== 'queued') return wrongStatus('be accepted');
      return emit({
        type: 'run.accepted',
        data: { because: command.because, ...(command.rule === undefined ? {} : { rule: command.rule }) },
      });
    case 'request-approval': {
      if (run.status !== 'running' || run.startedAt !== undefined) return wrongStatus('ask for approval');
      const { type: _, ...data } = command;
      return emit({ type: 'approval.requested', data: { ...data, decisions: ['approve', 'reject'] } });
    }
    case 'decide':
      return decideApproval(run, approval, command, context, emit);
    case 'expire':
      if (run.status !== 'waiting_approval' || approval?.status !== 'pending') return wrongStatus('expire');
      if (context.now < approval.expiresAt)
        return refuse('conflict', `the approval of run ${run.number} has not expired yet`);
      return emit(
        { type: 'approval.expired', data: { approval: approval.id } },
        { type: 'run.cancelled', data: { reason: 'expired' } },
      );
    case 'start':
      if (run.status !== 'running' || run.startedAt !== undefined) return wrongStatus('start');
      if (command.mustBeApproved && run.approved !== command.digest) {
        return refuse(
          'refused',
          `run ${run.number} may not start: what would run is not what was approved`,
          'retry it and approve again',
        );
      }
      return emit({ type: 'run.started', data: { digest: command.digest } });
    case 'complete':
      if (run.status !== 'running') return wrongStatus('complete');
      return emit({ type: 'run.completed', data: command.data });
    case 'fail':
      if (isFinal(run)) return wrongStatus('fail');
      return emit(...endApproval(approval), { type: 'run.failed', data: command.data });
    case 'cancel':
      if (run.status === 'cancelled') return { ok: true, events: [] };
      if (isFinal(run)) return wrongStatus('be cancelled');
      return emit(...endApproval(approval), { type: 'run.cancelled', data: command.data });
    case 'add-artifact':
      if (isFinal(run)) return wrongStatus('gain artifacts');
      return emit({ type: 'artifact.created', data: { artifact: command.artifact } });
  }
}

/** Several commands as one step: each decides on what the one before it made. All of them, or the first refusal. */
export function decideAll(
  state: RunState | undefined,
  commands: readonly RunCommand[],
  context: DecideContext,
): DecideResult {
  const events: NewEvent[] = [];
  let current = state;
  for (const command of commands) {
    const result = decide(current, command, context);
    if (!result.ok) return result;
    for (const event of result.events) {
      // A provisional place in the log: the real one is given on writing, and no decision depends on it.
      current = evolve(current, {
        ...event,
        v: 1,
        device: context.by.device,
        seq: 0,
        at: tick(undefined, context.now),
      });
      events.push(event);
    }
  }
  return { ok: true, events };
}

/** A prompt whose run ends must not stay open. */
function endApproval(approval: Approval | undefined): EventBody[] {
  return approval?.status === 'pending' ? [{ type: 'approval.expired', data: { approval: approval.id } }] : [];
}

function decideApproval(
  run: Run,
  approval: Approval | undefined,
  command: Extract<RunCommand, { type: 'decide' }>,
  context: DecideContext,
  emit: (...bodies: EventBody[]) => DecideResult,
): DecideResult {
  if (approval === undefined || approval.id !== command.approval) {
    return refuse(
      'not-found',
      `run ${run.number} has no approval ${command.approval}`,
      'list them with "dispatch approvals"',
    );
  }
  if (approval.digest !== command.digest) {
    return refuse(
      'conflict',
      `the answer is for another version of run ${run.number}`,
      'look at the request again, then answer',
    );
  }
  const wanted = command.decision === 'approve' ? 'approved' : 'rejected';
  if (approval.status === wanted) return { ok: true, events: [] };
  if (approval.status !== 'pending') {
    return refuse(
      'conflict',
      `run ${run.number} was already ${approval.status}`,
      `see it with "dispatch show ${run.number}"`,
    );
  }
  if (context.now >= approval.expiresAt) {
    return refuse(
      'conflict',
      `the request for run ${run.number} has expired`,
      `ask again with "dispatch retry ${run.number}"`,
    );
  }
  const note = command.note === undefined ? {} : { note: command.note };
  const decided: EventBody = {
    type: 'approval.decided',
    data: { approval: approval.id, decision: command.decision, digest: approval.digest, ...note },
  };
  if (command.decision === 'approve') return emit(decided);
  return emit(decided, { type: 'run.cancelled', data: { reason: 'rejected', ...note } });
}

/** The state after an event. Throws on an event that the state does not allow: such a log is damaged. */
