// Choosing a theme: the one that is selected is what the whole screen is drawn in, until it is kept or left.

import { isThemeChoice, THEME_CHOICES, type ThemeChoice } from '../../core/theme-names.ts';
import type { Model } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { pop, push, type Step, say, step } from './step.ts';

const withTheme = (model: Model, theme: ThemeChoice): Model => ({ ...model, settings: { ...model.settings, theme } });

export function openThemes(model: Model): Model {
  if (topOverlay(model)?.kind === 'theme') return model;
  return push(model, { kind: 'theme', before: model.settings.theme });
}

/** Round and round. */
export function moveTheme(model: Model, delta: 1 | -1): Model {
  const count = THEME_CHOICES.length;
  const at = THEME_CHOICES.indexOf(model.settings.theme);
  return withTheme(model, THEME_CHOICES[(at + delta + count) % count] as ThemeChoice);
}

export function leaveThemes(model: Model): Model {
  const before = overlayOf(model, 'theme')?.before;
  return before === undefined ? model : withTheme(pop(model), before);
}

export const keepTheme = (model: Model): Step => told(pop(model));

/** `/theme NAME`, or `/theme` to look at them. */
export function themeBy(model: Model, name: string): Step {
  if (name === '') return step(openThemes(model));
  if (!isThemeChoice(name))
    return say(model, 'warning', `there is no theme "${name}"; there are ${THEME_CHOICES.join(', ')}`);
  return told(withTheme(model, name));
}

const told = (model: Model): Step =>
  say(model, 'info', `to have this theme from now on: theme = "${model.settings.theme}" under [ui] in config.toml`);
