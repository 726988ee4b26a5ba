/**
 * The run state machine, pure. `decide` turns a command into events or a refusal, `evolve` applies one event. Engine,
 * projections, dashboard and tests share them; nothing else may move a run.
 */

import type { Action, Route } from './actions.ts';
import type { Actor, Approval, ApprovalPayload, Decision } from './approvals.ts';
import type { Artifact } from './artifacts.ts';
import { tick, wallTime } from './clock.ts';
import { type Refusal, refuse } from './errors.ts';
import type {
  CancelReason,
  EventBody,
  FailureReason,
  LogEvent,
  NewEvent,
  OutputSummary,
  StopReceipt,
} from './events.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from './ids.ts';

export const RUN_STATUSES = ['queued', 'running', 'waiting_approval', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

interface RunBase {
  readonly id: RunId;
  /** Short number in this thread, from 1. */
  readonly number: number;
  readonly task: string;
  readonly route: Route;
  readonly action: Action;
  /** Where it was submitted. */
  readonly origin: DeviceId;
  /** Where it executes. */
  readonly device: DeviceId;
  readonly by: Actor;
  readonly because: readonly string[];
  readonly retryOf?: RunId;
  readonly masked?: true;
  /** Unix milliseconds, as all times here. */
  readonly submittedAt: number;
  readonly updatedAt: number;
  readonly acceptedAt?: number;
  /** When its process or interpreter started. */
  readonly startedAt?: number;
}

export type Run = RunBase &
  (
    | { readonly status: 'queued' }
    | { readonly status: 'running' /** The digest that a person approved, once one has. */; readonly approved?: Sha256 }
    | { readonly status: 'waiting_approval'; readonly approvalId: ApprovalId }
    | {
        readonly status: 'completed';
        readonly endedAt: number;
        readonly exitCode: number;
        readonly output: OutputSummary;
        readonly result?: string;
      }
    | {
        readonly status: 'failed';
        readonly endedAt: number;
        readonly reason: FailureReason;
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      }
    | {
        readonly status: 'cancelled';
        readonly endedAt: number;
        readonly reason: CancelReason;
        readonly note?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      }
  );

export type FinalRun = Extract<Run, { status: 'completed' | 'failed' | 'cancelled' }>;

/** Everything that deciding about one run needs. */
export interface RunState {
  readonly run: Run;
  /** The newest approval of the run. */
  readonly approval?: Approval;
}

export function isFinal(run: Run): run is FinalRun {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
}

/** The moves that exist; there are no others. */
const MOVES: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['waiting_approval', 'completed', 'failed', 'cancelled'],
  waiting_approval: ['running', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

export function canMove(from: RunStatus, to: RunStatus): boolean {
  return MOVES[from].includes(to);
}

export type RunCommand =
  | { readonly type: 'submit'; readonly data: Extract<EventBody, { type: 'run.submitted' }>['data'] }
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
  if (state === undefined) {
    return refuse('not-found', `there is no run ${context.runId}`, 'list them with "dispatch ps"');
  }
  return decideExisting(state, command, context, emit);
}

type ExistingCommand = Exclude<RunCommand, { type: 'submit' }>;

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
export function evolve(state: RunState | undefined, event: LogEvent): RunState {
  const at = wallTime(event.at);
  if (event.type === 'run.submitted') {
    const { number, task, route, action, device, because, retryOf, masked } = event.data;
    const run: Run = {
      id: event.stream as RunId,
      number,
      task,
      route,
      action,
      origin: event.device,
      device,
      by: event.by,
      because,
      ...(retryOf === undefined ? {} : { retryOf }),
      ...(masked === undefined ? {} : { masked }),
      submittedAt: at,
      updatedAt: at,
      status: 'queued',
    };
    return { run };
  }
  if (state === undefined) throw new Error(`log damaged: ${event.type} before run.submitted in ${event.stream}`);
  return evolveExisting(state, event, at);
}

function evolveExisting({ run, approval }: RunState, event: LogEvent, at: number): RunState {
  const base = baseOf(run, at);
  const same = approval === undefined ? {} : { approval };
  const move = (to: RunStatus): void => {
    if (!canMove(run.status, to)) throw new Error(`log damaged: run ${run.id} cannot go from ${run.status} to ${to}`);
  };
  switch (event.type) {
    case 'run.accepted':
      move('running');
      return {
        run: { ...base, acceptedAt: at, because: [...run.because, ...event.data.because], status: 'running' },
        ...same,
      };
    case 'approval.requested': {
      move('waiting_approval');
      const { approval: id, ...rest } = event.data;
      const requested: Approval = {
        id,
        runId: run.id,
        ...rest,
        device: run.device,
        requestedAt: at,
        status: 'pending',
      };
      return { run: { ...base, status: 'waiting_approval', approvalId: id }, approval: requested };
    }
    case 'approval.decided': {
      if (approval === undefined) throw new Error(`log damaged: a decision without a request in ${run.id}`);
      const { decision, note } = event.data;
      const decided: Approval = {
        ...approval,
        status: decision === 'approve' ? 'approved' : 'rejected',
        decidedBy: event.by,
        decidedAt: at,
        ...(note === undefined ? {} : { note }),
      };
      if (decision === 'reject') return { run: { ...run, updatedAt: at }, approval: decided };
      move('running');
      return { run: { ...base, status: 'running', approved: event.data.digest }, approval: decided };
    }
    case 'approval.expired': {
      if (approval === undefined) throw new Error(`log damaged: an expiry without a request in ${run.id}`);
      return { run: { ...run, updatedAt: at }, approval: { ...approval, status: 'expired', decidedAt: at } };
    }
    case 'run.started':
      return { run: { ...run, startedAt: at, updatedAt: at }, ...same };
    case 'run.completed':
      move('completed');
      return { run: { ...base, status: 'completed', endedAt: at, ...event.data }, ...same };
    case 'run.failed':
      move('failed');
      return { run: { ...base, status: 'failed', endedAt: at, ...event.data }, ...same };
    case 'run.cancelled':
      move('cancelled');
      return { run: { ...base, status: 'cancelled', endedAt: at, ...event.data }, ...same };
    case 'artifact.created':
      return { run: { ...run, updatedAt: at }, ...same };
    case 'run.submitted':
    case 'message.said':
      throw new Error(`log damaged: ${event.type} cannot follow in ${run.id}`);
  }
}

/** The fields that every status has. */
function baseOf(run: Run, updatedAt: number): RunBase {
  const {
    id,
    number,
    task,
    route,
    action,
    origin,
    device,
    by,
    because,
    retryOf,
    masked,
    submittedAt,
    acceptedAt,
    startedAt,
  } = run;
  return {
    id,
    number,
    task,
    route,
    action,
    origin,
    device,
    by,
    because,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(masked === undefined ? {} : { masked }),
    submittedAt,
    updatedAt,
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
  };
}
