// What the keys of the list of themes do: one entry a binding, and nothing else.

import type { THEME_KEYS } from '../keys/theme-keys.ts';
import type { Action } from './action.ts';
import { step } from './step.ts';
import { keepTheme, leaveThemes, moveTheme, openThemes } from './themes.ts';

export const THEME_ACTIONS: Readonly<Record<(typeof THEME_KEYS)[number]['id'], Action>> = {
  'theme.choose': (model) => step(openThemes(model)),
  'theme.keep': (model) => keepTheme(model),
  'theme.down': (model) => step(moveTheme(model, 1)),
  'theme.up': (model) => step(moveTheme(model, -1)),
  'theme.close': (model) => step(leaveThemes(model)),
};
