// The key that sends a run elsewhere begins the command in the composer, where the place is typed and completed. It sends nothing.

import { isFinal, type Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { createEditor } from '../terminal/editor.ts';
import { edited } from './composer-text.ts';
import { focusPane } from './panes.ts';
import { type Step, say, step } from './step.ts';

/** Begins the command: the person says where to. */
export function beginReroute(model: Model, run: Run): Step {
  if (isFinal(run)) return say(model, 'warning', `run ${run.number} is over`);
  if (model.composer.editor.text.trim() !== '')
    return say(model, 'warning', 'a text is being written: send it or clear it first');
  const focused = focusPane({ ...model, overlays: [] }, 'composer');
  return step(edited(focused, createEditor(`/reroute ${run.number} @`)));
}
