// The list of artifacts, of all runs, by kind.

import { ARTIFACT_KINDS, type PublishedArtifact } from '../../core/artifacts.ts';
import type { ArtifactFilter, ArtifactsDialog } from '../model/artifact-dialogs.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { listedArtifacts } from '../model/select.ts';
import { nextRequest, patch, push, type Step, step } from './step.ts';

export function openArtifacts(model: Model): Step {
  const [next, request] = nextRequest(model);
  const page = {
    kind: 'artifacts',
    artifacts: undefined,
    message: undefined,
    filter: 'results',
    selected: 0,
    request,
  } as const;
  return step(push(next, page), { type: 'list-artifacts', request });
}

export const takeArtifacts = (model: Model, request: number, artifacts: readonly PublishedArtifact[]): Model =>
  patch(model, 'artifacts', (page) => (page.request === request ? { ...page, artifacts, message: undefined } : page));

export const artifactsFailed = (model: Model, request: number, { message }: Failure): Model =>
  patch(model, 'artifacts', (page) => (page.request === request ? { ...page, message } : page));

export const moveArtifacts = (model: Model, move: (at: number, last: number) => number): Model =>
  patch(model, 'artifacts', (page) => {
    const last = Math.max(0, listedArtifacts(page).length - 1);
    return { ...page, selected: Math.max(0, Math.min(last, move(Math.min(page.selected, last), last))) };
  });

/** Round through the kinds that there are. */
export const nextFilter = (model: Model, delta: 1 | -1): Model =>
  patch(model, 'artifacts', (page) => {
    const filters = filtersOf(page);
    const at = filters.indexOf(page.filter) + delta;
    return { ...page, filter: filters[(at + filters.length) % filters.length] ?? 'results', selected: 0 };
  });

const filtersOf = ({ artifacts = [] }: ArtifactsDialog): ArtifactFilter[] => [
  'results',
  ...ARTIFACT_KINDS.filter((kind) => artifacts.some((artifact) => artifact.kind === kind)),
];
