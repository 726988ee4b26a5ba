/**
 * What a word of shell text becomes. It takes quotes away by rules that bash and POSIX sh share; a word whose meaning needs anything
 * else (an expansion, a glob) is not known, and one that the two read differently is an obstacle besides.
 */

import type { Word } from '../../../core/policy/reading.ts';

export interface DecodedWord {
  readonly word: Word;
  readonly obstacle?: string;
}

/** `source` is the word as it stands in the text, `parsed` what the parser makes of it: where the two differ, nobody knows. */
export function decodeWord(source: string, parsed: string): DecodedWord {
  const scan = scanWord(source);
  if (scan.dynamic) {
    const first = scan.start[0];
    const operand = !scan.splits && (source.startsWith('~') || (first !== undefined && first !== '-'));
    return {
      word: { known: false, source, operand },
      ...(scan.obstacle === undefined ? {} : { obstacle: scan.obstacle }),
    };
  }
  if (scan.text !== parsed) return unsure(source, `shells may read ${shown(source)} differently`);
  if (scan.obstacle !== undefined) return unsure(source, scan.obstacle);
  return { word: { known: true, text: scan.text } };
}

/** Shell text as part of a phrase, short. */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `"${short}"`;
}

function unsure(source: string, obstacle: string): DecodedWord {
  return { word: { known: false, source, operand: false }, obstacle };
}

interface Scan {
  /** Without its quotes, as far as it is known. */
  text: string;
  /** What stands before the first thing that is not known. */
  start: string;
  dynamic: boolean;
  /** Whether it may become any number of words that begin with anything. */
  splits: boolean;
  obstacle?: string;
}

function scanWord(source: string): Scan {
  const scan: Scan = { text: '', start: '', dynamic: false, splits: false };
  let at = 0;
  while (at < source.length) {
    const char = source[at] as string;
    if (char === "'") at = scanSingleQuotes(source, at, scan);
    else if (char === '"') at = scanDoubleQuotes(source, at, scan);
    else if (char === '\\') {
      const next = source[at + 1];
      if (next === undefined) scan.obstacle = 'it ends in a backslash';
      else if (next !== '\n') add(scan, next);
      at += 2;
    } else {
      scanPlain(source, at, scan);
      at += 1;
    }
  }
  return scan;
}

function scanSingleQuotes(source: string, at: number, scan: Scan): number {
  const end = source.indexOf("'", at + 1);
  if (end === -1) scan.obstacle = 'a quote is not closed';
  add(scan, source.slice(at + 1, end === -1 ? undefined : end));
  return end === -1 ? source.length : end + 1;
}

function scanDoubleQuotes(source: string, from: number, scan: Scan): number {
  let at = from + 1;
  while (at < source.length && source[at] !== '"') {
    const char = source[at] as string;
    const next = source[at + 1];
    if (char === '\\' && next !== undefined) {
      if (next !== '\n') add(scan, '$`"\\'.includes(next) ? next : `\\${next}`);
      at += 2;
      continue;
    }
    if (char === '$' || char === '`') {
      // What an expansion holds may have quotes of its own: the rest is not known.
      makeDynamic(scan, true);
      return source.length;
    }
    if (char === '!') noteHistory(source, at, scan);
    add(scan, char);
    at += 1;
  }
  if (at >= source.length) scan.obstacle = 'a quote is not closed';
  return at + 1;
}

function scanPlain(source: string, at: number, scan: Scan): void {
  const char = source[at] as string;
  switch (char) {
    case '$':
      if (source[at + 1] === '[') scan.obstacle = '"$[" is read by bash alone';
      makeDynamic(scan, true);
      return;
    case '`':
      makeDynamic(scan, true);
      return;
    case '*':
    case '?':
      makeDynamic(scan, false);
      return;
    case '[':
      // Alone it is the name of a command.
      if (source === '[') add(scan, char);
      else makeDynamic(scan, false);
      return;
    case '{': {
      // Braces without a comma or two dots mean themselves: `{}`, `stash@{0}`.
      const rest = source.slice(at);
      if (rest.includes(',') || rest.includes('..')) makeDynamic(scan, false);
      else add(scan, char);
      return;
    }
    case '~':
      if (at === 0 || source[at - 1] === '=' || source[at - 1] === ':') makeDynamic(scan, false);
      else add(scan, char);
      return;
    case '(':
    case ')':
    case '<':
    case '>':
      makeDynamic(scan, true);
      return;
    case '!':
      noteHistory(source, at, scan);
      add(scan, char);
      return;
    default:
      add(scan, char);
  }
}

function add(scan: Scan, text: string): void {
  scan.text += text;
  if (!scan.dynamic) scan.start += text;
}

function makeDynamic(scan: Scan, splits: boolean): void {
  scan.dynamic = true;
  scan.splits ||= splits;
}

/** A shell with history on would put an old command here. */
function noteHistory(source: string, at: number, scan: Scan): void {
  const next = source[at + 1];
  if (next !== undefined && !/[\s=("']/.test(next))
    scan.obstacle = `${shown(source)} could mean an old command of the history`;
}
