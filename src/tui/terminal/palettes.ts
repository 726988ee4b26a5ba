// The colours of the themes, as tables of numbers of the 256 (16 to 255: those that are the same in every terminal).
// Data only. A test measures each against its grounds, so a palette that cannot be read is not one.
import type { ThemeName } from '../../core/theme-names.ts';

export interface Palette {
  /** Absent: the terminal's own background and foreground. */
  readonly own?: { readonly ground: number; readonly text: number };
  readonly muted: number;
  /** Titles that are not focused. */
  readonly soft: number;
  /** Borders, and what a text field says while it is empty. */
  readonly faint: number;
  readonly accent: number;
  readonly success: number;
  readonly warning: number;
  readonly error: number;
  readonly info: number;
  readonly code: number;
  /** The grounds of the header and of what is selected: colours are kept on them, but not on an inverse one. */
  readonly bar: number | 'inverse';
  readonly raised: number | 'inverse';
  /** The ground of dialogs. */
  readonly surface: number;
  /** The text on these grounds. */
  readonly strong: number;
  /** Text on a badge, whose ground is the accent or the warning. */
  readonly onBadge: number;
  readonly mark: number;
  readonly onMark: number;
  /** Where there are only sixteen colours: what differs from the usual ones. */
  readonly sixteen?: Partial<Sixteen>;
}

/** The sixteen colours are the user's own, and so are their values: undefined is the terminal's foreground. */
export interface Sixteen {
  readonly accent: number;
  readonly success: number;
  readonly warning: number;
  readonly error: number;
  readonly info: number;
  readonly muted: number | undefined;
}

export interface Scheme {
  readonly help: string;
  /** At least one; a theme of one kind keeps it whatever the terminal's background is. */
  readonly dark?: Palette;
  readonly light?: Palette;
}

const dark: Palette = {
  muted: 246,
  soft: 250,
  faint: 243,
  accent: 75,
  success: 78,
  warning: 215,
  error: 210,
  info: 117,
  code: 151,
  bar: 236,
  surface: 235,
  raised: 237,
  strong: 254,
  onBadge: 16,
  mark: 221,
  onMark: 16,
};

const light: Palette = {
  muted: 241,
  soft: 238,
  faint: 243,
  accent: 25,
  success: 22,
  warning: 94,
  error: 124,
  info: 24,
  code: 23,
  bar: 254,
  surface: 255,
  raised: 253,
  strong: 235,
  onBadge: 231,
  mark: 221,
  onMark: 16,
};

export const SCHEMES: Readonly<Record<ThemeName, Scheme>> = {
  dark: { help: 'for a dark background', dark },
  light: { help: 'for a light background', light },
  'high-contrast': {
    help: 'black and white, as far apart as they go',
    dark: {
      own: { ground: 16, text: 231 },
      muted: 252,
      soft: 231,
      faint: 250,
      accent: 87,
      success: 120,
      warning: 227,
      error: 217,
      info: 159,
      code: 194,
      bar: 'inverse',
      surface: 16,
      raised: 'inverse',
      strong: 231,
      onBadge: 16,
      mark: 226,
      onMark: 16,
      sixteen: { muted: undefined },
    },
    light: {
      own: { ground: 231, text: 16 },
      muted: 236,
      soft: 16,
      faint: 238,
      accent: 18,
      success: 22,
      warning: 52,
      error: 88,
      info: 17,
      code: 17,
      bar: 'inverse',
      surface: 231,
      raised: 'inverse',
      strong: 16,
      onBadge: 231,
      mark: 226,
      onMark: 16,
      sixteen: { muted: undefined },
    },
  },
  'colour-blind': {
    help: 'told apart without red and green',
    dark: {
      ...dark,
      accent: 117,
      success: 75,
      warning: 228,
      error: 208,
      info: 152,
      code: 189,
      mark: 228,
      sixteen: { accent: 6, success: 12, warning: 11, error: 9 },
    },
    light: {
      ...light,
      accent: 24,
      success: 20,
      warning: 94,
      error: 52,
      info: 24,
      code: 17,
      mark: 228,
      sixteen: { accent: 6, success: 4, warning: 3, error: 1 },
    },
  },
  harbour: {
    help: 'cool blues and greens on slate',
    dark: {
      own: { ground: 236, text: 254 },
      muted: 249,
      soft: 252,
      faint: 246,
      accent: 117,
      success: 151,
      warning: 223,
      error: 217,
      info: 152,
      code: 152,
      bar: 238,
      surface: 235,
      raised: 239,
      strong: 255,
      onBadge: 234,
      mark: 222,
      onMark: 234,
    },
    light: {
      own: { ground: 255, text: 236 },
      muted: 240,
      soft: 237,
      faint: 243,
      accent: 25,
      success: 23,
      warning: 94,
      error: 88,
      info: 24,
      code: 60,
      bar: 189,
      surface: 231,
      raised: 189,
      strong: 235,
      onBadge: 231,
      mark: 222,
      onMark: 16,
    },
  },
  parchment: {
    help: 'ink on cream, or cream on night',
    dark: {
      own: { ground: 234, text: 187 },
      muted: 247,
      soft: 187,
      faint: 243,
      accent: 74,
      success: 107,
      warning: 179,
      error: 210,
      info: 73,
      code: 145,
      bar: 236,
      surface: 235,
      raised: 237,
      strong: 230,
      onBadge: 16,
      mark: 186,
      onMark: 16,
    },
    light: {
      own: { ground: 230, text: 239 },
      muted: 241,
      soft: 238,
      faint: 243,
      accent: 25,
      success: 58,
      warning: 94,
      error: 124,
      info: 23,
      code: 54,
      bar: 254,
      surface: 231,
      raised: 254,
      strong: 236,
      onBadge: 231,
      mark: 221,
      onMark: 16,
    },
  },
  ember: {
    help: 'earth and embers',
    dark: {
      own: { ground: 235, text: 223 },
      muted: 248,
      soft: 187,
      faint: 244,
      accent: 214,
      success: 142,
      warning: 221,
      error: 209,
      info: 109,
      code: 108,
      bar: 236,
      surface: 234,
      raised: 237,
      strong: 230,
      onBadge: 16,
      mark: 109,
      onMark: 16,
    },
    light: {
      own: { ground: 230, text: 237 },
      muted: 240,
      soft: 237,
      faint: 243,
      accent: 52,
      success: 58,
      warning: 94,
      error: 124,
      info: 24,
      code: 23,
      bar: 254,
      surface: 231,
      raised: 223,
      strong: 235,
      onBadge: 231,
      mark: 214,
      onMark: 16,
    },
  },
};
