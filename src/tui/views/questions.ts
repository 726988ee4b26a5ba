// The small dialogs: a reason, a question, where to save, which signal.

import { ACCESS_LEVELS, type AccessLevel } from '../../core/access.ts';
import { deviceName } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import { SIGNALS } from '../keys/signals.ts';
import type { ReadFile } from '../model/file-edit.ts';
import type { Model } from '../model/model.ts';
import type { OverlayOf, Question } from '../model/overlay-model.ts';
import { counts, findRun } from '../model/select.ts';
import { centred, overlayRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { wrap } from '../terminal/width.ts';
import { formatBytes } from '../words/format.ts';
import { maxAccessOf, stopWords } from '../words/limits.ts';
import { whyOffline } from '../words/presence.ts';
import { drawField, keySpans, openBox } from './dialog.ts';
import { clip, own, type Paint, select, write } from './paint.ts';
import { runTitle } from './run-row.ts';

const padded = (box: Rect): Rect => ({ ...box, x: box.x + 1, width: Math.max(1, box.width - 2) });
const lastRow = (box: Rect): Rect => ({ ...box, y: box.y + Math.max(0, box.height - 1) });

export function drawReason(outer: Paint, overlay: OverlayOf<'reason'>): void {
  const { model } = outer;
  const approval = model.approvals.find(({ id }) => id === overlay.approval);
  const { paint, box } = openBox(outer, overlayRect(model, overlay), 'Reject, and say why');
  const at = padded(box);
  const what = approval === undefined ? '' : clip(paint, approval.payload.command, at.width);
  if (box.height > 2) write(paint, at.x, at.y, [[what, paint.style('code')]], at.width);
  drawField(
    paint,
    { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) },
    overlay.editor,
    'the reason goes to whoever asked',
  );
  drawLast(paint, at, overlay.notice, [
    ['reason.send', 'reject'],
    ['reason.close', 'back'],
  ]);
}

export function drawSave(outer: Paint, overlay: OverlayOf<'save'>): void {
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), 'Save a file');
  const at = padded(box);
  const size = formatBytes(overlay.artifact.sizeBytes);
  const name = clip(paint, overlay.artifact.name, at.width - size.length - 4);
  if (box.height > 2) {
    write(
      paint,
      at.x,
      at.y,
      [
        [`${paint.glyphs.artifact} `, paint.style('info')],
        [name, paint.style('text')],
        [`  ${size}`, paint.style('muted')],
      ],
      at.width,
    );
  }
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'where to save it');
  drawLast(paint, at, overlay.notice, [
    ['save.confirm', 'save'],
    ['save.close', 'back'],
  ]);
}

export function drawFind(outer: Paint, overlay: OverlayOf<'find'>): void {
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), 'Find');
  const at = padded(box);
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'a text');
  drawLast(paint, at, overlay.notice, [
    ['find.send', 'find'],
    ['find.close', 'back'],
  ]);
}

export function drawRename(outer: Paint, overlay: OverlayOf<'rename'>): void {
  const title = `A name for ${clip(outer, overlay.name, 32)}`;
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), title);
  const at = padded(box);
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'what to call it');
  drawLast(paint, at, overlay.sending ? own(paint, 'renaming…') : overlay.notice, [
    ['rename.send', 'rename'],
    ['rename.close', 'back'],
  ]);
}

export function drawFolder(outer: Paint, overlay: OverlayOf<'folder'>): void {
  const { paint, box } = openBox(outer, overlayRect(outer.model, overlay), 'A folder that runs may reach');
  const at = padded(box);
  drawField(paint, { ...at, y: at.y + Math.min(1, Math.max(0, box.height - 2)) }, overlay.editor, 'from / or ~ on');
  drawLast(paint, at, overlay.notice, [
    ['folder.send', 'add'],
    ['folder.close', 'back'],
  ]);
}

