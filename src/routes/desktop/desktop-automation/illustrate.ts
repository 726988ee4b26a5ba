/** What a person is shown who is asked about the steps of a run: each as a sentence, and the screen with a mark where each would touch it. */

import { acts, type DesktopStep } from '../../../core/desktop.ts';
import { drawMarks, type Mark } from '../picture/marks.ts';
import type { Backend } from './backend.ts';
import { foresee } from './foresee.ts';
import { sentence } from './sentences.ts';
import { becameAnother, bind, type Target } from './targets.ts';

export interface Illustrated {
  /** What each step would touch, as an approval binds it: on the screen that the rest shows. */
  readonly touched: readonly (readonly string[])[];
  readonly steps: readonly string[];
  /** Only where something acts: what is merely looked at is not shown before somebody says yes. */
  readonly picture?: Uint8Array;
}

export async function illustrateSteps(
  steps: readonly DesktopStep[],
  backend: Backend,
  signal: AbortSignal,
): Promise<Illustrated> {
  const targets = await foresee(steps, backend);
  const touched = targets.map((each) => each.map(bind));
  const sentences = steps.map((step, at) => sentence(step, targets[at]));
  if (!steps.some(acts)) return { touched, steps: sentences };
  const marks = steps.flatMap((step, at) => marksOf(step, at + 1, targets[at] ?? []));
  const picture = await backend.picture(signal);
  // A window that came up meanwhile is on the picture, and another one is in the sentences.
  const after = (await foresee(steps, backend)).map((each) => each.map(bind));
  if (JSON.stringify(after) !== JSON.stringify(touched)) throw becameAnother();
  return { touched, steps: sentences, picture: drawMarks(picture, withoutRepeats(marks)) };
}

function marksOf(step: DesktopStep, number: number, targets: readonly Target[]): Mark[] {
  if (step.action === 'left_click_drag') {
    return [{ kind: 'drag', step: number, from: step.start_coordinate, to: step.coordinate }];
  }
  return targets.map(({ point, window, element }) => {
    if (point !== undefined) return { kind: 'place', step: number, at: point };
    return { kind: 'window', step: number, bounds: element?.bounds ?? window.bounds };
  });
}

/** A window that many steps in a row type into is outlined once, with the number of the first. */
function withoutRepeats(marks: readonly Mark[]): Mark[] {
  return marks.filter((mark, at) => {
    const before = marks[at - 1];
    return !(
      mark.kind === 'window' &&
      before?.kind === 'window' &&
      JSON.stringify(before.bounds) === JSON.stringify(mark.bounds)
    );
  });
}
