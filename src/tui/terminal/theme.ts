// Which colours and glyphs the dashboard uses, by name, for what the terminal can show: 256 colours, 16, or none;
// on dark or light. It reads the environment that it is given, nothing else, and writes nothing.
import {
  type Attr,
  attrBg,
  attrFg,
  attrFlags,
  BOLD,
  INVERSE,
  LINE_BORDER,
  makeAttr,
  TERMINAL_COLOUR,
  UNDERLINE,
} from './cells.ts';

export type StyleName =
  | 'text'
  | 'muted'
  | 'accent'
  | 'success'
  | 'warning'
  | 'error'
  | 'info'
  | 'border'
  | 'borderFocused'
  | 'title'
  | 'titleFocused'
  | 'selected'
  | 'header'
  | 'footerKey'
  | 'footerText'
  | 'input'
  | 'placeholder'
  | 'dialog'
  | 'dialogBorder'
  | 'badge'
  | 'badgeWarning'
  | 'match'
  | 'code'
  | 'qr';

export interface Glyphs {
  readonly running: string;
  readonly waiting: string;
  readonly done: string;
  readonly failed: string;
  readonly cancelled: string;
  readonly queued: string;
  readonly artifact: string;
  readonly online: string;
  readonly suspect: string;
  readonly offline: string;
  readonly arrow: string;
  readonly prompt: string;
  readonly bullet: string;
  readonly ellipsis: string;
  readonly separator: string;
  readonly up: string;
  readonly down: string;
  readonly scrollbar: string;
  readonly progress: readonly [full: string, empty: string];
  readonly spinner: readonly string[];
  /** Six characters for CellGrid.box. */
  readonly border: string;
}

export interface Theme {
  readonly name: string;
  readonly tier: '256' | '16' | 'mono';
  readonly background: 'dark' | 'light';
  style(name: StyleName): Attr;
  readonly glyphs: Glyphs;
}

export const bold = (attr: Attr): Attr => attr | (BOLD << 18);
export const underline = (attr: Attr): Attr => attr | (UNDERLINE << 18);
export const inverse = (attr: Attr): Attr => attr ^ (INVERSE << 18);
export const withBg = (attr: Attr, provider: Attr): Attr => makeAttr(attrFg(attr), attrBg(provider), attrFlags(attr));

type Palette = Record<StyleName, Attr>;
const fg = (colour: number, flags = 0): Attr => makeAttr(colour, TERMINAL_COLOUR, flags);
const on = (colour: number, background: number, flags = 0): Attr => makeAttr(colour, background, flags);
const plain = (flags = 0): Attr => makeAttr(TERMINAL_COLOUR, TERMINAL_COLOUR, flags);

const dark256 = (): Palette => ({
  text: plain(),
  muted: fg(245),
  accent: fg(75),
  success: fg(78),
  warning: fg(215),
  error: fg(203),
  info: fg(117),
  border: fg(240),
  borderFocused: fg(75),
  title: fg(250),
  titleFocused: fg(75, BOLD),
  selected: on(255, 238),
  header: on(252, 236),
  footerKey: fg(75, BOLD),
  footerText: fg(245),
  input: plain(),
  placeholder: fg(241),
  dialog: on(253, 235),
  dialogBorder: on(75, 235),
  badge: on(16, 75, BOLD),
  badgeWarning: on(16, 215, BOLD),
  match: on(16, 221),
  code: fg(151),
  qr: on(16, 231),
});

const light256 = (): Palette => ({
  text: plain(),
  muted: fg(242),
  accent: fg(26),
  success: fg(28),
  warning: fg(130),
  error: fg(160),
  info: fg(31),
  border: fg(249),
  borderFocused: fg(26),
  title: fg(238),
  titleFocused: fg(26, BOLD),
  selected: on(16, 253),
  header: on(236, 254),
  footerKey: fg(26, BOLD),
  footerText: fg(242),
  input: plain(),
  placeholder: fg(246),
  dialog: on(235, 255),
  dialogBorder: on(26, 255),
  badge: on(231, 26, BOLD),
  badgeWarning: on(231, 130, BOLD),
  match: on(16, 221),
  code: fg(23),
  qr: on(16, 231),
});

/** The sixteen colours are the user's own: no backgrounds but inverse, and no pair that some palette makes unreadable. */
const sixteen = (light: boolean): Palette => {
  const blue = light ? 4 : 12;
  return {
    text: plain(),
    muted: fg(8),
    accent: fg(blue),
    success: fg(2),
    warning: fg(3),
    error: fg(light ? 1 : 9),
    info: fg(6),
    border: fg(8),
    borderFocused: fg(blue),
    title: plain(),
    titleFocused: fg(blue, BOLD),
    selected: plain(INVERSE),
    header: plain(INVERSE),
    footerKey: fg(blue, BOLD),
    footerText: fg(8),
    input: plain(),
    placeholder: fg(8),
    dialog: plain(),
    dialogBorder: fg(blue),
    badge: fg(blue, BOLD | INVERSE),
    badgeWarning: fg(3, BOLD | INVERSE),
    match: fg(3, INVERSE),
    code: fg(6),
    // The user's own black and white: readers need the contrast, whichever it is.
    qr: on(0, 15),
  };
};

