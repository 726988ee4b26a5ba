// The thread in words, one line a thing, for screen readers and terminals that can only print. Everything is sanitised, and
// nothing is said by colour, place or picture alone.

import type { PendingApproval } from '../core/approvals.ts';
import type { Device } from '../core/devices.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { ThreadEntry } from '../core/thread.ts';
import { describeApproval } from './detail-rows.ts';
import { approvalText } from './dialog-layout.ts';
import { describeStatus, formatBytes, formatClock, formatDuration, formatTime } from './format.ts';
import { linkLost, whyWaits } from './presence.ts';
import { deviceName, elapsed } from './select.ts';
import { sanitizeLine } from './terminal/sanitize.ts';

/** What the lines speak of besides the entry itself. */
export interface PlainContext {
  readonly devices: readonly Device[];
  readonly now: number;
  /** A run by its id, if it is known. */
  readonly runOf: (run: string) => Run | undefined;
}

/** Longer texts are cut when they are told, and it is said: they are read aloud. */
const MOST_TOLD = 400;

function brief(text: string): string {
  const line = sanitizeLine(text);
  if (line.length <= MOST_TOLD) return line;
  return `${line.slice(0, MOST_TOLD).toWellFormed()}… (${line.length - MOST_TOLD} more characters)`;
}

export function entryLine(entry: ThreadEntry, context: PlainContext): string {
  switch (entry.kind) {
    case 'message': {
      const { role, text, at } = entry.message;
      return `${role === 'user' ? 'You' : 'Assistant'}, ${formatTime(at, context.now)}: ${brief(text)}`;
    }
    case 'run':
      return runLine(entry.run, context);
    case 'approval':
      return `Approval for ${runName(entry.approval.runId, context)}: ${describeApproval(context, entry.approval)}`;
    case 'artifact': {
      const { name, sizeBytes, runId } = entry.artifact;
      return `File from ${runName(runId, context)}: ${sanitizeLine(name)}, ${formatBytes(sizeBytes)}`;
    }
  }
}

export function runLine(run: Run, context: PlainContext): string {
  const where = run.route === 'inline' ? '' : ` on ${deviceName(context, run.device)}`;
  const lost = linkLost(context, run);
  const waits = lost === undefined ? whyWaits(context, run) : undefined;
  const after = isFinal(run) ? ` after ${formatDuration(elapsed(run, context.now), false)}` : '';
  const result = run.status === 'completed' && run.result !== undefined ? `. Result: ${brief(run.result)}` : '';
  const why = run.status === 'failed' ? `. ${sanitizeLine(run.message)}` : '';
  return `Run ${run.number}${where}, ${describeStatus(run)}${after}: ${brief(run.task)}${result}${why}${lost === undefined ? '' : `. But the ${lost}`}${waits === undefined ? '' : `. Waiting: ${waits}`}`;
}

const runName = (run: string, { runOf }: PlainContext): string => {
  const number = runOf(run)?.number;
  return number === undefined ? 'a run' : `run ${number}`;
};

/** All of a request, and how to answer it. */
export function requestLines(approval: PendingApproval, context: PlainContext): string[] {
  const run = context.runOf(approval.runId);
  const ref = run === undefined ? approval.runId : String(run.number);
  return [
    `Approval needed for ${runName(approval.runId, context)} until ${formatClock(approval.expiresAt)}. It wants to run:`,
    ...approvalText(context, approval, run)
      .split('\n')
      .map((line) => `  ${line}`),
    `To answer, type: approve ${ref}    or: reject ${ref}    or: reject ${ref} and a reason`,
  ];
}

export const HELP_LINES = [
  'Type a task and press Enter:',
  '  !command          run it in the shell',
  '  = expression      work it out',
  'Or one of these words:',
  '  approve RUN       approve what a run asks for, once it has been shown',
  '  reject RUN        reject it; a reason may follow',
  '  requests          show again what waits for an answer',
  '  runs              list the newest runs',
  '  devices           list the devices',
  '  cancel RUN        cancel a run',
  '  retry RUN         run it again',
  '  say TEXT          leave a message in the thread',
  '  search WORDS      search the thread',
  '  help              these lines',
  '  quit              leave; what runs goes on',
] as const;
