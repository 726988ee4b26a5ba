// What terminal sequences mean: cursor and function keys with modifiers, CSI-u, mouse reports, focus, replies.
// Pure tables and functions over one whole sequence; finding sequences in a stream is the scanner's work.
import type { InputEvent, MouseInput } from './input-event.ts';

const CURSOR_KEYS: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};
const NUMBERED_KEYS: Record<number, string> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
const KEYPAD_TEXT = '*+,-./0123456789';
const NAMED_CODES: Record<number, string> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'escape',
  32: 'space',
  127: 'backspace',
};
const CONTROLS = /[\0-\x1f\x7f-\x9f]/g;

export const keyEvent = (key: string): InputEvent => ({ type: 'key', key });
export const reply = (value: string): InputEvent => ({
  type: 'reply',
  kind: 'other',
  value: value.replace(CONTROLS, '\ufffd'),
});

/** A character as typed. C1 controls that came as UTF-8 are no text. */
export function typedEvent(char: string): InputEvent {
  if (char === ' ') return { type: 'key', key: 'space', text: ' ' };
  if (/^[\0-\x1f\x7f-\x9f]/.test(char)) return reply(char);
  return { type: 'key', key: char, text: char };
}

export function withMeta(event: InputEvent): InputEvent {
  if (event.type !== 'key') return event;
  const [, ctrl = '', rest = ''] = /^(C-)?(?:M-)?(.+)$/su.exec(event.key) ?? [];
  return keyEvent(`${ctrl}M-${rest}`);
}

/** xterm's modifier parameter: 1 + shift 1, alt 2, control 4, meta 8 (as Alt) or, in kitty, 32. */
function modified(name: string, parameter: number): string {
  const bits = Math.max(0, parameter - 1);
  const prefix = `${bits & 4 ? 'C-' : ''}${bits & 0b101010 ? 'M-' : ''}${bits & 1 ? 'S-' : ''}`;
  return prefix + name;
}

export function ss3Event(final: string): InputEvent | undefined {
  const cursor = CURSOR_KEYS[final];
  if (cursor) return keyEvent(cursor);
  if (final === 'M') return keyEvent('enter');
  // The keypad in application mode: 'j' is '*', up to 'y', which is '9'.
  const keypad = final >= 'j' && final <= 'y' ? KEYPAD_TEXT[final.charCodeAt(0) - 0x6a] : undefined;
  return keypad ? typedEvent(keypad) : undefined;
}

/** `body` is what stands between CSI and the final byte; `trailer` are the bytes behind the mouse report of old. */
export function csiEvent(body: string, final: string, trailer?: Uint8Array): InputEvent | 'paste-start' {
  if (trailer)
    return mouseEvent((trailer[0] as number) - 32, (trailer[1] as number) - 32, (trailer[2] as number) - 32, false);
  if (body === '[' && final >= 'A' && final <= 'E') return keyEvent(`f${final.charCodeAt(0) - 0x40}`);
  if (body.startsWith('<') && (final === 'M' || final === 'm')) return sgrMouse(body, final);
  const scheme = final === 'n' ? /^\?997;([12])$/.exec(body)?.[1] : undefined;
  if (scheme !== undefined) return { type: 'reply', kind: 'scheme', value: scheme === '1' ? 'dark' : 'light' };
  if (!/^[\d;:]*$/.test(body)) return reply(`[${body}${final}`);
  const parameters = body.split(';').map((part) => part.split(':').map((number) => Number(number || '0')));
  const first = parameters[0]?.[0] ?? 0;
  const modifier = parameters[1]?.[0] ?? 1;
  const released = parameters[1]?.[1] === 3;
  if (released) return reply(`[${body}${final}`);
  return plainCsi({ body, final, first, modifier, parameters }) ?? reply(`[${body}${final}`);
}

interface Csi {
  body: string;
  final: string;
  first: number;
  modifier: number;
  parameters: number[][];
}

