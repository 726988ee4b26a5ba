// Which theme a terminal gets: by the name that was chosen, and by what it can show: 256 colours, 16 or none, on dark or
// light, Unicode or ASCII. It reads the environment that it is given, nothing else, and writes nothing.
import type { ThemeChoice, ThemeName } from '../../core/theme-names.ts';
import type { ColourTier } from './colours.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from './glyphs.ts';
import { type Palette, SCHEMES } from './palettes.ts';
import { styles16, styles256, stylesMono } from './styles.ts';
import type { Styles, Theme } from './theme.ts';

export interface ThemeOptions {
  /** `auto` if absent. */
  readonly name?: ThemeChoice | undefined;
  readonly background?: 'dark' | 'light' | undefined;
  readonly ascii?: boolean | undefined;
}

export function detectTheme(env: NodeJS.ProcessEnv, options: ThemeOptions = {}): Theme {
  const tier = detectTier(env);
  const terminal = options.background ?? terminalBackground(env);
  const glyphs = (options.ascii ?? !speaksUtf8(env)) ? ASCII_GLYPHS : UNICODE_GLYPHS;
  return themeNamed(options.name ?? 'auto', { tier, terminal, glyphs });
}

/** `terminal`: what its background is. */
export function themeNamed(
  choice: ThemeChoice,
  { tier, terminal, glyphs }: Pick<Theme, 'tier' | 'glyphs'> & { readonly terminal: 'dark' | 'light' },
): Theme {
  const name: ThemeName = choice === 'auto' ? terminal : choice;
  const { background, palette } = variant(name, terminal);
  const styles = stylesOf(palette, tier, background);
  return {
    name,
    tier,
    // Without colours nothing is drawn but the terminal's own two.
    background: tier === 'mono' ? terminal : background,
    style: (style) => styles[style],
    glyphs,
  };
}

const STAND_IN = { dark: { ground: 234, text: 252 }, light: { ground: 231, text: 235 } } as const;

/** The one for the terminal's background, if the theme has it. */
function variant(name: ThemeName, terminal: 'dark' | 'light'): { background: 'dark' | 'light'; palette: Palette } {
  const scheme = SCHEMES[name];
  const other = terminal === 'dark' ? 'light' : 'dark';
  const palette = scheme[terminal];
  if (palette !== undefined) return { background: terminal, palette };
  // What is made for another background than the terminal's brings its own.
  return { background: other, palette: { own: STAND_IN[other], ...(scheme[other] as Palette) } };
}

function stylesOf(palette: Palette, tier: ColourTier, background: 'dark' | 'light'): Styles {
  switch (tier) {
    case '256':
      return styles256(palette);
    case '16':
      return styles16(background === 'light', palette.sixteen);
    case 'mono':
      return stylesMono();
  }
}

/**
 * NO_COLOR (any value but the empty one) wins, see no-color.org; then CLICOLOR=0, unless CLICOLOR_FORCE says otherwise, see
 * bixense.com/clicolors; then COLORTERM; then what the name of the terminal tells.
 */
function detectTier(env: NodeJS.ProcessEnv): ColourTier {
  const term = (env.TERM ?? '').toLowerCase();
  if (env.NO_COLOR) return 'mono';
  const forced = (env.CLICOLOR_FORCE ?? '0') !== '0' && env.CLICOLOR_FORCE !== '';
  if (env.CLICOLOR === '0' && !forced) return 'mono';
  if (/^(dumb|unknown|vt\d+|.*-m(ono)?)$/.test(term)) return 'mono';
  if (/^(truecolor|24bit|yes|1)$/i.test(env.COLORTERM ?? '')) return '256';
  if (/256color|direct|kitty|ghostty|alacritty|foot|wezterm|iterm|contour|rio$/.test(term)) return '256';
  if (env.TERM_PROGRAM === 'iTerm.app' || env.WT_SESSION) return '256';
  // What TERM says holds inside tmux too, where it is a name of tmux's own.
  if (env.TMUX && /^(tmux|screen)/.test(term)) return '256';
  return '16';
}

/**
 * As far as the environment tells: COLORFGBG is "foreground;background" in the 16 colours, set by rxvt, Konsole and others.
 * Most terminals are dark.
 */
export function terminalBackground(env: NodeJS.ProcessEnv): 'dark' | 'light' {
  const background = /;(\d+)$/.exec(env.COLORFGBG ?? '')?.[1];
  if (background === undefined) return 'dark';
  const colour = Number(background);
  return colour === 7 || (colour >= 9 && colour <= 15) ? 'light' : 'dark';
}

/** The terminal's answer to OSC 11, such as `rgb:1e1e/1e1e/2e2e` or `#1e1e2e`, or what it told of itself; undefined if it cannot be read. */
export function backgroundFromReply(value: string): 'dark' | 'light' | undefined {
  if (value === 'dark' || value === 'light') return value;
  const match =
    /^rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})/i.exec(value) ??
    /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value);
  if (!match) return undefined;
  const [red, green, blue] = match.slice(1, 4).map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  // Perceived brightness after ITU-R BT.601.
  return 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0) > 0.5 ? 'light' : 'dark';
}

/** As the C library does: the first of LC_ALL, LC_CTYPE and LANG that is set; none set is taken for UTF-8. */
function speaksUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (!locale) return env.TERM !== 'linux';
  return /utf-?8/i.test(locale) || !/^(C|POSIX)$|\./.test(locale);
}
