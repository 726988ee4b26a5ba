/**
 * Patterns of routing rules: `*` stands for any text, `{a,b}` for one of several, and everything else for itself, in any case. A text is
 * compared in one pass from its beginning to its end: no pattern makes that slow. There are no regular expressions.
 */

import { type Refusal, refuse } from '../errors.ts';

/** A pattern of literals, with a `*` between every two of them, in lower case. */
type Literals = readonly string[];

export interface Glob {
  /** One for each choice of alternatives. */
  readonly choices: readonly Literals[];
  /** How many `*` each choice has at least. */
  readonly stars: number;
}

const MOST_CHOICES = 64;
const STAR = '\0';

export function compileGlob(pattern: string): (Glob & { readonly ok: true }) | Refusal {
  if (pattern.trim() === '') return refuse('invalid', 'the pattern is empty');
  if (pattern.includes(STAR)) return refuse('invalid', 'the pattern holds a NUL character');
  let texts = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const unit = pattern.charAt(at);
    if (unit === '\\' && at + 1 < pattern.length) {
      at += 1;
      texts = texts.map((text) => text + pattern.charAt(at));
    } else if (unit === '*') {
      texts = texts.map((text) => (text.endsWith(STAR) ? text : text + STAR));
    } else if (unit === '{') {
      const end = pattern.indexOf('}', at);
      const inner = end === -1 ? '' : pattern.slice(at + 1, end);
      if (end === -1) return refuse('invalid', `"{" has no "}" in "${pattern}"`);
      if (/[{*\\]/.test(inner))
        return refuse('invalid', `"{${inner}}" may hold words with commas between them, and nothing else`);
      texts = texts.flatMap((text) => inner.split(',').map((word) => text + word));
      if (texts.length > MOST_CHOICES)
        return refuse('invalid', `"${pattern}" stands for more than ${MOST_CHOICES} patterns`);
      at = end;
    } else {
      texts = texts.map((text) => text + unit);
    }
  }
  const choices = texts.map((text) => text.trim().toLowerCase().split(STAR));
  return { ok: true, choices, stars: Math.min(...choices.map(({ length }) => length)) - 1 };
}

/** What each `*` stands for, or undefined. `lower`: the text in lower case, of the same length. */
export function matchGlob({ choices }: Glob, text: string, lower: string): readonly string[] | undefined {
  for (const literals of choices) {
    const found = matchLiterals(literals, text, lower);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Each literal is taken where it stands first: with nothing but `*` between them, no other place could succeed where that one does not. */
function matchLiterals(literals: Literals, text: string, lower: string): readonly string[] | undefined {
  const first = literals[0] ?? '';
  if (literals.length === 1) return lower === first ? [] : undefined;
  const last = literals.at(-1) ?? '';
  if (!lower.startsWith(first) || !lower.endsWith(last) || lower.length < first.length + last.length) return undefined;
  const end = lower.length - last.length;
  const found: string[] = [];
  let at = first.length;
  for (const literal of literals.slice(1, -1)) {
    const next = lower.indexOf(literal, at);
    if (next === -1 || next + literal.length > end) return undefined;
    found.push(text.slice(at, next));
    at = next + literal.length;
  }
  return [...found, text.slice(at, end)];
}