/** Without colours meaning is carried by bold, underline, inverse, and by the glyphs and words beside them. */
const mono = (): Palette => ({
  text: plain(),
  muted: plain(),
  accent: plain(BOLD),
  success: plain(),
  warning: plain(BOLD),
  error: plain(BOLD | UNDERLINE),
  info: plain(),
  border: plain(),
  borderFocused: plain(BOLD),
  title: plain(),
  titleFocused: plain(BOLD | INVERSE),
  selected: plain(INVERSE),
  header: plain(INVERSE),
  footerKey: plain(BOLD),
  footerText: plain(),
  input: plain(),
  placeholder: plain(),
  dialog: plain(),
  dialogBorder: plain(BOLD),
  badge: plain(INVERSE),
  badgeWarning: plain(BOLD | INVERSE),
  match: plain(UNDERLINE | BOLD),
  code: plain(),
  qr: plain(),
});

const UNICODE_GLYPHS: Glyphs = {
  running: '▶',
  waiting: '⚠',
  done: '✓',
  failed: '✗',
  cancelled: '⊘',
  queued: '…',
  artifact: '◆',
  online: '●',
  suspect: '◌',
  offline: '○',
  arrow: '→',
  prompt: '›',
  bullet: '•',
  ellipsis: '…',
  separator: '·',
  up: '▲',
  down: '▼',
  scrollbar: '█',
  progress: ['█', '░'],
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  border: LINE_BORDER,
};

const ASCII_GLYPHS: Glyphs = {
  running: '>',
  waiting: '!',
  done: '+',
  failed: 'x',
  cancelled: '-',
  queued: '.',
  artifact: '#',
  online: '*',
  suspect: '?',
  offline: 'o',
  arrow: '->',
  prompt: '>',
  bullet: '*',
  ellipsis: '...',
  separator: '-',
  up: '^',
  down: 'v',
  scrollbar: '#',
  progress: ['#', '.'],
  spinner: ['|', '/', '-', '\\'],
  border: '+-+|++',
};

export interface ThemeOptions {
  background?: 'dark' | 'light' | undefined;
  ascii?: boolean | undefined;
}

export function detectTheme(env: NodeJS.ProcessEnv, options: ThemeOptions = {}): Theme {
  const tier = detectTier(env);
  const background = options.background ?? backgroundFromEnv(env) ?? 'dark';
  const light = background === 'light';
  const palette = tier === 'mono' ? mono() : tier === '16' ? sixteen(light) : light ? light256() : dark256();
  return {
    name: tier === 'mono' ? 'mono' : `${background}-${tier}`,
    tier,
    background,
    style: (name) => palette[name],
    glyphs: (options.ascii ?? !speaksUtf8(env)) ? ASCII_GLYPHS : UNICODE_GLYPHS,
  };
}

/** NO_COLOR (any value but the empty one) wins; then COLORTERM, then what the name of the terminal tells. */
function detectTier(env: NodeJS.ProcessEnv): Theme['tier'] {
  const term = (env.TERM ?? '').toLowerCase();
  if (env.NO_COLOR) return 'mono';
  if (/^(dumb|unknown|vt\d+|.*-m(ono)?)$/.test(term)) return 'mono';
  if (/^(truecolor|24bit|yes|1)$/i.test(env.COLORTERM ?? '')) return '256';
  if (/256color|direct|kitty|ghostty|alacritty|foot|wezterm|iterm/.test(term)) return '256';
  if (env.TERM_PROGRAM === 'iTerm.app' || env.WT_SESSION || env.TMUX) return '256';
  return '16';
}

/** COLORFGBG is "foreground;background" in the 16 colours, set by rxvt, Konsole and others. */
function backgroundFromEnv(env: NodeJS.ProcessEnv): 'dark' | 'light' | undefined {
  const background = /;(\d+)$/.exec(env.COLORFGBG ?? '')?.[1];
  if (background === undefined) return undefined;
  const colour = Number(background);
  return colour === 7 || (colour >= 9 && colour <= 15) ? 'light' : 'dark';
}

/** The terminal's answer to OSC 11, such as `rgb:1e1e/1e1e/2e2e` or `#1e1e2e`; undefined if it cannot be read. */
export function backgroundFromReply(value: string): 'dark' | 'light' | undefined {
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
