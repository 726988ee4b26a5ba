// Makes text of unknown origin safe to show: whatever could move the cursor, hide, or reorder is shown as a visible sign.
// It never drops anything silently, except well-formed escape sequences where stripAnsi is asked to.

import { lazily } from '../../core/lazily.ts';

const TAB = '    ';
const PLAIN = /^[\x20-\x7e]*$/;
// Controls, format characters, line and paragraph separators, lone surrogates, and whatever fonts are told to ignore.
// The joiners and variation selectors that make up emoji and scripts are looked at where they stand.
const hostilePattern = lazily(() => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu);
const picturePattern = lazily(() => /\p{Extended_Pictographic}/u);
const AFTER_PICTURE = /[\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
const KEYCAP = '\u20e3';
const joinableLetterPattern = lazily(() => /[\p{L}\p{M}]/u);

/** One line: a newline shows as ⏎. */
export function sanitizeLine(text: string): string {
  return PLAIN.test(text) ? text : sanitize(text, '⏎');
}

/** Several lines: \n stays, and \r\n counts as one. */
export function sanitizeText(text: string): string {
  return PLAIN.test(text) ? text : sanitize(text.replaceAll('\r\n', '\n'), '\n');
}

// CSI; OSC, DCS, SOS, PM and APC strings up to BEL or ST; charset and two-byte escapes.
const SEQUENCES =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ`-~]/g;

/** Plain text of terminal output: sequences taken out, a carriage return starts its line over, the rest sanitised. */
export function stripAnsi(text: string): string {
  const plain = text.replace(SEQUENCES, '').replaceAll('\r\n', '\n');
  if (!plain.includes('\r') && !plain.includes('\b')) return sanitizeText(plain);
  return sanitizeText(plain.split('\n').map(overstrike).join('\n'));
}

/** What remains visible of a line in which the cursor went back: progress bars, and the bold of old manual pages. */
function overstrike(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  return last.includes('\b') ? last.replace(/[^\x08]\x08/g, '') : last;
}

function sanitize(text: string, newline: string): string {
  return text.replace(hostilePattern(), (found, at: number) => {
    if (found === '\n') return newline;
    if (found === '\t') return TAB;
    if (isPartOfText(text, at, found)) return found;
    return visible(found);
  });
}

/** C0 as its control picture, everything else by number: ⟨202E⟩. */
function visible(char: string): string {
  const code = char.codePointAt(0) as number;
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Joiners, selectors and tags inside a known emoji, and joiners between letters that need them, are no threat. */
function isPartOfText(text: string, at: number, char: string): boolean {
  const code = char.codePointAt(0) as number;
  const before = codePointBefore(text, at);
  if (code === 0xfe0f || code === 0xfe0e) {
    return /[0-9#*]/.test(before) ? text[at + 1] === KEYCAP : /\p{Emoji}/u.test(before);
  }
  if (code === 0x200c || code === 0x200d) {
    const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
    if (isComplexLetter(before) && isComplexLetter(after)) return true;
  }
  if (code === 0x200d) return joinsPictures(text, at);
  return code >= 0xe0020 && code <= 0xe007f && belongsToFlag(text, at);
}

/** From Arabic to the scripts of India and South-East Asia: elsewhere a joiner between letters only hides. */
function isComplexLetter(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0x600 && code <= 0x1cff && joinableLetterPattern().test(char);
}

function joinsPictures(text: string, at: number): boolean {
  const after = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
  if (!picturePattern().test(after)) return false;
  let start = at;
  let before = codePointBefore(text, start);
  for (let steps = 0; steps < 2 && AFTER_PICTURE.test(before); steps += 1) {
    start -= before.length;
    before = codePointBefore(text, start);
  }
  return picturePattern().test(before);
}

// A flag's region is spelt in at most six tags and an end tag, two units each.
const MAX_TAG_UNITS = 14;

function belongsToFlag(text: string, at: number): boolean {
  let start = at;
  while (at - start < MAX_TAG_UNITS && text.charCodeAt(start - 2) === 0xdb40) start -= 2;
  return codePointBefore(text, start) === '🏴';
}

function codePointBefore(text: string, at: number): string {
  if (at === 0) return '';
  const unit = text.charCodeAt(at - 1);
  const low = unit >= 0xdc00 && unit <= 0xdfff && at >= 2;
  return low ? text.slice(at - 2, at) : (text[at - 1] as string);
}
