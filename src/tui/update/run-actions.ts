// What the keys of the view of a run do: one entry a binding, and nothing else.

import type { RUN_KEYS } from '../keys/run-keys.ts';
import { overlayOf } from '../model/select.ts';
import type { Action } from './action.ts';
import { onArtifact } from './artifact-actions.ts';
import { close } from './device-actions.ts';
import * as finding from './output-find.ts';
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
  'run.find': (model) => step(finding.askWhatToFind(model)),
  'run.find-next': (model) => finding.findNext(model, 1),
  'run.find-previous': (model) => finding.findNext(model, -1),
  'run.follow': (model) => step(finding.follow(model)),
  'seek.find': (model) => finding.findSought(model),
  'seek.close': close,
  // First what was found is let go, then the view is left.
  'run.close': (model, press) =>
    press.key === 'escape' && overlayOf(model, 'run')?.find !== undefined
      ? step(finding.forgetFound(model))
      : close(model, press),
};
