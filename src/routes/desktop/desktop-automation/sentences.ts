/** Steps as sentences for the person who is asked about them, and for who reads what was done. Texts are whole. */

import type { DesktopStep, Point } from '../../../core/desktop.ts';
import { quote, word } from '../quote.ts';
import type { Target } from './targets.ts';
import { describeWindow } from './windows.ts';

/** Whoever asks writes the texts, which may be as long as what is typed. */
const WHOLE = Number.MAX_SAFE_INTEGER;

/** With what it touches, where that is known. */
export function sentence(step: DesktopStep, targets: readonly Target[] = []): string {
  const [target, second] = targets;
  const into = target === undefined ? '' : `, into ${describeWindow(target.window)}`;
  const named = 'ref' in step && step.ref !== undefined ? ` on ${word(step.ref)}` : '';
  const on = target === undefined ? named : `, on ${describe(target)}`;
  switch (step.action) {
    case 'screenshot':
      return 'take a picture of the screen';
    case 'zoom': {
      const [x0, y0, x1, y1] = step.region;
      return `take a picture of the part of the screen from ${x0},${y0} to ${x1},${y1}`;
    }
    case 'cursor_position':
      return 'tell where the pointer is';
    case 'list_windows':
      return 'list the windows';
    case 'desktop_snapshot':
      return `read the elements of ${step.window === undefined ? 'the active window' : `the window ${quote(step.window)}`}`;
    case 'wait':
      return `wait ${step.duration} ms`;
    case 'left_click':
    case 'right_click':
    case 'middle_click':
    case 'double_click':
    case 'triple_click':
      return `${step.action.replace('_', ' ')}${holding(step.text)}${place(step.coordinate ?? target?.point, step)}${on}`;
    case 'mouse_move':
      return `move the pointer${place(step.coordinate, step)}${on}`;
    case 'left_mouse_down':
      return `press the left button and hold it${place(step.coordinate ?? target?.point, step)}${on}`;
    case 'left_mouse_up':
      return `let go of the left button${place(step.coordinate ?? target?.point, step)}${on}`;
    case 'left_click_drag': {
      const [x0, y0] = step.start_coordinate;
      const [x1, y1] = step.coordinate;
      const to = second === undefined ? '' : `, to ${describe(second)}`;
      return `drag${holding(step.text)} from ${x0},${y0} to ${x1},${y1}${on}${to}`;
    }
    case 'scroll':
      return `scroll ${step.scroll_direction} by ${step.scroll_amount}${holding(step.text)}${place(step.coordinate, step)}${on}`;
    case 'type':
      return `type ${quote(step.text, WHOLE)}${into}`;
    case 'key':
      return `press ${quote(step.text)}${into}`;
    case 'hold_key':
      return `hold ${quote(step.text)} for ${step.duration} ms${into}`;
    case 'set_value':
      return `set ${target === undefined ? word(step.ref) : describe(target)} to ${quote(step.value, WHOLE)}`;
    case 'activate_window':
      return `bring up ${target === undefined ? `the window ${quote(step.window)}` : describeWindow(target.window)}`;
  }
}

function describe({ window, element }: Target): string {
  return element === undefined
    ? describeWindow(window)
    : `${element.ref}, ${element.text}, in ${describeWindow(window)}`;
}

function place(point: Point | undefined, step: DesktopStep): string {
  if (point !== undefined) return ` at ${point[0]},${point[1]}`;
  return 'ref' in step ? '' : ' where the pointer is';
}

function holding(keys: string | undefined): string {
  return keys === undefined ? '' : ` holding ${quote(keys)}`;
}
