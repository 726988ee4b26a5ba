// Answers become Markdown when they come to be seen: which are to be read, and what came of it. Pure.

import { isMarkdown, withDocument } from '../model/documents.ts';
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
  if (texts.length === 0) return step(model);
  const documents = texts.reduce((known, { id }) => withDocument(known, id, 'asked'), model.documents);
  return step({ ...model, documents }, { type: 'read-texts', texts });
}

export function takeDocument(model: Model, id: string, document: Document | undefined): Model {
  const known = { ...model, documents: withDocument(model.documents, id, document ?? 'plain') };
  if (document === undefined) return known;
  return patch(known, 'text', (dialog) => (dialog.of === id ? { ...dialog, document } : dialog));
}
