// Tells the terminal emulator how wide each character is and which ones join into one cell, by our own width function,
// so that a hosted program and the dashboard around it agree. It also bounds how much can pile up in one cell.
import type { IUnicodeVersionProvider } from '@xterm/headless';
import { eachGrapheme, stringWidth } from './width.ts';

export const UNICODE_VERSION = 'dispatch';
/** Longer clusters are no text: a flag of tags, the longest in use, has 14 units, a family with skin tones about 20. */
const MAX_CLUSTER_UNITS = 32;

const UNKNOWN = 0;
const NARROW = 1;
const WIDE = 2;
/** May join what stands before it, or has no width of its own. */
const MAY_JOIN = 3;
const classes = new Uint8Array(0x20000);
// One of each kind that something can join: a letter, an emoji with a joiner, half a flag, Hangul, a Devanagari conjunct.
const JOINABLE = ['a', '😀\u200d', '🇩', 'ᄀ', 'ᅡ', '각', 'क्'];

/** A provider for one terminal: it remembers the cluster that is being built. */
export function createUnicodeProvider(): IUnicodeVersionProvider {
  let last = 0; // the code point that begins the cluster, unless it is already in `cluster`
  let cluster = '';
  return {
    version: UNICODE_VERSION,
    wcwidth: (code) => Math.min(2, stringWidth(String.fromCodePoint(code))) as 0 | 1 | 2,
    charProperties(code, preceding) {
      const kind = classOf(code);
      if (kind !== MAY_JOIN) {
        last = code;
        cluster = '';
        return properties(kind, false);
      }
      const char = String.fromCodePoint(code);
      const before = preceding === 0 ? '' : cluster || String.fromCodePoint(last);
      const joined = before === '' ? undefined : joinedWidth(before, char, (preceding >> 1) & 3);
      cluster = joined === undefined ? char : before + char;
      return joined === undefined ? properties(Math.max(1, stringWidth(char)), false) : properties(joined, true);
    },
  };
}

/** The emulator's packing: a state that is not 0 (we keep our own), two bits of width, one for joining. */
const properties = (width: number, join: boolean): number => (1 << 3) | (width << 1) | (join ? 1 : 0);

const joins = new Map<string, number>();
const MAX_KNOWN_JOINS = 4096;
const NO_JOIN = -1;

/** The width of the cell after `char` has joined it; undefined if it does not. */
function joinedWidth(before: string, char: string, width: number): number | undefined {
  if (before.length + char.length > MAX_CLUSTER_UNITS) return undefined;
  const together = before + char;
  let joined = joins.get(together);
  if (joined === undefined) {
    joined = measureJoin(before, char);
    if (joins.size >= MAX_KNOWN_JOINS) joins.clear();
    joins.set(together, joined);
  }
  return joined === NO_JOIN ? undefined : Math.max(width, joined);
}

function measureJoin(before: string, char: string): number {
  let joined = NO_JOIN;
  eachGrapheme(before + char, (part, columns) => {
    if (part.length === before.length + char.length) joined = columns;
    return false;
  });
  // What has no width stays with what it follows, also where it is a cluster of its own (zero-width space).
  return joined === NO_JOIN && stringWidth(char) === 0 ? 0 : joined;
}

function classOf(code: number): number {
  if (code >= 0x20 && code < 0x7f) return NARROW;
  if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) return WIDE;
  if (code >= classes.length) return code < 0x40000 ? WIDE : MAY_JOIN;
  const known = classes[code] as number;
  if (known !== UNKNOWN) return known;
  const found = classify(String.fromCodePoint(code));
  classes[code] = found;
  return found;
}

function classify(char: string): number {
  const width = stringWidth(char);
  if (width === 0) return MAY_JOIN;
  for (const before of JOINABLE) {
    let joins = false;
    eachGrapheme(before + char, (part) => {
      joins = part.length > before.length;
      return false;
    });
    if (joins) return MAY_JOIN;
  }
  return width === 2 ? WIDE : NARROW;
}
