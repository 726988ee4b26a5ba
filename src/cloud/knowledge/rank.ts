/** The best sections for a query: those that have most of what was asked for, weighted by how rare it is. */

import type { Hit, QueryTerm } from './section-index.ts';

/** What a section must have of a query, of 1, to be an answer to it. */
const ENOUGH = 0.5;
/** Compared with the best. */
const CLOSE = 0.45;
/** What counts for the same counts less. */
const ALSO = 0.75;

export interface Ranked extends Hit {
  /** How much of the query it has, of 1. */
  readonly coverage: number;
}

/** `sections` is how many there are in all. */
export function rank(hits: readonly Hit[], query: readonly QueryTerm[], sections: number): readonly Ranked[] {
  const having = new Map<string, number>();
  for (const { terms } of hits) for (const term of new Set(terms)) having.set(term, (having.get(term) ?? 0) + 1);
  const rarity = (term: string): number => Math.log(1 + sections / (1 + (having.get(term) ?? 0)));
  const weights = query.map(({ term, weight }) => weight * rarity(term));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const ranked = hits.map((hit): Ranked => {
    const has = new Set(hit.terms);
    const got = query.reduce((sum, { term, also }, at) => {
      const share = has.has(term) ? 1 : also.some((other) => has.has(other)) ? ALSO : 0;
      return sum + share * (weights[at] ?? 0);
    }, 0);
    const coverage = all === 0 ? 0 : got / all;
    return { ...hit, coverage, score: hit.score * coverage ** 2 };
  });
  const good = ranked.filter(({ coverage }) => coverage >= ENOUGH).sort((a, b) => b.score - a.score);
  return good.filter(({ score }) => score >= CLOSE * (good[0]?.score ?? 0));
}
