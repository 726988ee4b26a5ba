// The keys that go to the next entry of a kind, however far away it is in the thread. Part of the keymap.

import { bind } from './binding.ts';
import { connected } from './enabled.ts';

const jump = { palette: true, enabled: connected } as const;

export const JUMP_KEYS = [
  bind('panes', 'jump.next-failed', '}', 'go to the next run that failed', jump),
  bind('panes', 'jump.previous-failed', '{', 'go to the run before that failed', jump),
  bind('panes', 'jump.next-waiting', ')', 'go to the next run that waits for a person', jump),
  bind('panes', 'jump.previous-waiting', '(', 'go to the run before that waits for a person', jump),
  bind('panes', 'jump.next-mine', '>', 'go to the next entry that is yours', jump),
  bind('panes', 'jump.previous-mine', '<', 'go to the entry before that is yours', jump),
] as const;
