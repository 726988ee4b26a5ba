// The first rows of the screen: who and what is there, and that the connection is lost. On a tiny screen, all of it in one.

import type { Model } from '../model/model.ts';
import { counts } from '../model/select.ts';
import type { Rect } from '../terminal/cells.ts';
import { bold } from '../terminal/theme.ts';
import { formatClock, formatDuration } from '../words/format.ts';
import { inPanes } from './nothing.ts';
import { hidesPanes } from './pages.ts';
import { clip, onGround, own, type Paint, type Span, spansWidth, write } from './paint.ts';

export function drawHeader(outer: Paint, rect: Rect): void {
  const paint = onGround(outer, 'header');
  const { model } = paint;
  const ground = paint.style('header');
  paint.grid.fill(rect, ' ', ground);
  const name: Span[] = [[' dispatch', bold(paint.style('accent'))]];
  const full = rect.width >= 60;
  const middle = trouble(paint) ?? tallies(paint, full);
  const clock = formatClock(model.now);
  const device = full && model.device !== undefined ? `${clip(paint, model.device.name, 20)}  ` : '';
  const right: Span[] = [
    [device, ground],
    [`${clock} `, paint.style('muted')],
  ];
  const rightWidth = spansWidth(right);
  const leftWidth = write(paint, rect.x, rect.y, name, rect.width);
  const middleWidth = spansWidth(middle);
  // In the middle of the screen, unless the ends need that place.
  const least = leftWidth + 2;
  const most = rect.width - rightWidth - 2 - middleWidth;
  const at = Math.max(least, Math.min(Math.floor((rect.width - middleWidth) / 2), most));
  const rightFits = at + middleWidth + 2 + rightWidth <= rect.width;
  write(paint, rect.x + at, rect.y, middle, rect.width - at - (rightFits ? rightWidth : 0));
  if (rightFits) write(paint, rect.x + rect.width - rightWidth, rect.y, right, rightWidth);
}

/** Not connected yet; or lost, where the banner is covered. */
function trouble(paint: Paint): Span[] | undefined {
  const { connection } = paint.model;
  if (connection.state === 'connecting') return [[own(paint, 'connecting to the peer…'), paint.style('info')]];
  if (connection.state === 'connected' || !hidesPanes(paint.model)) return undefined;
  return [[`${paint.glyphs.waiting} connection lost`, paint.style('warning')]];
}

/** What is zero is muted: it is there, so that nothing jumps when it is not. */
function tallies(paint: Paint, full: boolean): Span[] {
  const { glyphs, model } = paint;
  const { devices, online, running, lost, queued, waiting } = counts(model);
  const muted = paint.style('muted');
  const text = paint.style('header');
  const word = (name: string): string => (full ? ` ${name}` : '');
  const shownDevices = online === devices ? String(devices) : `${online}/${devices}`;
  const spans: Span[] = [
    [`${glyphs.online} `, paint.style(online > 0 ? 'success' : 'muted')],
    [`${shownDevices}${word(devices === 1 ? 'device' : 'devices')}`, text],
    [`  ${glyphs.running} `, running > 0 ? paint.style('accent') : muted],
    [`${running}${word('running')}`, running > 0 ? text : muted],
  ];
  if (lost > 0) spans.push([`  ${glyphs.offline} `, paint.style('warning')], [`${lost}${word('lost')}`, text]);
  if (queued > 0) spans.push([`  ${glyphs.queued} `, muted], [`${queued}${word('queued')}`, text]);
  spans.push(
    [`  ${glyphs.waiting} `, waiting > 0 ? paint.style('warning') : muted],
    [`${waiting}${word('waiting')}`, waiting > 0 ? bold(paint.style('warning')) : muted],
  );
  return spans;
}

export function drawBanner(paint: Paint, rect: Rect): void {
  const { connection, now } = paint.model;
  if (connection.state !== 'lost') return;
  const attr = paint.style('badgeWarning');
  paint.grid.fill(rect, ' ', attr);
  const at = formatClock(connection.since);
  const key = inPanes(paint, 'peer.start');
  const says = [
    `${key} starts the peer · connection lost at ${at}, ${formatDuration(now - connection.since, true)} ago; it reconnects by itself`,
    `${key} starts the peer · connection lost at ${at}; it reconnects`,
    `${key} starts the peer · lost ${at}, reconnecting`,
  ];
  const words = says.find((text) => text.length + 4 <= rect.width) ?? `${key} starts it · lost ${at}`;
  const start = ` ${paint.glyphs.waiting} ${words}`;
  const why = clip(paint, connection.reason, Math.max(0, rect.width - start.length - 4));
  write(paint, rect.x, rect.y, [[own(paint, why.length < 8 ? start : `${start} · ${why}`), attr]], rect.width);
}

/** Everything that fits in one row: the screen is too small for panes. */
export function drawTiny(paint: Paint, rect: Rect): void {
  const { model } = paint;
  paint.grid.fill(rect, ' ', paint.style('text'));
  const state: Span[] =
    model.connection.state === 'connected'
      ? tallies(paint, false)
      : [[own(paint, tinyState(model)), paint.style('warning')]];
  write(paint, rect.x, rect.y, [...state, ['  enlarge to 30x8', paint.style('muted')]], rect.width);
}

const tinyState = ({ connection }: Model): string => (connection.state === 'lost' ? 'connection lost' : 'connecting…');
