// A list of runs to choose from: those of one task on several devices, or those of one device. What can be done with a run can
// be done from here too.

import type { RunsDialog } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { listedRuns, overlayOf } from '../model/select.ts';
import { limit, openRun } from './runs.ts';
import { patch, push, type Step, step } from './step.ts';

export const openRuns = (model: Model, of: RunsDialog['of']): Model => push(model, { kind: 'runs', of, selected: 0 });

export function moveListed(model: Model, delta: number): Model {
  return patch(model, 'runs', (dialog) => {
    const last = listedRuns(model, dialog).length - 1;
    return { ...dialog, selected: limit(Math.min(dialog.selected, last) + delta, last) };
  });
}

export function openListed(model: Model): Step {
  const dialog = overlayOf(model, 'runs');
  const run = dialog === undefined ? undefined : listedRuns(model, dialog)[dialog.selected];
  return run === undefined ? step(model) : openRun(model, run.id);
}