export function drawRevoke(outer: Paint, overlay: OverlayOf<'revoke'>): void {
  const name = clip(outer, overlay.name, 32);
  const most = overlayRect(outer.model, overlay);
  const width = Math.max(1, most.width - 4);
  const highest = outer.model.size.height - 1;
  const full = wrap(
    `What it has running here is ended, and it is let in again only by pairing anew. Type its name: ${name}`,
    width,
  );
  const rows =
    full.length + 4 <= highest ? full : wrap(`Ends its runs here; only pairing lets it in. Name it: ${name}`, width);
  const rect = centred(outer.model, most.width, Math.min(highest, Math.max(most.height, rows.length + 4)));
  const { paint, box } = openBox(outer, rect, `Revoke ${name}?`);
  const at = padded(box);
  const room = Math.max(0, box.height - 2);
  rows.slice(0, room).forEach((row, index) => {
    write(paint, at.x, at.y + index, [[row, paint.style('text')]], at.width);
  });
  drawField(paint, { ...at, y: at.y + room }, overlay.editor, 'its name');
  drawLast(paint, at, overlay.sending ? own(paint, 'revoking…') : overlay.notice, [
    ['revoke.send', 'revoke'],
    ['revoke.close', 'back'],
  ]);
}

function drawLast(paint: Paint, box: Rect, notice: string | undefined, keys: Parameters<typeof keySpans>[1]): void {
  const at = lastRow(box);
  const spans =
    notice === undefined ? keySpans(paint, keys) : [[clip(paint, notice, at.width), paint.style('warning')] as const];
  write(paint, at.x, at.y, spans, at.width);
}

export function drawConfirm(outer: Paint, overlay: OverlayOf<'confirm'>): void {
  const { model } = outer;
  const { question, deafUntil } = overlay;
  const most = overlayRect(model, overlay);
  const rows = questionRows(model, question, Math.max(1, most.width - 4));
  const height = Math.min(model.size.height - 1, Math.max(most.height, rows.length + 3));
  const { paint, box } = openBox(outer, centred(model, most.width, height), questionTitle(question));
  const at = padded(box);
  rows.slice(0, Math.max(0, box.height - 1)).forEach(({ text, style }, index) => {
    write(paint, at.x, at.y + index, [[own(paint, text), paint.style(style)]], at.width);
  });
  const listens = model.clock >= deafUntil;
  const keys = keySpans(paint, [
    ['confirm.yes', 'yes', listens],
    ['confirm.no', 'no'],
  ]);
  write(paint, at.x, lastRow(at).y, keys, at.width);
}

function questionTitle(question: Question): string {
  switch (question.type) {
    case 'quit':
      return 'Leave the dashboard?';
    case 'cancel':
      return 'Cancel this run?';
    case 'cancel-all':
      return `Cancel all ${question.runs.length}?`;
    case 'retry-all':
      return `Run all ${question.runs.length} that failed again?`;
    case 'limits':
      return question.title;
    case 'remove-rule':
      return 'Remove this rule?';
    case 'edit-file':
      return 'Open it in your editor?';
    case 'write-file':
      return 'Submit what you changed again?';
  }
}

interface QuestionRow {
  readonly text: string;
  readonly style: 'text' | 'code' | 'warning';
}

/** What it is about, then what a yes means. */
function questionRows(model: Model, question: Question, width: number): QuestionRow[] {
  const says = (text: string): QuestionRow[] => wrap(text, width).map((row) => ({ text: row, style: 'text' }));
  if (question.type === 'quit') return says(goesOn(model));
  if (question.type === 'limits') {
    const stops = stopWords(model, question.change);
    const warning = wrap(stops, width).map((row): QuestionRow => ({ text: row, style: 'warning' }));
    return [...says(question.means), ...(stops === '' ? [] : warning)];
  }
  if (question.type === 'remove-rule') {
    const name = wrap(sanitizeLine(question.name), width).map((row): QuestionRow => ({ text: row, style: 'code' }));
    return [...name, ...says('What it let through is asked about again, and what it forbade no longer is.')];
  }
  if (question.type === 'edit-file') return [...place(model, question.file, width), ...says('It has been read now.')];
  if (question.type === 'write-file') {
    const lost = 'A no lets go of what you changed.';
    return [...place(model, question.file, width), ...says(question.message), ...says(lost)];
  }
  // Of a long command the beginning is enough: which one it is, is what has to be known.
  const title = wrap(sanitizeLine(question.title.slice(0, TITLE_UNITS)), width)
    .slice(0, TITLE_ROWS)
    .map((row): QuestionRow => ({ text: row, style: 'code' }));
  if (question.type === 'cancel') return [...title, ...says(cancelMeans(model, question.run))];
  const each = question.runs.flatMap((id) => {
    const run = findRun(model, id);
    if (run === undefined) return [];
    const name = sanitizeLine(deviceName(model, run.device));
    const away = toldLater(model, run);
    return says(away === undefined ? `${name}: ${cancelMeans(model, id)}` : away);
  });
  // Where there is no room for each of them: what a yes means for all.
  const all = [...title, ...each];
  if (all.length <= model.size.height - ROWS_AROUND) return all;
  const later = question.runs.filter((id) => {
    const run = findRun(model, id);
    return run !== undefined && toldLater(model, run) !== undefined;
  });
  const told = later.length === 0 ? '' : `, ${later.length} are told when they are back`;
  return [...title.slice(0, 1), ...says(`${question.runs.length - later.length} are stopped now${told}.`)];
}

