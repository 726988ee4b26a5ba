// What an attached run's terminal is sent: the bytes of keys as they came, except where this terminal and the run's are in
// different modes (cursor keys, extended key reports, pastes). It never sends mouse reports or replies of this terminal.

import type { RunInput } from '../model/effects.ts';
import type { TerminalModes } from '../terminal/embedded-terminal.ts';

/** Keys that terminals send in one of two forms, by the mode that the program asked for (DECCKM). */
const CURSOR_KEYS: Readonly<Record<string, string>> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  home: 'H',
  end: 'F',
};

/** The classic bytes of keys that extended protocols (CSI-u, modifyOtherKeys) report otherwise. */
const CLASSIC: Readonly<Record<string, string>> = {
  enter: '\r',
  tab: '\t',
  escape: '\x1b',
  backspace: '\x7f',
  space: ' ',
  'S-tab': '\x1b[Z',
  'S-enter': '\r',
  'M-enter': '\x1b\r',
  'C-enter': '\r',
  'S-backspace': '\x7f',
  'C-backspace': '\b',
  'M-backspace': '\x1b\x7f',
  'C-space': '\0',
};

const EXTENDED = /^\x1b\[(?:\d+(?:[:;]\d*)*u|27;\d+;\d+~)$/;
const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';
const encoder = new TextEncoder();

export function encodeInput(input: RunInput, modes: TerminalModes): Uint8Array {
  if (input.kind === 'paste') return encoder.encode(pasteText(input.text, modes.bracketedPaste));
  const cursor = CURSOR_KEYS[input.key];
  if (cursor !== undefined) return encoder.encode(`\x1b${modes.applicationCursor ? 'O' : '['}${cursor}`);
  const raw = new TextDecoder('latin1').decode(input.raw);
  return EXTENDED.test(raw) ? encoder.encode(classic(input.key) ?? raw) : input.raw;
}

function classic(key: string): string | undefined {
  const known = CLASSIC[key];
  if (known !== undefined) return known;
  const alt = /^((?:C-)?)M-(.+)$/su.exec(key);
  if (alt !== null) {
    const rest = classic(`${alt[1]}${alt[2]}`);
    return rest === undefined ? undefined : `\x1b${rest}`;
  }
  const control = /^C-([a-z@[\\\]^_])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
  const shifted = /^S-(.)$/su.exec(key)?.[1];
  if (shifted !== undefined) return shifted.toUpperCase();
  return [...key].length === 1 ? key : undefined;
}

/** Without bracketed paste a newline is the Enter key, as in any terminal. Nothing in the text can end the paste early. */
function pasteText(text: string, bracketed: boolean): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\n', '\r');
  return bracketed ? PASTE_BEGIN + lines.replaceAll('\x1b', '') + PASTE_END : lines;
}
