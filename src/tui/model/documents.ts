// What is known of how texts of the thread look that are more than text. Filled in as they come to be seen; the oldest are let go.

import type { Message } from '../../core/thread.ts';
import type { Document } from '../preview/document.ts';

/** `asked`: it is being read. `plain`: it is shown as it is. By the id of what the entry shows. */
export type KnownDocuments = ReadonlyMap<string, Document | 'asked' | 'plain'>;

/** More than a large screen shows at once. */
const MAX_DOCUMENTS = 250;
/** Longer answers are shown as text. */
const MAX_UNITS = 128 * 1024;

export function withDocument(
  known: KnownDocuments,
  id: string,
  document: Document | 'asked' | 'plain',
): KnownDocuments {
  const documents = new Map(known);
  documents.delete(id);
  documents.set(id, document);
  for (const oldest of documents.keys()) {
    if (documents.size <= MAX_DOCUMENTS) break;
    documents.delete(oldest);
  }
  return documents;
}

export function documentOf(known: KnownDocuments, id: string): Document | undefined {
  const found = known.get(id);
  return typeof found === 'object' ? found : undefined;
}

/** What a dialog shows of a message: Markdown once it has been read. */
export function documentFor(known: KnownDocuments, id: string): { readonly of: string; readonly document?: Document } {
  const document = documentOf(known, id);
  return document === undefined ? { of: id } : { of: id, document };
}

/** What people type is shown as they typed it; a sentence without any mark is what it is. */
export const isMarkdown = ({ role, text }: Message): boolean =>
  role === 'assistant' && text.length <= MAX_UNITS && MARKS.test(text);

const MARKS = /[`*_#~<>|[\]&\\]|\n|^\s*(?:[-+]|\d+[.)]) |:\/\//;