function plainCsi({ body, final, first, modifier, parameters }: Csi): InputEvent | 'paste-start' | undefined {
  if (body === '' && final === 'I') return { type: 'focus', focused: true };
  if (body === '' && final === 'O') return { type: 'focus', focused: false };
  if (final === 'Z') return keyEvent(modified('tab', body === '' ? 2 : Math.max(2, modifier)));
  if (final === 'u') return codeEvent(first, modifier, parameters[0]?.[1]);
  if (final === '~' && first === 200 && body === '200') return 'paste-start';
  if (final === '~' && first === 27 && parameters.length >= 3)
    return codeEvent(parameters[2]?.[0] ?? 0, modifier, undefined);
  if (final === '~' || final === '^') {
    const name = NUMBERED_KEYS[first];
    return name ? keyEvent(modified(name, final === '^' ? 5 : modifier)) : undefined;
  }
  const cursor = CURSOR_KEYS[final];
  return cursor && first <= 1 ? keyEvent(modified(cursor, modifier)) : undefined;
}

/** A key given by its code point, as CSI-u and xterm's modifyOtherKeys do. */
function codeEvent(code: number, modifier: number, shifted: number | undefined): InputEvent | undefined {
  const named = NAMED_CODES[code];
  const bits = Math.max(0, modifier - 1);
  if (named && (named !== 'space' || bits & ~1)) return keyEvent(modified(named, modifier));
  const usable = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  // Kitty numbers its own keys in the private use area; those without a name of ours say nothing.
  if (!usable || (code >= 0xe000 && code <= 0xf8ff)) return undefined;
  const char = String.fromCodePoint(code);
  const upper = shifted && shifted >= 0x20 && shifted < 0xd800 ? String.fromCodePoint(shifted) : char.toUpperCase();
  if ((bits & ~0b11000001) === 0) return typedEvent(bits & 1 ? upper : char);
  return keyEvent(
    modified(bits & 4 ? char.toLowerCase() : bits & 1 ? upper : char, modifier & ~1 ? stripShift(modifier) : 1),
  );
}

const stripShift = (modifier: number): number => ((modifier - 1) & ~1) + 1;

function sgrMouse(body: string, final: string): InputEvent {
  const match = /^<(\d{1,6});(\d{1,6});(\d{1,6})$/.exec(body);
  if (!match) return reply(`[${body}${final}`);
  return mouseEvent(Number(match[1]), Number(match[2]), Number(match[3]), final === 'm');
}

function mouseEvent(code: number, column: number, row: number, released: boolean): InputEvent {
  const action = mouseAction(code, released);
  if (!action || code < 0) return reply(`mouse ${code}`);
  const button = code & 64 ? 'none' : ((['left', 'middle', 'right', 'none'] as const)[code & 3] ?? 'none');
  return {
    type: 'mouse',
    action,
    x: Math.max(0, column - 1),
    y: Math.max(0, row - 1),
    button,
    shift: (code & 4) !== 0,
    alt: (code & 8) !== 0,
    ctrl: (code & 16) !== 0,
  };
}

function mouseAction(code: number, released: boolean): MouseInput['action'] | undefined {
  if (code & 128) return undefined;
  if (code & 64) return (code & 3) === 0 ? 'wheelup' : (code & 3) === 1 ? 'wheeldown' : undefined;
  if (released) return 'up';
  if (code & 32) return 'move';
  return (code & 3) === 3 ? 'up' : 'down';
}

/** An OSC, DCS or APC string. OSC 11 tells the background colour. */
export function stringReply(introducer: string, body: string): InputEvent {
  const value = body.replace(CONTROLS, '\ufffd');
  if (introducer === ']' && value.startsWith('11;'))
    return { type: 'reply', kind: 'background', value: value.slice(3) };
  return { type: 'reply', kind: 'other', value: introducer + value };
}
