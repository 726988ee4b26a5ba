// Puts back what a run changed, as a run of its own, which asks as any other does.

import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { whyNotUndone } from '../words/undo.ts';
import { type Step, say, step } from './step.ts';

export function undo(model: Model, run: Run): Step {
  const why = whyNotUndone(run);
  if (why !== undefined) return say(model, 'warning', why);
  const action = { kind: 'files', operation: { op: 'undo', run: run.id } } as const;
  return step(model, { type: 'act', task: `undo run ${run.number}`, action, device: run.device });
}
