// Finds the next whole token in a buffer of terminal input: where it ends and what kind of sequence it is.
// Pure: the same bytes give the same token. What the sequences mean is said in input-keys.ts.
import type { InputEvent } from './input-event.ts';
import { csiEvent, keyEvent, reply, ss3Event, stringReply, typedEvent, withMeta } from './input-keys.ts';

export type Token =
  | { incomplete: 'escape' | 'sequence' }
  | {
      incomplete?: undefined;
      length: number;
      event: InputEvent | 'paste-start';
      /** The sequence is too long to keep: its rest is to be skipped. */
      swallow?: 'csi' | 'string' | undefined;
    };

const ESC = 0x1b;
const MAX_CSI_BYTES = 1024;
const MAX_STRING_BYTES = 64 * 1024;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const latin = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

/** `final`: nothing more will come, so take what is there for what it is. */
export function scanToken(bytes: Uint8Array, at: number, final: boolean): Token {
  const byte = bytes[at] as number;
  if (byte === ESC) return scanEscape(bytes, at, final);
  if (byte < 0x20 || byte === 0x7f) return { length: 1, event: controlKey(byte) };
  return scanCharacter(bytes, at, final);
}

function scanEscape(bytes: Uint8Array, at: number, final: boolean): Token {
  const next = bytes[at + 1];
  const alone: Token = { length: 1, event: keyEvent('escape') };
  if (next === undefined) return final ? alone : { incomplete: 'escape' };
  switch (next) {
    case 0x5b:
      return scanCsi(bytes, at, final);
    case 0x4f:
      return scanSs3(bytes, at, final);
    case 0x5d: // OSC
    case 0x50: // DCS
    case 0x5f: // APC
      return scanString(bytes, at, final);
    case ESC:
      return scanDoubleEscape(bytes, at, final);
    default: {
      const inner = scanToken(bytes, at + 1, final);
      if (inner.incomplete) return inner;
      return { length: inner.length + 1, event: withMeta(inner.event as InputEvent) };
    }
  }
}

/** ESC before a key's own sequence is Alt in some terminals; before anything else it is the key Escape. */
function scanDoubleEscape(bytes: Uint8Array, at: number, final: boolean): Token {
  const alone: Token = { length: 1, event: keyEvent('escape') };
  const third = bytes[at + 2];
  if (third === undefined) return final ? alone : { incomplete: 'escape' };
  if (third !== 0x5b && third !== 0x4f) return alone;
  const inner = scanEscape(bytes, at + 1, false);
  if (inner.incomplete) return final ? alone : inner;
  if (inner.event === 'paste-start' || inner.event.type !== 'key' || inner.swallow) return alone;
  return { length: inner.length + 1, event: withMeta(inner.event) };
}

function scanCsi(bytes: Uint8Array, at: number, final: boolean): Token {
  const start = at + 2;
  if (bytes[start] === undefined) return waitOr(final, 'escape', { length: 2, event: keyEvent('M-[') });
  // The Linux console's F1 to F5, and the mouse of old, which has three bytes behind it.
  if (bytes[start] === 0x5b) return scanFixed(bytes, at, 4, final);
  if (bytes[start] === 0x4d) return scanFixed(bytes, at, 6, final);
  for (let end = start; end - at < MAX_CSI_BYTES; end += 1) {
    const byte = bytes[end];
    if (byte === undefined) {
      return waitOr(final, 'sequence', { length: end - at, event: reply(latin(bytes, at + 1, end)) });
    }
    if (byte >= 0x40 && byte <= 0x7e) {
      return { length: end + 1 - at, event: csiEvent(latin(bytes, start, end), String.fromCharCode(byte)) };
    }
    if (byte < 0x20 || byte > 0x7e) return { length: end - at, event: reply(latin(bytes, at + 1, end)) };
  }
  return { length: MAX_CSI_BYTES, event: reply('overlong CSI'), swallow: 'csi' };
}

function scanFixed(bytes: Uint8Array, at: number, length: number, final: boolean): Token {
  const held = Math.min(length, bytes.length - at);
  if (held < length) return waitOr(final, 'sequence', { length: held, event: reply('incomplete') });
  const last = bytes.subarray(at + 3, at + length);
  return {
    length,
    event: length === 4 ? csiEvent('[', String.fromCharCode(last[0] as number)) : csiEvent('M', '', last),
  };
}

function scanSs3(bytes: Uint8Array, at: number, final: boolean): Token {
  const byte = bytes[at + 2];
  const letter: Token = { length: 2, event: keyEvent('M-O') };
  if (byte === undefined) return waitOr(final, 'escape', letter);
  const event = ss3Event(String.fromCharCode(byte));
  return event ? { length: 3, event } : letter;
}

function scanString(bytes: Uint8Array, at: number, final: boolean): Token {
  const introducer = String.fromCharCode(bytes[at + 1] as number);
  if (bytes[at + 2] === undefined) return waitOr(final, 'escape', { length: 2, event: keyEvent(`M-${introducer}`) });
  for (let end = at + 2; end - at < MAX_STRING_BYTES; end += 1) {
    const byte = bytes[end];
    const body = () => stringReply(introducer, decoder.decode(bytes.subarray(at + 2, end)));
    if (byte === undefined) return waitOr(final, 'sequence', { length: end - at, event: body() });
    if (byte === 0x07) return { length: end + 1 - at, event: body() };
    if (byte === 0x18 || byte === 0x1a) return { length: end + 1 - at, event: reply('cancelled') };
    if (byte !== ESC) continue;
    const after = bytes[end + 1];
    if (after === undefined) return waitOr(final, 'sequence', { length: end - at, event: body() });
    // Any other escape cuts the string off and begins something of its own.
    return { length: after === 0x5c ? end + 2 - at : end - at, event: body() };
  }
  return { length: MAX_STRING_BYTES, event: reply('overlong string'), swallow: 'string' };
}

const waitOr = (final: boolean, wait: 'escape' | 'sequence', token: Token): Token =>
  final ? token : { incomplete: wait };

function scanCharacter(bytes: Uint8Array, at: number, final: boolean): Token {
  const lead = bytes[at] as number;
  if (lead < 0x80) return { length: 1, event: typedEvent(String.fromCharCode(lead)) };
  const length =
    lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) return waitOr(final, 'sequence', { length: i, event: typedEvent('\ufffd') });
    if ((byte & 0xc0) !== 0x80) return { length: i, event: typedEvent('\ufffd') };
  }
  // Overlong forms and surrogates decode to several replacements: one key press is one of them.
  const text = decoder.decode(bytes.subarray(at, at + length));
  return { length, event: typedEvent(text.startsWith('\ufffd') ? '\ufffd' : text) };
}

function controlKey(byte: number): InputEvent {
  switch (byte) {
    case 0x00:
      return keyEvent('C-space');
    case 0x08:
    case 0x7f:
      return keyEvent('backspace');
    case 0x09:
      return keyEvent('tab');
    case 0x0d:
      return keyEvent('enter');
    default:
      return keyEvent(`C-${String.fromCharCode(byte + 0x40).toLowerCase()}`);
  }
}
