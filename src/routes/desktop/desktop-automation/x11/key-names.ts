/**
 * Keys as people and models write them, as the X server names them. Only names that are known here are pressed: xdotool passes over
 * those that it does not know, and would press the rest of a combination without them.
 */

import { quote } from '../../quote.ts';

const PUNCTUATION: Readonly<Record<string, string>> = {
  ' ': 'space',
  '!': 'exclam',
  '"': 'quotedbl',
  '#': 'numbersign',
  $: 'dollar',
  '%': 'percent',
  '&': 'ampersand',
  "'": 'apostrophe',
  '(': 'parenleft',
  ')': 'parenright',
  '*': 'asterisk',
  '+': 'plus',
  ',': 'comma',
  '-': 'minus',
  '.': 'period',
  '/': 'slash',
  ':': 'colon',
  ';': 'semicolon',
  '<': 'less',
  '=': 'equal',
  '>': 'greater',
  '?': 'question',
  '@': 'at',
  '[': 'bracketleft',
  '\\': 'backslash',
  ']': 'bracketright',
  '^': 'asciicircum',
  _: 'underscore',
  '`': 'grave',
  '{': 'braceleft',
  '|': 'bar',
  '}': 'braceright',
  '~': 'asciitilde',
};

/** From keysymdef.h and XF86keysym.h: those that a keyboard has a key for and that make no character. */
const KEYS = `
  Return Escape Tab ISO_Left_Tab BackSpace Delete Insert Home End Page_Up Page_Down Prior Next Left Right Up Down
  Print Sys_Req Pause Break Scroll_Lock Num_Lock Caps_Lock Menu Help Undo Redo Find Cancel Clear Begin Select Execute
  Control_L Control_R Shift_L Shift_R Alt_L Alt_R Super_L Super_R Meta_L Meta_R Hyper_L Hyper_R ISO_Level3_Shift
  Mode_switch Multi_key Compose Linefeed Henkan Muhenkan Kana_Lock Hiragana Katakana Zenkaku_Hankaku Hangul
  KP_Enter KP_Add KP_Subtract KP_Multiply KP_Divide KP_Decimal KP_Separator KP_Equal KP_Home KP_End KP_Page_Up
  KP_Page_Down KP_Left KP_Right KP_Up KP_Down KP_Insert KP_Delete KP_Begin KP_Space KP_Tab
  XF86AudioRaiseVolume XF86AudioLowerVolume XF86AudioMute XF86AudioMicMute XF86AudioPlay XF86AudioPause XF86AudioStop
  XF86AudioNext XF86AudioPrev XF86MonBrightnessUp XF86MonBrightnessDown XF86Back XF86Forward XF86Refresh XF86Search
  XF86HomePage XF86Mail XF86Calculator XF86Explorer XF86Copy XF86Cut XF86Paste XF86Sleep XF86PowerOff
`
  .trim()
  .split(/\s+/);

/** What people say for them. */
const ALIASES: Readonly<Record<string, string>> = {
  ctrl: 'Control_L',
  control: 'Control_L',
  shift: 'Shift_L',
  alt: 'Alt_L',
  option: 'Alt_L',
  altgr: 'ISO_Level3_Shift',
  super: 'Super_L',
  win: 'Super_L',
  windows: 'Super_L',
  cmd: 'Super_L',
  command: 'Super_L',
  meta: 'Meta_L',
  hyper: 'Hyper_L',
  enter: 'Return',
  esc: 'Escape',
  del: 'Delete',
  ins: 'Insert',
  pageup: 'Page_Up',
  pagedown: 'Page_Down',
  pgup: 'Page_Up',
  pgdn: 'Page_Down',
  arrowleft: 'Left',
  arrowright: 'Right',
  arrowup: 'Up',
  arrowdown: 'Down',
  printscreen: 'Print',
  capslock: 'Caps_Lock',
  spacebar: 'space',
};

const BY_NAME: ReadonlyMap<string, string> = new Map([
  ...[...KEYS, ...Object.values(PUNCTUATION)].map((name) => [name.toLowerCase(), name] as const),
  ...Array.from({ length: 35 }, (_, at) => [`f${at + 1}`, `F${at + 1}`] as const),
  ...Array.from({ length: 10 }, (_, at) => [`kp_${at}`, `KP_${at}`] as const),
  ...Object.entries(ALIASES),
]);

/** Most keys that hands hold at once. */
const MOST_KEYS = 8;

/** The keys of `ctrl+shift+t`, in their order; or what is wrong with them. */
export function parseKeys(text: string): { readonly keys: readonly string[] } | { readonly problem: string } {
  // The `+` of `ctrl++` is a key, and so is a `+` alone.
  const parts = text === '+' ? ['+'] : text.replace(/\+\+$/, '+plus').split('+');
  const keys: string[] = [];
  for (const part of parts) {
    const key = nameOf(part);
    if (key === undefined) {
      return {
        problem: `there is no key ${quote(part, 40)}: name keys as xdotool does ("Return", "ctrl+s", "F5", "Page_Down")`,
      };
    }
    keys.push(key);
  }
  if (keys.length > MOST_KEYS) return { problem: `${keys.length} keys at once are more than ${MOST_KEYS}` };
  return { keys };
}

function nameOf(part: string): string | undefined {
  const characters = Array.from(part);
  if (characters.length !== 1) return BY_NAME.get(part.trim().toLowerCase());
  if (/^[A-Za-z0-9]$/.test(part)) return part;
  const code = part.codePointAt(0) ?? 0;
  if (code < 0xa0) return PUNCTUATION[part];
  return /\p{Cs}/u.test(part) ? undefined : `U${code.toString(16).padStart(4, '0').toUpperCase()}`;
}
