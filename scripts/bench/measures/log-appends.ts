// How many events a second the log takes with all that is derived from them, synced to the disk and not, one at a time and in
// batches; beside writing the same events into a bare LevelDB, one record each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { newId } from '../../../src/cli/ids.ts';
import type { NewEvent } from '../../../src/core/events.ts';
import type { DeviceId, MessageId } from '../../../src/core/ids.ts';
import type { ThreadStore } from '../../../src/engine/ports.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { alternate } from '../harness/alternate.ts';
import type { BenchContext, Benchmark, Measure } from '../harness/benchmark.ts';

const DEVICE = 'bench-device' as DeviceId;
/** How long each turn lasts. */
const TURN_MS = 500;

interface Way {
  readonly name: string;
  readonly batch: number;
  readonly sync: boolean;
}

const WAYS: readonly Way[] = [
  { name: 'one at a time, synced', batch: 1, sync: true },
  { name: 'one at a time, not synced', batch: 1, sync: false },
  { name: 'batches of 100, synced', batch: 100, sync: true },
  { name: 'batches of 100, not synced', batch: 100, sync: false },
];

export const logAppends: Benchmark = {
  name: 'log-appends',
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'dispatch-bench-log-'));
    const store = await openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now: Date.now });
    const bare = new Level<string, string>(join(folder, 'bare'));
    try {
      const measures: Measure[] = [];
      for (const way of WAYS) measures.push(await measure(context, way, store, bare));
      return measures;
    } finally {
      await store.close();
      await bare.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  context: BenchContext,
  { name, batch, sync }: Way,
  store: ThreadStore,
  bare: Level<string, string>,
): Promise<Measure> {
  let key = 0;
  const ours = (): Promise<number> => perSecond(batch, (events) => store.append(events, { sync }));
  const theirs = (): Promise<number> =>
    perSecond(batch, (events) => {
      const operations = events.map((event) => {
        key += 1;
        return { type: 'put' as const, key: `${name} ${String(key).padStart(12, '0')}`, value: JSON.stringify(event) };
      });
      return bare.batch(operations, { sync });
    });
  const speeds = await alternate({ ours, theirs }, context.rounds(7));
  const yardstick = { name: 'bare LevelDB', ...speeds.theirs };
  return { name: `log: events a second, ${name}`, unit: '/s', ours: speeds.ours, yardstick };
}

/** Writes batches one after the other, each waited for, and gives events a second. */
async function perSecond(batch: number, write: (events: NewEvent[]) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let events = 0;
  while (performance.now() - startedAt < TURN_MS) {
    await write(Array.from({ length: batch }, message));
    events += batch;
  }
  return events / ((performance.now() - startedAt) / 1000);
}

function message(): NewEvent {
  const text = `look at the parser in the website, number ${Math.floor(Math.random() * 100_000)}`;
  return {
    type: 'message.said',
    data: { message: newId() as MessageId, role: 'user', text },
    stream: 'thread',
    by: { kind: 'human', device: DEVICE },
  };
}
