// Old artifacts go without anybody asking: a real engine on a real log and real blobs, and a clock that stands still until it is moved.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BlobStore, Clock } from '../../../src/engine/ports.ts';
import { DEVICE, startEngine, type TestEngine } from '../../helpers/engine.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Timer {
  readonly time: number;
  readonly callback: () => void;
}

let now: number;
const timers = new Set<Timer>();
const clock: Clock = {
  now: () => now,
  at(time, callback) {
    const timer = { time, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  },
};
function pass(ms: number): void {
  now += ms;
  for (const timer of [...timers]) {
    if (timer.time > now || !timers.delete(timer)) continue;
    timer.callback();
  }
}

let home: string;
let engine: TestEngine;
/** What the disk does in the place of deleting. */
let broken: Error | undefined;
beforeEach(async () => {
  now = Date.now();
  timers.clear();
  broken = undefined;
  home = await mkdtemp(join(tmpdir(), 'dispatch-timer-'));
  engine = await start();
});
afterEach(async () => {
  await engine.close();
  await rm(home, { recursive: true });
});

const start = (): Promise<TestEngine> =>
  startEngine({
    home,
    clock,
    settings: { keepArtifactsMs: HOUR_MS, approvalTtlMs: 365 * 24 * HOUR_MS },
    blobs(kept) {
      const remove: BlobStore['remove'] = async (sha256, before) => {
        if (broken !== undefined) throw broken;
        return kept.remove(sha256, before);
      };
      return { ...kept, remove };
    },
  });

async function leave(text: string): Promise<string> {
  const run = await engine.submit(`printf %s ${text} > "$DISPATCH_ARTIFACTS/left.txt"`, { approve: true });
  expect((await engine.done(run.id)).status).toBe('completed');
  return run.id;
}

/** Who removed what the run left. Sweeps go one after the other: when this one is over, those before it are. */
async function removedBy(run: string): Promise<readonly unknown[]> {
  await engine.engine.api['artifacts.prune']({ dry: true });
  return engine.changes.flatMap(({ event }) =>
    event.type === 'artifact.removed' && event.stream === run ? [event.by] : [],
  );
}

const SELF = { kind: 'device', device: DEVICE };

test('some minutes after the start, and not before', async () => {
  const old = await leave('old');
  await engine.close();
  now += 2 * HOUR_MS;
  engine = await start();
  pass(5 * MINUTE_MS - 1);
  expect(await removedBy(old)).toEqual([]);
  pass(1);
  expect(await removedBy(old)).toEqual([SELF]);
});

test('and every day after that, also after a sweep that failed', async () => {
  pass(5 * MINUTE_MS);
  const first = await leave('first');
  pass(24 * HOUR_MS - 1);
  expect(await removedBy(first)).toEqual([]);
  pass(1);
  expect(await removedBy(first)).toEqual([SELF]);

  const second = await leave('second');
  broken = new Error('the disk is broken');
  pass(24 * HOUR_MS);
  expect(await removedBy(second)).toEqual([SELF]);
  expect(engine.faults).toEqual(['removing old artifacts: Error: the disk is broken']);
  broken = undefined;

  const third = await leave('third');
  pass(24 * HOUR_MS);
  expect(await removedBy(third)).toEqual([SELF]);
  expect(engine.faults).toHaveLength(1);
  expect(await engine.engine.api['artifacts.prune']({ dry: true })).toMatchObject({ leftovers: 0, keptBytes: 0 });
});

test('and never once the engine is closed', async () => {
  const old = await leave('old');
  await engine.close();
  pass(48 * HOUR_MS);
  expect(engine.faults).toEqual([]);
  engine = await start();
  expect(await removedBy(old)).toEqual([]);
});
