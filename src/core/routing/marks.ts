/**
 * Marks: words at the start or the end of a task that say where it goes and what goes along. `@device` names devices, `#word` a route or a
 * connector, `+artifact` attaches. A mark in the middle, in quotes or with anything else around it is text; nothing here knows what exists.
 */

const TARGET = /^@([A-Za-z0-9][A-Za-z0-9._-]*(?:,[A-Za-z0-9][A-Za-z0-9._-]*)*)$/;
const OVERRIDE = /^#([A-Za-z0-9][A-Za-z0-9_-]*)$/;
/** Not a number alone: that is a summand, or a run, which may have left several. */
const ATTACH = /^\+(?![0-9]+$)([A-Za-z0-9][^\s"']*)$/;
/** For names with spaces. */
const QUOTED_ATTACH = /^\+"([^"\n]+)"$/;

export interface Marks {
  /** Names after `@`, in order. */
  readonly targets: readonly string[];
  /** Words after `#`, in order. */
  readonly overrides: readonly string[];
  /** Names after `+`, in order. */
  readonly attach: readonly string[];
}

export interface Marked extends Marks {
  /** What is left, without space around it. */
  readonly body: string;
}

/** Whether a word that looks like a mark is one: `#12` may be an issue, and `@b` an operand. */
export type IsMark = (kind: '@' | '#' | '+', word: string) => boolean;

export const NO_MARKS: Marks = { targets: [], overrides: [], attach: [] };

/** `text`: without space around it. */
export function takeFirstMarks(text: string, isMark: IsMark): Marked {
  const found: [string, string][] = [];
  let body = text;
  for (;;) {
    const word = firstWord(body);
    const mark = markOf(word, isMark);
    if (mark === undefined) return { body, ...collect(found) };
    found.push(mark);
    body = body.slice(word.length).trimStart();
  }
}

/** A text that is nothing but a mark keeps it. */
export function takeLastMarks(text: string, isMark: IsMark): Marked {
  const found: [string, string][] = [];
  let body = text;
  for (;;) {
    const word = lastWord(body);
    const mark = word.length === body.length ? undefined : markOf(word, isMark);
    if (mark === undefined) return { body, ...collect(found.reverse()) };
    found.push(mark);
    body = body.slice(0, body.length - word.length).trimEnd();
  }
}

export function joinMarks(...all: readonly Marks[]): Marks {
  return {
    targets: all.flatMap(({ targets }) => targets),
    overrides: all.flatMap(({ overrides }) => overrides),
    attach: all.flatMap(({ attach }) => attach),
  };
}

function markOf(word: string, isMark: IsMark): [string, string] | undefined {
  const kind = word[0];
  if (kind !== '@' && kind !== '#' && kind !== '+') return undefined;
  const match =
    kind === '@'
      ? TARGET.exec(word)
      : kind === '#'
        ? OVERRIDE.exec(word)
        : (QUOTED_ATTACH.exec(word) ?? ATTACH.exec(word));
  const name = match?.[1];
  return name !== undefined && isMark(kind, name) ? [kind, name] : undefined;
}

function collect(found: readonly (readonly [kind: string, name: string])[]): Marks {
  const of = (wanted: string): string[] => found.flatMap(([kind, name]) => (kind === wanted ? [name] : []));
  return { targets: of('@').flatMap((names) => names.split(',')), overrides: of('#'), attach: of('+') };
}

function firstWord(text: string): string {
  if (text.startsWith('+"')) return /^\+"[^"\n]*"(?=\s|$)/.exec(text)?.[0] ?? '';
  return /^\S*/.exec(text)?.[0] ?? '';
}

/** Longer words are no marks, and are not looked at to their beginning. */
const LONGEST = 10_000;

/** By hand: a pattern that is anchored at the end alone would be tried at every space of a long text. */
function lastWord(text: string): string {
  if (text.endsWith('"')) {
    const begin = text.lastIndexOf('"', text.length - 2) - 1;
    if (begin >= 0 && text[begin] === '+' && (begin === 0 || isSpace(text[begin - 1]))) return text.slice(begin);
  }
  let at = text.length;
  while (at > 0 && !isSpace(text[at - 1])) {
    at -= 1;
    if (text.length - at > LONGEST) return text;
  }
  return text.slice(at);
}

/** The text without a last word that is one of these, and the space before it. */
export function withoutLastWord(text: string, words: readonly string[]): string {
  const last = lastWord(text);
  if (last.length === text.length || !words.includes(last.toLowerCase())) return text;
  return text.slice(0, text.length - last.length).trimEnd();
}

/** `… on NAME`: the text before it, and the name; undefined if it does not end so. */
export function takeLastOn(text: string): { readonly body: string; readonly name: string } | undefined {
  const name = lastWord(text);
  const before = text.slice(0, text.length - name.length).trimEnd();
  const body = withoutLastWord(before, ['on']);
  return name === '' || body === before || body === '' ? undefined : { body, name };
}

function isSpace(unit: string | undefined): boolean {
  return unit !== undefined && /\s/.test(unit);
}
