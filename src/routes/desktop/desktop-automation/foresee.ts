/** What the steps of a run would touch, found before any of them is done: the screen as it is, and what the steps before would bring up. */

import type { DesktopStep, Point } from '../../../core/desktop.ts';
import { DispatchError } from '../../../core/errors.ts';
import { quote } from '../quote.ts';
import type { Backend } from './backend.ts';
import { cannot, liveView, type Target, targetsOf, type View } from './targets.ts';
import { contains, type ScreenWindow } from './windows.ts';

/** What each step would touch, in their order. Throws what stands in the way, with the step that it stands in. */
export async function foresee(steps: readonly DesktopStep[], backend: Backend): Promise<Target[][]> {
  /** What the steps so far brought up and where they left the pointer. */
  let raised: ScreenWindow | undefined;
  let pointer: Point | undefined;
  let snapshot = false;
  const live = liveView(backend);
  const view: View = {
    pointer: async () => pointer ?? (await live.pointer()),
    at: async (point) => (raised !== undefined && contains(raised.bounds, point) ? raised : live.at(point)),
    keyboard: async () => raised ?? (await live.keyboard()),
  };

  const follow = (step: DesktopStep, targets: readonly Target[]): void => {
    const last = targets.at(-1);
    if (last === undefined) return;
    if (last.point !== undefined) pointer = last.point;
    const isMove = step.action === 'mouse_move' || step.action === 'scroll' || step.action === 'set_value';
    // A drag works in the window that it begins in.
    const touched = targets[0]?.window;
    if (!isMove && touched?.kind === 'window') raised = touched;
  };

  const all: Target[][] = [];
  for (const [at, step] of steps.entries()) {
    if (snapshot && 'ref' in step && step.ref !== undefined) {
      throw cannot(
        `step ${at + 1} names ${quote(step.ref, 40)} of a snapshot that is taken only in this run; take it in a run before`,
      );
    }
    snapshot ||= step.action === 'desktop_snapshot';
    const targets = await targetsOf(step, view, backend).catch((error: unknown) => {
      throw inStep(at, error);
    });
    all.push(targets);
    follow(step, targets);
  }
  return all;
}

function inStep(at: number, error: unknown): unknown {
  if (!(error instanceof DispatchError)) return error;
  const { code, message, hint } = error;
  return new DispatchError(code, `step ${at + 1}: ${message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
