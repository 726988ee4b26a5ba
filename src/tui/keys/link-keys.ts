// The key that copies how to come back to an entry of the thread. Part of the keymap.

import { bind } from './binding.ts';

export const LINK_KEYS = [
  bind('actions', 'selection.link', 'C', 'copy the command that shows it again: dispatch show ID', { palette: true }),
] as const;
