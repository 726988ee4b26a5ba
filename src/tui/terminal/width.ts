// The one measure of text in columns: how many cells a grapheme takes, and cutting, wrapping and padding by it.
// It never alters text and knows nothing of colours or escapes: sanitise first.

import { eastAsianWidth } from 'get-east-asian-width';
import { lazily } from '../../core/lazily.ts';

export type CellWidth = 0 | 1 | 2;
export interface Grapheme {
  readonly text: string;
  readonly width: CellWidth;
}

/** What one UTF-16 unit says on its own: a cell width where it can never join a neighbour that is itself simple. */
const UNKNOWN = 0;
const NOT_SIMPLE = 3;
const classes = new Uint8Array(0x10000);
const visiblePattern = lazily(() => /[\p{L}\p{N}\p{P}\p{S}\p{Zs}]/u);
const zeroWidthPattern = lazily(() => /^[\p{M}\p{Cf}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u1160-\u11ff\ud7b0-\ud7ff\u3164\uffa0]$/u);
const emojiPattern = lazily(() => /^\p{Emoji}/u);
const regionalPattern = lazily(() => /^\p{Regional_Indicator}{2}$/u);
const EMOJI_SEQUENCE = /\u200d|[\u{1f3fb}-\u{1f3ff}]/u;

const segmenter = lazily(() => new Intl.Segmenter('und', { granularity: 'grapheme' }));
const segment = (text: string) => segmenter().segment(text);

/**
 * Blocks in which every character takes its cells and joins nothing: Latin, punctuation, arrows, mathematics, technical signs, and what
 * boxes and pictures are drawn with. They are all that most frames have, and need no class of Unicode.
 */
export const PLAIN_BLOCKS = [
  [0x20, 0x7e],
  [0xa1, 0xac],
  [0xae, 0x2ff],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x2190, 0x2426],
  [0x2500, 0x27bf],
  [0x2800, 0x28ff],
] as const;

const isPlain = (unit: number): boolean => PLAIN_BLOCKS.some(([first, last]) => unit >= first && unit <= last);

function classify(unit: number): number {
  const found = isPlain(unit) || isAlone(unit) ? eastAsianWidth(unit) : NOT_SIMPLE;
  classes[unit] = found;
  return found;
}

/** It is seen, and no neighbour makes one grapheme with it. */
function isAlone(unit: number): boolean {
  const char = String.fromCharCode(unit);
  const jamo =
    (unit >= 0x1100 && unit <= 0x11ff) || (unit >= 0xa960 && unit <= 0xa97f) || (unit >= 0xd7b0 && unit <= 0xdfff);
  // In these ranges nothing visible joins a letter; to ask the segmenter would load its data, 15 ms of every first frame.
  const surely = unit < 0x300 || (unit >= 0x2000 && unit < 0xa000);
  if (jamo || !visiblePattern().test(char) || zeroWidthPattern().test(char)) return false;
  return surely || [...segment(`a${char}a`)].length === 3;
}

const simpleWidth = (unit: number): number => {
  const known = classes[unit];
  return known === UNKNOWN || known === undefined ? classify(unit) : known;
};

const widths = new Map<string, CellWidth>();
const MAX_KNOWN_WIDTHS = 4096;

function clusterWidth(cluster: string): CellWidth {
  const known = widths.get(cluster);
  if (known !== undefined) return known;
  const found = measureCluster(cluster);
  if (widths.size >= MAX_KNOWN_WIDTHS) widths.clear();
  widths.set(cluster, found);
  return found;
}

function measureCluster(cluster: string): CellWidth {
  // Emoji presentation selected, flags, and joined or skin-toned emoji are one wide picture.
  if (regionalPattern().test(cluster)) return 2;
  if (
    emojiPattern().test(cluster) &&
    (cluster.includes('\ufe0f') || (cluster.length > 2 && EMOJI_SEQUENCE.test(cluster)))
  ) {
    return 2;
  }
  let total = 0;
  for (const char of cluster) {
    if (zeroWidthPattern().test(char)) continue;
    total += eastAsianWidth(char.codePointAt(0) as number);
    if (total >= 2) return 2;
  }
  return total as CellWidth;
}

/**
 * Visits each grapheme from the index `from`, in order, with its width and its index; stops when `visit` answers false.
 * The allocation-free form of {@link graphemes}, for drawing.
 */
