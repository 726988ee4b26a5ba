/**
 * The state of a run after an event. Pure; the engine, the projections and the tests share it. The events of one run may come from
 * two logs: what its origin wrote and what its executor wrote give the same state in whichever order they meet.
 */

import { type Approval, isYes, nameOfRule } from './approvals.ts';
import { wallTime } from './clock.ts';
import type { LogEvent } from './events.ts';
import type { RunId } from './ids.ts';
import { canMove, type Run, type RunAllowance, type RunBase, type RunState, type RunStatus } from './runs.ts';
import { parsePlace } from './thread.ts';

export function evolve(state: RunState | undefined, event: LogEvent): RunState {
  const at = wallTime(event.at);
  if (event.type === 'run.submitted' || event.type === 'run.received') {
    return state === undefined ? { run: begin(event, at) } : state;
  }
  if (state === undefined) throw new Error(`log damaged: ${event.type} before run.submitted in ${event.stream}`);
  return evolveExisting(state, event, Math.max(at, state.run.updatedAt), at);
}

function begin(event: Extract<LogEvent, { type: 'run.submitted' | 'run.received' }>, at: number): Run {
  const {
    number,
    task,
    route,
    action,
    device,
    because,
    retryOf,
    masked,
    group,
    expiresAt,
    approved,
    noWait,
    proposedBy,
    beforehand,
  } = event.data;
  const submittedAt = event.type === 'run.received' ? timeOfPlace(event.data.place) : at;
  return {
    id: event.stream as RunId,
    number,
    task,
    route,
    action,
    origin: event.type === 'run.received' ? event.data.origin : event.device,
    device,
    by: event.by,
    because,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(masked === undefined ? {} : { masked }),
    ...(group === undefined ? {} : { group }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(approved === undefined ? {} : { approvedBefore: approved }),
    ...(beforehand === undefined ? {} : { beforehand }),
    ...(noWait === undefined ? {} : { noWait }),
    ...(proposedBy === undefined ? {} : { proposedBy }),
    submittedAt,
    updatedAt: submittedAt,
    status: 'queued',
  };
}

function timeOfPlace(place: string): number {
  const parsed = parsePlace(place);
  if (parsed === undefined) throw new Error(`log damaged: "${place}" is no place in a thread`);
  return wallTime(parsed.at);
}

function evolveExisting({ run, approval }: RunState, event: LogEvent, updatedAt: number, at: number): RunState {
  const base = baseOf(run, updatedAt);
  const same = approval === undefined ? {} : { approval };
  const move = (to: RunStatus): void => {
    if (!canMove(run.status, to)) throw new Error(`log damaged: run ${run.id} cannot go from ${run.status} to ${to}`);
  };
  switch (event.type) {
    case 'run.offered':
      return { run: { ...run, offeredAt: at, updatedAt }, ...same };
    case 'run.cancel_requested':
      return { run: { ...run, cancelRequested: true, updatedAt }, ...same };
    case 'run.accepted':
      move('running');
      return {
        run: {
          ...base,
          acceptedAt: at,
          because: [...run.because, ...event.data.because],
          ...(event.data.rule === undefined ? {} : { rule: event.data.rule }),
          ...(event.data.access === undefined ? {} : { enforced: event.data.access }),
          status: 'running',
        },
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
        ...(approval?.status === 'expired' && approval.replacedBy === id ? { edits: approval.id } : {}),
        status: 'pending',
      };
      return { run: { ...base, status: 'waiting_approval', approvalId: id }, approval: requested };
    }
    case 'approval.agreed': {
      if (approval === undefined) throw new Error(`log damaged: a yes without a request in ${run.id}`);
      if (approval.id !== event.data.approval) return { run: { ...run, updatedAt }, approval: overtaken(approval, at) };
      const agreed = [...(approval.agreed ?? []), { by: event.by, at }];
      return { run: { ...run, updatedAt }, approval: { ...approval, agreed } };
    }
    case 'approval.edited': {
      if (approval === undefined) throw new Error(`log damaged: an edit without a request in ${run.id}`);
      move('running');
      const { action, next } = event.data;
      const { allowance: _, ...rest } = base;
      const replaced: Approval = { ...approval, status: 'expired', decidedAt: at, replacedBy: next };
      return {
        run: { ...rest, action, status: 'running' },
        approval: approval.id === event.data.approval ? replaced : overtaken(approval, at),
      };
    }
    case 'approval.decided': {
      if (approval === undefined) throw new Error(`log damaged: a decision without a request in ${run.id}`);
      const decided = approval.id === event.data.approval ? decide(approval, event, at) : overtaken(approval, at);
      if (event.data.decision === 'reject') return { run: { ...run, updatedAt }, approval: decided };
      move('running');
      const allowance = allowanceAfter(run, event, at);
      return {
        run: {
          ...base,
          ...(allowance === undefined ? {} : { allowance }),
          status: 'running',
          approved: event.data.digest,
        },
        approval: decided,
      };
    }
    case 'approval.expired': {
      if (approval === undefined) throw new Error(`log damaged: an expiry without a request in ${run.id}`);
      return { run: { ...run, updatedAt }, approval: overtaken(approval, at) };
    }
    case 'run.started':
      return {
        run: {
          ...run,
          startedAt: at,
          updatedAt,
          ...(event.data.plan === undefined ? {} : { enforced: event.data.plan.enforced }),
        },
        ...same,
      };
    case 'run.completed':
      move('completed');
      return { run: { ...base, status: 'completed', endedAt: at, ...event.data }, ...same };
    case 'run.failed':
      move('failed');
      return { run: { ...base, status: 'failed', endedAt: at, ...event.data }, ...same };
    case 'run.cancelled':
      move('cancelled');
      return { run: { ...base, status: 'cancelled', endedAt: at, ...event.data }, ...same };
    case 'run.answered':
    case 'artifact.created':
    case 'artifact.removed':
      return { run: { ...run, updatedAt }, ...same };
    case 'run.submitted':
    case 'run.received':
    case 'message.said':
      throw new Error(`log damaged: ${event.type} cannot follow in ${run.id}`);
  }
}

