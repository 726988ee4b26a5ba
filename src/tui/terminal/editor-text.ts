// Where graphemes and words begin and end in the editor's text, and what of typed or pasted text may enter it.
// Positions are UTF-16 indexes. It looks only at the neighbourhood of a position, so that a megabyte costs no more.
import { lazily } from '../../core/lazily.ts';
import { eachGrapheme } from './width.ts';

const atStart: KnownBoundary = () => 0;
const UNTYPED = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** Names a boundary at or before a position: the nearer it is, the less has to be looked at. */
export type KnownBoundary = (at: number) => number;

/** Newlines become \n; controls other than tab and newline, which could not be seen, do not enter. */
export function enterable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNTYPED, '').toWellFormed();
}

/** The end of the grapheme that begins at `at`. */
export function nextBoundary(text: string, at: number): number {
  if (at >= text.length) return text.length;
  let end = text.length;
  eachGrapheme(
    text,
    (part, _width, index) => {
      end = index + part.length;
      return false;
    },
    at,
  );
  return end;
}

/** The beginning of the grapheme before `at`. */
export function previousBoundary(text: string, at: number, known: KnownBoundary = atStart): number {
  if (at <= 0) return 0;
  let start = 0;
  eachGrapheme(
    text,
    (_part, _width, index) => {
      if (index >= at) return false;
      start = index;
      return true;
    },
    anchorBefore(text, at - 1, known),
  );
  return start;
}

/** `at` itself if a grapheme begins or the text ends there, else the end of the grapheme that it is inside of. */
export function boundaryFrom(text: string, at: number, known: KnownBoundary = atStart): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  return nextBoundary(text, previousBoundary(text, at, known));
}

export function wordRight(text: string, at: number, known: KnownBoundary = atStart): number {
  let end = at;
  while (end < text.length && !isWord(charAt(text, end))) end += charAt(text, end).length;
  while (end < text.length && isWord(charAt(text, end))) end += charAt(text, end).length;
  return boundaryFrom(text, end, known);
}

export function wordLeft(text: string, at: number, known: KnownBoundary = atStart): number {
  return backOver(text, at, known, isWord);
}

/** As {@link wordLeft}, for words that are told apart by blanks alone (a path is one); it stays on the line. */
export function blankWordLeft(text: string, at: number, known: KnownBoundary = atStart): number {
  const start = lineStart(text, at);
  if (start === at) return Math.max(0, at - 1);
  return Math.max(
    start,
    backOver(text, at, known, (char) => !/\s/u.test(char)),
  );
}

export const lineStart = (text: string, at: number): number => (at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1);

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function backOver(text: string, at: number, known: KnownBoundary, inWord: (char: string) => boolean): number {
  let start = at;
  while (start > 0 && !inWord(charBefore(text, start))) start -= charBefore(text, start).length;
  while (start > 0 && inWord(charBefore(text, start))) start -= charBefore(text, start).length;
  return start === 0 ? 0 : previousBoundary(text, start + 1, known);
}

const wordPattern = lazily(() => /[\p{L}\p{N}\p{M}_]/u);

function isWord(char: string): boolean {
  const code = char.charCodeAt(0);
  if (code >= 0x80) return wordPattern().test(char);
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

function charAt(text: string, at: number): string {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdbff ? text.slice(at, at + 2) : (text[at] as string);
}

function charBefore(text: string, at: number): string {
  const code = text.charCodeAt(at - 1);
  return code >= 0xdc00 && code <= 0xdfff ? text.slice(at - 2, at) : (text[at - 1] as string);
}

/** The nearest place at or before `at` that is surely a boundary: behind a newline, or between two plain characters. */
function anchorBefore(text: string, at: number, known: KnownBoundary): number {
  const limit = known(at);
  for (let index = at; index > limit; index -= 1) {
    const before = text.charCodeAt(index - 1);
    if (before === 0x0a || (isPlain(before) && isPlain(text.charCodeAt(index)))) return index;
  }
  return limit;
}

/** ASCII, kana, Han and Hangul syllables: none of these joins another of them. */
function isPlain(code: number): boolean {
  return (
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0x3041 && code <= 0x3096) ||
    (code >= 0x30a1 && code <= 0x30fa) ||
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xd7a3)
  );
}