export function eachGrapheme(
  text: string,
  visit: (text: string, width: CellWidth, index: number) => unknown,
  from = 0,
): void {
  let at = from;
  const end = text.length;
  while (at < end) {
    const width = simpleWidth(text.charCodeAt(at));
    if (width !== NOT_SIMPLE && (at + 1 === end || simpleWidth(text.charCodeAt(at + 1)) !== NOT_SIMPLE)) {
      if (visit(text[at] as string, width as CellWidth, at) === false) return;
      at += 1;
      continue;
    }
    const next = visitHardRun(text, at, visit);
    if (next === undefined) return;
    at = next;
  }
}

// Large enough for any real cluster, small enough that a visitor who stops early does not pay for a megabyte.
const MAX_HARD_RUN = 2048;

/** Visits the graphemes of a run that needs the segmenter; answers where it ended, or undefined if told to stop. */
function visitHardRun(
  text: string,
  from: number,
  visit: (text: string, width: CellWidth, index: number) => unknown,
): number | undefined {
  const stop = endOfHardRun(text, from);
  const cut = stop - from > MAX_HARD_RUN ? from + MAX_HARD_RUN : stop;
  let next = from;
  for (const { segment: part, index } of segment(text.slice(from, cut))) {
    // The last cluster before a cut may go on behind it: it begins the next run, unless it is all of this one.
    if (cut < stop && index > 0 && from + index + part.length === cut) return from + index;
    if (visit(part, clusterWidth(part), from + index) === false) return undefined;
    next = from + index + part.length;
  }
  return next;
}

/** Between two simple units there is always a boundary, so only the run up to such a place needs the segmenter. */
function endOfHardRun(text: string, from: number): number {
  const last = Math.min(text.length, from + MAX_HARD_RUN + 1);
  for (let at = from + 1; at < last; at += 1) {
    const simple = simpleWidth(text.charCodeAt(at)) !== NOT_SIMPLE;
    if (simple && simpleWidth(text.charCodeAt(at - 1)) !== NOT_SIMPLE) return at;
  }
  return last;
}

export function* graphemes(text: string): Generator<Grapheme> {
  let at = 0;
  while (at < text.length) {
    const batch: Grapheme[] = [];
    eachGrapheme(
      text,
      (part, width, index) => {
        batch.push({ text: part, width });
        at = index + part.length;
        return batch.length < 256;
      },
      at,
    );
    yield* batch;
  }
}

export function stringWidth(text: string): number {
  let total = 0;
  eachGrapheme(text, (_part, width) => {
    total += width;
  });
  return total;
}

/** The text, or as much of it as fits together with the ellipsis; never cuts a grapheme. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (text.length <= width && stringWidth(text) <= width) return text;
  const mark = stringWidth(ellipsis);
  const room = width - mark;
  let used = 0;
  let keep = 0;
  let fits = true;
  eachGrapheme(text, (part, columns, index) => {
    used += columns;
    if (used <= room) keep = index + part.length;
    fits = used <= width;
    return fits;
  });
  if (fits) return text;
  return room >= 0 ? text.slice(0, keep) + ellipsis : truncate(ellipsis, width, '');
}

export function padEnd(text: string, width: number): string {
  const missing = width - stringWidth(text);
  return missing > 0 ? text + ' '.repeat(missing) : text;
}

/** Word wrap that keeps newlines as line breaks and breaks words longer than a line at grapheme boundaries. */
export function wrap(text: string, width: number): string[] {
  const columns = Math.max(1, width);
  return text
    .split('\n')
    .flatMap((line) => (line.length <= columns && stringWidth(line) <= columns ? [line] : wrapLine(line, columns)));
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let start = 0; // where the current line begins
  let used = 0; // its width up to here
  let breakAt = -1; // after the last blank of the current line
  let usedAtBreak = 0;
  eachGrapheme(line, (part, width, index) => {
    // Twice, if what follows the last blank still has no room for a wide grapheme.
    while (used + width > columns && part !== ' ' && index > start) {
      const cut = breakAt > start ? breakAt : index;
      lines.push(line.slice(start, cut).replace(/ +$/, ''));
      used -= breakAt > start ? usedAtBreak : used;
      start = cut;
      breakAt = -1;
    }
    used += width;
    if (part === ' ') {
      breakAt = index + 1;
      usedAtBreak = used;
    }
  });
  lines.push(line.slice(start).replace(/ +$/, ''));
  return lines;
}
