// The three panes beside the thread: what waits for an answer, the runs, the devices.

import type { PendingApproval } from '../../core/approvals.ts';
import type { Device } from '../../core/devices.ts';
import { keyOf } from '../keys/keymap.ts';
import type { PaneId } from '../model/model.ts';
import { findRun } from '../model/select.ts';
import { inner, layoutOf, paneSource } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { layoutList } from '../terminal/virtual-list.ts';
import { padEnd, stringWidth } from '../terminal/width.ts';
import { whoAsksInShort } from '../words/asking.ts';
import { formatDuration } from '../words/format.ts';
import { awayInShort, clockWarning, describePresence, isDenied, mayAnswer } from '../words/presence.ts';
import { drawFrame, paneTitle, tabTitle } from './frame.ts';
import { drawNothing, inPanes } from './nothing.ts';
import { clip, own, type Paint, type Span, select, spansWidth, write, writeRow } from './paint.ts';
import { cell, drawRun, runColumns } from './run-row.ts';

type Side = Exclude<PaneId, 'thread'>;
/** Draws item `index` from its row `row` on, at `at`. */
type DrawItem = (at: Rect, index: number, row: number) => void;

export function drawSide(paint: Paint, pane: Side, rect: Rect): void {
  const { model } = paint;
  const focused = model.focus === pane;
  const box = inner(rect);
  const layout = layoutList(model.lists[pane], paneSource(model, pane), box.height);
  const tabbed = layoutOf(model).tabbed;
  drawFrame(paint, rect, {
    title: tabbed ? tabTitle(paint, pane, focused, rect.width - 4) : paneTitle(paint, pane, focused),
    focused,
    window: { before: layout.before, shown: layout.rows.length, after: layout.after },
  });
  const drawItem = ITEMS[pane](paint, box);
  if (layout.rows.length === 0) drawNothing(paint, box, emptyText(paint, pane));
  if (pane === 'devices' && model.devices.length === 1 && box.height > 1) {
    drawNothing(paint, { ...box, x: box.x + 1, y: box.y + 1, height: box.height - 1 }, [
      `${inPanes(paint, 'pane.pair')} pairs another machine.`,
    ]);
  }
  for (const { index, y, skip, height } of layout.rows) {
    for (let row = 0; row < height; row += 1) drawItem({ ...box, y: box.y + y + row }, index, skip + row);
    if (!focused || index !== layout.state.cursor) continue;
    for (let row = 0; row < height; row += 1) select(paint, { ...box, y: box.y + y + row });
  }
}

function emptyText(paint: Paint, pane: Side): string[] {
  if (paint.model.connection.state === 'connecting') return [own(paint, 'connecting…')];
  switch (pane) {
    case 'approvals':
      return ['Nothing waits for your yes.'];
    case 'runs':
      return [`No runs yet: ${keyOf('pane.compose')} types a task.`];
    case 'devices':
      return ['No device is known yet.'];
  }
}

const ITEMS: Readonly<Record<Side, (paint: Paint, box: Rect) => DrawItem>> = {
  approvals: (paint) => (at, index, row) => {
    const approval = paint.model.approvals[index];
    if (approval !== undefined) drawApproval(paint, at, approval, row);
  },
  runs: (paint, box) => {
    const columns = runColumns(paint.model, box.width);
    return (at, index) => {
      const run = paint.model.runs[index];
      if (run !== undefined) drawRun(paint, at, run, columns);
    };
  },
  devices: (paint, box) => {
    const { devices } = paint.model;
    const most = Math.max(6, Math.floor(box.width * 0.4));
    const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => stringWidth(text)));
    const near = devices.slice(0, MEASURED_DEVICES);
    const columns = {
      name: Math.min(most, widest(near.map(({ name }) => name))),
      // What is away says more, and nothing stands behind that.
      place: widest(
        near
          .filter(({ presence }) => presence.state !== 'offline')
          .map((device) => describePresence(device, paint.model.now)),
      ),
    };
    return (at, index) => {
      const device = devices[index];
      if (device !== undefined) drawDevice(paint, at, device, columns);
    };
  },
};

