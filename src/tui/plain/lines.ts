// The thread in words, one line a thing, for screen readers and terminals that can only print. Everything is sanitised, and
// nothing is said by colour, place or picture alone.

import type { PendingApproval } from '../../core/approvals.ts';
import { type Device, deviceName, type RevokedDevice } from '../../core/devices.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import { elapsed } from '../model/select.ts';
import { describeApproval } from '../rows/asked-rows.ts';
import type { DialogRow } from '../rows/dialog-row.ts';
import { approvalRows } from '../rows/request-rows.ts';
import { hangingRows } from '../rows/rows.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { describeStatus, formatBytes, formatClock, formatDuration, formatTime } from '../words/format.ts';
import { linkLost, whyWaits } from '../words/presence.ts';

/** What the lines speak of besides the entry itself. */
export interface PlainContext {
  readonly devices: readonly Device[];
  readonly revoked: readonly RevokedDevice[];
  readonly now: number;
  /** A run by its id, if it is known. */
  readonly runOf: (run: string) => Run | undefined;
  /** This device. */
  readonly device: Device | undefined;
  readonly approvals: readonly PendingApproval[];
  /** The command of a request that was edited, if it is known. */
  readonly commandOf: (approval: string) => string | undefined;
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
      const { role, text, at, about } = entry.message;
      const cut = about?.cut === undefined ? '' : `. Not all of it: ${sanitizeLine(about.cut)}`;
      const by = about === undefined ? '' : ` (${sanitizeLine(about.connector)})`;
      return `${role === 'user' ? 'You' : 'Assistant'}${by}, ${formatTime(at, context.now)}: ${brief(text)}${cut}`;
    }
    case 'run':
      return runLine(entry.run, context);
    case 'approval':
      return `Approval for ${runName(entry.approval.runId, context)}: ${describeApproval(context, entry.approval, context.runOf(entry.approval.runId))}`;
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

/** One line to print: broken at words, or left as it is where every blank and every end counts. */
export type PlainLine = string | { readonly exact: string };

/** The rows of a line on a terminal of so many columns. What is left as it is is broken by the terminal alone. */
export function layLine(line: PlainLine, columns: number | undefined): readonly string[] {
  if (typeof line !== 'string') return [line.exact];
  const margin = /^ */.exec(line)?.[0].length ?? 0;
  return columns === undefined ? [line] : hangingRows(line, columns, margin);
}

const EXACT: ReadonlySet<DialogRow['style']> = new Set(['command', 'removed', 'added', 'same']);

/** All of a request, and how to answer it. */
export function requestLines(approval: PendingApproval, context: PlainContext): PlainLine[] {
  const run = context.runOf(approval.runId);
  const ref = run === undefined ? approval.runId : String(run.number);
  const before = approval.edits === undefined ? undefined : context.commandOf(approval.edits);
  const [who, ...rows] = approvalRows(context, approval, run, before);
  return [
    `Approval needed for ${runName(approval.runId, context)} until ${formatClock(approval.expiresAt)}: ${who?.text ?? ''}.`,
    ...rows.map(({ style, text }) => (EXACT.has(style) ? { exact: `  ${text}` } : `  ${text}`)),
    `To answer, type: approve ${ref}    or: reject ${ref}    or: reject ${ref} and a reason`,
    ...further(approval, ref),
  ];
}

/** What its device takes besides. */
function further({ decisions }: PendingApproval, ref: string): string[] {
  const words = [
    ...(decisions.includes('approve-for-run') ? [`approve ${ref} for-run 15m`] : []),
    ...(decisions.includes('approve-always') ? [`approve ${ref} always`] : []),
  ];
  return words.length === 0 ? [] : [`Or: ${words.join('    or: ')}    or: edit ${ref} and the command as it should be`];
}

export const HELP_LINES = [
  'Type a task and press Enter:',
  '  !command          run it in the shell',
  '  ?question         ask it; ??question follows up the last answer',
  '  = expression      work it out',
  '  /code LANGUAGE SOURCE   run a program',
  'Or one of these words:',
  '  approve RUN       approve what a run asks for, once it has been shown',
  '  approve RUN for-run 15m   also if exactly this is asked again before it starts',
  '  approve RUN always        shows the rule that would be kept, and asks again',
  '  approve RUN alike         lists what is the same on other devices, and asks again',
  '  confirm RUN       say yes to what was asked again',
  '  edit RUN COMMAND  ask anew, for this command',
  '  reject RUN        reject it; a reason may follow',
  '  requests          show again what waits for an answer',
  '  runs              list the newest runs',
  '  devices           list the devices',
  '  cancel RUN        cancel a run',
  '  retry RUN         run it again',
  '  reroute RUN @DEVICE   send it elsewhere, while nobody has begun it',
  '  say TEXT          leave a message in the thread',
  '  search WORDS      search the thread',
  '  help              these lines',
  '  quit              leave; what runs goes on',
] as const;
