/** What an answer to a request does: yes, no, an edit, or a yes that an earlier one "for this run" covers. Pure, a part of `decide`. */

import { type Approval, isYes, nameOfRule } from './approvals.ts';
import type { DecideContext, DecideResult, Emit, RunCommand } from './commands.ts';
import { type Refusal, refuse } from './errors.ts';
import type { ApprovalId, Sha256 } from './ids.ts';
import type { Run } from './runs.ts';

/** How many further requests of a run one answer "for this run" covers. */
const USES_FOR_RUN = 50;

type Decide = Extract<RunCommand, { type: 'decide' }>;

export function decideApproval(
  run: Run,
  approval: Approval | undefined,
  command: Decide,
  context: DecideContext,
  emit: Emit,
): DecideResult {
  const open = theRequest(run, approval, command);
  if (!('id' in open)) return open;
  if (context.by.kind !== 'human') return onlyPeople();
  // The same answer again is fine; "always" after "once" is another one.
  const said =
    open.status === 'approved' ? (open.decision ?? 'approve') : open.status === 'rejected' ? 'reject' : undefined;
  if (said === command.decision && !isOther(open, command)) return { ok: true, events: [] };
  const late = whyTooLate(run, open, context);
  if (late !== undefined) return late;
  if (!open.decisions.includes(command.decision)) {
    return refuse(
      'refused',
      `the request for run ${run.number} does not allow "${command.decision}"`,
      `it allows ${open.decisions.join(', ')}`,
    );
  }
  const { note, signature, beforehand } = command;
  const words = {
    ...(note === undefined ? {} : { note }),
    ...(signature === undefined ? {} : { signature }),
    ...(beforehand === undefined ? {} : { beforehand }),
  };
  const answer = { approval: open.id, digest: open.digest, ...words };
  if (!isYes(command.decision)) {
    return emit(
      { type: 'approval.decided', data: { ...answer, decision: 'reject' } },
      { type: 'run.cancelled', data: { reason: 'rejected', ...(note === undefined ? {} : { note }) } },
    );
  }
  const agreed = new Set((open.agreed ?? []).map(({ by }) => by.device));
  if (agreed.has(context.by.device)) return { ok: true, events: [] };
  if (agreed.size + 1 < (open.approvers ?? 1)) {
    const { note: _, ...yes } = answer;
    return emit({ type: 'approval.agreed', data: yes });
  }
  return emit({ type: 'approval.decided', data: { ...answer, decision: command.decision, ...extrasOf(command) } });
}

/** Whether an answer gives something else than the one that was given. */
function isOther(given: Approval, { rule }: Decide): boolean {
  return rule !== undefined && 'rule' in given && given.rule !== nameOfRule(rule);
}

/** What some decisions say besides yes. */
function extrasOf({ decision, forMs, rule }: Decide): { forMs?: number; uses?: number; rule?: string } {
  if (decision === 'approve-for-run') return { forMs: forMs ?? 0, uses: USES_FOR_RUN };
  return decision === 'approve-always' && rule !== undefined ? { rule } : {};
}

export function decideEdit(
  run: Run,
  approval: Approval | undefined,
  command: Extract<RunCommand, { type: 'edit' }>,
  context: DecideContext,
  emit: Emit,
): DecideResult {
  const open = theRequest(run, approval, command);
  if (!('id' in open)) return open;
  if (context.by.kind !== 'human') return onlyPeople();
  const late = whyTooLate(run, open, context);
  if (late !== undefined) return late;
  const { action, next } = command;
  return emit({ type: 'approval.edited', data: { approval: open.id, next, action } });
}

export function decideCover(
  run: Run,
  approval: Approval | undefined,
  { digest }: Extract<RunCommand, { type: 'cover' }>,
  { now }: DecideContext,
  emit: Emit,
): DecideResult {
  const { allowance } = run;
  if (run.status !== 'waiting_approval' || approval?.status !== 'pending' || approval.digest !== digest) {
    return refuse('conflict', `run ${run.number} has no such request`);
  }
  if (allowance === undefined || allowance.usesLeft <= 0 || now >= allowance.until || (approval.approvers ?? 1) > 1) {
    return refuse('refused', `no answer "for this run" covers the request of run ${run.number}`);
  }
  return emit({
    type: 'approval.decided',
    data: { approval: approval.id, decision: 'approve', digest, under: allowance.approval },
  });
}

/** The request that an answer is for, as the person was shown it. */
function theRequest(
  run: Run,
  approval: Approval | undefined,
  wanted: { readonly approval: ApprovalId; readonly digest: Sha256 },
): Approval | Refusal {
  if (approval === undefined || approval.id !== wanted.approval) {
    return refuse(
      'not-found',
      `run ${run.number} has no approval ${wanted.approval}`,
      'list them with "dispatch approvals"',
    );
  }
  if (approval.digest === wanted.digest) return approval;
  return refuse(
    'conflict',
    `the answer is for another version of run ${run.number}`,
    'look at the request again, then answer',
  );
}

function whyTooLate(run: Run, approval: Approval, { now }: DecideContext): Refusal | undefined {
  if (approval.status !== 'pending') {
    return refuse(
      'conflict',
      `run ${run.number} was already ${approval.status}`,
      `see it with "dispatch show ${run.number}"`,
    );
  }
  if (now < approval.expiresAt) return undefined;
  return refuse(
    'conflict',
    `the request for run ${run.number} has expired`,
    `ask again with "dispatch retry ${run.number}"`,
  );
}

function onlyPeople(): Refusal {
  return refuse(
    'refused',
    'only a person may answer a request',
    'answer it in the dashboard or with "dispatch approve"',
  );
}
