/** Does one step that only looks. Gives what it found, as text; pictures go to the run. */

import { setTimeout as delay } from 'node:timers/promises';
import type { DesktopStep } from '../../../core/desktop.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { Backend } from './backend.ts';
import { requireOnScreen } from './targets.ts';
import { describeWindow, findWindow, listWindows, type ScreenWindow } from './windows.ts';

export interface Reading {
  readonly backend: Backend;
  readonly signal: AbortSignal;
  /** Gives the name that the picture got. */
  keep(kind: 'screenshot' | 'zoom', png: Buffer): Promise<string>;
}

export async function readScreen(step: DesktopStep, { backend, signal, keep }: Reading): Promise<string> {
  switch (step.action) {
    case 'screenshot': {
      const { width, height } = await backend.size();
      const name = await keep('screenshot', await backend.picture(signal));
      return `   ${name}, ${width}x${height}\n`;
    }
    case 'zoom': {
      const [x0, y0, x1, y1] = step.region;
      await requireOnScreen([x0, y0], backend);
      await requireOnScreen([x1 - 1, y1 - 1], backend);
      const name = await keep('zoom', await backend.picture(signal, [x0, y0, x1 - x0, y1 - y0]));
      return `   ${name}, ${x1 - x0}x${y1 - y0}\n`;
    }
    case 'cursor_position': {
      const point = await backend.pointer();
      return `   ${point[0]},${point[1]}, on ${describeWindow(await backend.windowAt(point))}\n`;
    }
    case 'list_windows':
      return listWindows(await backend.windows());
    case 'desktop_snapshot':
      return backend.accessibility.snapshot(await windowNamed(step.window, backend), signal);
    case 'wait':
      await delay(step.duration, undefined, { signal });
      return '';
    case 'left_click':
    case 'right_click':
    case 'middle_click':
    case 'double_click':
    case 'triple_click':
    case 'mouse_move':
    case 'left_mouse_down':
    case 'left_mouse_up':
    case 'left_click_drag':
    case 'scroll':
    case 'type':
    case 'key':
    case 'hold_key':
    case 'set_value':
    case 'activate_window':
      throw new Error(`${step.action} does not only look`);
  }
}

async function windowNamed(name: string | undefined, backend: Backend): Promise<ScreenWindow> {
  if (name !== undefined) {
    const answer = findWindow(await backend.windows(), name);
    if ('found' in answer) return answer.found;
    throw new DispatchError('not-found', answer.problem);
  }
  const active = await backend.keyboardWindow();
  if (active !== undefined) return active;
  throw new DispatchError('not-found', 'no window is active', { hint: 'name one' });
}
