// Ranks a short list (commands, runs, devices) by how well label or keywords match what was typed, for the palette.
// It keeps nothing between calls and is not meant for the thread, which has a full-text index.
import { go } from 'fuzzysort';

export interface FuzzyItem {
  readonly label: string;
  /** Other words by which the item can be found; they are never highlighted. */
  readonly keywords?: string;
  /** From 0 to 1: of what fits nearly equally well, the one with more comes first. */
  readonly weight?: number;
}

export interface FuzzyMatch<T extends FuzzyItem> {
  readonly item: T;
  /** 1 is an exact match, and what the item weighs comes to that; the empty query gives every item 1. */
  readonly score: number;
  /** UTF-16 indexes into the label of the characters that matched, ascending; empty if only keywords matched. */
  readonly positions: readonly number[];
}

const MAX_QUERY_LENGTH = 200;
/** A match that is only in the keywords stands behind an equally good one in the label. */
const KEYWORD_WEIGHT = 0.8;
/** What the whole weight of an item is worth, where a score is at most 1. */
const ITEM_WEIGHT = 0.3;

export function fuzzyRank<T extends FuzzyItem>(query: string, items: readonly T[], limit = 0): FuzzyMatch<T>[] {
  const wanted = query.trim().slice(0, MAX_QUERY_LENGTH).toWellFormed();
  if (wanted === '') {
    return items.slice(0, limit > 0 ? limit : undefined).map((item) => ({ item, score: 1, positions: [] }));
  }
  const found = go<T>(wanted, items, {
    keys: [(item) => item.label, (item) => item.keywords ?? ''],
    limit,
    threshold: 0,
    scoreFn: (result) => {
      const fits = result.score * ((result[0]?.score ?? 0) > 0 ? 1 : KEYWORD_WEIGHT);
      return fits > 0 ? fits + ITEM_WEIGHT * (result.obj.weight ?? 0) : 0;
    },
  });
  return found.map((result) => ({ item: result.obj, score: result.score, positions: positionsOf(result[0]) }));
}

function positionsOf(result: { readonly score: number; readonly indexes: readonly number[] } | undefined): number[] {
  if (result === undefined || result.score <= 0) return [];
  return [...new Set(result.indexes)].sort((a, b) => a - b);
}
