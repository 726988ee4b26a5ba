// The view of a run: what it is in three rows, the last of them its tabs, and below what the tab shows.

import { deviceNameInShort } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import { keyOf } from '../keys/keymap.ts';
import { rowsBelow } from '../model/output-view.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { findRun, overlayOf } from '../model/select.ts';
import { DETAIL_LABEL_WIDTH, type DetailRow } from '../rows/detail-row.ts';
import { overlayRect, RUN_HEAD_ROWS, runOutputRect } from '../rows/geometry.ts';
import { sectionRows, sectionScroll } from '../rows/section-rows.ts';
import type { Rect } from '../terminal/cells.ts';
import type { StyleName } from '../terminal/theme.ts';
import { accessOf } from '../words/enforced.ts';
import { describeStatus, formatTime } from '../words/format.ts';
import { linkLost, whyWaits } from '../words/presence.ts';
import { progressInShort } from '../words/progress.ts';
import { openPage } from './dialog.ts';
import { markFound } from './found.ts';
import type { ListWindow } from './frame.ts';
import { clip, own, type Paint, type Span, select, spansWidth, write, writeRow } from './paint.ts';
import { drawOutput } from './run-output.ts';
import { runGlyph, runTime, runTitle } from './run-row.ts';
import { drawTabs } from './run-tabs.ts';

export function drawRunDetail(paint: Paint, dialog: RunDialog): void {
  const { model } = paint;
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const body = runOutputRect(model);
  const rows = sectionRows(model, dialog, body.width);
  const below = dialog.section === 'output' ? rowsBelow(dialog.output, dialog.anchor, body) : 0;
  const rect = overlayRect(model, dialog);
  const box = openPage(paint, rect, run === undefined ? 'Run' : `Run ${run.number}`, {
    window: windowOf(dialog, rows.length, below, body),
    bottomRight: cornerSpans(paint, dialog, below),
  });
  if (run !== undefined) drawHead(paint, box, run, dialog);
  else write(paint, box.x, box.y, [[own(paint, dialog.message ?? 'loading…'), paint.style('muted')]], box.width);
  if (dialog.section === 'output') {
    drawOutput(paint, body, dialog.output, below, run);
    selectFound(paint, body, dialog, below);
    markFound(paint, body, overlayOf(model, 'seek')?.editor.text ?? dialog.find?.text ?? '');
  }
  if (dialog.section !== 'output') drawRows(paint, body, rows, dialog);
}

/** The row that was gone to, if it is on the screen. */
function selectFound(paint: Paint, body: Rect, { output: { port }, find }: RunDialog, below: number): void {
  const row = find?.rows[find.at];
  if (row === undefined || port === undefined) return;
  const { width, height } = body;
  const first = port.behind(width, height) - below - Math.min(height, port.rows(width, height));
  if (row >= first && row < first + height) select(paint, { ...body, y: body.y + row - first });
}

function windowOf(dialog: RunDialog, count: number, below: number, body: Rect): ListWindow {
  const { section, output } = dialog;
  const total = section !== 'output' ? count : (output.port?.rows(body.width, body.height) ?? 0);
  const most = Math.max(0, total - body.height);
  const before = section !== 'output' ? sectionScroll(dialog, count, body.height) : most - Math.min(most, below);
  return { before, shown: Math.min(total, body.height), after: most - before, head: RUN_HEAD_ROWS };
}

/** Which of the places was gone to, and how much is below what is shown. */
function cornerSpans(paint: Paint, { section, anchor, find }: RunDialog, below: number): Span[] | undefined {
  if (section !== 'output') return undefined;
  const { width } = paint.model.size;
  const said = [
    ...(find === undefined
      ? []
      : [`${clip(paint, find.text, Math.max(4, width - 40))} ${find.at + 1}/${find.rows.length}`]),
    ...(anchor === undefined || below === 0
      ? []
      : [`${paint.glyphs.down} ${below} below${width < 40 ? '' : `, ${keyOf('scroll.last')} follows`}`]),
  ];
  return said.length === 0 ? undefined : [[said.join(`  `), paint.style('muted')]];
}

