// A run as one row: glyph, number, what runs, and on the right the device, its route or status, and its time. The columns
// are the same for every row of a list, so that they line up.

import { titleOf } from '../../core/actions.ts';
import { deviceNameInShort } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import { combinedStatus, worstOf } from '../model/groups.ts';
import type { Model } from '../model/model.ts';
import { elapsed } from '../model/select.ts';
import { turnOf } from '../model/stirring.ts';
import type { Rect } from '../terminal/cells.ts';
import type { Glyphs } from '../terminal/glyphs.ts';
import type { StyleName } from '../terminal/theme.ts';
import { padEnd, stringWidth } from '../terminal/width.ts';
import { formatDuration, isCounting } from '../words/format.ts';
import { knownUntil, lostSince, mayAnswer, waitsInShort } from '../words/presence.ts';
import { progressInShort, progressText } from '../words/progress.ts';
import { clip, type Paint, type Span, write } from './paint.ts';

export interface RunColumns {
  readonly number: number;
  /** 0: there is no such column. */
  readonly device: number;
  readonly status: number;
  /** The last: the time. Without a column for the status, what is unusual stands there instead. */
  readonly time: number;
}

const GAP = 2;
const TIME = 7;
const STATUS = 15;
/** Where the time gives way to what is unusual. */
const SHARED = 11;
const MOST_DEVICE = 12;
/** Less of a progress says nothing. */
const LEAST_PROGRESS = 12;
const SHORT_DEVICE = 8;
/** Of the devices and of the newest runs, for the width of the column of devices. */
const MOST_MEASURED = 32;
/** What the title keeps where everything else has a column, and where columns share or are short. */
const LEAST_TITLE = { wide: 22, middle: 14, narrow: 5 };

/** Which columns there is room for. The title gives way before the device does; with a single device nobody asks which one. */
export function runColumns(model: Model, width: number): RunColumns {
  const number = Math.max(2, String(model.runs[0]?.number ?? 0).length);
  const device = isFleet(model) ? deviceWidth(model) : 0;
  const short = Math.min(device, SHORT_DEVICE);
  const fits = (least: number, ...columns: readonly number[]): boolean =>
    width - number - 3 - columns.reduce((sum, column) => sum + (column === 0 ? 0 : column + GAP), 0) >= least;
  if (fits(LEAST_TITLE.wide, device, STATUS, TIME)) return { number, device, status: STATUS, time: TIME };
  if (fits(LEAST_TITLE.middle, device, SHARED)) return { number, device, status: 0, time: SHARED };
  if (fits(LEAST_TITLE.narrow, short, TIME)) return { number, device: short, status: 0, time: TIME };
  return { number, device: 0, status: 0, time: width >= 24 ? TIME : 0 };
}

/** Also once the last of the others was let go: what ran there did not run here. */
const isFleet = ({ devices, runs }: Model): boolean =>
  devices.length > 1 || (devices.length === 1 && runs.some(({ device }) => device !== devices[0]?.id));

function deviceWidth(model: Model): number {
  const { devices, revoked } = model;
  const ranOn = new Set<string>(model.runs.slice(0, MOST_MEASURED).map(({ device }) => device));
  const named = [...devices.slice(0, MOST_MEASURED), ...revoked.filter(({ id }) => ranOn.has(id))];
  const widths = named.map(({ id }) => stringWidth(deviceNameInShort(model, id)));
  return Math.min(MOST_DEVICE, Math.max(devices.length > 1 ? 0 : SHORT_DEVICE, ...widths));
}

/** `progress: false`: how far it is stands elsewhere. */
export function drawRun(
  paint: Paint,
  at: Pick<Rect, 'x' | 'y' | 'width'>,
  run: Run,
  columns: RunColumns,
  { progress = true }: { readonly progress?: boolean } = {},
): void {
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, run);
  let right = at.x + at.width;
  const column = (width: number, text: string, attr: number, alignRight: boolean): void => {
    if (width === 0) return;
    right -= width;
    const shown = clip(paint, text, width);
    write(paint, alignRight ? right + width - stringWidth(shown) : right, at.y, [[shown, attr]], width);
    right -= GAP;
  };
  const status = unusual(paint.model, run);
  const time = runTime(paint.model, run);
  const last: Span = columns.status > 0 ? [time, muted] : lastSpan(paint, run, status, time, columns.time);
  column(columns.time, ...last, true);
  if (columns.status > 0) {
    const said = status === undefined ? muted : paint.style(status.style);
    column(columns.status, status?.text ?? run.route, said, false);
  }
  column(columns.device, deviceNameInShort(paint.model, run.device), muted, false);
  const room = right - at.x;
  const head: Span[] = [
    [glyph, paint.style(style)],
    [` ${String(run.number).padStart(columns.number)} `, muted],
    ...requester(paint, run),
  ];
  const used = write(paint, at.x, at.y, head, room);
  const title = progress ? titleSpans(paint, run, room - used) : [titleSpan(paint, run, room - used)];
  write(paint, at.x + used, at.y, title, room - used);
}

