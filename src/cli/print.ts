/** How runs, approvals, artifacts and entries look as lines of text. What comes from elsewhere is escaped: it may be hostile. */

import { type Action, titleOf } from '../core/actions.ts';
import type { Approval } from '../core/approvals.ts';
import type { PublishedArtifact } from '../core/artifacts.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { ThreadEntry } from '../core/thread.ts';
import { sanitizeLine } from '../tui/terminal/sanitize.ts';
import { howItEnded } from '../tui/words/ended-requests.ts';
import { formatBytes, formatClock, formatDuration } from '../tui/words/format.ts';

const GLYPHS: Readonly<Record<Run['status'], string>> = {
  queued: '…',
  running: '▶',
  waiting_approval: '⚠',
  completed: '✓',
  failed: '✗',
  cancelled: '⊘',
};

export function safe(text: string): string {
  return sanitizeLine(text);
}

export function actionTitle(action: Action): string {
  return action.kind === 'inline' ? `= ${titleOf(action)}` : titleOf(action);
}

/** `failed/exit 7`, `cancelled/rejected`, `completed`. */
export function statusText(run: Run): string {
  switch (run.status) {
    case 'queued':
    case 'running':
    case 'completed':
      return run.status;
    case 'waiting_approval':
      return 'waiting for approval';
    case 'failed':
      return `failed/${run.reason}${run.exitCode === undefined ? '' : ` ${run.exitCode}`}${run.signal === undefined ? '' : ` ${run.signal}`}`;
    case 'cancelled':
      return `cancelled/${run.reason}`;
  }
}

/** How long it took, or takes. */
export function elapsed(run: Run, now: number): string {
  const from = run.startedAt ?? run.submittedAt;
  return duration((isFinal(run) ? run.endedAt : now) - from);
}

/** `2.1s`, `1:04`. */
export const duration = (ms: number): string => formatDuration(ms, false);

export const bytes = formatBytes;

/** Rows as columns, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** `where`: the device and what it waits for, where there are several devices. */
export function runRow(run: Run, now: number, where?: string): string[] {
  return [
    GLYPHS[run.status],
    String(run.number),
    statusText(run),
    run.route,
    ...(where === undefined ? [] : [where]),
    elapsed(run, now),
    safe(actionTitle(run.action)),
  ];
}

export function artifactRow(artifact: PublishedArtifact): string[] {
  const { id, kind, sizeBytes, mimeType, name, removed } = artifact;
  return [id, kind, bytes(sizeBytes), mimeType, `${safe(name)}${removed === undefined ? '' : '  (removed)'}`];
}

export function entryLine(entry: ThreadEntry): string {
  switch (entry.kind) {
    case 'message':
      return `${formatClock(entry.message.at)}  ${entry.message.role === 'user' ? 'you' : (entry.message.about?.connector ?? 'assistant')}: ${safe(entry.message.text)}`;
    case 'run':
      return `${formatClock(entry.run.submittedAt)}  ${GLYPHS[entry.run.status]} ${entry.run.number}  ${safe(actionTitle(entry.run.action))}  (${statusText(entry.run)})`;
    case 'approval':
      return `${formatClock(entry.approval.requestedAt)}  ⚠ approval ${approvalState(entry.approval)}: ${safe(entry.approval.title)}`;
    case 'artifact':
      return `${formatClock(entry.artifact.createdAt)}  ◆ ${safe(entry.artifact.name)}  ${bytes(entry.artifact.sizeBytes)}${entry.artifact.removed === undefined ? '' : '  (removed)'}`;
  }
}

/** One without an answer has not always run out of time. */
function approvalState(approval: Approval): string {
  return approval.status === 'expired' ? howItEnded(approval, undefined) : approval.status;
}
