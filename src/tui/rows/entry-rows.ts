// A thread entry as rows: how high it is, and what stands under its first row. Shared by scrolling and by the view, which
// draws the first row itself (glyph, number, device, times). Long messages are cut, and the last row says so.

import { isFinal, type Run } from '../../core/runs.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import { documentOf } from '../model/documents.ts';
import { membersOf } from '../model/groups.ts';
import type { Model, ShownEntry, Tail } from '../model/model.ts';
import type { Document } from '../preview/document.ts';
import { linkLost, whyWaits } from '../words/presence.ts';
import { progressOf, progressRow } from '../words/progress.ts';
import { type EntryRow, limited } from './entry-row.ts';
import { authorOf, messageRows } from './message-rows.ts';
import { requestStateRows } from './request-state-rows.ts';

/** Where everything under a run begins. */
export const BODY_INDENT = 5;
/** How many last lines of its output a run shows. */
export const TAIL_ROWS = 3;
const RESULT_ROWS = 6;
const WAITS_ROWS = 4;

/** Output is kept as an artifact of its run; in the thread the run shows it already. */
export function isShown(entry: ThreadEntry): boolean {
  return entry.kind !== 'artifact' || entry.artifact.kind !== 'output';
}

interface Known {
  readonly width: number;
  readonly tail: Tail | undefined;
  readonly document: Document | undefined;
  /** What the rows depend on besides: who says it, or why it waits. */
  readonly said: string;
  readonly far: string;
  readonly rows: readonly EntryRow[];
}
const known = new WeakMap<ThreadEntry, Known>();

/** `width`: the inner width of the thread pane. */
export function entryRows(model: EntryModel, entry: ShownEntry, width: number): readonly EntryRow[] {
  const tail = entry.kind === 'run' ? model.tails.get(entry.run.id) : undefined;
  const document = entry.kind === 'message' ? documentOf(model.documents, entry.message.id) : undefined;
  const said =
    entry.kind === 'message'
      ? authorOf(model, entry.message, width)
      : membersOf(entry)
          .flatMap((run) => linkLost(model, run) ?? whyWaits(model, run) ?? [])
          .join('\n');
  const far = farOf(model, entry, width - BODY_INDENT);
  const before = known.get(entry);
  if (
    before !== undefined &&
    before.width === width &&
    before.tail === tail &&
    before.document === document &&
    before.said === said &&
    before.far === far
  )
    return before.rows;
  const made = makeRows(model, entry, tail, document, said, width);
  // Under what it is, above what it prints.
  const rows = far === '' ? made : made.toSpliced(1, 0, { kind: 'progress', text: far });
  known.set(entry, { width, tail, document, said, far, rows });
  return rows;
}

/** How far it is; of a group, the first that tells: a transfer is told of by the device that receives it. */
function farOf(model: EntryModel, entry: ShownEntry, width: number): string {
  const told = membersOf(entry).flatMap((run) => progressOf(model, run) ?? [])[0];
  return told === undefined ? '' : progressRow(told, Math.max(1, width));
}

type EntryModel = Pick<Model, 'tails' | 'documents' | 'progress' | 'devices' | 'device' | 'now'>;

function makeRows(
  model: EntryModel,
  entry: ShownEntry,
  tail: Tail | undefined,
  document: Document | undefined,
  said: string,
  width: number,
): EntryRow[] {
  switch (entry.kind) {
    case 'message':
      return messageRows(entry.message, document, said, width);
    case 'run': {
      const waits = said === '' ? [] : limited(said, width - BODY_INDENT, WAITS_ROWS, 'waits');
      // Of several runs the output of none stands for all.
      const under = entry.members === undefined ? underRun(entry.run, tail, width - BODY_INDENT) : [];
      const asked = entry.members === undefined ? requestStateRows(model, entry, width - BODY_INDENT) : [];
      return [{ kind: 'head', text: '' }, ...asked, ...waits, ...under];
    }
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
  // The answer of a connector stands below, as a message.
  if (run.status === 'completed' && run.action.kind === 'knowledge') return rows;
  if (run.status === 'completed' && run.result !== undefined) {
    rows.push(...limited(run.result, width, RESULT_ROWS, 'result'));
  } else {
    for (const line of tail?.lines.slice(-TAIL_ROWS) ?? []) rows.push({ kind: 'output', text: line });
  }
  if (run.status === 'failed') rows.push(...limited(run.message, width, 2, 'failure'));
  if (run.status === 'cancelled' && run.note !== undefined) rows.push(...limited(run.note, width, 2, 'failure'));
  return rows;
}

/** Whether the thread should fetch the last lines of the run's output: it has some, and nothing else shows what came out. */
export function wantsTail(run: Run): boolean {
  if (!isFinal(run)) return run.status === 'running' && run.startedAt !== undefined;
  return (run.output?.bytes ?? 0) > 0 && !(run.status === 'completed' && run.result !== undefined);
}
