/** Windows of a screen as they are found and named: what can change while a window is there (its title) is no part of who it is. */

import type { Point } from '../../../core/desktop.ts';
import { quote, word } from '../quote.ts';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ScreenWindow {
  readonly id: number;
  /** Written by its program: hostile. */
  readonly title: string;
  readonly className: string;
  readonly pid?: number;
  /** The program that owns it, as the screen tells programs apart: no program can choose it. */
  readonly owner: number;
  /** `popup`: a menu, a tooltip, a list that drops down; `root`: what is behind all windows. */
  readonly kind: 'window' | 'popup' | 'root';
  /** Of its content, in pixels of the screen. */
  readonly bounds: Bounds;
  /** Whether what is typed goes there. */
  readonly active: boolean;
}

export function contains({ x, y, width, height }: Bounds, [left, top]: Point): boolean {
  return left >= x && top >= y && left < x + width && top < y + height;
}

export function windowId(id: number): string {
  return `0x${id.toString(16).padStart(8, '0')}`;
}

/** What an approval binds: the same as long as the window is there, and another for every other one. */
export function identify({ id, className, pid, kind }: ScreenWindow): string {
  if (kind === 'root') return 'the desktop behind all windows';
  const of = className === '' ? '' : ` of ${word(className)}`;
  return `window ${windowId(id)}${of}${pid === undefined ? '' : `, process ${pid}`}`;
}

/** For a person, who knows windows by their titles. */
export function describeWindow(window: ScreenWindow): string {
  const { title, kind } = window;
  return kind === 'root' || title === '' ? identify(window) : `${identify(window)}, titled ${quote(title, 80)}`;
}

/** One row for each, the topmost first. */
export function listWindows(windows: readonly ScreenWindow[]): string {
  if (windows.length === 0) return 'no windows\n';
  const rows = windows.toReversed().map(({ id, className, pid, bounds, title, active }) => {
    const { x, y, width, height } = bounds;
    const process = pid === undefined ? '' : `  process ${pid}`;
    return `${active ? '*' : ' '} ${windowId(id)}  ${width}x${height} at ${x},${y}  ${word(className)}${process}  ${quote(title)}\n`;
  });
  return rows.join('');
}

/** The one that is meant by an id or by a part of a title that no other one has; or why there is none. */
export function findWindow(
  windows: readonly ScreenWindow[],
  name: string,
): { readonly found: ScreenWindow } | { readonly problem: string } {
  const id = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(name) ? Number(name) : undefined;
  const byId = windows.find((window) => window.id === id);
  if (byId !== undefined) return { found: byId };
  const exact = windows.filter(({ title }) => title === name);
  const part = name.toLowerCase();
  const fitting = exact.length > 0 ? exact : windows.filter(({ title }) => title.toLowerCase().includes(part));
  const [first, second] = fitting;
  if (first === undefined)
    return { problem: `there is no window ${quote(name)}; list_windows shows those that there are` };
  if (second === undefined) return { found: first };
  return {
    problem: `${fitting.length} windows have ${quote(name)} in their titles: ${fitting.slice(0, 5).map(describeWindow).join('; ')}; name one by its id`,
  };
}
