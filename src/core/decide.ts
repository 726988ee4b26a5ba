/**
 * What may be done to a run: a command becomes events, or a refusal. Pure; nothing else may move a run. Engine and tests share it.
 */

import type { Approval } from './approvals.ts';
import { tick } from './clock.ts';
import type { DecideContext, DecideResult, Emit, ExistingCommand, RunCommand } from './commands.ts';
import { decideApproval, decideCover, decideEdit } from './decide-answers.ts';
import { type Refusal, refuse } from './errors.ts';
import type { EventBody, NewEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { isFinal, type RunState } from './runs.ts';

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
  emit: Emit,
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
        data: {
          because: command.because,
          ...(command.rule === undefined ? {} : { rule: command.rule }),
          ...(command.access === undefined ? {} : { access: command.access }),
        },
      });
    case 'request-approval': {
      if (run.status !== 'running' || run.startedAt !== undefined) return wrongStatus('ask for approval');
      const { type: _, ...data } = command;
      return emit({ type: 'approval.requested', data });
    }
    case 'decide':
      return decideApproval(run, approval, command, context, emit);
    case 'edit':
      return decideEdit(run, approval, command, context, emit);
    case 'cover':
      return decideCover(run, approval, command, context, emit);
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
      return emit({
        type: 'run.started',
        data: { digest: command.digest, ...(command.plan === undefined ? {} : { plan: command.plan }) },
      });
    case 'answer':
      if (run.status !== 'running') return wrongStatus('be answered');
      return emit({ type: 'run.answered', data: command.data });
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
    case 'withdraw':
      if (run.status !== 'queued' || run.offeredAt !== undefined) return wrongStatus('be withdrawn');
      return emit({ type: 'run.cancelled', data: { reason: 'user', note: command.note } });
    case 'remove-artifact':
      if (!isFinal(run)) return wrongStatus('lose artifacts');
      return emit({ type: 'artifact.removed', data: { artifact: command.artifact, reason: command.reason } });
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
