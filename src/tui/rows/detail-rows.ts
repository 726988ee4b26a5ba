// The details of a run, as rows: what it is, why it is where it is, who approved it, what it made. Shared by scrolling and
// by the view. Everything is shown sanitised and whole.

import { textOf } from '../../core/actions.ts';
import type { Actor, Approval } from '../../core/approvals.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { deviceName, elapsed, findRun } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { askerOf } from '../words/asking.ts';
import { howItEnded } from '../words/ended-requests.ts';
import { accessOf } from '../words/enforced.ts';
import { describeStatus, formatBytes, formatDuration, formatTime } from '../words/format.ts';
import { linkLost } from '../words/presence.ts';
import { progressText } from '../words/progress.ts';
import { commandOf, sandboxWords } from './request-rows.ts';
import { exactRows, hangingRows, proseRows } from './rows.ts';

/** `label.padEnd(DETAIL_LABEL_WIDTH)` begins a row of the style `label`. */
export const DETAIL_LABEL_WIDTH = 10;

export interface DetailRow {
  readonly style: 'heading' | 'label' | 'command' | 'text' | 'failure' | 'artifact' | 'gone';
  readonly text: string;
  /** Which artifact the row stands for. */
  readonly artifact?: number;
}

export function detailRows(model: Model, dialog: RunDialog, width: number): readonly DetailRow[] {
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const rows: DetailRow[] = [];
  const heading = (text: string): void => {
    if (rows.length > 0) rows.push({ style: 'text', text: '' });
    rows.push({ style: 'heading', text });
  };
  if (run === undefined) return [{ style: 'text', text: dialog.message ?? 'loading…' }];
  const { approvals = [], artifacts = [] } = dialog.detail ?? {};
  if (artifacts.length > 0) {
    heading(`Artifacts ${artifacts.length}`);
    artifacts.forEach(({ name, sizeBytes, mimeType, removed }, artifact) => {
      const size = removed === undefined ? formatBytes(sizeBytes) : 'removed';
      const style = removed === undefined ? 'artifact' : 'gone';
      rows.push({ style, text: sanitizeLine(`${name}  ${size}  ${mimeType}`), artifact });
    });
  }
  heading('Task');
  const command = textOf(run.action);
  for (const text of exactRows(command, width)) rows.push({ style: 'command', text });
  for (const [label, value] of facts(model, run, approvals)) {
    const line = sanitizeLine(`${label.padEnd(DETAIL_LABEL_WIDTH)}${value}`);
    for (const text of hangingRows(line, width, DETAIL_LABEL_WIDTH)) rows.push({ style: 'label', text });
  }
  if (run.status === 'failed') for (const text of proseRows(run.message, width)) rows.push({ style: 'failure', text });
  heading('Because');
  for (const why of run.because) for (const text of proseRows(`- ${why}`, width)) rows.push({ style: 'text', text });
  if (approvals.length > 0) {
    heading('Approvals');
    for (const approval of approvals) {
      for (const text of proseRows(describeApproval(model, approval, run), width)) rows.push({ style: 'text', text });
    }
  }
  for (const approval of approvals) {
    const before = commandOf(approvals, approval.edits);
    if (before === undefined) continue;
    heading('Edited: before it was');
    for (const text of exactRows(before, width)) rows.push({ style: 'command', text });
    rows.push({ style: 'text', text: 'and then' });
    for (const text of exactRows(approval.payload.command, width)) rows.push({ style: 'command', text });
  }
  return rows;
}

