// A thread entry as rows: how high it is, and what stands under its first row. Shared by scrolling and by the view, which
// draws the first row itself (glyph, number, device, times). Long messages are cut, and the last row says so.

import { citationText } from '../../core/export.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { Message, ThreadEntry } from '../../core/thread.ts';
import { membersOf } from '../model/groups.ts';
import type { Model, ShownEntry, Tail } from '../model/model.ts';
import { deviceName } from '../model/select.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { padEnd, stringWidth, truncate } from '../terminal/width.ts';
import { linkLost, whyWaits } from '../words/presence.ts';
import { progressOf, progressRow } from '../words/progress.ts';
import { proseRows } from './rows.ts';

export type EntryRow =
  /** The first. For a message it holds the first row of the text, which begins at column `messageIndent`. */
  | { readonly kind: 'head'; readonly text: string }
  | {
      readonly kind: 'text' | 'output' | 'result' | 'failure' | 'waits' | 'progress' | 'about' | 'more';
      readonly text: string;
    };

/** Where everything under a run begins. */
export const BODY_INDENT = 5;
/** The time of a message, with its blanks. */
const TIME_WIDTH = 8;
const MOST_AUTHOR = 12;
/** The name of another device takes at most this part of the row. */
const AUTHOR_SHARE = 0.2;
/** How many last lines of its output a run shows. */
export const TAIL_ROWS = 3;
const MESSAGE_ROWS = 20;
const RESULT_ROWS = 6;
const WAITS_ROWS = 4;
const MOST_SOURCES = 5;

/** Output is kept as an artifact of its run; in the thread the run shows it already. */
export function isShown(entry: ThreadEntry): boolean {
  return entry.kind !== 'artifact' || entry.artifact.kind !== 'output';
}

interface Known {
  readonly width: number;
  readonly tail: Tail | undefined;
  /** What the rows depend on besides: who says it, or why it waits. */
  readonly said: string;
  readonly far: string;
  readonly rows: readonly EntryRow[];
}
const known = new WeakMap<ThreadEntry, Known>();

/** `width`: the inner width of the thread pane. */
export function entryRows(model: EntryModel, entry: ShownEntry, width: number): readonly EntryRow[] {
  const tail = entry.kind === 'run' ? model.tails.get(entry.run.id) : undefined;
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
    before.said === said &&
    before.far === far
  )
    return before.rows;
  const made = makeRows(entry, tail, said, width);
  // Under what it is, above what it prints.
  const rows = far === '' ? made : made.toSpliced(1, 0, { kind: 'progress', text: far });
  known.set(entry, { width, tail, said, far, rows });
  return rows;
}

/** How far it is; of a group, the first that tells: a transfer is told of by the device that receives it. */
function farOf(model: EntryModel, entry: ShownEntry, width: number): string {
  const told = membersOf(entry).flatMap((run) => progressOf(model, run) ?? [])[0];
  return told === undefined ? '' : progressRow(told, Math.max(1, width));
}

type EntryModel = Pick<Model, 'tails' | 'progress' | 'devices' | 'device' | 'now'>;

/** Who says it, in at least three columns, so that texts line up; of another device, its name. */
export function authorOf(model: Pick<Model, 'devices' | 'device'>, { role, by }: Message, width: number): string {
  if (role === 'assistant') return 'ai ';
  if (by.kind === 'human' && model.device !== undefined && by.device !== model.device.id) {
    const most = Math.max(3, Math.min(MOST_AUTHOR, Math.floor(width * AUTHOR_SHARE)));
    return padEnd(truncate(sanitizeLine(deviceName(model, by.device)), most, ''), 3);
  }
  return { human: 'you', assistant: 'ai ', agent: 'agt', device: 'dev' }[by.kind];
}

/** Where the text of a message begins. */
export const messageIndent = (author: string): number => stringWidth(author) + TIME_WIDTH;

function makeRows(entry: ShownEntry, tail: Tail | undefined, said: string, width: number): EntryRow[] {
  switch (entry.kind) {
    case 'message': {
      const room = Math.max(1, width - messageIndent(said));
      const [first, ...rest] = limited(entry.message.text, room, MESSAGE_ROWS, 'text');
      return [{ kind: 'head', text: first?.text ?? '' }, ...rest, ...aboutRows(entry.message, room)];
    }
    case 'run': {
      const waits = said === '' ? [] : limited(said, width - BODY_INDENT, WAITS_ROWS, 'waits');
      // Of several runs the output of none stands for all.
      const under = entry.members === undefined ? underRun(entry.run, tail, width - BODY_INDENT) : [];
      return [{ kind: 'head', text: '' }, ...waits, ...under];
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

/** Who answered and with what, under the answer. */
function aboutRows({ about }: Message, width: number): EntryRow[] {
  if (about === undefined) return [];
  const { connector, model, usage, cut, citations = [] } = about;
  const tokens = usage === undefined ? [] : [`${usage.input ?? '?'} → ${usage.output ?? '?'} tokens`];
  const line = [connector, ...(model === undefined ? [] : [model]), ...tokens].join(' · ');
  const sources = citations.slice(0, MOST_SOURCES).map((each, index) => `[${index + 1}] ${citationText(each)}`);
  const more = citations.length > MOST_SOURCES ? [`and ${citations.length - MOST_SOURCES} more sources`] : [];
  return [
    ...(cut === undefined ? [] : limited(`not all of it: ${cut}`, width, 2, 'failure')),
    ...[...sources, ...more, line].map((text): EntryRow => ({ kind: 'about', text: sanitizeLine(text) })),
  ];
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

function limited(text: string, width: number, most: number, kind: 'text' | 'result' | 'failure' | 'waits'): EntryRow[] {
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
