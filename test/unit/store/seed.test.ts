// The sample thread of the benchmarks is a thread like any other.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seedThread } from '../../../scripts/bench/seed-thread.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE } from '../../contract/thread-store-events.ts';

test('a seeded thread has exactly the entries asked for, of every kind, and nothing is wrong with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-seed-'));
  const location = join(folder, 'thread');
  try {
    const { events } = await seedThread({ location, device: DEVICE, entries: 3001 });
    await expect(seedThread({ location, device: DEVICE, entries: 1 })).rejects.toThrow('has a thread already');
    const store = await openThreadStore({ location, device: DEVICE, now: Date.now });
    try {
      expect(store.cursor()).toEqual({ [DEVICE]: events });
      const entries = (await store.entries({ limit: 10_000 })).items;
      expect(entries).toHaveLength(3001);
      expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['message', 'run', 'approval', 'artifact']));
      expect(await store.runs({ status: ['queued', 'running', 'waiting_approval'], limit: 1 })).toEqual({
        items: [],
        more: false,
      });
      expect(await store.verify()).toEqual([]);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
