// The keys of the list of themes. Part of the keymap.

import { bind, foot } from './binding.ts';

export const THEME_KEYS = [
  bind('panes', 'theme.choose', 'T', 'choose the theme: the colours of the dashboard', { palette: true }),
  bind('theme', 'theme.keep', 'enter', 'go on with this theme', foot('choose', 1)),
  bind('theme', 'theme.down', 'j down', 'look at the next theme', foot('next', 3)),
  bind('theme', 'theme.up', 'k up', 'look at the theme before'),
  bind('theme', 'theme.close', 'escape q', 'go back to the theme there was', foot('back', 2)),
] as const;
