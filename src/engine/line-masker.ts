/**
 * Overwrites what looks like a secret in bytes that come in pieces, one line after the other. It keeps no time: whoever calls it says
 * when nothing has followed for a while. What it gives does not depend on how the bytes were cut, but for those pauses.
 */

import { MAY_HOLD_SECRET, SECRET_BEGINNING } from '../core/secret-patterns.ts';
import { mergeRanges, secretRanges, type TextRange } from '../core/secrets.ts';
import type { OutputChunk } from '../protocol/api.ts';

export interface LineMasker {
  push(chunk: OutputChunk): OutputChunk[];
  /** What is held, as far as it can be judged: what may be the beginning of a secret is masked. */
  idle(): OutputChunk[];
  end(): OutputChunk[];
  /** True if something is held. */
  holds(): boolean;
}

/** A line that is longer is looked at in windows. What stands in two of them is seen whole in one, if it is not longer than this. */
const WINDOW = 64 * 1024;
const OVERLAP = 16 * 1024;

const MOST_ROUNDS = 8;

const STAR = 0x2a;
/** Both end a line: what a program writes over its last line is one as well. */
const NEWLINE = 0x0a;
const RETURN = 0x0d;

const KEY_BEGINS = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const KEY_ENDS = /-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
/** A line of a key, perhaps with a number or a mark before it; a header of one; an empty line. */
const KEY_LINE = /^(?:.{0,24}?[A-Za-z0-9+/=]{16,}\W{0,8}|\s*[A-Za-z0-9+/=]*\s*|\s*[A-Z][A-Za-z-]{1,20}: .{1,120})$/;
/** Where its beginning was not seen, only a full line is taken for one. */
const FULL_KEY_LINE = /^.{0,24}?[A-Za-z0-9+/]{48,}={0,2}\W{0,8}$/;
const WORD_END = /[\s"'`;&|<>]/;

export function createLineMasker(): LineMasker {
  /** The line that has not ended, or the last window of it, and where it begins. */
  let line: Uint8Array = new Uint8Array(0);
  let offset = 0;
  /** How many of its bytes were given out. */
  let given = 0;
  /** From there to the end of the word it may belong to a secret whose beginning is not in `line`. */
  let torn: number | undefined;
  let key: 'no' | 'perhaps' | 'inside' = 'no';

  /** What of the line, as far as it is known, is secret. */
  const secretsIn = (text: string, ended: boolean): TextRange[] => {
    const ranges = foundIn(text);
    const isKey =
      key === 'perhaps' ? FULL_KEY_LINE.test(bodyOf(text)) : key === 'inside' && KEY_LINE.test(bodyOf(text));
    if (isKey || (key === 'inside' && (KEY_ENDS.test(text) || !ended))) ranges.push([0, bodyOf(text).length]);
    if (torn !== undefined) {
      const end = text.slice(torn).search(WORD_END);
      ranges.push([torn, end === -1 ? text.length : torn + end]);
    }
    if (!ended) {
      const beginning = SECRET_BEGINNING.exec(text);
      if (beginning !== null) ranges.push([beginning.index + (beginning[1]?.length ?? 0), text.length]);
    }
    return mergeRanges(ranges);
  };

  /** Gives out the line up to `upTo`, and says whether what is secret goes on there. */
  const give = (ranges: readonly TextRange[], upTo: number): OutputChunk[] => {
    if (upTo <= given) return [];
    const start = given;
    given = upTo;
    const masked = ranges.filter(([from, to]) => to > start && from < upTo);
    if (masked.length === 0) return [{ offset: offset + start, bytes: line.subarray(start, upTo) }];
    const bytes = Uint8Array.from(line.subarray(start, upTo));
    for (const [from, to] of masked) bytes.fill(STAR, Math.max(0, from - start), to - start);
    return [{ offset: offset + start, bytes }];
  };

  const endLine = (): OutputChunk[] => {
    const text = textOf(line);
    const chunks = give(secretsIn(text, true), line.length);
    key = keyAfter(bodyOf(text));
    offset += line.length;
    line = EMPTY;
    given = 0;
    torn = undefined;
    return chunks;
  };
  const keyAfter = (text: string): typeof key => {
    if (KEY_ENDS.test(text)) return 'no';
    if (KEY_BEGINS.test(text)) return 'inside';
    if (key === 'perhaps') {
      if (FULL_KEY_LINE.test(text)) return 'inside';
      return torn !== undefined || text === '' ? 'perhaps' : 'no'; // half a line tells nothing
    }
    return key === 'inside' && KEY_LINE.test(text) ? 'inside' : 'no';
  };

  /** The window is full: what lies before its last part can be told. */
  const moveOn = (): OutputChunk[] => {
    const ranges = secretsIn(textOf(line), true);
    const cut = WINDOW - OVERLAP;
    const chunks = give(ranges, cut);
    torn = ranges.some(([from, to]) => from <= cut && to === WINDOW) ? OVERLAP : undefined;
    const keep = cut - OVERLAP;
    line = line.slice(keep);
    offset += keep;
    given -= keep;
    return chunks;
  };

  /** True at the beginning of a line of which nothing special is known. */
  const isFresh = (): boolean => line.length === 0 && torn === undefined && key === 'no';
  const take = (bytes: Uint8Array): OutputChunk[] => {
    const chunks: OutputChunk[] = [];
    const plainBytes = findPlainLines(bytes);
    for (let at = 0; at < bytes.length; ) {
      const plain = isFresh() ? plainBytes(at) : 0;
      if (plain > 0) {
        chunks.push({ offset, bytes: bytes.subarray(at, at + plain) });
        offset += plain;
        at += plain;
        continue;
      }
      const upTo = lineEnd(bytes, at);
      const end = Math.min(upTo, at + WINDOW - line.length);
      const piece = bytes.subarray(at, end);
      line = line.length === 0 ? piece : Buffer.concat([line, piece]);
      at = end;
      if (isLineEnd(line.at(-1))) chunks.push(...endLine());
      else if (line.length === WINDOW) chunks.push(...moveOn());
    }
    line = Uint8Array.from(line); // what came may be used again by whoever gave it
    return chunks;
  };

  return {
    push(chunk) {
      const expected = offset + line.length;
      if (chunk.offset === expected) return joined(take(chunk.bytes));
      const chunks = endLine();
      offset = chunk.offset;
      torn = 0;
      key = 'perhaps';
      return joined([...chunks, ...take(chunk.bytes)]);
    },
    idle: () => give(secretsIn(textOf(line), false), line.length),
    end: endLine,
    holds: () => line.length > given,
  };
}

const EMPTY = new Uint8Array(0);

/** What is secret, also once the rest of it is masked: so that masking again changes nothing. */
function foundIn(text: string): TextRange[] {
  const all: TextRange[] = [];
  let masked = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = mergeRanges(secretRanges(masked));
    const next = found.reduceRight(
      (rest, [from, to]) => rest.slice(0, from) + '*'.repeat(to - from) + rest.slice(to),
      masked,
    );
    if (next === masked) break;
    masked = next;
    all.push(...found);
  }
  return all;
}