const titleSpan = (paint: Paint, run: Run, width: number): Span => [
  clip(paint, runTitle(run), width),
  paint.style('text'),
];

/** What it is, and how far: as much of the second as there is room for behind the first, and at least a word of it. */
function titleSpans(paint: Paint, run: Run, width: number): Span[] {
  const far = progressText(paint.model, run);
  if (far === undefined) return [titleSpan(paint, run, width)];
  const short = progressInShort(paint.model, run) ?? '';
  const kept = short === '' ? 0 : short.length + GAP;
  const title = titleSpan(paint, run, width - kept < LEAST_TITLE.narrow ? width : width - kept);
  const left = width - stringWidth(title[0]) - GAP;
  const text = left >= LEAST_PROGRESS ? clip(paint, far, left) : left >= short.length ? short : '';
  return text === '' ? [title] : [title, [`${' '.repeat(GAP)}${text}`, paint.style('info')]];
}

/** What is unusual, if it can be said in so many columns; else the time, which the glyph before the run explains. */
function lastSpan(paint: Paint, run: Run, status: Unusual | undefined, time: string, width: number): Span {
  const counts = run.status === 'waiting_approval' || (run.status === 'running' && run.startedAt === undefined);
  const fitting = status === undefined || counts ? undefined : shortest(status, width);
  if (status === undefined || fitting === undefined) return [time, paint.style('muted')];
  return [fitting, paint.style(status.style)];
}

const shortest = ({ short, least }: Unusual, width: number): string | undefined =>
  [short, least].find((text) => text !== undefined && stringWidth(text) <= width);

/** Whose run it is, if a person at another device asked for it. */
function requester(paint: Paint, { by }: Run): Span[] {
  const { device } = paint.model;
  if (device === undefined || by.device === device.id) return [];
  return [[`${clip(paint, deviceNameInShort(paint.model, by.device), MOST_DEVICE)}: `, paint.style('info')]];
}

/** Runs of one task on several devices: what runs, and how they stand, the worst first. */
export function drawGroup(
  paint: Paint,
  at: Pick<Rect, 'x' | 'y' | 'width'>,
  run: Run,
  members: readonly Run[],
  columns: RunColumns,
): void {
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, worstOf(members) ?? run);
  const status = combinedStatus(members, (member) => lostSince(paint.model, member) !== undefined);
  const full = `${members.length} devices: ${status}`;
  const room = at.width - columns.number - 3 - GAP - LEAST_TITLE.wide;
  const says = full.length <= room ? full : status.length <= room ? status : shortStatus(members);
  const head: Span[] = [
    [glyph, paint.style(style)],
    [` ${String(run.number).padStart(columns.number)} `, muted],
    ...requester(paint, run),
  ];
  const left = at.width - says.length - GAP;
  const used = write(paint, at.x, at.y, head, left);
  write(paint, at.x + used, at.y, [[clip(paint, runTitle(run), left - used), paint.style('text')]], left - used);
  write(paint, at.x + left + GAP, at.y, [[says, paint.style(style === 'success' ? 'muted' : style)]], says.length);
}

const shortStatus = (members: readonly Run[]): string =>
  `${members.filter(({ status }) => status === 'completed').length}/${members.length} done`;

/** What runs, on one line. Not sanitised. */
export function runTitle({ action }: Run): string {
  return action.kind === 'inline' ? `= ${titleOf(action)}` : titleOf(action);
}

