/**
 * Search: the entries that have every word and mark of the terms, in order. It reads the lists of the words and marks side by side from
 * the end that is asked for and stops when the page is full, so a common word costs no more than a rare one; and where little of what
 * it looks at is meant it stops too, and says where to go on.
 */

import type { EntryKey } from '../../core/ids.ts';
import { hasWordWith, KINDS, kindMark, type SearchTerms } from '../../core/search/found-by.ts';
import { isEmpty } from '../../core/search/query.ts';
import type { SearchPage, StoredEntry } from '../../engine/ports.ts';
import { type Database, type Snapshot, withSnapshot } from './database.ts';
import * as keys from './keys.ts';
import { anyOf, inAll, type Order, type Places, placesInMemory, placesInRange } from './postings.ts';
import { readEntriesAt, readPlacesOfId } from './reads.ts';

/** So many places of words with a prefix are simply read and sorted. */
const FEW_PLACES = 2000;
/** So many words with a prefix are read side by side. */
const FEW_WORDS = 64;
/** How many entries are looked at in one go where the index cannot tell, and in one request. */
const PIECE = 256;
const MOST_LOOKED_AT = 8 * PIECE;
/** How many places one request looks at where lists have little in common. */
const MOST_ROUNDS = 4000;

export interface StoreSearch {
  readonly terms: SearchTerms;
  readonly before?: EntryKey;
  /** Oldest first, from there on; else newest first. */
  readonly after?: EntryKey;
  readonly limit: number;
}

export async function searchEntries(db: Database, { terms, before, after, limit }: StoreSearch): Promise<SearchPage> {
  if (isEmpty(terms) || limit <= 0) return { items: [], more: false };
  return withSnapshot(db, async (snapshot) => {
    const bounds = boundsOf(terms, before, after);
    const place: Place = { db, snapshot, bounds, order: after === undefined ? 'newest' : 'oldest' };
    const lists: Places[] = [];
    try {
      for (const group of terms.marks) lists.push(placesOfMarks(place, group));
      for (const word of terms.words.slice(0, -1)) lists.push(placesOfWord(place, word));
      const beginning = terms.words.at(-1);
      const last = beginning === undefined ? undefined : await placesOfBeginning(place, beginning);
      if (last !== undefined) lists.push(last);
      // Nothing but a time, or nearly everything has such a word: walk over all entries, or those with the rest, and look.
      else if (lists.length === 0) lists.push(placesOfMarks(place, KINDS.map(kindMark)));
      const looks = beginning !== undefined && last === undefined;
      const accepts = looks ? (entry: StoredEntry) => hasWordWith(beginning, entry) : undefined;
      return await readPage(place, lists, limit, accepts);
    } finally {
      await Promise.all(lists.map((list) => list.close()));
    }
  });
}

/** From one place to before another. */
interface Bounds {
  readonly from: string;
  readonly to: string | undefined;
}

/** Where, when and in which order a search reads. */
interface Place {
  readonly db: Database;
  readonly snapshot: Snapshot;
  readonly bounds: Bounds;
  readonly order: Order;
}

function boundsOf({ since, until }: SearchTerms, before: EntryKey | undefined, after: EntryKey | undefined): Bounds {
  const froms = [since === undefined ? '' : keys.placeAt(since), after === undefined ? '' : keys.justAfter(after)];
  const tos = [...(until === undefined ? [] : [keys.placeAt(until)]), ...(before === undefined ? [] : [before])];
  return { from: froms.sort().at(-1) ?? '', to: tos.sort().at(0) };
}

async function readPage(
  { db, order }: Place,
  lists: readonly Places[],
  limit: number,
  accepts: ((entry: StoredEntry) => boolean) | undefined,
): Promise<SearchPage> {
  const places = inAll(lists, order, MOST_ROUNDS);
  const found: StoredEntry[] = [];
  const size = accepts === undefined ? limit + 1 : PIECE;
  let looked = 0;
  for (;;) {
    const piece: EntryKey[] = [];
    let end: IteratorReturnResult<EntryKey | undefined> | undefined;
    while (end === undefined && piece.length < size) {
      const next = await places.next();
      if (next.done === true) end = next;
      else piece.push(next.value);
    }
    const entries = await readEntriesAt(db, piece);
    found.push(...(accepts === undefined ? entries : entries.filter(accepts)));
    looked += piece.length;
    if (found.length > limit) return pageTo(found[limit - 1]?.key, found.slice(0, limit));
    if (end !== undefined) return pageTo(end.value, found);
    if (accepts !== undefined && looked >= MOST_LOOKED_AT) return pageTo(piece.at(-1), found);
  }
}

/** A page after which all goes on beyond a place; without one it is the last. */
const pageTo = (next: EntryKey | undefined, items: readonly StoredEntry[]): SearchPage =>
  next === undefined ? { items, more: false } : { items, more: true, next };

const placesOfMarks = (place: Place, marks: readonly string[]): Places =>
  anyOf(
    marks.map((mark) => placesUnder(place, keys.markIndexKey(mark, ''))),
    place.order,
  );

const placesOfWord = (place: Place, word: string): Places => placesUnder(place, keys.wordIndexKey(word, ''));

function placesUnder({ db, snapshot, bounds: { from, to }, order }: Place, prefix: string): Places {
  const { gte, lt } = keys.startingWith(prefix);
  return placesInRange(db, snapshot, prefix, { gte: gte + from, lt: to === undefined ? lt : prefix + to }, order);
}

/**
 * The places of all words that begin so, and of what has such an id; undefined if they are too many to be cut from the index.
 */
async function placesOfBeginning(place: Place, beginning: string): Promise<Places | undefined> {
  const few = await fewPlaces(place, beginning);
  if (few !== undefined) {
    const ids = await readPlacesOfId(place.db, beginning);
    return placesInMemory(inOrder(place, ids.length === 0 ? few : new Set([...few, ...ids])), place.order);
  }
  const words = await fewWords(place, beginning);
  if (words === undefined) return undefined;
  return anyOf(
    words.map((word) => placesOfWord(place, word)),
    place.order,
  );
}

function inOrder({ bounds: { from, to }, order }: Place, places: Iterable<EntryKey>): EntryKey[] {
  const sorted = [...places].filter((at) => at >= from && (to === undefined || at < to)).sort();
  return order === 'newest' ? sorted.reverse() : sorted;
}

async function fewPlaces({ db, snapshot }: Place, beginning: string): Promise<ReadonlySet<EntryKey> | undefined> {
  const range = keys.startingWith(keys.wordsBeginning(beginning));
  const found = await db.keys({ ...range, limit: FEW_PLACES + 1, snapshot }).all();
  if (found.length > FEW_PLACES) return undefined;
  return new Set(found.map((key) => key.slice(key.indexOf('/', range.gte.length) + 1)));
}

async function fewWords({ db, snapshot }: Place, beginning: string): Promise<string[] | undefined> {
  const range = keys.startingWith(keys.wordsBeginning(beginning));
  const start = keys.wordsBeginning('').length;
  const words: string[] = [];
  const iterator = db.keys({ ...range, snapshot });
  try {
    for (let key = await iterator.next(); key !== undefined; key = await iterator.next()) {
      if (words.length === FEW_WORDS) return undefined;
      const word = key.slice(start, key.indexOf('/', start));
      words.push(word);
      // `0` follows the slash: beyond every place of this word.
      iterator.seek(`${keys.wordsBeginning(word)}0`);
    }
  } finally {
    await iterator.close();
  }
  return words;
}