/** Who may not see all of a log may have missed the request that came after this one: this one is over in any case. */
function overtaken(approval: Approval, at: number): Approval {
  return approval.status === 'pending' ? { ...approval, status: 'expired', decidedAt: at } : approval;
}

type Decided = Extract<LogEvent, { type: 'approval.decided' }>;

function decide(
  approval: Approval,
  { by, data }: Decided,
  at: number,
): Exclude<Approval, { status: 'pending' | 'expired' }> {
  const { decision, note, signature, under, rule } = data;
  return {
    ...approval,
    status: isYes(decision) ? 'approved' : 'rejected',
    decidedBy: by,
    decidedAt: at,
    decision,
    ...(note === undefined ? {} : { note }),
    ...(signature === undefined ? {} : { signature }),
    ...(under === undefined ? {} : { under }),
    ...(rule === undefined ? {} : { rule: nameOfRule(rule) }),
  };
}

function allowanceAfter(run: Run, { data }: Decided, at: number): RunAllowance | undefined {
  if (data.decision === 'approve-for-run' && data.forMs !== undefined) {
    return { approval: data.approval, until: at + data.forMs, usesLeft: data.uses ?? 0 };
  }
  if (data.under === undefined || run.allowance === undefined) return run.allowance;
  return { ...run.allowance, usesLeft: run.allowance.usesLeft - 1 };
}

/** What every status keeps: all of the run but what its present status alone has. */
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
    group,
    expiresAt,
    approvedBefore,
    beforehand,
    noWait,
    proposedBy,
    offeredAt,
    cancelRequested,
    submittedAt,
    acceptedAt,
    startedAt,
    rule,
    enforced,
    allowance,
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
    ...(group === undefined ? {} : { group }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(approvedBefore === undefined ? {} : { approvedBefore }),
    ...(beforehand === undefined ? {} : { beforehand }),
    ...(noWait === undefined ? {} : { noWait }),
    ...(proposedBy === undefined ? {} : { proposedBy }),
    ...(offeredAt === undefined ? {} : { offeredAt }),
    ...(cancelRequested === undefined ? {} : { cancelRequested }),
    submittedAt,
    updatedAt,
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(rule === undefined ? {} : { rule }),
    ...(enforced === undefined ? {} : { enforced }),
    ...(allowance === undefined ? {} : { allowance }),
  };
}
