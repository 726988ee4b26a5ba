/**
 * Lists of places in the thread, newest or oldest first, that are read only as far as they are needed: what search cuts and merges. A list
 * may have millions of places; a few hundred of them are in memory.
 */

import type { EntryKey } from '../../core/ids.ts';
import type { Database, Snapshot } from './database.ts';
import type { KeyRange } from './keys.ts';

const FIRST_PIECE = 32;
const LARGEST_PIECE = 1024;

/** Which places come first. All lists that are read together have the same order. */
export type Order = 'newest' | 'oldest';

const comesBefore = (order: Order): ((one: string, other: string) => boolean) =>
  order === 'newest' ? (one, other) => one > other : (one, other) => one < other;

/** A list of places that stands at one of them. */
export interface Places {
  /** Where it stands; undefined at the end. */
  peek(): Promise<EntryKey | undefined>;
  /** Leaves the place where it stands. */
  step(): void;
  /** Goes on to the first place that does not come before this one. */
  seek(place: EntryKey): void;
  close(): Promise<void>;
}

/** The places at the end of the keys of a range; all its keys have the same prefix before them. */
export function placesInRange(db: Database, snapshot: Snapshot, prefix: string, range: KeyRange, order: Order): Places {
  const isBefore = comesBefore(order);
  const iterator = db.keys({ ...range, reverse: order === 'newest', snapshot });
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
      while (position < piece.length && isBefore(piece[position] ?? '', target)) position += 1;
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

/** Places that are all in memory, in that order. */
export function placesInMemory(places: readonly EntryKey[], order: Order): Places {
  const isBefore = comesBefore(order);
  let position = 0;
  return {
    peek: () => Promise.resolve(places[position]),
    step() {
      position += 1;
    },
    seek(place) {
      while (position < places.length && isBefore(places[position] ?? '', place)) position += 1;
    },
    close: () => Promise.resolve(),
  };
}

/** Every place that stands in any of the lists, once. */
export function anyOf(lists: readonly Places[], order: Order): Places {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const isBefore = comesBefore(order);
  /** Where each list stands; UNKNOWN once it has moved. */
  const UNKNOWN = null;
  const heads: (EntryKey | undefined | null)[] = lists.map(() => UNKNOWN);
  let first: EntryKey | undefined;
  return {
    async peek() {
      first = undefined;
      for (const [index, list] of lists.entries()) {
        let head = heads[index];
        if (head === UNKNOWN) {
          head = await list.peek();
          heads[index] = head;
        }
        if (head !== undefined && (first === undefined || isBefore(head, first))) first = head;
      }
      return first;
    },
    step() {
      for (const [index, list] of lists.entries()) {
        if (heads[index] !== first) continue;
        list.step();
        heads[index] = UNKNOWN;
      }
    },
    seek(place) {
      for (const [index, list] of lists.entries()) {
        const head = heads[index];
        if (head === undefined || (head !== UNKNOWN && !isBefore(head, place))) continue;
        list.seek(place);
        heads[index] = UNKNOWN;
      }
    },
    async close() {
      await Promise.all(lists.map((list) => list.close()));
    },
  };
}

/**
 * The places that stand in all of the lists, in order. It gives up after so many rounds, and returns the last place that it has judged;
 * nothing, if it came to the end.
 */
export async function* inAll(
  lists: readonly Places[],
  order: Order,
  rounds: number,
): AsyncGenerator<EntryKey, EntryKey | undefined> {
  const isBefore = comesBefore(order);
  let judged: EntryKey | undefined;
  for (let round = 0; ; ) {
    let first: EntryKey | undefined;
    let last: EntryKey | undefined;
    for (const list of lists) {
      const place = await list.peek();
      if (place === undefined) return undefined;
      if (first === undefined || isBefore(place, first)) first = place;
      if (last === undefined || isBefore(last, place)) last = place;
    }
    if (first === undefined || last === undefined) return undefined;
    if (first === last) {
      yield first;
      judged = first;
      for (const list of lists) list.step();
    } else {
      // Nothing before the last of them is in all; what comes first is judged with it.
      judged = first;
      for (const list of lists) list.seek(last);
      round += 1;
      if (round === rounds) return judged;
    }
  }
}
