// The thread pane: the window of entries that fits, each with its first row drawn here and its further rows as entry-rows
// made them.

import type { Approval } from '../../core/approvals.ts';
import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { Run } from '../../core/runs.ts';
import type { Message } from '../../core/thread.ts';
import { keyOf } from '../keys/keymap.ts';
import { foldedWords } from '../model/folded.ts';
import { foldOf } from '../model/folds.ts';
import type { ShownEntry } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { type EntryRow, PICTURE } from '../rows/entry-row.ts';
import { BODY_INDENT } from '../rows/entry-rows.ts';
import { inner, paneSource } from '../rows/geometry.ts';
import { authorOf, headWidth, messageIndent } from '../rows/message-rows.ts';
import { laidOut } from '../rows/preview-layout.ts';
import { threadRows } from '../rows/thread-rows.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import type { StyleName } from '../terminal/theme.ts';
import { type ListLayout, layoutList } from '../terminal/virtual-list.ts';
import { whoAsksInShort } from '../words/asking.ts';
import { decisionWords } from '../words/decisions.ts';
import { formatBytes, formatDuration, formatShortTime, formatTime } from '../words/format.ts';
import { drawFrame, paneTitle } from './frame.ts';
import { drawNothing } from './nothing.ts';
import { clip, commandFirst, own, type Paint, type Span, select, spansWidth, write, writeRow } from './paint.ts';
import { drawRow as drawStyled, lookOf } from './preview.ts';
import { drawGroup, drawMember, drawRun, type RunColumns, runColumns } from './run-row.ts';
import { drawWelcome } from './welcome.ts';

export function drawThread(paint: Paint, rect: Rect): void {
  const { model } = paint;
  const { thread } = model;
  const focused = model.focus === 'thread';
  const box = inner(rect);
  const layout = layoutList(thread.list, paneSource(model, 'thread'), box.height);
  drawFrame(paint, rect, {
    title: threadTitle(paint, rect, focused),
    focused,
    topRight: loading(paint),
    bottomRight: below(paint, layout),
    window: {
      before: layout.before + (thread.moreBefore ? 1 : 0),
      shown: layout.rows.length,
      after: layout.after + (thread.moreAfter ? 1 : 0),
    },
  });
  if (thread.entries.length === 0) drawEmpty(paint, box);
  const columns = runColumns(model, box.width);
  for (const { index, y, skip, height } of layout.rows) {
    const entry = thread.entries[index];
    if (entry === undefined) continue;
    const rows = threadRows(model, index, box.width);
    for (let row = 0; row < height; row += 1) {
      const content = rows[skip + row];
      if (content !== undefined) drawRow(paint, { ...box, y: box.y + y + row }, entry, content, columns);
    }
    // The day above it is not what is selected.
    const first = rows[skip]?.kind === 'day' ? 1 : 0;
    if (focused && index === layout.state.cursor && first < height) select(paint, { ...box, y: box.y + y + first });
  }
}

/** `1 Thread  is:failed @nas`. */
function threadTitle(paint: Paint, { width }: Rect, focused: boolean): Span[] {
  const title = paneTitle(paint, 'thread', focused);
  const { filter } = paint.model.thread;
  if (filter === undefined) return title;
  const room = Math.max(0, width - FRAME_WIDTH - spansWidth(title));
  return [...title, [clip(paint, `  ${sanitizeLine(filter.query)}`, room), paint.style('match')]];
}

/** The corners, and the blanks around the title. */
const FRAME_WIDTH = 6;

function loading(paint: Paint): Span[] | undefined {
  const { thread, connection } = paint.model;
  if (thread.loading === undefined || connection.state !== 'connected') return undefined;
  const what = thread.loading === 'older' ? 'loading older…' : 'loading…';
  return [[own(paint, what), paint.style('muted')]];
}

function below(paint: Paint, layout: ListLayout): Span[] | undefined {
  const { thread } = paint.model;
  const fresh = layout.newBelow + thread.newBelow;
  if (fresh > 0) return [[`${paint.glyphs.down} ${fresh} new below`, paint.style('accent')]];
  if (layout.after === 0 && !thread.moreAfter) return undefined;
  return [[`${paint.glyphs.down} ${keyOf('list.last')} newest`, paint.style('muted')]];
}

function drawEmpty(paint: Paint, box: Rect): void {
  if (paint.model.connection.state !== 'connected') {
    drawNothing(paint, box, [own(paint, 'connecting to the peer…')]);
    return;
  }
  const { filter, loading: page } = paint.model.thread;
  if (filter === undefined) drawWelcome(paint, box);
  else if (page === undefined && !filter.stale)
    drawNothing(paint, box, ['nothing found', `${keyOf('pane.back')} shows all of the thread`]);
}

const BODY_STYLES: Readonly<
  Record<Exclude<EntryRow['kind'], 'head' | 'day' | 'styled' | 'member' | 'picture'>, StyleName>
> = {
  text: 'text',
  output: 'muted',
  result: 'text',
  failure: 'error',
  // The status beside the run warns already.
  waits: 'muted',
  progress: 'info',
  about: 'muted',
  more: 'muted',
};

