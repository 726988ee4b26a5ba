// A thread entry as rows: how high it is, and what stands under its first row. Shared by scrolling and by the view, which
// draws the first row itself (glyph, number, device, times). Long messages are cut, and the last row says so.

import type { Approval } from '../../core/approvals.ts';
import { deviceNameInShort } from '../../core/devices.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import { entryId, type ThreadEntry } from '../../core/thread.ts';
import { documentOf } from '../model/documents.ts';
import { type Fold, foldOf } from '../model/folds.ts';
import { membersOf } from '../model/groups.ts';
import type { Model, ShownEntry, Tail } from '../model/model.ts';
import type { Document } from '../preview/document.ts';
import { startOfDay } from '../words/format.ts';
import { linkLost, whyWaits } from '../words/presence.ts';
import { progressOf, progressRow } from '../words/progress.ts';
import { type EntryRow, limited, outputRows, resultRows, styledRows } from './entry-row.ts';
import { authorOf, messageRows } from './message-rows.ts';
import { requestStateRows } from './request-state-rows.ts';

/** Where everything under a run begins. */
export const BODY_INDENT = 5;
/** How many last lines of its output a run shows. */
const TAIL_ROWS = { usual: 3, open: 20 };
/** How many are kept of it, for when it is unfolded. */
export const KEPT_TAIL_ROWS = TAIL_ROWS.open;
const RESULT_ROWS = { usual: 6, open: 200 };
/** Devices of a group, unfolded. */
const MEMBER_ROWS = 50;
const WAITS_ROWS = 4;

/** Output is kept as an artifact of its run; in the thread the run shows it already. */
export function isShown(entry: ThreadEntry): boolean {
  return entry.kind !== 'artifact' || entry.artifact.kind !== 'output';
}

interface Known {
  readonly width: number;
  readonly tail: Tail | undefined;
  readonly document: Document | undefined;
  readonly fold: Fold;
  /** What the rows depend on besides: who says it, or why it waits. */
  readonly said: string;
  readonly far: string;
  /** What was answered today tells its time, what was before also its day. */
  readonly day: number;
  /** What was answered tells where. */
  readonly names: string;
  readonly rows: readonly EntryRow[];
}
const known = new WeakMap<ThreadEntry, Known>();

/** `width`: the inner width of the thread pane. */
export function entryRows(model: EntryModel, entry: ShownEntry, width: number): readonly EntryRow[] {
  const tail = entry.kind === 'run' ? model.tails.get(entry.run.id) : undefined;
  const fold = foldOf(model, entry);
  const document = documentOf(model.documents, entryId(entry));
  const said =
    entry.kind === 'message'
      ? authorOf(model, entry.message, width)
      : membersOf(entry)
          .flatMap((run) => linkLost(model, run) ?? whyWaits(model, run) ?? [])
          .join('\n');
  const far = farOf(model, entry, width - BODY_INDENT);
  const isAnswered = entry.kind === 'run' && entry.requests !== undefined;
  const day = isAnswered ? startOfDay(model.now) : 0;
  const names = isAnswered ? namesIn(model, entry.run, entry.requests) : '';
  const before = known.get(entry);
  if (
    before !== undefined &&
    before.width === width &&
    before.tail === tail &&
    before.document === document &&
    before.fold === fold &&
    before.said === said &&
    before.far === far &&
    before.day === day &&
    before.names === names
  )
    return before.rows;
  const made = makeRows(model, entry, tail, document, said, width, fold);
  // Under what it is, above what it prints.
  const rows = far === '' || fold === 'folded' ? made : made.toSpliced(1, 0, { kind: 'progress', text: far });
  known.set(entry, { width, tail, document, fold, said, far, day, names, rows });
  return rows;
}

/** Of those who asked, were asked and answered; nobody else need be drawn anew. */
function namesIn(model: EntryModel, { by, device }: Run, requests: readonly Approval[]): string {
  const answered = requests.flatMap((request) =>
    'decidedBy' in request ? [request.device, request.decidedBy.device] : [request.device],
  );
  const isAlone = model.devices.length + model.revoked.length < 2;
  return isAlone ? '' : [by.device, device, ...answered].map((id) => deviceNameInShort(model, id)).join();
}

/** How far it is; of a group, the first that tells: a transfer is told of by the device that receives it. */
function farOf(model: EntryModel, entry: ShownEntry, width: number): string {
  const told = membersOf(entry).flatMap((run) => progressOf(model, run) ?? [])[0];
  return told === undefined ? '' : progressRow(told, Math.max(1, width));
}

type EntryModel = Pick<Model, 'tails' | 'documents' | 'folds' | 'progress' | 'devices' | 'revoked' | 'device' | 'now'>;

function makeRows(
  model: EntryModel,
  entry: ShownEntry,
  tail: Tail | undefined,
  document: Document | undefined,
  said: string,
  width: number,
  fold: Fold,
): EntryRow[] {
  switch (entry.kind) {
    case 'message':
      return messageRows(entry.message, document, said, width, fold);
    case 'run': {
      if (fold === 'folded') return [{ kind: 'head', text: '' }];
      const waits = said === '' ? [] : limited(said, width - BODY_INDENT, WAITS_ROWS, 'waits');
      // Of several runs the output of none stands for all.
      const under =
        entry.members === undefined
          ? underRun(entry.run, tail, width - BODY_INDENT, fold)
          : fold === 'open'
            ? memberRows(entry.members)
            : [];
      const asked = entry.members === undefined ? requestStateRows(model, entry, width - BODY_INDENT) : [];
      return [{ kind: 'head', text: '' }, ...asked, ...waits, ...under];
    }
    case 'approval': {
      const note =
        entry.approval.status === 'approved' || entry.approval.status === 'rejected' ? entry.approval.note : undefined;
      const rows =
        note === undefined || fold === 'folded' ? [] : limited(note, width - BODY_INDENT, RESULT_ROWS.usual, 'text');
      return [{ kind: 'head', text: '' }, ...rows];
    }
    case 'artifact': {
      const shown =
        fold !== 'open' || document === undefined ? [] : styledRows(document, width - BODY_INDENT, RESULT_ROWS.open);
      return [{ kind: 'head', text: '' }, ...shown];
    }
  }
}

/** Each device with how its run stands. */
const memberRows = (members: readonly Run[]): EntryRow[] =>
  members.slice(0, MEMBER_ROWS).map((run) => ({ kind: 'member', text: '', run }));

function underRun(run: Run, tail: Tail | undefined, width: number, fold: 'usual' | 'open'): EntryRow[] {
  const rows: EntryRow[] = [];
  // The answer of a connector stands below, as a message.
  if (run.status === 'completed' && run.action.kind === 'knowledge') return rows;
  if (run.status === 'completed' && run.result !== undefined) {
    rows.push(...resultRows(run.result, width, RESULT_ROWS[fold]));
  } else {
    rows.push(...outputRows(tail?.lines ?? [], TAIL_ROWS[fold]));
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
