/** What can be said of steps without a screen: whether they make sense. Pure. */

import type { DesktopStep } from '../../../core/desktop.ts';
import { parseKeys } from './x11/key-names.ts';

/** Xlib takes no others, and a NUL ends what a tool reads. Tabs and ends of lines are keys of their own. */
const UNTYPABLE = /[\p{Cs}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

/** Why the steps cannot be done anywhere, as a sentence; undefined if they may. */
export function problemOf(steps: readonly DesktopStep[]): string | undefined {
  if (steps.length === 0) return 'there are no steps';
  for (const [at, step] of steps.entries()) {
    const problem = problemIn(step);
    if (problem !== undefined) return `step ${at + 1}: ${problem}`;
  }
  return undefined;
}

function problemIn(step: DesktopStep): string | undefined {
  switch (step.action) {
    case 'zoom': {
      const [x0, y0, x1, y1] = step.region;
      return x1 > x0 && y1 > y0 ? undefined : `the region ${step.region.join(',')} is empty: it is x0,y0,x1,y1`;
    }
    case 'left_click':
    case 'right_click':
    case 'middle_click':
    case 'double_click':
    case 'triple_click':
      if (step.ref !== undefined && step.coordinate !== undefined)
        return 'it names a place and an element: one of them';
      return keyProblem(step.text);
    case 'left_click_drag':
    case 'scroll':
    case 'key':
    case 'hold_key':
      return keyProblem(step.text);
    case 'type': {
      const found = UNTYPABLE.exec(step.text)?.[0];
      if (found === undefined) return undefined;
      return `the character U+${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0').toUpperCase()} cannot be typed; use "key" for keys`;
    }
    case 'set_value':
      return step.value.includes('\0') ? 'a value has no NUL characters' : undefined;
    case 'screenshot':
    case 'cursor_position':
    case 'list_windows':
    case 'desktop_snapshot':
    case 'wait':
    case 'mouse_move':
    case 'left_mouse_down':
    case 'left_mouse_up':
    case 'activate_window':
      return undefined;
  }
}

function keyProblem(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = parseKeys(text);
  return 'problem' in parsed ? parsed.problem : undefined;
}
