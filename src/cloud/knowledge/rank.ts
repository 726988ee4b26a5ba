/** The best sections for a query: those that have most of what was asked for, weighted by how rare it is. */

import type { Hit, QueryTerm } from './section-index.ts';

/** What a section must have of a query, of 1, to be an answer to it. */
const ENOUGH = 0.5;
/** Compared with the best. */
const CLOSE = 0.45;
/** More are never shown, whatever of them cannot be read. */
const MOST = 50;
/** What counts for the same, what only begins so, and what is only spelled like it. */
const ALSO = 0.75;
const BEGINS = 0.85;
const LIKE = 0.65;

export interface Ranked extends Hit {
  /** How much of the query it has, of 1. */
  readonly coverage: number;
  /** What each of its words is worth, and for which term of the query. */
  readonly worth: ReadonlyMap<string, Worth>;
}

export interface Worth {
  readonly term: string;
  readonly weight: number;
}

/** `sections` is how many there are in all. */
export function rank(hits: readonly Hit[], query: readonly QueryTerm[], sections: number): readonly Ranked[] {
  const having = new Map<string, number>();
  for (const { terms } of hits) for (const term of terms) having.set(term, (having.get(term) ?? 0) + 1);
  const weights = query.map(({ term, weight }) => weight * Math.log(1 + sections / (1 + (having.get(term) ?? 0))));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const good = hits
    .map((hit) => ({ hit, coverage: coverageOf(hit, query, weights) / (all || 1) }))
    .filter(({ coverage }) => coverage >= ENOUGH)
    .map(({ hit, coverage }) => ({ hit, coverage, score: hit.score * coverage ** 2 }))
    .sort((a, b) => b.score - a.score);
  const least = CLOSE * (good[0]?.score ?? 0);
  return good
    .slice(0, MOST)
    .filter(({ score }) => score >= least)
    .map(({ hit, coverage, score }) => ({ ...hit, coverage, score, worth: worthOf(hit, query, weights) }));
}

function coverageOf({ words, terms }: Hit, query: readonly QueryTerm[], weights: readonly number[]): number {
  let got = 0;
  query.forEach(({ term, also }, at) => {
    let best = 0;
    for (const word of words) best = Math.max(best, shareOf(word, term, also, terms));
    got += best * (weights[at] ?? 0);
  });
  return got;
}

function worthOf({ words, terms }: Hit, query: readonly QueryTerm[], weights: readonly number[]): Map<string, Worth> {
  const worth = new Map<string, Worth>();
  query.forEach(({ term, also }, at) => {
    for (const word of words) {
      const weight = shareOf(word, term, also, terms) * (weights[at] ?? 0);
      if (weight > (worth.get(word)?.weight ?? 0)) worth.set(word, { term, weight });
    }
  });
  return worth;
}

function shareOf(word: string, term: string, also: readonly string[], found: readonly string[]): number {
  if (word === term) return 1;
  if (also.includes(word)) return ALSO;
  if (!found.includes(term)) return 0;
  if (word.startsWith(term)) return BEGINS;
  return isLike(word, term) ? LIKE : 0;
}

/** Whether the index may have found one for the other: about as long, and with the same beginning or end. */
function isLike(word: string, term: string): boolean {
  return Math.abs(word.length - term.length) <= 2 && (word[0] === term[0] || word.at(-1) === term.at(-1));
}
