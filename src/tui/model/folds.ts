// How much of an entry the thread shows: one row, the usual, or much more. Kept by the id of what it shows, for those that a person changed.

import { entryId, type ThreadEntry } from '../../core/thread.ts';

export type Fold = 'folded' | 'usual' | 'open';
const ORDER: readonly Fold[] = ['folded', 'usual', 'open'];

export interface Folds {
  /** What every entry is that nobody changed since. */
  readonly all: 'folded' | 'usual';
  readonly own: ReadonlyMap<string, Fold>;
}

export const NO_FOLDS: Folds = { all: 'usual', own: new Map() };
const MOST_OWN = 500;

export const foldOf = ({ folds }: { readonly folds: Folds }, entry: ThreadEntry): Fold =>
  folds.own.get(entryId(entry)) ?? folds.all;

/** One step further open, or further closed. */
export function refold(folds: Folds, entry: ThreadEntry, change: 1 | -1): Folds {
  const id = entryId(entry);
  const at = ORDER.indexOf(folds.own.get(id) ?? folds.all) + change;
  const next = ORDER[Math.max(0, Math.min(ORDER.length - 1, at))] ?? 'usual';
  const others = [...folds.own].filter(([known]) => known !== id).slice(1 - MOST_OWN);
  return { ...folds, own: new Map([...others, [id, next]]) };
}

export const refoldAll = ({ all }: Folds): Folds => ({ all: all === 'usual' ? 'folded' : 'usual', own: new Map() });
