// What the keys that fold the entries of the thread do: one entry a binding, and nothing else.

import type { THREAD_KEYS } from '../keys/thread-keys.ts';
import { refold, refoldAll } from '../model/folds.ts';
import { selectedEntry } from '../model/select.ts';
import type { Action } from './action.ts';
import { step } from './step.ts';

const folding =
  (change: 1 | -1): Action =>
  (model) => {
    const entry = selectedEntry(model);
    return step(entry === undefined ? model : { ...model, folds: refold(model.folds, entry, change) });
  };

export const THREAD_ACTIONS: Readonly<Record<(typeof THREAD_KEYS)[number]['id'], Action>> = {
  'thread.unfold': folding(1),
  'thread.fold': folding(-1),
  'thread.fold-all': (model) => step({ ...model, folds: refoldAll(model.folds) }),
};
