// What the keys of the pages about artifacts do: one entry a binding, and nothing else.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import type { ARTIFACT_KEYS } from '../keys/artifact-keys.ts';
import type { Model } from '../model/model.ts';
import { subjectArtifact } from '../model/select.ts';
import type { Action } from './action.ts';
import * as list from './artifact-list.ts';
import { close } from './device-actions.ts';
import * as previews from './previews.ts';
import { askWhereToSave, openArtifact, openRun } from './runs.ts';
import { type Step, step } from './step.ts';

export const onArtifact =
  (act: (model: Model, artifact: PublishedArtifact) => Step): Action =>
  (model) => {
    const artifact = subjectArtifact(model);
    return artifact === undefined ? step(model) : act(model, artifact);
  };

const moving =
  (move: (at: number, last: number) => number): Action =>
  (model) =>
    step(list.moveArtifacts(model, move));

const open = onArtifact(openArtifact);
const save = onArtifact((model, artifact) => step(askWhereToSave(model, artifact)));
const copyLink = onArtifact((model, artifact) => step(model, { type: 'copy-link', artifact }));

export const ARTIFACT_ACTIONS: Readonly<Record<(typeof ARTIFACT_KEYS)[number]['id'], Action>> = {
  'pane.artifacts': list.openArtifacts,
  'preview.origin': previews.toggleOrigin,
  'preview.find': (model) => step(previews.askFind(model)),
  'preview.next': (model) => step(previews.findNext(model, 1)),
  'preview.previous': (model) => step(previews.findNext(model, -1)),
  'preview.open': open,
  'preview.save': save,
  'preview.link': copyLink,
  'preview.close': close,
  'find.send': (model) => step(previews.find(model)),
  'find.close': close,
  'artifacts.open': onArtifact(previews.previewArtifact),
  'artifacts.run': onArtifact((model, { runId }) => openRun(model, runId)),
  'artifacts.filter': (model) => step(list.nextFilter(model, 1)),
  'artifacts.filter-back': (model) => step(list.nextFilter(model, -1)),
  'artifacts.down': moving((at) => at + 1),
  'artifacts.up': moving((at) => at - 1),
  'artifacts.page-down': moving((at) => at + 10),
  'artifacts.page-up': moving((at) => at - 10),
  'artifacts.first': moving(() => 0),
  'artifacts.last': moving((_at, last) => last),
  'artifacts.open-outside': open,
  'artifacts.save': save,
  'artifacts.link': copyLink,
  'artifacts.close': close,
};
