// The keys that fold the entries of the thread. Part of the keymap.

import { bind, foot } from './binding.ts';
import type { EnabledWhen } from './enabled.ts';

const inThread: EnabledWhen = ({ focus, thread }) =>
  (focus === 'thread' && thread.entries.length > 0) || 'select an entry of the thread first';

export const THREAD_KEYS = [
  bind('panes', 'thread.unfold', 'l right', 'show more of the entry: its text, its devices, its picture', {
    ...foot('more', 7),
    palette: true,
    enabled: inThread,
  }),
  bind('panes', 'thread.fold', 'h left', 'show less of the entry, down to one row', {
    palette: true,
    enabled: inThread,
  }),
  bind('panes', 'thread.fold-all', 'H', 'show one row of each entry, or the usual again', { palette: true }),
] as const;
