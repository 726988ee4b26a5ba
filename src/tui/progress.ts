// How far runs are that go on now: the newest word of each, gone when its run is over.

import { isFinal, type Run } from '../core/runs.ts';
import type { Progress } from '../protocol/api.ts';
import { formatBytes } from './format.ts';
import type { Model } from './model.ts';
import { findRun } from './select.ts';
import { sanitizeLine } from './terminal/sanitize.ts';

/** Of one that nobody knows here, or that is over, nothing is kept. */
export function takeProgress(model: Model, id: string, progress: Progress): Model {
  const run = findRun(model, id);
  if (run === undefined || isFinal(run)) return model;
  return { ...model, progress: new Map([...model.progress, [id, progress]]) };
}

export function forgetProgress(model: Model, run: Run | undefined): Model {
  if (run === undefined || !isFinal(run) || !model.progress.has(run.id)) return model;
  return { ...model, progress: new Map([...model.progress].filter(([id]) => id !== run.id)) };
}

/** `2 of 5: click "Send"`, `41 %, 410 MB of 1.0 GB: a.jpg`; undefined where nothing is told. */
export function progressText(model: Pick<Model, 'progress'>, run: Run): string | undefined {
  const told = isFinal(run) ? undefined : model.progress.get(run.id);
  if (told === undefined) return undefined;
  const { text, step, steps, bytes, totalBytes } = told;
  const what = sanitizeLine(text);
  if (bytes !== undefined && totalBytes !== undefined && totalBytes > 0) {
    return `${Math.floor((100 * bytes) / totalBytes)} %, ${formatBytes(bytes)} of ${formatBytes(totalBytes)}: ${what}`;
  }
  return step === undefined || steps === undefined ? what : `${step} of ${steps}: ${what}`;
}
