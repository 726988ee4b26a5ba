/** What xdotool is told for each step: one chain of its commands, so that nothing of somebody else comes in between. Pure. */

import type { Point } from '../../../../core/desktop.ts';
import type { Input } from '../input.ts';

/** Buttons of a pointer, as X counts them. */
const BUTTONS = { left: 1, middle: 2, right: 3 } as const;
/** Buttons of a wheel, as X counts them. */
const WHEEL = { up: 4, down: 5, left: 6, right: 7 } as const;
/** Clicks that follow each other faster than an eye blinks are one double click (200 ms and more everywhere). */
const BETWEEN_CLICKS_MS = 40;
const BETWEEN_NOTCHES_MS = 10;
/** Programs begin to drag when the pointer has moved with the button down, and look where it is when it rests. */
const REST = ['sleep', '0.05'];
const DRAG_PARTS = 8;

export function inputArguments(input: Input): string[] {
  switch (input.kind) {
    case 'move':
      return moveTo(input.to);
    case 'click':
      return holding(input.keys, input.at, [
        'click',
        '--repeat',
        String(input.times),
        '--delay',
        String(BETWEEN_CLICKS_MS),
        String(BUTTONS[input.button]),
      ]);
    case 'press':
      return holding([], input.at, ['mousedown', '1']);
    case 'release':
      return holding([], input.at, [...REST, 'mouseup', '1']);
    case 'drag':
      return holding(input.keys, input.from, ['mousedown', '1', ...REST, ...dragged(input), ...REST, 'mouseup', '1']);
    case 'scroll':
      return holding(input.keys, input.at, [
        'click',
        '--repeat',
        String(input.clicks),
        '--delay',
        String(BETWEEN_NOTCHES_MS),
        String(WHEEL[input.direction]),
      ]);
    case 'keys':
      return ['key', input.keys.join('+')];
    case 'keys-down':
      return input.keys.flatMap((key) => ['keydown', key]);
    case 'keys-up':
      return input.keys.toReversed().flatMap((key) => ['keyup', key]);
  }
}

function moveTo([x, y]: Point): string[] {
  return ['mousemove', String(x), String(y)];
}

function holding(keys: readonly string[], at: Point | undefined, done: readonly string[]): string[] {
  return [
    ...(at === undefined ? [] : moveTo(at)),
    ...keys.flatMap((key) => ['keydown', key]),
    ...done,
    ...keys.toReversed().flatMap((key) => ['keyup', key]),
  ];
}

function dragged({ from, to }: { readonly from: Point; readonly to: Point }): string[] {
  return Array.from({ length: DRAG_PARTS }, (_, at) => {
    const part = (at + 1) / DRAG_PARTS;
    const [x, y] = [0, 1].map((axis) => Math.round((from[axis] ?? 0) + ((to[axis] ?? 0) - (from[axis] ?? 0)) * part));
    return [...moveTo([x ?? 0, y ?? 0]), 'sleep', '0.01'];
  }).flat();
}