function place(model: Model, { device, path }: ReadFile, width: number): QuestionRow[] {
  return wrap(sanitizeLine(`${path} on ${deviceName(model, device)}`), width)
    .slice(0, TITLE_ROWS)
    .map((row): QuestionRow => ({ text: row, style: 'code' }));
}

/** Border, keys, and the footer of the screen. */
const ROWS_AROUND = 4;
const TITLE_UNITS = 400;
const TITLE_ROWS = 2;

function goesOn(model: Model): string {
  const { running, lost } = counts(model);
  const all = running + lost;
  if (all === 0) return 'Nothing runs now.';
  return all === 1 ? 'One run goes on without it.' : `${all} runs go on without it.`;
}

function cancelMeans(model: Model, id: string): string {
  const run = findRun(model, id);
  const later = run === undefined ? undefined : toldLater(model, run);
  return later ?? (run?.startedAt === undefined ? 'It has not begun yet.' : 'Its processes are stopped.');
}

/** Of a run whose device may have it, and is not there. */
function toldLater(model: Model, run: Run): string | undefined {
  const device = model.devices.find(({ id }) => id === run.device);
  const offline = device === undefined || device.local ? undefined : whyOffline(device, model.now);
  if (run.offeredAt === undefined || device === undefined || offline === undefined) return undefined;
  return `${sanitizeLine(device.name)} is ${offline}: it is told when it is back.`;
}

/** What each level lets runs do, beside what the one before it does. */
const LEVEL_HELP: Readonly<Record<AccessLevel, string>> = {
  'read-only': 'only read',
  'workspace-write': 'write in the folders they reach',
  'full-access': 'whatever you can, once a person agrees',
};

export function drawAccess(outer: Paint, overlay: OverlayOf<'access'>): void {
  const { model } = outer;
  const { paint, box } = openBox(outer, overlayRect(model, overlay), 'Runs here get at most');
  const now = model.devices.find(({ local }) => local);
  const width = Math.max(...ACCESS_LEVELS.map((level) => level.length));
  const room = Math.max(0, Math.min(ACCESS_LEVELS.length, box.height));
  const first = Math.max(0, Math.min(overlay.selected, ACCESS_LEVELS.length - room));
  ACCESS_LEVELS.slice(first, first + room).forEach((level, index) => {
    const at = { ...box, y: box.y + index };
    const is = now !== undefined && maxAccessOf(now) === level ? paint.glyphs.bullet : ' ';
    write(
      paint,
      at.x + 1,
      at.y,
      [
        [`${is} `, paint.style('accent')],
        [level.padEnd(width), paint.style('text')],
        [`  ${LEVEL_HELP[level]}`, paint.style('muted')],
      ],
      at.width - 2,
    );
    if (first + index === overlay.selected) select(paint, at);
  });
  if (box.height <= ACCESS_LEVELS.length) return;
  drawLast(paint, padded(box), undefined, [
    ['access.choose', 'choose'],
    ['access.close', 'back'],
  ]);
}

export function drawSignals(outer: Paint, overlay: OverlayOf<'signal'>): void {
  const { model } = outer;
  const rect = overlayRect(model, overlay);
  const run = findRun(model, overlay.run);
  const title = run === undefined ? 'Signal' : `Signal to ${run.number} ${clip(outer, runTitle(run), rect.width)}`;
  const { paint, box } = openBox(outer, rect, title);
  const first = Math.max(0, Math.min(overlay.selected - Math.floor(box.height / 2), SIGNALS.length - box.height));
  const width = Math.max(...SIGNALS.map(({ name }) => name.length));
  SIGNALS.slice(first, first + box.height).forEach(({ name, help }, index) => {
    const at = { ...box, y: box.y + index };
    write(
      paint,
      at.x + 1,
      at.y,
      [
        [name.padEnd(width), paint.style(name === 'SIGKILL' ? 'error' : 'text')],
        [`  ${help}`, paint.style('muted')],
      ],
      at.width - 2,
    );
    if (first + index === overlay.selected) select(paint, at);
  });
}