function drawRow(paint: Paint, at: Rect, entry: ShownEntry, row: EntryRow, columns: RunColumns): void {
  if (row.kind !== 'head') {
    if (row.kind === 'day') {
      write(paint, at.x, at.y, [[own(paint, row.text), paint.style('muted')]], at.width);
      return;
    }
    const indent =
      entry.kind === 'message' ? messageIndent(authorOf(paint.model, entry.message, at.width), at.width) : BODY_INDENT;
    if (row.kind === 'member') {
      drawMember(paint, { ...at, x: at.x + indent, width: at.width - indent }, row.run);
      return;
    }
    if (row.kind === 'picture') {
      const width = at.width - indent;
      const rows = laidOut(row.document, { ...PICTURE, ...lookOf(paint), width });
      drawStyled(paint, { ...at, x: at.x + indent, width }, rows[row.index] ?? []);
      return;
    }
    if (row.kind === 'styled') {
      drawStyled(paint, { ...at, x: at.x + indent, width: at.width - indent }, row.row);
      return;
    }
    if (row.kind === 'output' && row.above === true)
      write(paint, at.x + indent - 2, at.y, [[paint.glyphs.up, paint.style('muted')]], 1);
    const said = row.kind === 'more' ? `${row.text}: ${moreKeys(paint, entry)}` : row.text;
    const text = row.kind === 'more' || row.kind === 'progress' ? own(paint, said) : said;
    const style = entry.kind === 'approval' ? 'muted' : BODY_STYLES[row.kind];
    write(paint, at.x + indent, at.y, [[clip(paint, text, at.width - indent), paint.style(style)]], at.width - indent);
    return;
  }
  switch (entry.kind) {
    case 'message':
      drawMessage(paint, at, entry.message, row);
      return;
    case 'run':
      if (entry.members === undefined) drawRun(paint, at, entry.run, columns, { progress: false });
      else drawGroup(paint, at, entry.run, entry.members, columns);
      return;
    case 'approval':
      drawApproval(paint, at, entry.approval, columns);
      return;
    case 'artifact':
      drawArtifact(paint, at, entry.artifact, entry.folded);
      return;
  }
}

const moreKeys = ({ model }: Paint, entry: ShownEntry): string =>
  `${foldOf(model, entry) === 'open' ? '' : `${keyOf('thread.unfold')} shows it here, `}${keyOf('pane.open')} shows all of it`;

function drawMessage(
  paint: Paint,
  at: Rect,
  message: Message,
  { text, row }: Extract<EntryRow, { kind: 'head' }>,
): void {
  const author = authorOf(paint.model, message, at.width);
  const indent = headWidth(author);
  const human = message.role === 'user' && message.by.kind === 'human';
  write(
    paint,
    at.x,
    at.y,
    [
      [author, paint.style(human ? 'accent' : 'info')],
      [` ${(text === '' ? formatTime : formatShortTime)(message.at, paint.model.now)}`, paint.style('muted')],
    ],
    text === '' ? at.width : indent - 1,
  );
  const room = at.width - indent;
  if (row !== undefined) drawStyled(paint, { ...at, x: at.x + indent, width: room }, row);
  else write(paint, at.x + indent, at.y, [[clip(paint, text, room), paint.style('text')]], room);
}

/** Who asks or who has answered, where, and what it is about. */
function drawApproval(paint: Paint, at: Rect, approval: Approval, columns: RunColumns): void {
  const { model, glyphs } = paint;
  const muted = paint.style('muted');
  const run = findRun(model, approval.runId);
  const pending = approval.status === 'pending';
  const glyph = pending ? glyphs.waiting : approval.status === 'approved' ? glyphs.done : glyphs.cancelled;
  const when = pending
    ? formatDuration(approval.expiresAt - model.now, true)
    : formatTime(approval.decidedAt, model.now);
  const tone = paint.style(pending ? 'warning' : 'muted');
  const left: Span[] = [
    [`${glyph} `, tone],
    [`${(run === undefined ? '' : String(run.number)).padStart(columns.number)} `, muted],
  ];
  const room = Math.max(0, at.width - spansWidth(left) - when.length - 1);
  const words = approvalWords(paint, approval, run);
  // Where little fits, what it is about is what tells one from another.
  const about: Span[] =
    pending && at.width < NARROW
      ? commandFirst(paint, approval.title, words, room, [paint.style('text'), tone])
      : [
          [`${words}: `, tone],
          [clip(paint, approval.title, Math.max(0, room - spansWidth([[`${words}: `, tone]]))), muted],
        ];
  writeRow(paint, at, [...left, ...about], [[when, muted]]);
}

/** Below this many columns the command comes before who asks. */
const NARROW = 60;

const MOST_NAME = 20;

function approvalWords(paint: Paint, approval: Approval, run: Run | undefined): string {
  if (approval.status === 'pending') return clip(paint, whoAsksInShort(paint.model, approval, run), 2 * MOST_NAME);
  return decisionWords(paint.model, approval, run);
}

function drawArtifact(
  paint: Paint,
  at: Rect,
  artifact: PublishedArtifact,
  folded: readonly PublishedArtifact[] | undefined,
): void {
  const run = findRun(paint.model, artifact.runId);
  const muted = paint.style('muted');
  const all = folded ?? [artifact];
  const isGone = all.every(({ removed }) => removed !== undefined);
  const size = isGone ? 'removed' : formatBytes(all.reduce((sum, each) => sum + each.sizeBytes, 0));
  const tail = `  ${size}${run === undefined ? '' : `  from ${run.number}`}`;
  const what = folded === undefined ? artifact.name : foldedWords(folded);
  const name = clip(paint, what, Math.max(4, at.width - 2 - tail.length));
  const isQuiet = isGone || folded !== undefined;
  write(
    paint,
    at.x,
    at.y,
    [
      [`${paint.glyphs.artifact} `, isQuiet ? muted : paint.style('info')],
      [name, isQuiet ? muted : paint.style('text')],
      [tail, muted],
    ],
    at.width,
  );
}
