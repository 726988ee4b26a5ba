/** Does one acting step, on what is found to be there right before: the check is made again for each piece of a long text or way. */

import { setTimeout as delay } from 'node:timers/promises';
import type { DesktopStep } from '../../../core/desktop.ts';
import { DispatchError } from '../../../core/errors.ts';
import type { Backend } from './backend.ts';
import type { Input } from './input.ts';
import type { Target } from './targets.ts';
import { parseKeys } from './x11/key-names.ts';

export interface Acting {
  readonly backend: Backend;
  /** What the step touches now. Throws if that was not approved. */
  check(): Promise<readonly Target[]>;
  readonly signal: AbortSignal;
}

/** A piece takes a fraction of a second: so long, at most, something else may have taken the keyboard unseen. */
const PIECE = 20;

const CLICKS = {
  left_click: { button: 'left', times: 1 },
  right_click: { button: 'right', times: 1 },
  middle_click: { button: 'middle', times: 1 },
  double_click: { button: 'left', times: 2 },
  triple_click: { button: 'left', times: 3 },
} as const;

export async function actOn(step: DesktopStep, { backend, check, signal }: Acting): Promise<void> {
  const input = async (make: (targets: readonly Target[]) => Input): Promise<void> => {
    await backend.input(make(await check()), signal);
  };

  switch (step.action) {
    case 'left_click':
    case 'right_click':
    case 'middle_click':
    case 'double_click':
    case 'triple_click':
      return input(([target]) => {
        const at = target?.point;
        return { kind: 'click', ...CLICKS[step.action], ...(at === undefined ? {} : { at }), keys: keysOf(step.text) };
      });
    case 'mouse_move':
      return input(() => ({ kind: 'move', to: step.coordinate }));
    case 'left_mouse_down':
    case 'left_mouse_up': {
      const kind = step.action === 'left_mouse_down' ? 'press' : 'release';
      const at = step.coordinate;
      return input(() => (at === undefined ? { kind } : { kind, at }));
    }
    case 'left_click_drag': {
      const { start_coordinate: from, coordinate: to } = step;
      return input(() => ({ kind: 'drag', from, to, keys: keysOf(step.text) }));
    }
    case 'scroll': {
      const { coordinate: at, scroll_direction: direction } = step;
      for (let left = step.scroll_amount; left > 0; left -= PIECE) {
        const clicks = Math.min(left, PIECE);
        await input(() => ({ kind: 'scroll', at, direction, clicks, keys: keysOf(step.text) }));
      }
      return;
    }
    case 'type':
      for (const piece of piecesOf(step.text.replace(/\r\n?/g, '\n'))) {
        await check();
        await backend.type(piece, signal);
      }
      return;
    case 'key':
      return input(() => ({ kind: 'keys', keys: keysOf(step.text) }));
    case 'hold_key': {
      const keys = keysOf(step.text);
      await input(() => ({ kind: 'keys-down', keys }));
      await delay(step.duration, undefined, { signal });
      return backend.input({ kind: 'keys-up', keys }, signal);
    }
    case 'set_value':
      await check();
      return backend.accessibility.setValue(step.ref, step.value);
    case 'activate_window': {
      const [target] = await check();
      if (target !== undefined) await backend.activate(target.window, signal);
      return;
    }
    case 'screenshot':
    case 'zoom':
    case 'cursor_position':
    case 'list_windows':
    case 'desktop_snapshot':
    case 'wait':
      throw new Error(`${step.action} only looks`);
  }
}

function keysOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const parsed = parseKeys(text);
  if ('problem' in parsed) throw new DispatchError('invalid', parsed.problem);
  return parsed.keys;
}

/** Characters with what combines with them stay together. */
function piecesOf(text: string): string[] {
  const characters = Array.from(
    new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text),
    (part) => part.segment,
  );
  return Array.from({ length: Math.ceil(characters.length / PIECE) }, (_, at) =>
    characters.slice(at * PIECE, (at + 1) * PIECE).join(''),
  );
}
