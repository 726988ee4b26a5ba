/** Text that pages wrote, as lines that cannot pass for Dispatch's own: indented, what is invisible spelled out, and bounded. */

import { UNSEEN } from '../quote.ts';

/** Letters of some scripts and emoji are joined, or kept apart, by them; and signs that are seen. */
const LET_THROUGH = /\u200c|\u200d|[\u0600-\u0605\u06dd\u070f]/;
/** Says where a word may be parted. */
const SOFT_HYPHEN = '\u00ad';
/** Of what is printed; the rest is kept as a file. */
const MOST_PRINTED = 100_000;
const INDENT = '   ';

export interface Framed {
  readonly text: string;
  /** Whether something was left out. */
  readonly cut: boolean;
}

/** Ends with the end of a line; empty for an empty text. */
export function frame(text: string): Framed {
  if (text === '') return { text: '', cut: false };
  const cut = text.length > MOST_PRINTED;
  const shown = cut ? text.slice(0, text.lastIndexOf('\n', MOST_PRINTED) + 1 || MOST_PRINTED) : text;
  const lines = shown.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  return {
    text: lines.map((line) => `${INDENT}${line.replaceAll('\t', '  ').replace(UNSEEN, spell)}\n`).join(''),
    cut,
  };
}

function spell(character: string): string {
  if (character === SOFT_HYPHEN) return '';
  if (LET_THROUGH.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The values of secrets, and how addresses and JSON write them, with their names in their place. */
export function createMask(secrets: Readonly<Record<string, string>>): (text: string) => string {
  const forms = Object.entries(secrets).flatMap(([name, value]) => {
    if (value === '') return [];
    const ways = new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
    return [...ways].map((way) => [way, `{{${name}}}`] as const);
  });
  const longestFirst = forms.toSorted(([a], [b]) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, [way, name]) => masked.replaceAll(way, name), text);
}
