/**
 * Texts that come along with a question are searched as documents are, for this one question: so much of them as takes a moment, and
 * with room for others in between.
 */

import { extname } from 'node:path';
import { setImmediate as others } from 'node:timers/promises';
import {
  addSection,
  createSectionIndex,
  type Hit,
  type Place,
  type QueryTerm,
  searchSections,
} from './section-index.ts';
import { type Section, type Syntax, splitSections } from './sections.ts';

/** In characters, of all of them together. */
const MOST = 2 * 1024 * 1024;
/** Of one section: what is looked for further on in it is not found. */
const MOST_OF_SECTION = 32 * 1024;
const AT_ONCE_MS = 15;

export interface AttachedText {
  readonly name: string;
  readonly mimeType?: string | null | undefined;
  readonly text?: string | null | undefined;
}

export interface AttachedHit extends Hit {
  readonly place: Place;
  readonly lines: readonly string[];
}

export interface AttachedSearch {
  readonly hits: readonly AttachedHit[];
  readonly sections: number;
  /** The names of those that have no text. */
  readonly unread: readonly string[];
  /** The names of those that were not looked at to their end. */
  readonly cut: readonly string[];
}

/** Rejects only with the reason of the signal. */
export async function searchAttached(
  attached: readonly AttachedText[],
  query: readonly QueryTerm[],
  signal: AbortSignal,
): Promise<AttachedSearch> {
  const index = createSectionIndex();
  const sections: { readonly name: string; readonly section: Section }[] = [];
  const cut = new Set<string>();
  let left = MOST;
  let since = performance.now();
  for (const { name, text, mimeType } of attached) {
    if (text == null || text === '') continue;
    if (text.length > left) cut.add(name);
    const looked = text.slice(0, left);
    left -= looked.length;
    for (const section of splitSections(looked, syntaxOf(name, mimeType))) {
      if (section.text.length > MOST_OF_SECTION) cut.add(name);
      const kept = { ...section, text: section.text.slice(0, MOST_OF_SECTION) };
      addSection(index, sections.length, name, kept);
      sections.push({ name, section: kept });
      if (performance.now() - since < AT_ONCE_MS) continue;
      await others();
      signal.throwIfAborted();
      since = performance.now();
    }
  }
  const hits = searchSections(index, query).flatMap((hit): AttachedHit[] => {
    const found = sections[hit.id];
    if (found === undefined) return [];
    const { headings, line, endLine, text } = found.section;
    return [{ ...hit, place: { path: '', shown: found.name, headings, line, endLine }, lines: text.split('\n') }];
  });
  const unread = attached.flatMap(({ name, text }) => (text == null || text === '' ? [name] : []));
  return { hits, sections: sections.length, unread, cut: [...cut] };
}

function syntaxOf(name: string, mimeType: string | null | undefined): Syntax {
  const extension = extname(name).toLowerCase();
  if (mimeType === 'text/markdown' || extension === '.md' || extension === '.markdown') return 'markdown';
  return extension === '.rst' ? 'rst' : extension === '.org' ? 'org' : 'plain';
}
