// A thread entry as rows: how high it is, and what stands under its first row. Shared by scrolling and by the view, which
// draws the first row itself (glyph, number, device, times). Long messages are cut, and the last row says so.

import { isFinal, type Run } from '../core/runs.ts';
import type { ThreadEntry } from '../core/thread.ts';
import type { Model, Tail } from './model.ts';
import { proseRows } from './rows.ts';

export type EntryRow =
  /** The first. For a message it holds the first row of the text, which begins at column MESSAGE_INDENT. */
  | { readonly kind: 'head'; readonly text: string }
  | { readonly kind: 'text' | 'output' | 'result' | 'failure' | 'more'; readonly text: string };

/** Where the text of a message begins, and where everything under a run begins. */
export const MESSAGE_INDENT = 11;
export const BODY_INDENT = 5;
/** How many last lines of its output a run shows. */
export const TAIL_ROWS = 3;
const MESSAGE_ROWS = 20;
const RESULT_ROWS = 6;

/** Output is kept as an artifact of its run; in the thread the run shows it already. */
export function isShown(entry: ThreadEntry): boolean {
  return entry.kind !== 'artifact' || entry.artifact.kind !== 'output';
}

interface Known {
  readonly width: number;
  readonly tail: Tail | undefined;
  readonly rows: readonly EntryRow[];
}
const known = new WeakMap<ThreadEntry, Known>();

/** `width`: the inner width of the thread pane. */
export function entryRows(model: Pick<Model, 'tails'>, entry: ThreadEntry, width: number): readonly EntryRow[] {
  const tail = entry.kind === 'run' ? model.tails.get(entry.run.id) : undefined;
  const before = known.get(entry);
  if (before !== undefined && before.width === width && before.tail === tail) return before.rows;
  const rows = makeRows(entry, tail, width);
  known.set(entry, { width, tail, rows });
  return rows;
}

function makeRows(entry: ThreadEntry, tail: Tail | undefined, width: number): EntryRow[] {
  switch (entry.kind) {
    case 'message': {
      const [first, ...rest] = limited(entry.message.text, width - MESSAGE_INDENT, MESSAGE_ROWS, 'text');
      return [{ kind: 'head', text: first?.text ?? '' }, ...rest];
    }
    case 'run':
      return [{ kind: 'head', text: '' }, ...underRun(entry.run, tail, width - BODY_INDENT)];
    case 'approval': {
      const note =
        entry.approval.status === 'approved' || entry.approval.status === 'rejected' ? entry.approval.note : undefined;
      const rows = note === undefined ? [] : limited(note, width - BODY_INDENT, RESULT_ROWS, 'text');
      return [{ kind: 'head', text: '' }, ...rows];
    }
    case 'artifact':
      return [{ kind: 'head', text: '' }];
  }
}

function underRun(run: Run, tail: Tail | undefined, width: number): EntryRow[] {
  const rows: EntryRow[] = [];
  if (run.status === 'completed' && run.result !== undefined) {
    rows.push(...limited(run.result, width, RESULT_ROWS, 'result'));
  } else {
    for (const line of tail?.lines.slice(-TAIL_ROWS) ?? []) rows.push({ kind: 'output', text: line });
  }
  if (run.status === 'failed') rows.push(...limited(run.message, width, 2, 'failure'));
  if (run.status === 'cancelled' && run.note !== undefined) rows.push(...limited(run.note, width, 2, 'failure'));
  return rows;
}

function limited(text: string, width: number, most: number, kind: 'text' | 'result' | 'failure'): EntryRow[] {
  // Enough for every row that can be shown, so that a message of megabytes is not broken for a few rows.
  const enough = Math.max(1, width) * most * 4;
  const rows = proseRows(text.length > enough ? text.slice(0, enough).toWellFormed() : text, width);
  const cut = rows.length > most || text.length > enough;
  const shown: EntryRow[] = rows.slice(0, cut ? most - 1 : most).map((row) => ({ kind, text: row }));
  return cut ? [...shown, { kind: 'more', text: '… there is more: Enter shows all of it' }] : shown;
}

/** Whether the thread should fetch the last lines of the run's output: it has some, and nothing else shows what came out. */
export function wantsTail(run: Run): boolean {
  if (!isFinal(run)) return run.status === 'running' && run.startedAt !== undefined;
  return (run.output?.bytes ?? 0) > 0 && !(run.status === 'completed' && run.result !== undefined);
}
