// The detail of a run: what it is in three rows, and below either what it printed or everything that is known of it.

import type { Run } from '../../core/runs.ts';
import type { OutputView } from '../model/output-view.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { deviceName, elapsed, findRun } from '../model/select.ts';
import { type AuditRow, auditRows } from '../rows/audit-rows.ts';
import { DETAIL_LABEL_WIDTH, type DetailRow, detailRows } from '../rows/detail-rows.ts';
import { overlayRect, RUN_HEAD_ROWS, runOutputRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import type { StyleName } from '../terminal/theme.ts';
import { accessOf } from '../words/enforced.ts';
import { describeStatus, formatBytes, formatDuration, formatTime, isCounting } from '../words/format.ts';
import { knownUntil, linkLost, lostSince, whyWaits } from '../words/presence.ts';
import { progressInShort, progressOf, progressRow } from '../words/progress.ts';
import { openPage } from './dialog.ts';
import type { ListWindow } from './frame.ts';
import { keyOf } from './nothing.ts';
import { clip, own, type Paint, type Span, select, spansWidth, write, writeRow } from './paint.ts';
import { runGlyph, runTitle } from './run-row.ts';

export function drawRunDetail(paint: Paint, dialog: RunDialog): void {
  const { model } = paint;
  const run = findRun(model, dialog.run) ?? dialog.detail?.run;
  const body = runOutputRect(model);
  const rows = dialog.section === 'details' ? detailRows(model, dialog, body.width) : [];
  const steps = dialog.section === 'audit' ? auditRows(model, dialog, body.width) : [];
  const rect = overlayRect(model, dialog);
  const box = openPage(paint, rect, run === undefined ? 'Run' : `Run ${run.number}`, {
    window: windowOf(dialog, rows.length + steps.length, body),
    bottomRight: backSpans(paint, dialog),
  });
  if (run !== undefined) drawHead(paint, box, run, dialog);
  else write(paint, box.x, box.y, [[own(paint, dialog.message ?? 'loading…'), paint.style('muted')]], box.width);
  if (dialog.section === 'details') drawDetails(paint, body, rows, dialog);
  else if (dialog.section === 'audit') drawAudit(paint, body, steps, dialog);
  else drawOutput(paint, body, dialog.output, dialog.scrollBack, run);
}

function windowOf(dialog: RunDialog, rows: number, body: Rect): ListWindow {
  const total = dialog.section !== 'output' ? rows : (dialog.output.port?.rows(body.width) ?? 0);
  const most = Math.max(0, total - body.height);
  const before = Math.min(most, dialog.section !== 'output' ? dialog.scroll : most - Math.min(most, dialog.scrollBack));
  return { before, shown: Math.min(total, body.height), after: most - before, head: RUN_HEAD_ROWS };
}

function backSpans(paint: Paint, { section, scrollBack }: RunDialog): Span[] | undefined {
  if (section !== 'output' || scrollBack === 0) return undefined;
  return [[`${paint.glyphs.down} ${scrollBack} below, ${keyOf('scroll.last')} follows`, paint.style('muted')]];
}

function drawHead(paint: Paint, box: Rect, run: Run, dialog: RunDialog): void {
  const { model, glyphs } = paint;
  const muted = paint.style('muted');
  const { glyph, style } = runGlyph(paint, run);
  const took = formatDuration(elapsed(run, knownUntil(model, run)), isCounting(run));
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
  const where: Span[] = [dot, [clip(paint, deviceName(model, run.device), 24), muted]];
  const limits = accessOf(model, run, dialog.detail?.approvals);
  const access: Span[] = limits === undefined ? [] : [dot, [limits, muted]];
  const short: Span[] = limits === undefined ? [] : [dot, [limits.split(' ')[0] ?? '', muted]];
  const all: Span[] = [...state, dot, [run.route, muted], ...where, ...access];
  const room = box.width - time[0].length - 1;
  // The route gives way first, then what was asked for; what is so stays.
  const spans = [all, [...state, ...where, ...access]].find((made) => spansWidth(made) <= room);
  writeRow(paint, { ...box, y: box.y + 1 }, spans ?? [...state, ...where, ...short], [time]);
  drawTabs(paint, { ...box, y: box.y + 2 }, dialog, lostSince(model, run) !== undefined);
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

function drawTabs(paint: Paint, at: Rect, { section, output, detail }: RunDialog, lost: boolean): void {
  const line = paint.style('border');
  const across = paint.glyphs.border[1] ?? '-';
  paint.grid.write(at.x, at.y, across.repeat(Math.max(0, at.width)), line);
  const tab = (label: string, on: boolean): Span => [` ${label} `, paint.style(on ? 'titleFocused' : 'muted')];
  const made = detail?.artifacts.length ?? 0;
  const spans: Span[] = [
    tab(output.bytes > 0 ? `Output ${formatBytes(output.bytes)}` : 'Output', section === 'output'),
    [across, line],
    tab(made > 0 ? `Details ${paint.glyphs.artifact} ${made}` : 'Details', section === 'details'),
    [across, line],
    tab('Audit', section === 'audit'),
  ];
  const used = write(paint, at.x + 1, at.y, spans, at.width - 2);
  if (output.state === 'live' || (output.state === 'opening' && output.port !== undefined)) {
    const live = lost ? ' link lost ' : output.state === 'live' ? ' live ' : ' loading ';
    if (used + live.length + 4 < at.width) {
      const tone = paint.style(lost ? 'warning' : 'accent');
      write(paint, at.x + at.width - live.length - 1, at.y, [[live, tone]], live.length);
    }
  }
}

function drawOutput(paint: Paint, rect: Rect, output: OutputView, scrollBack: number, run: Run | undefined): void {
  const say = (text: string, style: StyleName): void => {
    write(
      paint,
      rect.x + 1,
      rect.y,
      [[clip(paint, own(paint, text), rect.width - 2), paint.style(style)]],
      rect.width - 2,
    );
  };
  const lost = run !== undefined && lostSince(paint.model, run) !== undefined;
  const nothing = output.bytes === 0 || output.port === undefined || output.state === 'failed';
  if (run !== undefined && lost && nothing) {
    drawLostOutput(paint, rect, run, say);
    return;
  }
  if (output.state === 'failed') {
    say(output.message ?? 'the output cannot be shown', 'error');
    return;
  }
  if (output.port === undefined) {
    say(
      run !== undefined && run.startedAt === undefined
        ? 'It has not started: what it prints appears here.'
        : 'opening…',
      'muted',
    );
    return;
  }
  const far = run === undefined || output.bytes > 0 ? undefined : progressOf(paint.model, run);
  if (far !== undefined) {
    say(progressRow(far, rect.width - 2), 'info');
    return;
  }
  output.port.draw(paint.grid, rect, { scrollBack, defaultAttr: paint.style('text'), cursor: false });
  if (output.bytes === 0)
    say(output.state === 'ended' ? 'It printed nothing.' : 'It has printed nothing yet.', 'muted');
}

/** What it printed is where its device is; the last lines of it may have come before the link was lost. */
function drawLostOutput(paint: Paint, rect: Rect, run: Run, say: (text: string, style: StyleName) => void): void {
  const lines = paint.model.tails.get(run.id)?.lines ?? [];
  say(
    lines.length === 0
      ? 'What it prints is shown when the link is back.'
      : 'The last lines that came; the rest is shown when the link is back:',
    'warning',
  );
  lines.slice(Math.max(0, lines.length - rect.height + 1)).forEach((line, index) => {
    const at = { x: rect.x + 1, y: rect.y + 1 + index, width: rect.width - 2 };
    write(paint, at.x, at.y, [[clip(paint, line, at.width), paint.style('muted')]], at.width);
  });
}

const DETAIL_STYLES: Readonly<Record<Exclude<DetailRow['style'], 'label'>, StyleName>> = {
  heading: 'title',
  command: 'code',
  text: 'text',
  failure: 'error',
  artifact: 'text',
  gone: 'muted',
};

function drawDetails(paint: Paint, body: Rect, rows: readonly DetailRow[], dialog: RunDialog): void {
  const scroll = Math.max(0, Math.min(dialog.scroll, rows.length - body.height));
  rows.slice(scroll, scroll + body.height).forEach((row, index) => {
    const at = { ...body, y: body.y + index };
    write(paint, at.x, at.y, detailSpans(paint, row), at.width);
    if (row.artifact !== undefined && row.artifact === dialog.artifact) select(paint, at);
  });
}

const AUDIT_STYLES: Readonly<Record<AuditRow['style'], StyleName>> = {
  step: 'muted',
  text: 'text',
  valid: 'success',
  invalid: 'error',
  muted: 'muted',
};

function drawAudit(paint: Paint, body: Rect, rows: readonly AuditRow[], { scroll: wanted }: RunDialog): void {
  const scroll = Math.max(0, Math.min(wanted, rows.length - body.height));
  rows.slice(scroll, scroll + body.height).forEach(({ style, text }, index) => {
    write(paint, body.x, body.y + index, [[own(paint, text), paint.style(AUDIT_STYLES[style])]], body.width);
  });
}

function detailSpans(paint: Paint, { style, text }: DetailRow): Span[] {
  if (style === 'artifact' || style === 'gone') {
    const isGone = style === 'gone';
    return [
      [`${paint.glyphs.artifact} `, paint.style(isGone ? 'muted' : 'info')],
      [text, paint.style(DETAIL_STYLES[style])],
    ];
  }
  if (style !== 'label') {
    const attr = paint.style(style === 'heading' ? 'accent' : DETAIL_STYLES[style]);
    return [[text, attr]];
  }
  const label = text.slice(0, DETAIL_LABEL_WIDTH);
  return [
    [label, paint.style('muted')],
    [text.slice(label.length), paint.style('text')],
  ];
}
