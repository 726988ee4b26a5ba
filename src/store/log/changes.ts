/** What happened after a place in the log, for followers: pages of events, each with its entry as it is now. It only reads. */

import type { LogEvent } from '../../core/events.ts';
import type { Cursor } from '../../core/thread.ts';
import type { LoggedChange, Page } from '../../engine/ports.ts';
import type { Database } from './database.ts';
import { readLog } from './log-reader.ts';
import { readChanges } from './reads.ts';

export async function readChangesAfter(
  db: Database,
  devices: readonly string[],
  after: Cursor,
  limit: number,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Page<LoggedChange>> {
  const items: LoggedChange[] = [];
  const log = readLog(db, { devices, after });
  try {
    // More than one round only where a repaired log has events without an entry.
    while (items.length < limit) {
      const events = await take(log, limit - items.length, maxBytes);
      items.push(...(await readChanges(db, events)));
      if (events.length === 0) return { items, more: false };
      if (maxBytes !== Number.POSITIVE_INFINITY) break;
    }
    return { items, more: (await log.next()).done !== true };
  } finally {
    await log.return(undefined);
  }
}

/** At least one, if there is any; then as many as the two limits allow. */
async function take(log: AsyncGenerator<LogEvent>, count: number, maxBytes: number): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  let bytes = 0;
  while (events.length < count && bytes < maxBytes) {
    const next = await log.next();
    if (next.done === true) break;
    events.push(next.value);
    if (maxBytes !== Number.POSITIVE_INFINITY) bytes += JSON.stringify(next.value).length;
  }
  return events;
}
