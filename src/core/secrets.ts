/**
 * Finds what looks like a secret and masks it, before anything is stored or shown. A mask is for eyes only: it never flows
 * back into a command, which runs from the raw action. It never hides what a shell would carry out.
 */

import { SECRET_PATTERNS, type SecretPattern } from './secret-patterns.ts';

export const MASK = '••••••';

/** Shorter values are found everywhere, and to hide them tells what they are. */
export const SHORTEST_VALUE = 4;

/** A part of a text: from its first to after its last UTF-16 unit. */
export type TextRange = readonly [start: number, end: number];

/** What a mask uncovers is looked at again, but not for ever. */
const MOST_ROUNDS = 8;

/** The text with every secret replaced by {@link MASK}. Equal to the text if there is none; masking it again changes nothing. */
export function maskSecrets(text: string): string {
  return maskFound(text, secretRanges);
}

/** Masks what `find` finds, again and again until it finds nothing new. */
export function maskFound(text: string, find: (text: string) => readonly TextRange[]): string {
  let masked = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = maskRanges(masked, find(masked));
    if (next === masked) break;
    masked = next;
  }
  return masked;
}

/** Where the text holds what looks like a secret, in no order; ranges may overlap. */
export function secretRanges(text: string): TextRange[] {
  return SECRET_PATTERNS.flatMap((pattern) => rangesOf(text, pattern));
}

/** Where the text holds one of the values, those of them that are long enough. */
export function valueRanges(text: string, values: readonly string[]): TextRange[] {
  const ranges: TextRange[] = [];
  for (const value of values) {
    if (value.length < SHORTEST_VALUE) continue;
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1))
      ranges.push([at, at + value.length]);
  }
  return ranges;
}

/** The text with each range replaced by {@link MASK}; those that overlap or touch become one. */
export function maskRanges(text: string, ranges: readonly TextRange[]): string {
  if (ranges.length === 0) return text;
  let masked = '';
  let from = 0;
  for (const [start, end] of mergeRanges(ranges)) {
    masked += text.slice(from, start) + MASK;
    from = end;
  }
  return masked + text.slice(from);
}

/** In order, none of them empty, none touching another. */
export function mergeRanges(ranges: readonly TextRange[]): TextRange[] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...ranges].sort((left, right) => left[0] - right[0])) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last === undefined || start > last[1]) merged.push([start, end]);
    else last[1] = Math.max(last[1], end);
  }
  return merged;
}

/** The whole word around what was found in it: what found it may have seen half of it. Cut where the word ends. */
export function wholeToken(text: string, [start, end]: TextRange): TextRange {
  let from = start;
  while (from > 0 && !WORD_START.test(text.charAt(from - 1))) from -= 1;
  let to = start;
  while (to < text.length && !WORD_END.test(text.charAt(to)) && (to < end || !SOFT_END.test(text.charAt(to)))) to += 1;
  return [from, to];
}

/** What no token goes beyond: blanks, quotes, and what a shell would not take for a letter of a word. */
const WORD_END = /[\s"'`;&|<>(){}[\],$\\•]/;
/** Before a token also what divides it from its name, a scheme or a user. */
const WORD_START = /[\s"'`;&|<>(){}[\],$\\•=:/@]/;
/** After a token also what divides it from what it is for. */
const SOFT_END = /[:@]/;
/** What a shell carries out inside a word. */
const CODE = /\$\(|`|<\(|>\(/;
/** A variable's name is no secret, and whoever is asked must see which one it is. */
const REFERENCE = /^\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})$/;

function rangesOf(text: string, { pattern, byPlace }: SecretPattern): TextRange[] {
  const ranges: TextRange[] = [];
  pattern.lastIndex = 0; // not matchAll, which copies the expression: that would cost more than a short text
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = match[0];
    let start = match.index + (match[1]?.length ?? 0);
    let end = match.index + found.length;
    const first = text.charAt(start);
    // Quotes stay, so that what follows still reads as it did.
    if ((first === '"' || first === "'") && end - start > 1 && text.charAt(end - 1) === first) {
      start += 1;
      end -= 1;
    }
    const value = text.slice(start, end);
    if (byPlace !== true || first === "'" || !(CODE.test(value) || REFERENCE.test(value))) ranges.push([start, end]);
  }
  return ranges;
}
