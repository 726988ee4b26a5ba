// Writes a sample thread into a new database through the store's own import, in bounded memory.

import type { LogEvent } from '../../src/core/events.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import { openThreadStore } from '../../src/store/log/thread-store.ts';
import { sampleThread } from './sample-thread.ts';

const EVENTS_A_BATCH = 2000;
const EVENTS_A_REPORT = 100_000;

/** Resolves when the database is closed again; it refuses one that has entries. */
export async function seedThread(options: {
  location: string;
  device: DeviceId;
  entries: number;
  onProgress?: (events: number) => void;
}): Promise<{ events: number }> {
  const { location, device, entries, onProgress } = options;
  const store = await openThreadStore({ location, device, now: Date.now });
  let events = 0;
  try {
    if (Object.keys(store.cursor()).length > 0) throw new Error(`${location} has a thread already: name a new folder`);
    let batch: LogEvent[] = [];
    const flush = async (): Promise<void> => {
      await store.importEvents(batch);
      const before = events;
      events += batch.length;
      batch = [];
      if (Math.floor(before / EVENTS_A_REPORT) < Math.floor(events / EVENTS_A_REPORT)) onProgress?.(events);
    };
    for (const event of sampleThread({ device, entries, until: Date.now() })) {
      batch.push(event);
      if (batch.length === EVENTS_A_BATCH) await flush();
    }
    await flush();
  } finally {
    await store.close();
  }
  // The first start after a bulk load sorts what LevelDB still had in its log; what is measured is any later start.
  await (await openThreadStore({ location, device, now: Date.now })).close();
  return { events };
}
