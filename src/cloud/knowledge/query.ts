/** What is looked for: the words of a question that say something, and those of earlier turns where it leans on them. */

import type { QueryTerm } from './section-index.ts';
import { asTerm, sameAs, splitWords } from './words.ts';

const EARLIER_TURNS = 2;
const EARLIER_WEIGHT = 0.5;
/** As many words that say something make a question that stands alone. */
const ENOUGH = 3;
const LEANS =
  /\b(it|its|that|this|those|these|they|them|there|then|same|again|one|ones|he|she|him|her|else|instead|more)\b/i;
const MAX_TERMS = 24;

export interface Turn {
  readonly role: string;
  readonly text: string;
}

export function readQuery(question: string, messages: readonly Turn[]): readonly QueryTerm[] {
  const own = termsOf(question, 1);
  const leans = own.length < ENOUGH || LEANS.test(question);
  const earlier = leans ? messages.filter(({ role }) => role === 'user').slice(-EARLIER_TURNS) : [];
  const terms = new Map<string, QueryTerm>();
  for (const term of [...own, ...earlier.flatMap(({ text }) => termsOf(text, EARLIER_WEIGHT))])
    if (!terms.has(term.term)) terms.set(term.term, term);
  return [...terms.values()].slice(0, MAX_TERMS);
}

function termsOf(text: string, weight: number): readonly QueryTerm[] {
  const words = [...new Set(splitWords(text).flatMap((word) => (/^[a-z0-9]$/.test(word) ? [] : (asTerm(word) ?? []))))];
  return words.map((term) => ({ term, weight, also: [...sameAs(term)] }));
}
