/** Makes a page of entries fit into one answer: a thread of long texts is read in more and smaller pages. */

import type { ThreadEntry } from '../core/thread.ts';

/** Characters of JSON: in UTF-8 three times as many bytes at most, which fits into an answer with what else it holds. */
const MOST_CHARACTERS = 12 * 2 ** 20;

interface EntryPage {
  readonly entries: ThreadEntry[];
  readonly more: boolean;
}

/** Those from that end of the page that there is room for, one at least. */
export function fitEntries({ entries, more }: EntryPage, from: 'first' | 'last'): EntryPage {
  let room = MOST_CHARACTERS;
  let count = 0;
  for (const entry of from === 'first' ? entries : entries.toReversed()) {
    room -= JSON.stringify(entry).length;
    if (room < 0 && count > 0) break;
    count += 1;
  }
  if (count === entries.length) return { entries, more };
  return { entries: from === 'first' ? entries.slice(0, count) : entries.slice(-count), more: true };
}
