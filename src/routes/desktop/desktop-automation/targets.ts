/**
 * What each acting step touches: the window under its point, or the one that the keyboard goes to. Found before anybody is asked, from
 * what the steps before would bring up; and once more, on the screen as it is, right before the step is done.
 */

import type { DesktopStep, Point } from '../../../core/desktop.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { FoundElement } from './accessibility/accessibility.ts';
import type { Backend } from './backend.ts';
import { type Bounds, contains, describeWindow, findWindow, identify, type ScreenWindow } from './windows.ts';

/** One thing that a step touches. */
export interface Target {
  readonly window: ScreenWindow;
  readonly element?: FoundElement;
  /** Where on the screen, for what has a place. */
  readonly point?: Point;
}

/** A screen as a step finds it. */
export interface View {
  pointer(): Promise<Point>;
  at(point: Point): Promise<ScreenWindow>;
  keyboard(): Promise<ScreenWindow | undefined>;
}

/** What is written down of it: what stays the same as long as it is the same thing. */
export function bind({ window, element }: Target): string {
  return element === undefined ? identify(window) : `${element.ref}: ${element.text} in ${identify(window)}`;
}

/** None for a step that only looks. Throws what stands in the way. */
export async function targetsOf(step: DesktopStep, view: View, backend: Backend): Promise<Target[]> {
  switch (step.action) {
    case 'left_click':
    case 'right_click':
    case 'middle_click':
    case 'double_click':
    case 'triple_click':
      if (step.ref !== undefined) return [await elementAt(step.ref, view, backend)];
      return [await placeAt(step.coordinate, view, backend)];
    case 'mouse_move':
    case 'scroll':
    case 'left_mouse_down':
    case 'left_mouse_up':
      return [await placeAt(step.coordinate, view, backend)];
    case 'left_click_drag':
      return [await placeAt(step.start_coordinate, view, backend), await placeAt(step.coordinate, view, backend)];
    case 'type':
    case 'key':
    case 'hold_key':
      return [{ window: await keyboardOf(view) }];
    case 'set_value': {
      const element = await backend.accessibility.element(step.ref);
      return [{ window: await sameWindow(element, backend), element }];
    }
    case 'activate_window': {
      const answer = findWindow(await backend.windows(), step.window);
      if ('problem' in answer) throw cannot(answer.problem);
      return [{ window: answer.found }];
    }
    case 'screenshot':
    case 'zoom':
    case 'cursor_position':
    case 'list_windows':
    case 'desktop_snapshot':
    case 'wait':
      return [];
  }
}

async function placeAt(told: Point | undefined, view: View, backend: Backend): Promise<Target> {
  const point = told ?? (await view.pointer());
  await requireOnScreen(point, backend);
  return { window: await view.at(point), point };
}

export async function requireOnScreen([x, y]: Point, backend: Backend): Promise<void> {
  const { width, height } = await backend.size();
  if (contains({ x: 0, y: 0, width, height }, [x, y])) return;
  throw cannot(`the point ${x},${y} is outside the screen, which is ${width}x${height}`);
}

async function elementAt(ref: string, view: View, backend: Backend): Promise<Target> {
  const element = await backend.accessibility.element(ref);
  if (element.bounds === undefined) throw cannot(`${ref}, ${element.text}, has no place on the screen now`);
  const point = middleOf(element.bounds);
  await requireOnScreen(point, backend);
  const window = await sameWindow(element, backend);
  const there = await view.at(point);
  if (!isPartOf(there, window)) {
    throw cannot(
      `${ref}, ${element.text}, is covered by ${describeWindow(there)}; activate ${describeWindow(window)} first`,
    );
  }
  return { window, element, point };
}

function middleOf({ x, y, width, height }: Bounds): Point {
  return [x + Math.floor(width / 2), y + Math.floor(height / 2)];
}

/** The window that the element was in when it got its ref, as it is now. */
async function sameWindow(element: FoundElement, backend: Backend): Promise<ScreenWindow> {
  const window = (await backend.windows()).find(({ id }) => id === element.window.id);
  if (window !== undefined && identify(window) === identify(element.window)) return window;
  throw cannot(`the window of ${element.ref}, ${element.text}, is not there any more; take a new desktop_snapshot`);
}

async function keyboardOf(view: View): Promise<ScreenWindow> {
  const window = await view.keyboard();
  if (window !== undefined) return window;
  throw cannot('no window has the keyboard; activate one or click into it in a step before');
}

/** Menus and tooltips that a program opens over its window are a part of it: the screen tells that they are of the same program. */
function isPartOf(there: ScreenWindow, window: ScreenWindow): boolean {
  return there.id === window.id || (there.kind === 'popup' && there.owner === window.owner && window.kind !== 'root');
}

/** The screen as it is. */
export function liveView(backend: Backend): View {
  return {
    pointer: () => backend.pointer(),
    at: (point) => backend.windowAt(point),
    keyboard: () => backend.keyboardWindow(),
  };
}

/** Whether what a step would touch now is what was approved for it. */
export async function isApproved(target: Target, approved: string, backend: Backend): Promise<boolean> {
  if (bind(target) === approved) return true;
  if (target.window.kind !== 'popup') return false;
  return (await backend.windows()).some((window) => isPartOf(target.window, window) && identify(window) === approved);
}

export function cannot(why: string): DispatchError {
  return new DispatchError('invalid', why);
}

/** Of a screen that is no longer the one that steps were planned for. */
export function becameAnother(): DispatchError {
  return new DispatchError('conflict', 'other windows came up while it was looked at');
}
