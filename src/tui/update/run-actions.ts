// What the keys of the view of a run do: one entry a binding, and nothing else.

import type { RUN_KEYS } from '../keys/run-keys.ts';
import type { Action } from './action.ts';
import { onArtifact } from './artifact-actions.ts';
import { close } from './device-actions.ts';
import { previewArtifact } from './previews.ts';
import * as sections from './run-sections.ts';
import { step } from './step.ts';

export const RUN_ACTIONS: Readonly<Record<(typeof RUN_KEYS)[number]['id'], Action>> = {
  'run.section': (model) => sections.changeSection(model, 1),
  'run.section-back': (model) => sections.changeSection(model, -1),
  'run.section-at': (model, { key }) => sections.goToNumbered(model, key),
  'run.preview': onArtifact(previewArtifact),
  'run.next-artifact': (model) => step(sections.moveArtifact(model, 1)),
  'run.previous-artifact': (model) => step(sections.moveArtifact(model, -1)),
  'run.close': close,
};