function drawHead(paint: Paint, box: Rect, run: Run, dialog: RunDialog): void {
  const { model, glyphs } = paint;
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, run);
  // Of one that waits for an answer, how long it goes on waiting, as in every list.
  const took = `${runTime(model, run)}${run.status === 'waiting_approval' ? ' left' : ''}`;
  writeRow(
    paint,
    box,
    [
      [`${glyph} `, paint.style(style)],
      [clip(paint, runTitle(run), box.width), paint.style('text')],
    ],
    [[took, muted]],
  );
  const dot: Span = [` ${glyphs.separator} `, muted];
  const time: Span = [formatTime(run.startedAt ?? run.submittedAt, model.now), muted];
  const state: Span[] = [['  ', muted], ...statusSpans(paint, run, style)];
  const where: Span[] = [dot, [clip(paint, deviceNameInShort(model, run.device), 24), muted]];
  const limits = accessOf(model, run, dialog.detail?.approvals);
  const access: Span[] = limits === undefined ? [] : [dot, [limits, muted]];
  const short: Span[] = limits === undefined ? [] : [dot, [limits.split(' ')[0] ?? '', muted]];
  const all: Span[] = [...state, dot, [run.route, muted], ...where, ...access];
  const room = box.width - time[0].length - 1;
  // The route gives way first, then what was asked for; what is so stays.
  const spans = [all, [...state, ...where, ...access]].find((made) => spansWidth(made) <= room);
  writeRow(paint, { ...box, y: box.y + 1 }, spans ?? [...state, ...where, ...short], [time]);
  drawTabs(paint, { ...box, y: box.y + 2 }, dialog, run);
}

/** How it stands; and while its device is out of reach, or has not answered, that. */
function statusSpans(paint: Paint, run: Run, style: StyleName): Span[] {
  const far = progressInShort(paint.model, run);
  const status: Span = [far === undefined ? describeStatus(run) : `${describeStatus(run)} ${far}`, paint.style(style)];
  const lost = linkLost(paint.model, run);
  // How it stands now is not known.
  if (lost !== undefined) return [[own(paint, lost), paint.style('warning')]];
  const said = whyWaits(paint.model, run);
  if (said === undefined) return [status];
  return [status, [` ${paint.glyphs.separator} `, paint.style('muted')], [own(paint, said), paint.style('warning')]];
}

const STYLES: Readonly<Record<Exclude<DetailRow['style'], 'label'>, StyleName>> = {
  heading: 'accent',
  command: 'code',
  text: 'text',
  muted: 'muted',
  success: 'success',
  warning: 'warning',
  failure: 'error',
  artifact: 'text',
  gone: 'muted',
  added: 'success',
  removed: 'error',
};

function drawRows(paint: Paint, body: Rect, rows: readonly DetailRow[], dialog: RunDialog): void {
  const scroll = sectionScroll(dialog, rows.length, body.height);
  rows.slice(scroll, scroll + body.height).forEach((row, index) => {
    const at = { ...body, y: body.y + index };
    write(paint, at.x, at.y, rowSpans(paint, row), at.width);
    if (row.artifact !== undefined && row.artifact === dialog.artifact) select(paint, at);
  });
}

function rowSpans(paint: Paint, row: DetailRow): Span[] {
  const { style } = row;
  const text = own(paint, row.text);
  if (style === 'artifact' || style === 'gone') {
    const mark = paint.style(style === 'gone' ? 'muted' : 'info');
    return [
      [`${paint.glyphs.artifact} `, mark],
      [text, paint.style(STYLES[style])],
    ];
  }
  if (style !== 'label') return [[text, paint.style(STYLES[style])]];
  const label = text.slice(0, DETAIL_LABEL_WIDTH);
  return [
    [label, paint.style('muted')],
    [text.slice(label.length), paint.style('text')],
  ];
}
