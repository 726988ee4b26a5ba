/** The state of a run after an event. Pure; the engine, the projections and the tests share it. */

import type { Approval } from './approvals.ts';
import { wallTime } from './clock.ts';
import type { LogEvent } from './events.ts';
import type { RunId } from './ids.ts';
import { canMove, type Run, type RunBase, type RunState, type RunStatus } from './runs.ts';

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
