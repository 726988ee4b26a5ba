/** Texts that come along with a question are searched as documents are, for this one question. */

import { extname } from 'node:path';
import {
  addSection,
  createSectionIndex,
  type Hit,
  type Place,
  type QueryTerm,
  searchSections,
} from './section-index.ts';
import { type Section, type Syntax, splitSections } from './sections.ts';

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
}

export function searchAttached(attached: readonly AttachedText[], query: readonly QueryTerm[]): AttachedSearch {
  const index = createSectionIndex();
  const sections: { readonly name: string; readonly section: Section }[] = [];
  for (const { name, text, mimeType } of attached) {
    if (text == null) continue;
    for (const section of splitSections(text, syntaxOf(name, mimeType))) {
      addSection(index, sections.length, name, section);
      sections.push({ name, section });
    }
  }
  const hits = searchSections(index, query).flatMap((hit): AttachedHit[] => {
    const found = sections[hit.id];
    if (found === undefined) return [];
    const { headings, line, endLine, text } = found.section;
    return [{ ...hit, place: { path: '', shown: found.name, headings, line, endLine }, lines: text.split('\n') }];
  });
  return { hits, sections: sections.length };
}

function syntaxOf(name: string, mimeType: string | null | undefined): Syntax {
  const extension = extname(name).toLowerCase();
  if (mimeType === 'text/markdown' || extension === '.md' || extension === '.markdown') return 'markdown';
  return extension === '.rst' ? 'rst' : extension === '.org' ? 'org' : 'plain';
}