function facts(model: Model, run: Run, approvals: readonly Approval[]): (readonly [string, string])[] {
  const time = (at: number): string => formatTime(at, model.now);
  const { action } = run;
  const output = isFinal(run) ? run.output : undefined;
  const list: (readonly [string, string])[] = [
    ['status', linkLost(model, run) ?? describeStatus(run)],
    ['asked by', askerOf(model, run)],
    ['route', run.route],
    ['device', deviceName(model, run.device)],
  ];
  const far = progressText(model, run);
  if (far !== undefined) list.push(['progress', far]);
  const access = accessOf(model, run, approvals);
  if (access !== undefined) list.push(['access', access]);
  const sandbox = approvals.at(-1)?.payload.sandbox;
  if (sandbox !== undefined) list.push(['sandbox', sandboxWords(sandbox)]);
  const allowed = allowedBy(model, run, approvals);
  if (allowed !== undefined) list.push(['allowed', allowed]);
  if (action.kind === 'shell') list.push(['folder', folderOf(action.cwd, approvals)]);
  list.push(['submitted', time(run.submittedAt)]);
  if (run.startedAt !== undefined) list.push(['started', time(run.startedAt)]);
  if (isFinal(run))
    list.push(['ended', `${time(run.endedAt)}, after ${formatDuration(elapsed(run, model.now), false)}`]);
  if (run.status === 'completed' || (run.status === 'failed' && run.exitCode !== undefined)) {
    list.push(['exit', String(run.exitCode)]);
  }
  if (output !== undefined) {
    const dropped = output.droppedBytes > 0 ? `, of which ${formatBytes(output.droppedBytes)} were dropped` : '';
    list.push(['output', `${formatBytes(output.bytes)}${dropped}`]);
  }
  if (run.status === 'cancelled' && run.note !== undefined) list.push(['note', run.note]);
  if ((run.status === 'failed' || run.status === 'cancelled') && run.receipt !== undefined) {
    list.push([
      'stopped',
      run.receipt.stopped.map(({ pid, command }) => `${command} (${pid})`).join(', ') || 'nothing was left',
    ]);
    if (run.receipt.left.length > 0) {
      list.push(['left', run.receipt.left.map(({ pid, command }) => `${command} (${pid})`).join(', ')]);
    }
  }
  if (run.retryOf !== undefined) list.push(['retry of', run.retryOf]);
  if (run.proposedBy !== undefined) {
    const number = findRun(model, run.proposedBy)?.number;
    list.push(['proposed by', `the assistant of ${number === undefined ? 'an earlier run' : `run ${number}`}`]);
  }
  list.push(['id', run.id]);
  return list;
}

const folderOf = (cwd: string | undefined, approvals: readonly Approval[]): string =>
  cwd ?? approvals.at(-1)?.payload.cwd ?? 'the home folder';

/** Who or what said yes to it: a rule, or people on their devices. */
function allowedBy(model: Model, run: Run, approvals: readonly Approval[]): string | undefined {
  const approval = approvals.findLast(({ status }) => status === 'approved');
  if (approval?.status !== 'approved') return run.rule === undefined ? undefined : `by the rule ${run.rule}`;
  const before = (approval.agreed ?? []).filter(({ by }) => by.device !== approval.decidedBy.device);
  const people = [...before.map(({ by }) => by), approval.decidedBy].map((by) => whoAnswered(model, by));
  return `by ${[...new Set(people)].join(' and ')}${decisionWords(model, run, approval)}`;
}

function whoAnswered(model: Pick<Model, 'devices'>, { kind, device }: Actor): string {
  const where = deviceName(model, device);
  return kind === 'human' ? `a person on ${where}` : kind === 'device' ? where : `an ${kind} on ${where}`;
}

function decisionWords(
  model: Model,
  run: Run,
  approval: Extract<Approval, { status: 'approved' | 'rejected' }>,
): string {
  if (approval.under !== undefined) return ', as said for this run before';
  if (approval.decision === 'approve-always')
    return `, always${approval.rule === undefined ? '' : `: rule ${approval.rule}`}`;
  if (approval.decision !== 'approve-for-run') return '';
  const until = run.allowance?.until;
  return `, for this run${until === undefined ? '' : ` until ${formatTime(until, model.now)}`}`;
}

export function describeApproval(
  model: Pick<Model, 'devices' | 'now'>,
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
