// The keys that fold the entries of the thread. Part of the keymap.

import { foldOf } from '../model/folds.ts';
import type { Model, ShownEntry } from '../model/model.ts';
import { selectedEntry } from '../model/select.ts';
import { entryRows } from '../rows/entry-rows.ts';
import { paneInner } from '../rows/geometry.ts';
import { bind, foot } from './binding.ts';
import type { EnabledWhen } from './enabled.ts';

const FIRST = 'select an entry of the thread first';

const canUnfold: EnabledWhen = (model) => {
  const entry = selectedEntry(model);
  if (entry === undefined) return FIRST;
  switch (foldOf(model, entry)) {
    case 'folded':
      return true;
    case 'open':
      return 'it shows all that it can here: Enter opens it';
    case 'usual':
      return hasMore(model, entry) || 'there is no more of it';
  }
};

/** Something that the usual rows leave out. */
function hasMore(model: Model, entry: ShownEntry): boolean {
  if (entry.kind === 'artifact') return entry.folded === undefined;
  if (entry.kind === 'run' && entry.members !== undefined) return true;
  return entryRows(model, entry, paneInner(model, 'thread').width).some(
    (row) => row.kind === 'more' || (row.kind === 'output' && row.above === true),
  );
}

const canFold: EnabledWhen = (model) => {
  const entry = selectedEntry(model);
  if (entry === undefined) return FIRST;
  return foldOf(model, entry) !== 'folded' || 'one row is all that is left of it';
};

export const THREAD_KEYS = [
  bind('panes', 'thread.unfold', 'l right', 'show more of the entry: its text, its devices, its picture', {
    ...foot('more', 7),
    palette: true,
    enabled: canUnfold,
  }),
  bind('panes', 'thread.fold', 'h left', 'show less of the entry, down to one row', {
    palette: true,
    enabled: canFold,
  }),
  bind('panes', 'thread.fold-all', 'H', 'show one row of each entry, or the usual again', { palette: true }),
] as const;