export function runGlyph({ glyphs, model }: Paint, run: Run): { glyph: string; style: StyleName } {
  switch (run.status) {
    case 'queued':
      // One column, also where the theme spells it out.
      return { glyph: glyphs.queued, style: 'muted' };
    case 'running':
      return { glyph: runningGlyph(glyphs, turnOf(model, run)), style: 'accent' };
    case 'waiting_approval':
      return { glyph: glyphs.waiting, style: 'warning' };
    case 'completed':
      return { glyph: glyphs.done, style: 'success' };
    case 'failed':
      return { glyph: glyphs.failed, style: 'error' };
    case 'cancelled':
      return { glyph: glyphs.cancelled, style: 'muted' };
  }
}

/** At rest it is the sign of what runs. */
const runningGlyph = ({ running, spinner }: Glyphs, turn: number | undefined): string =>
  turn === undefined ? running : (spinner[turn % spinner.length] ?? running);

interface Unusual {
  readonly text: string;
  /** The same in SHARED columns. */
  readonly short: string;
  /** The same in TIME columns, where that is shorter still. */
  readonly least?: string;
  readonly style: StyleName;
}

/** What is worth saying of its state besides the glyph; undefined while all goes as it should. */
function unusual(model: Model, run: Run): Unusual | undefined {
  const said = (text: string, style: StyleName, short = text): Unusual => ({ text, short, style });
  const waits = waitsInShort(model, run);
  if (waits !== undefined) {
    const short = waits.replace('link ', '');
    return { ...said(waits, 'warning', short), least: short.split(' ')[0] === 'lost' ? 'lost' : 'ending' };
  }
  switch (run.status) {
    case 'completed':
      return undefined;
    case 'queued':
      return said('queued', 'muted');
    case 'running':
      return run.startedAt === undefined ? said('starting', 'muted') : undefined;
    case 'waiting_approval':
      return model.devices.some(({ id, local }) => id === run.device && !local) && !answerable(model, run)
        ? said('waiting there', 'warning', 'waiting')
        : said('waiting for you', 'warning', 'waiting');
    case 'failed':
      return said(failure(run), 'error');
    case 'cancelled':
      return said(run.reason === 'user' ? 'cancelled' : run.reason, 'muted');
  }
}

/** Whether it waits for somebody here. */
function answerable(model: Model, run: Run): boolean {
  return mayAnswer(model, { device: run.device }) === true;
}

function failure(run: Extract<Run, { status: 'failed' }>): string {
  if (run.reason === 'exit') return `exit ${run.exitCode ?? '?'}`;
  return run.reason === 'signal' ? (run.signal ?? 'signal') : run.reason;
}

/** How long it took or has taken; for one that waits for an answer, how long it will go on waiting. */
export function runTime(model: Model, run: Run): string {
  if (run.status === 'waiting_approval') {
    const approval = model.approvals.find(({ id }) => id === run.approvalId);
    if (approval !== undefined) return formatDuration(approval.expiresAt - model.now, true);
  }
  if (run.status === 'queued') return '';
  return formatDuration(elapsed(run, knownUntil(model, run)), isCounting(run));
}

/** How a run stands, in STATUS columns. */
export function stateSpan(paint: Paint, run: Run): Span {
  const status = unusual(paint.model, run);
  if (status !== undefined) return [status.text, paint.style(status.style)];
  return run.status === 'completed' ? ['done', paint.style('muted')] : ['running', paint.style('accent')];
}

/** A name in a column of its own width. */
export const cell = (paint: Paint, text: string, width: number): string => padEnd(clip(paint, text, width), width);

/** A run of a group under it: its device, how it stands, and what it printed last. */
export function drawMember(paint: Paint, at: Pick<Rect, 'x' | 'y' | 'width'>, run: Run): void {
  const { glyph, style } = runGlyph(paint, run);
  const name = Math.min(deviceWidth(paint.model), Math.floor(at.width / 3));
  const [state, tone] = stateSpan(paint, run);
  const result = run.status === 'completed' ? run.result : undefined;
  const last = result?.split('\n', 1)[0] ?? paint.model.tails.get(run.id)?.lines.at(-1) ?? '';
  const head: Span[] = [
    [`${glyph} `, paint.style(style)],
    [`${cell(paint, deviceNameInShort(paint.model, run.device), name)}  `, paint.style('text')],
    [`${state}  `, tone],
  ];
  const used = write(paint, at.x, at.y, head, at.width);
  write(paint, at.x + used, at.y, [[clip(paint, last, at.width - used), paint.style('muted')]], at.width - used);
}
