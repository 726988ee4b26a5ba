// Ranks a short list (commands, runs, devices) by how well label or keywords match what was typed, for the palette.
// It keeps nothing between calls and is not meant for the thread, which has a full-text index.
import { go } from 'fuzzysort';

export interface FuzzyItem {
  readonly label: string;
  /** Other words by which the item can be found; they are never highlighted. */
  readonly keywords?: string;
}

export interface FuzzyMatch<T extends FuzzyItem> {
  readonly item: T;
  /** 1 is an exact match; the empty query gives every item 1. */
  readonly score: number;
  /** UTF-16 indexes into the label of the characters that matched, ascending; empty if only keywords matched. */
  readonly positions: readonly number[];
}

const MAX_QUERY_LENGTH = 200;
/** A match that is only in the keywords stands behind an equally good one in the label. */
const KEYWORD_WEIGHT = 0.8;

export function fuzzyRank<T extends FuzzyItem>(query: string, items: readonly T[], limit = 0): FuzzyMatch<T>[] {
  const wanted = query.trim().slice(0, MAX_QUERY_LENGTH).toWellFormed();
  if (wanted === '') {
    return items.slice(0, limit > 0 ? limit : undefined).map((item) => ({ item, score: 1, positions: [] }));
  }
  const found = go<T>(wanted, items, {
    keys: [(item) => item.label, (item) => item.keywords ?? ''],
    limit,
    threshold: 0,
    scoreFn: (result) => result.score * ((result[0]?.score ?? 0) > 0 ? 1 : KEYWORD_WEIGHT),
  });
  return found.map((result) => ({ item: result.obj, score: result.score, positions: positionsOf(result[0]) }));
}

function positionsOf(result: { readonly score: number; readonly indexes: readonly number[] } | undefined): number[] {
  if (result === undefined || result.score <= 0) return [];
  return [...new Set(result.indexes)].sort((a, b) => a - b);
}
