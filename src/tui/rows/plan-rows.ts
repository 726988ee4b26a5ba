// The plan of a run, as rows: what runs, why there, with which access and limits, what let it through, and how it ended.
// What its device wrote down when it started comes before what a person was shown, and that before what was asked for.

import { type StartedPlan, textOf } from '../../core/actions.ts';
import type { Actor, Approval, ApprovalPayload } from '../../core/approvals.ts';
import { deviceName } from '../../core/devices.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { findRun } from '../model/select.ts';
import { askerOf } from '../words/asking.ts';
import { accessOf } from '../words/enforced.ts';
import { describeStatus, formatBytes, formatTime } from '../words/format.ts';
import { linkLost } from '../words/presence.ts';
import { progressText } from '../words/progress.ts';
import { createRows, type DetailRow, type Fact } from './detail-row.ts';
import { payloadFacts } from './request-rows.ts';

export function planRows(model: Model, dialog: RunDialog, width: number): readonly DetailRow[] {
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const { rows, heading, prose, command, facts } = createRows(width);
  if (run === undefined) return [{ style: 'text', text: dialog.message ?? 'loading…' }];
  const { approvals = [], plan } = dialog.detail ?? {};
  heading('Task');
  command(textOf(run.action));
  facts(standing(model, run));
  if (run.status === 'failed') prose(run.message, 'failure');
  const steps = approvals.at(-1)?.payload.steps ?? [];
  if (steps.length > 0) heading('Steps');
  steps.forEach((step, index) => {
    prose(`${index + 1}. ${step}`);
  });
  heading('Why there');
  for (const why of run.because) prose(`- ${why}`);
  heading('Access and limits');
  facts(limits(model, run, approvals, plan));
  heading('Identity');
  facts(identity(model, run, approvals));
  return rows;
}

/** How it stands, where it is, and what it came to. */
function standing(model: Model, run: Run): Fact[] {
  const list: Fact[] = [
    ['status', linkLost(model, run) ?? describeStatus(run)],
    ['asked by', askerOf(model, run)],
    ['route', run.route],
    ['device', deviceName(model, run.device)],
  ];
  const far = progressText(model, run);
  if (far !== undefined) list.push(['progress', far]);
  if (run.status === 'completed' || (run.status === 'failed' && run.exitCode !== undefined))
    list.push(['exit', String(run.exitCode)]);
  if (isFinal(run) && run.output !== undefined) {
    const { bytes, droppedBytes } = run.output;
    const dropped = droppedBytes > 0 ? `, of which ${formatBytes(droppedBytes)} were dropped` : '';
    list.push(['output', `${formatBytes(bytes)}${dropped}`]);
  }
  if (run.status === 'cancelled' && run.note !== undefined) list.push(['note', run.note]);
  if ((run.status === 'failed' || run.status === 'cancelled') && run.receipt !== undefined) {
    const { stopped, left } = run.receipt;
    list.push(['stopped', stopped.map(({ pid, command }) => `${command} (${pid})`).join(', ') || 'nothing was left']);
    if (left.length > 0) list.push(['left', left.map(({ pid, command }) => `${command} (${pid})`).join(', ')]);
  }
  return list;
}

function limits(
  model: Model,
  run: Run,
  approvals: readonly Approval[],
  plan: StartedPlan | undefined,
): readonly Fact[] {
  const { action } = run;
  const shown = approvals.at(-1)?.payload;
  const list: Fact[] = [];
  const access = accessOf(model, run, approvals);
  const known = plan ?? shown;
  if (access !== undefined) list.push(['access', access]);
  else if (known !== undefined) list.push(['access', known.enforced]);
  const allowed = allowedBy(model, run, approvals);
  if (allowed !== undefined) list.push(['allowed', allowed]);
  const timeoutMs = 'timeoutMs' in action ? action.timeoutMs : undefined;
  const limit = timeoutMs ?? shown?.timeoutMs;
  if (known !== undefined) list.push(...payloadFacts(asShown(known)));
  else if (action.kind === 'shell') {
    list.push(['in', action.cwd ?? 'the home folder']);
    const names = Object.keys(action.env ?? {});
    if (names.length > 0) list.push(['sets', names.join(', ')]);
    if (action.secrets !== undefined) list.push(['secrets', `${action.secrets.join(', ')}: it can read their values`]);
  }
  list.push(['limit', limit === undefined ? 'no limit of time' : `${limit / 1000} s`]);
  return list;
}

/** The access and the limit of time are told above and below. */
const asShown = ({ cwd, executable, envNames, sandbox, programs, secrets }: StartedPlan | ApprovalPayload) => ({
  cwd,
  executable,
  envNames,
  ...(sandbox === undefined ? {} : { sandbox }),
  ...(programs === undefined ? {} : { programs }),
  ...(secrets === undefined ? {} : { secrets }),
});

function identity(model: Model, run: Run, approvals: readonly Approval[]): Fact[] {
  const list: Fact[] = [];
  const named = (id: string): string => {
    const number = findRun(model, id)?.number;
    return number === undefined ? id : `run ${number}`;
  };
  if (run.retryOf !== undefined) list.push(['retry of', named(run.retryOf)]);
  if (run.proposedBy !== undefined) {
    const number = findRun(model, run.proposedBy)?.number;
    list.push(['proposed', `by the assistant of ${number === undefined ? 'an earlier run' : `run ${number}`}`]);
  }
  list.push(['origin', deviceName(model, run.origin)]);
  const digest = approvals.at(-1)?.digest;
  if (digest !== undefined) list.push(['digest', digest]);
  list.push(['id', run.id]);
  return list;
}

/** Who or what said yes to it: a rule, or people on their devices. */
function allowedBy(model: Model, run: Run, approvals: readonly Approval[]): string | undefined {
  const approval = approvals.findLast(({ status }) => status === 'approved');
  if (approval?.status !== 'approved') return run.rule === undefined ? undefined : `by the rule ${run.rule}`;
  const before = (approval.agreed ?? []).filter(({ by }) => by.device !== approval.decidedBy.device);
  const people = [...before.map(({ by }) => by), approval.decidedBy].map((by) => whoAnswered(model, by));
  return `by ${[...new Set(people)].join(' and ')}${decisionWords(model, run, approval)}`;
}

export function whoAnswered(model: Pick<Model, 'devices' | 'revoked'>, { kind, device }: Actor): string {
  const where = deviceName(model, device);
  return kind === 'human' ? `a person on ${where}` : kind === 'device' ? where : `an ${kind} on ${where}`;
}

/** How far the answer reaches beyond once; empty for once. */
export function decisionWords(
  model: Pick<Model, 'now'>,
  run: Run | undefined,
  approval: Extract<Approval, { status: 'approved' | 'rejected' }>,
): string {
  if (approval.under !== undefined) return ', as said for this run before';
  if (approval.decision === 'approve-always')
    return `, always${approval.rule === undefined ? '' : `: rule ${approval.rule}`}`;
  if (approval.decision !== 'approve-for-run') return '';
  const until = run?.allowance?.until;
  return `, for this run${until === undefined ? '' : ` until ${formatTime(until, model.now)}`}`;
}
