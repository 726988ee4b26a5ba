/**
 * Finds any of a set of byte strings in bytes that come in pieces, in one pass that skips what cannot hold one (Wu and Manber,
 * "A fast algorithm for multi-pattern searching", 1994). It knows nothing of what they mean.
 */

export interface ByteMatcher {
  /** Calls back for each occurrence, also where they overlap. */
  search(bytes: Uint8Array, found: (start: number, end: number) => void): void;
  /** How many bytes at the end may be the beginning of one that goes on in what follows. */
  heldAt(bytes: Uint8Array): number;
}

/** A block of two bytes tells how far the window may move on. */
const BLOCK = 2;

/** Of strings of at least two bytes. */
export function createByteMatcher(needles: readonly Uint8Array[]): ByteMatcher {
  const longest = Math.max(0, ...needles.map(({ length }) => length));
  const window = Math.min(...needles.map(({ length }) => length));
  const shifts = new Uint16Array(0x10000).fill(window - BLOCK + 1);
  /** Those whose window ends in the block, and those that begin with it. */
  const ending = new Map<number, Uint8Array[]>();
  const beginning = new Map<number, Uint8Array[]>();
  for (const needle of needles) {
    for (let at = 0; at + BLOCK <= window; at += 1) {
      const block = blockAt(needle, at);
      shifts[block] = Math.min(shifts[block] ?? 0, window - BLOCK - at);
    }
    add(ending, blockAt(needle, window - BLOCK), needle);
    add(beginning, blockAt(needle, 0), needle);
  }
  const firsts = new Set(needles.map((needle) => needle[0]));

  const mayGoOn = (bytes: Uint8Array, start: number): boolean => {
    const rest = bytes.length - start;
    if (rest < BLOCK) return firsts.has(bytes[start]);
    for (const needle of beginning.get(blockAt(bytes, start)) ?? []) {
      if (needle.length > rest && fits(needle, bytes, start, rest)) return true;
    }
    return false;
  };

  return {
    search(bytes, found) {
      for (let at = 0; at + window <= bytes.length; ) {
        const block = blockAt(bytes, at + window - BLOCK);
        const shift = shifts[block] ?? 1;
        if (shift > 0) {
          at += shift;
          continue;
        }
        for (const needle of ending.get(block) ?? []) {
          if (at + needle.length <= bytes.length && fits(needle, bytes, at, needle.length))
            found(at, at + needle.length);
        }
        at += 1;
      }
    },
    heldAt(bytes) {
      for (let start = Math.max(0, bytes.length - longest + 1); start < bytes.length; start += 1) {
        if (mayGoOn(bytes, start)) return bytes.length - start;
      }
      return 0;
    },
  };
}

function blockAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function add(map: Map<number, Uint8Array[]>, block: number, needle: Uint8Array): void {
  const there = map.get(block);
  if (there === undefined) map.set(block, [needle]);
  else there.push(needle);
}

function fits(needle: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  for (let index = 0; index < length; index += 1) if (needle[index] !== bytes[at + index]) return false;
  return true;
}
