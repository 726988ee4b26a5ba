/**
 * Full-text search: the entries that hold every word of a query, newest first. It reads the lists of the words side by side
 * from their new ends and stops when the page is full, so a common word costs no more than a rare one.
 */

import type { EntryKey } from '../../core/ids.ts';
import type { Page, StoredEntry } from '../../engine/ports.ts';
import { type Database, type Snapshot, withSnapshot } from './database.ts';
import * as keys from './keys.ts';
import { anyOf, inAll, type Places, placesInMemory, placesInRange } from './postings.ts';
import { readEntriesAt } from './reads.ts';
import { searchedText, wordsOf } from './words.ts';

/** So many places of words with a prefix are simply read and sorted. */
const FEW_PLACES = 2000;
/** So many words with a prefix are read side by side. */
const FEW_WORDS = 256;
/** How many entries are looked at in one go where the index cannot tell. */
const PIECE = 256;
/** The words of a query that are looked at. */
const MAX_QUERY_WORDS = 16;

export interface SearchQuery {
  readonly query: string;
  readonly before?: EntryKey;
  readonly limit: number;
}

export async function searchEntries(db: Database, { query, before, limit }: SearchQuery): Promise<Page<StoredEntry>> {
  const words = wordsOf(query).slice(0, MAX_QUERY_WORDS);
  const prefix = words.at(-1);
  if (prefix === undefined || limit <= 0) return { items: [], more: false };
  return withSnapshot(db, async (snapshot) => {
    const place: Place = { db, snapshot, before };
    const lists = words.slice(0, -1).map((word) => placesOfWord(place, word));
    try {
      const last = await placesOfPrefix(place, prefix);
      if (last !== undefined) lists.push(last);
      // Nearly everything has such a word: walk over all entries, or those with the other words, and look.
      else if (lists.length === 0) lists.push(placesOfAll(place));
      const accepts = last === undefined ? (entry: StoredEntry) => hasWordWith(prefix, entry) : undefined;
      return await readPage(db, inAll(lists), limit, accepts);
    } finally {
      await Promise.all(lists.map((list) => list.close()));
    }
  });
}

/** Where and when a search reads. */
interface Place {
  readonly db: Database;
  readonly snapshot: Snapshot;
  readonly before: EntryKey | undefined;
}

async function readPage(
  db: Database,
  places: AsyncGenerator<EntryKey>,
  limit: number,
  accepts: ((entry: StoredEntry) => boolean) | undefined,
): Promise<Page<StoredEntry>> {
  const found: StoredEntry[] = [];
  const size = accepts === undefined ? limit + 1 : PIECE;
  for (let ended = false; !ended && found.length <= limit; ) {
    const piece: EntryKey[] = [];
    while (!ended && piece.length < size) {
      const next = await places.next();
      if (next.done === true) ended = true;
      else piece.push(next.value);
    }
    const entries = await readEntriesAt(db, piece);
    found.push(...(accepts === undefined ? entries : entries.filter(accepts)));
  }
  return { items: found.slice(0, limit), more: found.length > limit };
}

function hasWordWith(prefix: string, entry: StoredEntry): boolean {
  return wordsOf(searchedText(entry)).some((word) => word.startsWith(prefix));
}

function placesOfAll(place: Place): Places {
  return placesUnder(place, keys.entryIndexKey(''));
}

function placesOfWord(place: Place, word: string): Places {
  return placesUnder(place, keys.wordIndexKey(word, ''));
}

function placesUnder({ db, snapshot, before }: Place, prefix: string): Places {
  const { gte, lt } = keys.startingWith(prefix);
  return placesInRange(db, snapshot, prefix, { gte, lt: before === undefined ? lt : prefix + before });
}

/** The places of all words that start with the prefix; undefined if they are too many to be cut from the index. */
async function placesOfPrefix(place: Place, prefix: string): Promise<Places | undefined> {
  const few = await fewPlaces(place, prefix);
  if (few !== undefined) return placesInMemory(few);
  const words = await fewWords(place, prefix);
  return words === undefined ? undefined : anyOf(words.map((word) => placesOfWord(place, word)));
}

async function fewPlaces({ db, snapshot, before }: Place, prefix: string): Promise<EntryKey[] | undefined> {
  const range = keys.startingWith(keyOfPrefix(prefix));
  const found = await db.keys({ ...range, limit: FEW_PLACES + 1, snapshot }).all();
  if (found.length > FEW_PLACES) return undefined;
  const places = new Set(found.map((key) => key.slice(key.indexOf('/', range.gte.length) + 1)));
  return [...places].filter((at) => before === undefined || at < before).sort((a, b) => (a < b ? 1 : -1));
}

async function fewWords({ db, snapshot }: Place, prefix: string): Promise<string[] | undefined> {
  const range = keys.startingWith(keyOfPrefix(prefix));
  const start = keyOfPrefix('').length;
  const words: string[] = [];
  const iterator = db.keys({ ...range, snapshot });
  try {
    for (let key = await iterator.next(); key !== undefined; key = await iterator.next()) {
      if (words.length === FEW_WORDS) return undefined;
      const word = key.slice(start, key.indexOf('/', start));
      words.push(word);
      // `0` follows the slash: beyond every place of this word.
      iterator.seek(`${keyOfPrefix(word)}0`);
    }
  } finally {
    await iterator.close();
  }
  return words;
}

/** What the index keys of words with this prefix start with. */
function keyOfPrefix(prefix: string): string {
  return `word/${prefix}`;
}
