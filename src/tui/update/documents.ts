// Answers become Markdown when they come to be seen: which are to be read, and what came of it. Pure.

import type { PublishedArtifact } from '../../core/artifacts.ts';
import { isMarkdown, withDocument } from '../model/documents.ts';
import type { Effect } from '../model/effects.ts';
import { foldOf } from '../model/folds.ts';
import type { Model } from '../model/model.ts';
import type { Document } from '../preview/document.ts';
import { visibleEntries } from './panes.ts';
import { patch, type Step, step } from './step.ts';

/** Asks for what is on the screen and has not been read; all of it at once. */
export function readVisible(model: Model): Step {
  const texts = visibleEntries(model).flatMap((entry) =>
    entry.kind === 'message' && !model.documents.has(entry.message.id) && isMarkdown(entry.message)
      ? [{ id: entry.message.id, text: entry.message.text }]
      : [],
  );
  const artifacts = model.connection.state === 'connected' ? unfoldedArtifacts(model) : [];
  if (texts.length === 0 && artifacts.length === 0) return step(model);
  const documents = [...texts, ...artifacts].reduce(
    (known, { id }) => withDocument(known, id, 'asked'),
    model.documents,
  );
  const effects: Effect[] = artifacts.map((artifact) => ({ type: 'glance-artifact', artifact }));
  return step(
    { ...model, documents },
    ...(texts.length === 0 ? [] : [{ type: 'read-texts' as const, texts }]),
    ...effects,
  );
}

/** An artifact is fetched and looked into only where a person unfolded it. */
function unfoldedArtifacts(model: Model): readonly PublishedArtifact[] {
  return visibleEntries(model).flatMap((entry) =>
    entry.kind === 'artifact' &&
    entry.folded === undefined &&
    entry.artifact.removed === undefined &&
    foldOf(model, entry) === 'open' &&
    !model.documents.has(entry.artifact.id)
      ? [entry.artifact]
      : [],
  );
}

export function takeDocument(model: Model, id: string, document: Document | undefined): Model {
  const known = { ...model, documents: withDocument(model.documents, id, document ?? 'plain') };
  if (document === undefined) return known;
  return patch(known, 'text', (dialog) => (dialog.of === id ? { ...dialog, document } : dialog));
}
