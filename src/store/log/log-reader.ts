/**
 * Reads the log in its one order over all devices, in pieces, so that a log of any length is read in little memory. It only
 * reads.
 */

import { compareEvents } from '../../core/clock.ts';
import type { LogEvent } from '../../core/events.ts';
import type { Cursor } from '../../core/thread.ts';
import type { Database, Snapshot } from './database.ts';
import { logKey, startingWith } from './keys.ts';
import { type Pieces, textPieces } from './pieces.ts';
import { parseEvent } from './records.ts';

export interface LogPosition {
  readonly devices: readonly string[];
  /** Begin after these places; from the first event without. */
  readonly after?: Cursor;
  readonly snapshot?: Snapshot;
  /** Pass over what cannot be read, instead of throwing. */
  readonly lenient?: boolean;
}

/** The events after a position, oldest first. */
export async function* readLog(
  db: Database,
  { devices, after = {}, snapshot, lenient = false }: LogPosition,
): AsyncGenerator<LogEvent> {
  const parse = lenient ? parseIfSound : parseEvent;
  const logs = devices.map((device) => {
    const range = { gte: logKey(device, (after[device] ?? 0) + 1), lt: beyondLog(device) };
    return textPieces(db, range, snapshot, parse);
  });
  try {
    for (;;) {
      let first: Pieces<LogEvent> | undefined;
      for (const log of logs) {
        if (log.needsMore) await log.fill();
        if (log.head === undefined) continue;
        if (first?.head === undefined || compareEvents(log.head, first.head) < 0) first = log;
      }
      if (first?.head === undefined) return;
      yield first.head;
      first.step();
    }
  } finally {
    await Promise.all(logs.map((log) => log.close()));
  }
}

function parseIfSound(key: string, text: string): LogEvent | undefined {
  try {
    return parseEvent(key, text);
  } catch {
    return undefined;
  }
}

/** The devices that have events in the log, found without reading them. */
export async function devicesInLog(db: Database, snapshot?: Snapshot): Promise<string[]> {
  const devices: string[] = [];
  const range = startingWith('log/');
  const iterator = db.keys({ ...range, ...(snapshot === undefined ? {} : { snapshot }) });
  try {
    for (let key = await iterator.next(); key !== undefined; key = await iterator.next()) {
      const device = key.slice('log/'.length, key.lastIndexOf('/'));
      devices.push(device);
      iterator.seek(beyondLog(device));
    }
  } finally {
    await iterator.close();
  }
  return devices;
}

/** `0` is the character after the slash: beyond every event of the device. */
function beyondLog(device: string): string {
  return `log/${device}0`;
}
