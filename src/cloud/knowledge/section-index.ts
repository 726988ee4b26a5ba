/** The index of sections: which of them have which words. It has no texts; those are read where they are, when they are needed. */

import MiniSearch, { type SearchResult } from 'minisearch';
import type { DocumentFile } from './documents.ts';
import { type Section, splitSections } from './sections.ts';
import { asTerm, splitWords } from './words.ts';

export interface Place {
  readonly path: string;
  readonly shown: string;
  readonly headings: readonly string[];
  readonly line: number;
  readonly endLine: number;
}

/** A term of a query, and the words that count for the same. */
export interface QueryTerm {
  readonly term: string;
  readonly weight: number;
  /** What counts for the same, for less. */
  readonly also: readonly string[];
}

export interface Hit {
  readonly id: number;
  readonly score: number;
  /** Of the query. */
  readonly terms: readonly string[];
  /** In the section, as they were indexed. */
  readonly words: readonly string[];
}

const OPTIONS = {
  fields: ['title', 'parents', 'name', 'text'],
  tokenize: splitWords,
  processTerm: (word: string) => asTerm(word) ?? null,
};
const SEARCH = {
  boost: { title: 3, parents: 1.5, name: 1.5, text: 1 },
  tokenize: (query: string) => query.split(' '),
  processTerm: (term: string) => term,
} as const;
/** Of what is only spelled like a word, or begins like it. */
const LIKE_WEIGHTS = { prefix: 0.3, fuzzy: 0.3 };
/** Of a word that counts for the same. */
const ALSO_WEIGHT = 0.4;

export type SectionIndex = MiniSearch;

export function createSectionIndex(): SectionIndex {
  return new MiniSearch(OPTIONS);
}

/** Throws where it is no index. */
export function loadSectionIndex(value: unknown): SectionIndex {
  return MiniSearch.loadJS(value as Parameters<typeof MiniSearch.loadJS>[0], OPTIONS);
}

/** What is to be indexed of a document, section by section. */
export function sectionsOf({ syntax }: Pick<DocumentFile, 'syntax'>, text: string): readonly Section[] {
  return splitSections(text, syntax);
}

export function addSection(index: SectionIndex, id: number, shown: string, { headings, text }: Section): void {
  index.add({ id, title: headings.at(-1) ?? '', parents: headings.slice(0, -1).join(' '), name: shown, text });
}

/** A word that no document has is looked for as one that was misspelled, or not written to its end. */
export function searchSections(index: SectionIndex, terms: readonly QueryTerm[]): readonly Hit[] {
  const weights = new Map<string, number>();
  for (const { term, weight, also } of terms) {
    weights.set(term, Math.max(weights.get(term) ?? 0, weight));
    for (const other of also) weights.set(other, Math.max(weights.get(other) ?? 0, weight * ALSO_WEIGHT));
  }
  if (weights.size === 0) return [];
  const query = [...weights.keys()].join(' ');
  const boostTerm = (term: string): number => weights.get(term) ?? 1;
  const exact = index.search(query, { ...SEARCH, boostTerm });
  const found = new Set(exact.flatMap(({ queryTerms }) => queryTerms));
  const unknown = new Set(terms.flatMap(({ term }) => (found.has(term) || /\d/.test(term) ? [] : [term])));
  if (unknown.size === 0) return exact.map(hitOf);
  const like = {
    prefix: (term: string) => unknown.has(term) && term.length >= 4,
    fuzzy: (term: string) => (unknown.has(term) && term.length >= 5 ? 0.25 : false),
    maxFuzzy: 2,
    weights: LIKE_WEIGHTS,
  };
  return index.search(query, { ...SEARCH, ...like, boostTerm }).map(hitOf);
}

function hitOf({ id, score, queryTerms, terms }: SearchResult): Hit {
  return { id, score, terms: queryTerms, words: terms };
}
