// The requests of a run, as rows, and each in one sentence: what was asked for, by whom, what made it ask, and who answered
// what, when, and with which note.

import type { Approval } from '../../core/approvals.ts';
import { deviceName } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { findRun } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { whoAsks } from '../words/asking.ts';
import { howItEnded } from '../words/ended-requests.ts';
import { formatDuration, formatExactTime, formatTime } from '../words/format.ts';
import { createRows, type DetailRow, type Fact } from './detail-row.ts';
import { decisionWords, whoAnswered } from './plan-rows.ts';
import { commandOf, payloadFacts } from './request-rows.ts';

export function askedRows(model: Model, dialog: RunDialog, width: number): readonly DetailRow[] {
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const approvals = dialog.detail?.approvals;
  const { rows, heading, prose, command, facts } = createRows(width);
  if (approvals === undefined) return [{ style: 'muted', text: dialog.message ?? 'loading…' }];
  if (approvals.length === 0) {
    prose(nothingAsked(run), 'muted');
    return rows;
  }
  approvals.forEach((approval, index) => {
    const { payload } = approval;
    heading(approvals.length === 1 ? 'Request' : `Request ${index + 1} of ${approvals.length}`);
    prose(whoAsks(model, approval, run));
    for (const warning of payload.warnings ?? []) prose(warning, 'warning');
    command(payload.command);
    const before = commandOf(approvals, approval.edits);
    if (before !== undefined) {
      prose('an edited version; before it was', 'muted');
      command(before);
    }
    (payload.steps ?? []).forEach((step, at) => {
      prose(`${at + 1}. ${step}`);
    });
    facts([
      [
        'asked',
        `${formatExactTime(approval.requestedAt, model.now)}, until ${formatTime(approval.expiresAt, model.now)}`,
      ],
      ['because', whatAsks(approval)],
      ['access', payload.enforced],
      ...payloadFacts(payload),
      ...answers(model, approval),
    ]);
    prose(outcome(model, approval, run), OUTCOME_STYLES[approval.status]);
    facts([['digest', approval.digest]]);
  });
  return rows;
}

const OUTCOME_STYLES = { pending: 'warning', approved: 'success', rejected: 'failure', expired: 'muted' } as const;

function nothingAsked(run: Run | undefined): string {
  if (run?.rule !== undefined) return `Nobody was asked: the rule ${run.rule} let it through.`;
  return run?.acceptedAt === undefined && run?.startedAt === undefined
    ? 'Nobody has been asked so far.'
    : 'Nobody was asked.';
}

const whatAsks = ({ payload: { rule }, description }: Approval): string =>
  rule === undefined ? description || 'no rule lets it through' : `the rule ${rule} makes it ask`;

/** The yeses that came before the one that settled it. */
function answers(model: Model, approval: Approval): Fact[] {
  const { agreed = [], approvers } = approval;
  const list: Fact[] = agreed.map(({ by, at }) => [
    'agreed',
    `${whoAnswered(model, by)}, ${formatExactTime(at, model.now)}`,
  ]);
  return approvers === undefined ? list : [['needs', `${approvers} devices that say yes`], ...list];
}

function outcome(model: Model, approval: Approval, run: Run | undefined): string {
  if (approval.status === 'pending') return 'waits for an answer';
  const at = `${formatExactTime(approval.decidedAt, model.now)}, after ${formatDuration(approval.decidedAt - approval.requestedAt, false)}`;
  if (approval.status === 'expired') return `${howItEnded(approval, run)}, ${at}`;
  const signed = approval.signature === undefined ? '' : '; signed';
  const note = approval.note === undefined ? '' : `: ${approval.note}`;
  return `${approval.status} by ${whoAnswered(model, approval.decidedBy)}${decisionWords(model, run, approval)}, ${at}${signed}${note}`;
}

export function describeApproval(
  model: Pick<Model, 'devices' | 'revoked' | 'now'>,
  approval: Approval,
  run: Run | undefined,
): string {
  const title = sanitizeLine(approval.title);
  switch (approval.status) {
    case 'pending':
      return `${title}: waits for an answer until ${formatTime(approval.expiresAt, model.now)}`;
    case 'expired':
      return `${title}: ${howItEnded(approval, run)}, ${formatTime(approval.decidedAt, model.now)}`;
    case 'approved':
    case 'rejected': {
      const who = `${approval.status} on ${deviceName(model, approval.decidedBy.device)}`;
      const note = approval.note === undefined ? '' : `: ${sanitizeLine(approval.note)}`;
      const reach =
        { 'approve-for-run': ' for this run', 'approve-always': ' always' }[String(approval.decision)] ?? '';
      return `${title}: ${who}${reach}, ${formatTime(approval.decidedAt, model.now)}${note}`;
    }
  }
}
