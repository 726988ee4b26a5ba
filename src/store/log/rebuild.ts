/**
 * Makes the projections anew from the log, in pieces. A mark stands in the database while it works, so that a rebuild that was
 * cut off is begun again when the database is opened next.
 */

import { DispatchError } from '../../core/errors.ts';
import type { LogEvent } from '../../core/events.ts';
import type { RunId } from '../../core/ids.ts';
import type { Database, Snapshot } from './database.ts';
import { givenNumberKey, headKey, NUMBER_KEY, PROJECTIONS, REBUILD_KEY, startingWith } from './keys.ts';
import { devicesInLog, readLog } from './log-reader.ts';
import { Draft, type Head, type Tips } from './projection.ts';
import { parseRecord } from './records.ts';

/** Events a batch: large enough to be fast, small enough to be a few megabytes. */
const PIECE = 500;

const NO_TIPS: Tips = { heads: new Map(), at: undefined, number: 0 };

export interface Replayed {
  readonly events: number;
  readonly tips: Tips;
}

/** An event that does not fit what is before it in the log. */
export type OnMisfit = (event: LogEvent, reason: string) => void;

export async function rebuild(db: Database): Promise<Replayed> {
  await db.put(REBUILD_KEY, 'begun', { sync: true });
  for (const range of PROJECTIONS) await db.clear(range);
  const replayed = await replay({ from: db, into: db });
  await db.del(REBUILD_KEY, { sync: true });
  return replayed;
}

/**
 * Derives everything from the log of one database and writes it to another, or the same. An event that does not fit is left out
 * and told: a log that lost some of its middle must still open.
 */
export async function replay(options: {
  from: Database;
  into: Database;
  snapshot?: Snapshot;
  onMisfit?: OnMisfit;
  signal?: AbortSignal;
  /** Pass over events that cannot be read. */
  lenient?: boolean;
}): Promise<Replayed> {
  const { from, into, snapshot, onMisfit, signal, lenient = false } = options;
  if (from !== into) await copyNumbers(from, into);
  const devices = await devicesInLog(from, snapshot);
  let tips = NO_TIPS;
  let events = 0;
  let piece: LogEvent[] = [];
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    events += piece.length;
    tips = await writePiece(into, tips, piece, onMisfit);
    piece = [];
  };
  for await (const event of readLog(from, { devices, lenient, ...(snapshot === undefined ? {} : { snapshot }) })) {
    piece.push(event);
    if (piece.length === PIECE) await flush();
  }
  await flush();
  return { events, tips };
}

/** The numbers that runs of other devices got here are kept beside the log, and what is derived needs them. */
async function copyNumbers(from: Database, into: Database): Promise<void> {
  const range = startingWith(givenNumberKey('' as RunId));
  const iterator = from.iterator(range);
  try {
    for (let piece = await iterator.nextv(PIECE); piece.length > 0; piece = await iterator.nextv(PIECE)) {
      await into.batch(
        piece.map(([key, value]) => ({ type: 'put', key, value })),
        { sync: false },
      );
    }
  } finally {
    await iterator.close();
  }
}

async function writePiece(db: Database, tips: Tips, piece: readonly LogEvent[], onMisfit?: OnMisfit): Promise<Tips> {
  const draft = new Draft(tips);
  await draft.load(piece, (wanted) => db.getMany(wanted));
  for (const event of piece) {
    try {
      draft.apply(event);
    } catch (error) {
      draft.skip(event);
      onMisfit?.(event, error instanceof Error ? error.message : String(error));
    }
  }
  await db.batch(draft.operations(), { sync: false });
  return draft.tips;
}

/** Where the log stands, as the projections say: one small read, whatever its length. */
export async function readTips(db: Database): Promise<Tips> {
  const heads = new Map<string, Head>();
  let at: Head['at'] | undefined;
  const prefix = headKey('');
  for (const [key, text] of await db.iterator(startingWith(prefix)).all()) {
    const head = parseRecord<Head>(key, text);
    heads.set(key.slice(prefix.length), head);
    if (at === undefined || head.at > at) at = head.at;
  }
  const number: string | undefined = await db.get(NUMBER_KEY);
  if (number !== undefined && !/^\d+$/.test(number)) {
    throw new DispatchError('storage', `the database is damaged: its highest run number reads "${number}"`);
  }
  return { heads, at, number: Number(number ?? 0) };
}