/** Columns are as wide as the first of them need: nobody has more. */
const MEASURED_DEVICES = 64;

/** Below this the time that is left is shown as a warning. */
const SOON = 60_000;

export function timeLeft(paint: Paint, { expiresAt }: PendingApproval): Span {
  const left = expiresAt - paint.model.now;
  return [formatDuration(left, true), paint.style(left < SOON ? 'warning' : 'muted')];
}

function drawApproval(paint: Paint, at: Rect, approval: PendingApproval, row: number): void {
  if (row === 0) {
    const left = timeLeft(paint, approval);
    const command = clip(paint, approval.payload.command, at.width - 3 - left[0].length);
    const spans: Span[] = [
      [`${paint.glyphs.waiting} `, paint.style('warning')],
      [command, paint.style('code')],
    ];
    writeRow(paint, at, spans, [left]);
    return;
  }
  const run = findRun(paint.model, approval.runId);
  const { enforced } = approval.payload;
  const muted = paint.style('muted');
  const access = paint.style(enforced === 'full-access' ? 'warning' : 'muted');
  const may = mayAnswer(paint.model, approval) === true;
  const who = clip(paint, whoAsksInShort(paint.model, approval, run), Math.max(16, Math.floor(at.width * 0.6)));
  write(
    paint,
    at.x + 2,
    at.y,
    [[who, paint.style('text')], may ? [`  ${enforced}`, access] : ['  answer there', muted]],
    at.width - 2,
  );
}

function drawDevice(paint: Paint, at: Rect, device: Device, columns: { name: number; place: number }): void {
  const { glyphs, model } = paint;
  const { presence } = device;
  const muted = paint.style('muted');
  const there = presence.state !== 'offline';
  const full = describePresence(device, model.now);
  const fits = stringWidth(full) <= at.width - columns.name - 4;
  const place = fits ? full : (awayInShort(device, model.now) ?? full);
  const spans: Span[] = [
    presenceSpan(paint, device),
    [cell(paint, device.name, columns.name), paint.style(there ? 'text' : 'muted')],
    ['  ', muted],
    [own(paint, there ? padEnd(place, columns.place) : place), isDenied(device) ? paint.style('error') : muted],
  ];
  const clock = clockWarning(device);
  if (clock !== undefined) spans.push([`  ${glyphs.waiting} clock ${clock}`, paint.style('warning')]);
  if (there) {
    const { running, slots } = device.load;
    const load: Span[] = running === 0 ? [] : [[`  ${glyphs.running} ${running}/${slots}`, muted]];
    const words = allowedWords(device, at.width - spansWidth(spans) - spansWidth(load) - 2);
    spans.push([words === '' ? '' : `  ${words}`, muted], ...load);
  }
  write(paint, at.x, at.y, spans, at.width);
}

function presenceSpan({ glyphs, style }: Paint, { presence }: Device): Span {
  switch (presence.state) {
    case 'online':
      return [`${glyphs.online} `, style('success')];
    case 'suspect':
      return [`${glyphs.suspect} `, style('warning')];
    case 'offline':
      return [`${glyphs.offline} `, style('muted')];
  }
}

/** As many names as fit, and how many more there are: half a name says nothing. */
function allowedWords(device: Device, width: number): string {
  const names = allowed(device);
  if (names.length === 0) return 'nothing allowed';
  for (let count = names.length; count > 0; count -= 1) {
    const more = count < names.length ? ` +${names.length - count}` : '';
    const words = `${names.slice(0, count).join(' ')}${more}`;
    if (words.length <= width) return words;
  }
  return '';
}

/** What runs may use there: it is able to, and its owner allows it. */
function allowed({ capabilities, permissions }: Device): string[] {
  const pairs: readonly (readonly [string, boolean])[] = [
    ['shell', capabilities.shell && permissions.shell],
    ['local_files', capabilities.local_files && permissions.local_files],
    ['browser_automation', capabilities.browserAutomation && permissions.browser_automation],
    ['desktop_automation', capabilities.desktopAutomation && permissions.desktop_automation],
  ];
  return pairs.filter(([, can]) => can).map(([name]) => name);
}
