/** How a program that was given a secret may print it: as it is, line by line, and in the encodings that people pipe things through. */

import { SHORTEST_VALUE } from '../core/secrets.ts';

/** Longer ones are looked for piece by piece: no more than this is ever held back, or compared at one place. */
const PIECE_BYTES = 256;
/** `base64` breaks its lines here; PEM at 64. */
const BASE64_LINES = [76, 64];

/** Every spelling of every value as bytes, none of them empty or long, each once. */
export function spellingsOf(values: readonly string[]): Buffer[] {
  const spellings = new Map<string, Buffer>();
  for (const value of values) {
    for (const text of textsOf(value)) {
      for (const piece of piecesOf(Buffer.from(text))) spellings.set(piece.toString('latin1'), piece);
    }
  }
  return [...spellings.values()];
}

function textsOf(value: string): string[] {
  if (value.length < SHORTEST_VALUE) return [];
  const lines = value.split(/[\r\n]+/).map((line) => line.trim());
  return [value, ...lines, ...lines.flatMap(escaped), ...escaped(value), ...encoded(value)].filter(
    (text) => text.length >= SHORTEST_VALUE,
  );
}

/** As it stands in JSON, in an address and between single quotes of a shell. */
function escaped(value: string): string[] {
  const address = encodeURIComponent(value.toWellFormed());
  return [
    JSON.stringify(value).slice(1, -1),
    address,
    address.replaceAll('%20', '+'),
    address.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    value.replaceAll("'", `'\\''`),
  ];
}

function encoded(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const whole = [value, `${value}\n`].map((text) => Buffer.from(text).toString('base64'));
  const lines = whole.flatMap((text) => BASE64_LINES.flatMap((width) => cut(text, width)));
  const base64 = [...whole, ...lines, ...[0, 1, 2].map((shift) => shiftedBase64(bytes, shift))];
  return [hex, hex.toUpperCase(), ...base64, ...base64.map(urlAlphabet)];
}

function urlAlphabet(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** What of the encoding is the same whatever stands before and after, where so many bytes of the group of three come before. */
function shiftedBase64(bytes: Uint8Array, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function cut(text: string, width: number): string[] {
  if (text.length <= width) return [];
  return Array.from({ length: Math.ceil(text.length / width) }, (_, line) =>
    text.slice(line * width, (line + 1) * width),
  );
}

function piecesOf(bytes: Buffer): Buffer[] {
  if (bytes.length <= PIECE_BYTES) return [bytes];
  const pieces: Buffer[] = [];
  // The last one takes a short rest along, which would be found everywhere by itself.
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    pieces.push(bytes.subarray(Math.min(at, bytes.length - PIECE_BYTES), at + PIECE_BYTES));
  }
  return pieces;
}
