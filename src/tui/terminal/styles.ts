// From a palette to the attribute of every style: with 256 colours, with the sixteen of the user, and with none.
// A new style is one line in each of the three.
import { type Attr, BOLD, INVERSE, makeAttr, TERMINAL_COLOUR, UNDERLINE } from './cells.ts';
import type { Palette, Sixteen } from './palettes.ts';
import type { Styles } from './theme.ts';

const on = (colour: number, background: number, flags = 0): Attr => makeAttr(colour, background, flags);
const plain = (flags = 0): Attr => makeAttr(TERMINAL_COLOUR, TERMINAL_COLOUR, flags);

export function styles256(palette: Palette): Styles {
  const { ground, text } = palette.own ?? { ground: TERMINAL_COLOUR, text: TERMINAL_COLOUR };
  const fg = (colour: number, flags = 0): Attr => on(colour, ground, flags);
  const bar = (colour: Palette['bar']): Attr => (colour === 'inverse' ? fg(text, INVERSE) : on(palette.strong, colour));
  return {
    text: fg(text),
    muted: fg(palette.muted),
    accent: fg(palette.accent),
    success: fg(palette.success),
    warning: fg(palette.warning),
    error: fg(palette.error),
    info: fg(palette.info),
    border: fg(palette.faint),
    borderFocused: fg(palette.accent),
    title: fg(palette.soft),
    titleFocused: fg(palette.accent, BOLD),
    selected: bar(palette.raised),
    header: bar(palette.bar),
    footerKey: fg(palette.accent, BOLD),
    footerText: fg(palette.muted),
    input: fg(text),
    placeholder: fg(palette.faint),
    dialog: on(palette.strong, palette.surface),
    dialogBorder: on(palette.accent, palette.surface),
    badge: on(palette.onBadge, palette.accent, BOLD),
    badgeWarning: on(palette.onBadge, palette.warning, BOLD),
    match: on(palette.onMark, palette.mark),
    code: fg(palette.code),
    comment: fg(palette.muted),
    keyword: fg(palette.accent),
    string: fg(palette.code),
    number: fg(palette.warning),
    name: fg(palette.info),
    qr: on(16, 231),
  };
}

/** The sixteen colours are the user's own: no backgrounds but inverse, and no pair that some palette makes unreadable. */
export function styles16(light: boolean, own: Partial<Sixteen> = {}): Styles {
  const usual: Sixteen = {
    accent: light ? 4 : 12,
    success: 2,
    warning: 3,
    error: light ? 1 : 9,
    info: 6,
    muted: 8,
  };
  const { accent, success, warning, error, info, muted = TERMINAL_COLOUR } = { ...usual, ...own };
  const fg = (colour: number, flags = 0): Attr => on(colour, TERMINAL_COLOUR, flags);
  return {
    text: plain(),
    muted: fg(muted),
    accent: fg(accent),
    success: fg(success),
    warning: fg(warning),
    error: fg(error),
    info: fg(info),
    border: fg(muted),
    borderFocused: fg(accent),
    title: plain(),
    titleFocused: fg(accent, BOLD),
    selected: plain(INVERSE),
    header: plain(INVERSE),
    footerKey: fg(accent, BOLD),
    footerText: fg(muted),
    input: plain(),
    placeholder: fg(muted),
    dialog: plain(),
    dialogBorder: fg(accent),
    badge: fg(accent, BOLD | INVERSE),
    badgeWarning: fg(warning, BOLD | INVERSE),
    match: fg(warning, INVERSE),
    code: fg(info),
    comment: fg(muted),
    keyword: fg(accent),
    string: fg(success),
    number: fg(warning),
    name: fg(info),
    // The user's own black and white: readers need the contrast, whichever it is.
    qr: on(0, 15),
  };
}

/** Without colours meaning is carried by bold, underline, inverse, and by the glyphs and words beside them. */
export function stylesMono(): Styles {
  return {
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
    comment: plain(),
    keyword: plain(BOLD),
    string: plain(),
    number: plain(),
    name: plain(),
    qr: plain(),
  };
}
