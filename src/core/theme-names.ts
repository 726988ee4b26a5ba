/** The themes of the dashboard, by name: what configuration, command line and dashboard may speak of. */

export const THEME_NAMES = ['dark', 'light', 'high-contrast', 'colour-blind', 'harbour', 'parchment', 'ember'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** `auto`: dark or light, as the background of the terminal is. */
export const THEME_CHOICES = ['auto', ...THEME_NAMES] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

export const isThemeChoice = (word: string): word is ThemeChoice => (THEME_CHOICES as readonly string[]).includes(word);
