/**
 * Lists of places in the thread, newest first, that are read only as far as they are needed: what search cuts and merges. A list
 * may have millions of places; a few hundred of them are in memory.
 */

import type { EntryKey } from '../../core/ids.ts';
import type { Database, Snapshot } from './database.ts';
import type { KeyRange } from './keys.ts';

const FIRST_PIECE = 32;
const LARGEST_PIECE = 1024;

/** A list of places, newest first, that stands at one of them. */
export interface Places {
  /** Where it stands; undefined at the end. */
  peek(): Promise<EntryKey | undefined>;
  /** Leaves the place where it stands. */
  step(): void;
  /** Goes on to the newest place that is not newer than this one. */
  seek(place: EntryKey): void;
  close(): Promise<void>;
}

/** The places at the end of the keys of a range; all its keys have the same prefix before them. */
export function placesInRange(db: Database, snapshot: Snapshot, prefix: string, range: KeyRange): Places {
  const iterator = db.keys({ ...range, reverse: true, snapshot });
  let piece: string[] = [];
  let position = 0;
  let size = FIRST_PIECE;
  let ended = false;
  return {
    async peek() {
      if (position === piece.length && !ended) {
        piece = await iterator.nextv(size);
        position = 0;
        ended = piece.length === 0;
        size = Math.min(size * 2, LARGEST_PIECE);
      }
      return piece[position]?.slice(prefix.length);
    },
    step() {
      position += 1;
    },
    seek(place) {
      const target = prefix + place;
      while (position < piece.length && (piece[position] ?? '') > target) position += 1;
      if (position < piece.length || ended) return;
      // Beyond what is in memory: jump, and read less than before, as most of it may be jumped over again.
      iterator.seek(target);
      piece = [];
      position = 0;
      size = Math.max(FIRST_PIECE, size >> 1);
    },
    close: () => iterator.close(),
  };
}

/** Places that are all in memory, newest first. */
export function placesInMemory(places: readonly EntryKey[]): Places {
  let position = 0;
  return {
    peek: () => Promise.resolve(places[position]),
    step() {
      position += 1;
    },
    seek(place) {
      while (position < places.length && (places[position] ?? '') > place) position += 1;
    },
    close: () => Promise.resolve(),
  };
}

/** Every place that stands in any of the lists, once. */
export function anyOf(lists: readonly Places[]): Places {
  /** Where each list stands; UNKNOWN once it has moved. */
  const UNKNOWN = null;
  const heads: (EntryKey | undefined | null)[] = lists.map(() => UNKNOWN);
  let newest: EntryKey | undefined;
  return {
    async peek() {
      newest = undefined;
      for (const [index, list] of lists.entries()) {
        let head = heads[index];
        if (head === UNKNOWN) {
          head = await list.peek();
          heads[index] = head;
        }
        if (head !== undefined && (newest === undefined || head > newest)) newest = head;
      }
      return newest;
    },
    step() {
      for (const [index, list] of lists.entries()) {
        if (heads[index] !== newest) continue;
        list.step();
        heads[index] = UNKNOWN;
      }
    },
    seek(place) {
      for (const [index, list] of lists.entries()) {
        const head = heads[index];
        if (head === undefined || (head !== UNKNOWN && head <= place)) continue;
        list.seek(place);
        heads[index] = UNKNOWN;
      }
    },
    async close() {
      await Promise.all(lists.map((list) => list.close()));
    },
  };
}

/** The places that stand in all of the lists, newest first. */
export async function* inAll(lists: readonly Places[]): AsyncGenerator<EntryKey> {
  for (;;) {
    let newest: EntryKey | undefined;
    let oldest: EntryKey | undefined;
    for (const list of lists) {
      const place = await list.peek();
      if (place === undefined) return;
      if (newest === undefined || place > newest) newest = place;
      if (oldest === undefined || place < oldest) oldest = place;
    }
    if (oldest === undefined) return;
    if (newest === oldest) {
      yield oldest;
      for (const list of lists) list.step();
    } else {
      for (const list of lists) list.seek(oldest);
    }
  }
}