/** One unit a byte. What a byte of a longer character looks like must not end a word. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').replaceAll('\xa0', '\xff');
}

function bodyOf(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

/** Tells how many bytes from a place on are whole lines without anything that a secret has. */
function findPlainLines(bytes: Uint8Array): (at: number) => number {
  const end = Math.max(bytes.lastIndexOf(NEWLINE), bytes.lastIndexOf(RETURN)) + 1;
  let text: string | undefined;
  return (at) => {
    if (end <= at) return 0;
    text ??= textOf(bytes.subarray(0, end));
    MAY_HOLD_SECRET.lastIndex = at;
    let first = MAY_HOLD_SECRET.exec(text)?.index ?? end;
    while (first > at && first < end && !isLineEnd(bytes[first - 1])) first -= 1;
    return first - at;
  };
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === NEWLINE || byte === RETURN;
}

/** After the first end of a line from `at` on, or at the end of the bytes. */
function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(NEWLINE, at);
  const upTo = newline === -1 ? bytes.length : newline + 1;
  const back = bytes.subarray(at, upTo).indexOf(RETURN);
  return back === -1 ? upTo : at + back + 1;
}

/** Those that follow on each other as one: lines are many, and each chunk costs a frame. */
function joined(chunks: readonly OutputChunk[]): OutputChunk[] {
  const groups: { offset: number; end: number; parts: Uint8Array[] }[] = [];
  for (const { offset, bytes } of chunks) {
    const last = groups.at(-1);
    if (last === undefined || last.end !== offset) groups.push({ offset, end: offset + bytes.length, parts: [bytes] });
    else {
      last.parts.push(bytes);
      last.end += bytes.length;
    }
  }
  return groups.map(({ offset, parts }) => ({ offset, bytes: Buffer.concat(parts) }));
}
