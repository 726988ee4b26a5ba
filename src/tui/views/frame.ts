// The border of a pane: its title or its tabs, what stands in the corners, and the bar that shows where the window is.

import type { PaneId } from '../model/model.ts';
import type { Rect } from '../terminal/cells.ts';
import { type Paint, type Span, spansWidth, write } from './paint.ts';

export interface ListWindow {
  readonly before: number;
  readonly shown: number;
  readonly after: number;
  /** Rows inside the border that stay where they are, above those that move. */
  readonly head?: number;
}

export interface FrameOptions {
  readonly title: readonly Span[];
  readonly focused: boolean;
  readonly topRight?: readonly Span[] | undefined;
  readonly bottomRight?: readonly Span[] | undefined;
  /** In items or rows: what is above the window, in it, and below. */
  readonly window?: ListWindow | undefined;
}

export function drawFrame(paint: Paint, rect: Rect, options: FrameOptions): void {
  const { grid, glyphs } = paint;
  const line = paint.style(options.focused ? 'borderFocused' : 'border');
  grid.box(rect, line, { border: glyphs.border });
  const room = rect.width - 4;
  if (room <= 0 || rect.height < 2) return;
  const gap: Span = [' ', line];
  const title = write(paint, rect.x + 1, rect.y, [gap, ...options.title, gap], room + 2);
  corner(paint, rect, rect.y, options.topRight, room - title);
  corner(paint, rect, rect.y + rect.height - 1, options.bottomRight, room);
  if (options.window !== undefined) drawBar(paint, rect, options.window, options.focused);
}

function corner(paint: Paint, rect: Rect, y: number, spans: readonly Span[] | undefined, room: number): void {
  if (spans === undefined || spans.length === 0) return;
  const width = spansWidth(spans) + 2;
  if (width > room) return;
  const gap: Span = [' ', paint.style('border')];
  write(paint, rect.x + rect.width - 1 - width, y, [gap, ...spans, gap], width);
}

/** The line of the border, made thick. */
const THICK: Readonly<Record<string, string>> = { '│': '┃' };

function drawBar(paint: Paint, rect: Rect, { before, shown, after, head = 0 }: ListWindow, focused: boolean): void {
  const height = rect.height - 2 - head;
  const total = before + shown + after;
  if (height < 2 || total <= shown) return;
  const size = Math.max(1, Math.min(height - 1, Math.round((height * shown) / total)));
  // The ends are kept for the ends: a bar that touches the edge says that there is nothing further.
  const free = height - size;
  const at =
    before === 0
      ? 0
      : after === 0
        ? free
        : Math.min(free - 1, Math.max(1, Math.round((free * before) / (before + after))));
  const attr = paint.style(focused ? 'borderFocused' : 'border');
  const thumb = THICK[[...paint.glyphs.border][3] ?? ''] ?? paint.glyphs.scrollbar;
  for (let row = 0; row < size; row += 1) {
    paint.grid.write(rect.x + rect.width - 1, rect.y + 1 + head + Math.max(0, at) + row, thumb, attr);
  }
}

const PANE_TITLES: Readonly<Record<PaneId, string>> = {
  thread: 'Thread',
  approvals: 'Approvals',
  runs: 'Runs',
  devices: 'Devices',
};

const PANE_KEYS: Readonly<Record<PaneId, string>> = { thread: '1', approvals: '2', runs: '3', devices: '4' };

/** `2 Approvals 1`, the number of what waits lit up. */
export function paneTitle(paint: Paint, pane: PaneId, focused: boolean, short = false): Span[] {
  const attr = paint.style(focused ? 'titleFocused' : 'title');
  const waiting = pane === 'approvals' ? paint.model.approvals.length : 0;
  const label = short ? PANE_KEYS[pane] : `${PANE_KEYS[pane]} ${PANE_TITLES[pane]}`;
  const spans: Span[] = [[label, attr]];
  if (waiting > 0) spans.push([' ', attr], [`${short ? paint.glyphs.waiting : ''}${waiting}`, paint.style('warning')]);
  return spans;
}

const SIDES = ['approvals', 'runs', 'devices'] as const;

/** The three side panes as tabs: those that are not shown become their keys where room is short. */
export function tabTitle(paint: Paint, shown: PaneId, focused: boolean, room: number): Span[] {
  const line = paint.style(focused ? 'borderFocused' : 'border');
  const muted = paint.style('muted');
  const make = (short: boolean): Span[] =>
    SIDES.flatMap((pane, index) => {
      const active = pane === shown;
      const label = paneTitle(paint, pane, focused && active, short && !active).map(
        ([text, attr], part): Span => [text, active || part === 2 ? attr : muted],
      );
      return index === 0 ? label : [[` ${paint.glyphs.border[1] ?? '-'} `, line] as Span, ...label];
    });
  const full = make(false);
  return spansWidth(full) <= room ? full : make(true);
}
