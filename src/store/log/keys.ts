/**
 * Where everything stands in the database: the log, what is derived from it, and a few words about the database itself.
 * Keys compare as strings, so every list that is read in order is a range of them.
 */

import type { EntryKey, MessageId, RunId } from '../../core/ids.ts';
import type { RunStatus } from '../../core/runs.ts';
import { statusMark } from '../../core/search/found-by.ts';

/** Raised when keys or values of the projections change their form; the projections are then made anew. */
export const SCHEMA = 3;

export const SCHEMA_KEY = 'meta/schema';
/** There while a rebuild is under way: the projections are not whole. */
export const REBUILD_KEY = 'meta/rebuild';
/** Deleted to make LevelDB sync; never there. */
export const FLUSH_KEY = 'meta/flush';
/** The highest run number so far. */
export const NUMBER_KEY = 'counter/number';

/** Every event, by device and place. The only keys that are not derived from others. */
export const logKey = (device: string, seq: number): string => `log/${device}/${hex(seq, 12)}`;
/** How far the log of another device has been copied. Not derived: what was copied cannot tell what was passed over. */
export const positionKey = (device: string): string => `position/${device}`;
/** The short number that a run of another device got here, when it came. Not derived: the order in which things came is not kept. */
export const givenNumberKey = (run: RunId): string => `given-number/${run}`;
/** The newest event of each device. */
export const headKey = (device: string): string => `head/${device}`;

/** Records: the present state of a thing, with its place in the thread. */
export const runKey = (id: RunId): string => `run/${id}`;
export const approvalKey = (id: string): string => `approval/${id}`;
export const artifactKey = (id: string): string => `artifact/${id}`;
export const messageKey = (id: MessageId): string => `message/${id}`;

/** The thread: place → key of the record. */
export const entryIndexKey = (at: EntryKey): string => `entry/${at}`;
/** Place → id, each. */
export const statusIndexKey = (status: RunStatus, at: EntryKey): string => `status/${status}/${at}`;
export const approvalIndexKey = (at: EntryKey): string => `approvals/${at}`;
export const artifactIndexKey = (at: EntryKey): string => `artifacts/${at}`;
export const pendingIndexKey = (at: EntryKey): string => `pending/${at}`;
export const runApprovalKey = (run: RunId, at: EntryKey): string => `approvals-of/${run}/${at}`;
export const runArtifactKey = (run: RunId, at: EntryKey): string => `artifacts-of/${run}/${at}`;
/** The events of a run, by their places: the log itself has no order by run. */
export const runEventKey = (run: RunId, at: EntryKey): string => `event-of/${run}/${at}`;
/** Short number → run id. */
export const numberIndexKey = (number: number): string => `numbers/${hex(number, 8)}`;
/** Word and place of an entry that holds it; a word has no slash in it. */
export const wordIndexKey = (word: string, at: EntryKey): string => `word/${word}/${at}`;
/** What the index keys of words that begin so start with. */
export const wordsBeginning = (beginning: string): string => `word/${beginning}`;
/** What an entry is, where it ran, who asked; what changes of it, the status of a run, is in its own index. */
export const markIndexKey = (mark: string, at: EntryKey): string =>
  mark.startsWith(STATUS_MARK) ? `status/${mark.slice(STATUS_MARK.length)}/${at}` : `mark/${mark}/${at}`;
const STATUS_MARK = statusMark('' as RunStatus);

/** Sorts before every place of that time or later: places begin with a time. */
export const placeAt = (time: number): string => hex(Math.trunc(time), 12);
/** Sorts just after a place: nothing lies between. */
export const justAfter = (at: EntryKey): string => `${at}~`;

/** The keys that start with a text. */
export interface KeyRange {
  readonly gte: string;
  readonly lt: string;
}

/** The greatest code point: no key that follows a prefix is beyond it. */
const LAST = '\u{10ffff}';

export const startingWith = (prefix: string): KeyRange => ({ gte: prefix, lt: prefix + LAST });

/** What the log does not hold itself: the rebuild deletes exactly this. */
export const PROJECTIONS: readonly KeyRange[] = [
  'approval/',
  'approvals-of/',
  'approvals/',
  'artifact/',
  'artifacts-of/',
  'artifacts/',
  'counter/',
  'entry/',
  'event-of/',
  'head/',
  'mark/',
  'message/',
  'numbers/',
  'pending/',
  'run/',
  'status/',
  'word/',
].map(startingWith);

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
