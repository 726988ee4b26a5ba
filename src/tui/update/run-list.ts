// A list of runs to choose from: those of one task on several devices, or those of one device. What can be done with a run can
// be done from here too.

import type { Run } from '../../core/runs.ts';
import type { RunsDialog } from '../model/device-dialogs.ts';
import type { Model } from '../model/model.ts';
import { listedIndex, listedRuns, overlayOf, subjectRun, topOverlay } from '../model/select.ts';
import { gridColumns } from '../rows/run-grid.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { DEAF_MS } from './reading.ts';
import { limit, openRun, retry } from './runs.ts';
import { patch, push, type Step, step } from './step.ts';

export const openRuns = (model: Model, of: RunsDialog['of']): Model => push(model, { kind: 'runs', of, selected: 0 });

export function moveListed(model: Model, move: (at: number, last: number, columns: number) => number): Model {
  return patch(model, 'runs', (dialog) => {
    const runs = listedRuns(model, dialog);
    const last = runs.length - 1;
    const columns = gridColumns(model, dialog, runs.length);
    return chosen(dialog, runs, limit(move(listedIndex(model, dialog, runs), last, columns), last));
  });
}

/** Only those that failed, or all again; the chosen one stays, if it is among them. */
export function filterFailed(model: Model): Model {
  return patch(model, 'runs', (dialog) => {
    if (dialog.of.type !== 'group') return dialog;
    const { failedOnly, ...rest } = dialog;
    const next: RunsDialog = failedOnly === true ? rest : { ...rest, failedOnly: true };
    const runs = listedRuns(model, next);
    return chosen(next, runs, listedIndex(model, next, runs));
  });
}

function chosen(dialog: RunsDialog, runs: readonly Run[], selected: number): RunsDialog {
  const run = runs[selected]?.id;
  return run === undefined ? { ...dialog, selected } : { ...dialog, selected, run };
}

export function openListed(model: Model): Step {
  const run = topOverlay(model)?.kind === 'runs' ? subjectRun(model) : undefined;
  return run === undefined ? step(model) : openRun(model, run.id);
}

/** Those of them that failed, after a question. */
export function retryFailedOnes(model: Model): Step {
  const dialog = overlayOf(model, 'runs');
  const failed = dialog === undefined ? [] : listedRuns(model, { of: dialog.of, failedOnly: true });
  const [first] = failed;
  if (first === undefined) return step(model);
  if (failed.length === 1) return retry(model, first);
  const question = { type: 'retry-all', runs: failed.map(({ id }) => id), title: sanitizeLine(first.task) } as const;
  return step(push(model, { kind: 'confirm', question, deafUntil: model.clock + DEAF_MS }));
}
