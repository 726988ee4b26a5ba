// A sweep holds a page of what is kept, however much that is: a hundred thousand artifacts in a real log, and what was asked for at once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunCommand } from '../../src/core/commands.ts';
import type { ArtifactId, Sha256 } from '../../src/core/ids.ts';
import { createFeed } from '../../src/engine/feed.ts';
import { createJournal } from '../../src/engine/journal.ts';
import { findNeededRuns } from '../../src/engine/needed-runs.ts';
import type { BlobStore, ThreadStore } from '../../src/engine/ports.ts';
import { type SweepDeps, type SweepOptions, type Swept, sweepArtifacts } from '../../src/engine/retention-sweep.ts';
import { createBlobStore } from '../../src/store/blobs.ts';
import { openThreadStore } from '../../src/store/log/thread-store.ts';
import {
  ACCEPT,
  COMPLETE,
  carryOut,
  DEVICE,
  HUMAN,
  id,
  runId,
  START,
  submit,
} from '../contract/thread-store-events.ts';

const RUNS = 1000;
const EACH = 100;
const ARTIFACTS = RUNS * EACH;
/** Those after it are younger than they are kept. */
const OLD_RUNS = 300;
const DAY_MS = 86_400_000;
/** As many as the artifacts of a page, and as the removals that are written before the next one is read. */
const MOST_AT_ONCE = 500;
/** As many as are told of by name. */
const MOST_LISTED = 200;
/** Of 100 bytes each; all artifacts share them. */
const CONTENTS = 50;

let folder: string;
/** Blobs have the time of the disk. */
let time = Date.now();
let store: ThreadStore;
let blobs: BlobStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-retention-'));
  store = await openThreadStore({ location: join(folder, 'thread'), device: DEVICE, now: () => time });
  blobs = createBlobStore(join(folder, 'blobs'));
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function seed(): Promise<void> {
  const contents: Sha256[] = [];
  for (let content = 0; content < CONTENTS; content += 1) contents.push(await keep(content));
  for (let run = 0; run < RUNS; run += 1) {
    if (run === OLD_RUNS) time += 40 * DAY_MS;
    const made = Array.from({ length: EACH }, (_, at): RunCommand => {
      // The old have the first contents for themselves; the last of those, the young have, too.
      const content = run < OLD_RUNS ? at % 20 : 19 + (at % 31);
      return {
        type: 'add-artifact',
        artifact: {
          id: id(1_000_000 + run * EACH + at) as ArtifactId,
          name: `made-${at}.bin`,
          kind: 'file',
          mimeType: 'application/octet-stream',
          sizeBytes: 100,
          sha256: contents[content] as Sha256,
        },
      };
    });
    await carryOut(store, runId(run + 1), submit(run + 1), ACCEPT, START, ...made, COMPLETE);
  }
}

async function keep(content: number): Promise<Sha256> {
  const bytes = Buffer.alloc(100, content);
  const { sha256 } = await blobs.put(
    (async function* () {
      yield bytes;
    })(),
  );
  return sha256;
}

interface Held {
  /** The largest page that was asked for, and the largest that was given. */
  asked: number;
  given: number;
  /** Artifacts that were read in all. */
  read: number;
  /** The most removals that were written between two pages. */
  removals: number;
}

/** Sweeps, and counts what it has at once. */
async function sweep(options: Partial<SweepOptions>): Promise<{ swept: Swept; held: Held }> {
  const feed = createFeed(store);
  const journal = createJournal({ store, feed, clock: { now: () => time, at: () => () => {} } });
  const needed = await findNeededRuns({ store, feed });
  const held: Held = { asked: 0, given: 0, read: 0, removals: 0 };
  let removals = 0;
  const counting: SweepDeps['store'] = {
    flush: () => store.flush(),
    async artifactsAfter(place, limit) {
      removals = 0;
      const page = await store.artifactsAfter(place, limit);
      held.asked = Math.max(held.asked, limit);
      held.given = Math.max(held.given, page.items.length);
      held.read += page.items.length;
      return page;
    },
  };
  const apply: SweepDeps['journal']['apply'] = (run, commands, how) => {
    removals += commands.length;
    held.removals = Math.max(held.removals, removals);
    return journal.apply(run, commands, how);
  };
  const swept = await sweepArtifacts(
    { store: counting, blobs, journal: { apply }, self: DEVICE, isHeld: () => false, needed },
    { dry: false, by: HUMAN, now: time, signal: new AbortController().signal, ...options },
  );
  needed.close();
  return { swept, held };
}

const count = async (): Promise<{ kept: number; removed: number }> => {
  const found = { kept: 0, removed: 0 };
  for (let run = 1; run <= RUNS; run += 1)
    for (const { removed } of await store.artifactsOf(runId(run)))
      found[removed === undefined ? 'kept' : 'removed'] += 1;
  return found;
};

test(`${ARTIFACTS} artifacts are swept a page at a time`, async () => {
  await seed();
  time += DAY_MS;
  const old = OLD_RUNS * EACH;
  const bounded = { asked: MOST_AT_ONCE, given: MOST_AT_ONCE };

  const dry = await sweep({ keepMs: 30 * DAY_MS, dry: true });
  expect(dry.held).toEqual({ ...bounded, read: ARTIFACTS, removals: 0 });
  expect(dry.swept).toMatchObject({ count: old, bytes: 19 * 100, keptBytes: 31 * 100 });
  expect(await count()).toEqual({ kept: ARTIFACTS, removed: 0 });

  const byAge = await sweep({ keepMs: 30 * DAY_MS });
  expect(byAge.held).toEqual({ ...bounded, read: ARTIFACTS, removals: MOST_AT_ONCE });
  expect(byAge.swept).toEqual(dry.swept);
  expect(byAge.swept.gone).toHaveLength(MOST_LISTED);
  expect(await count()).toEqual({ kept: ARTIFACTS - old, removed: old });

  const byRoom = await sweep({ roomBytes: 0 });
  expect(byRoom.swept).toMatchObject({ count: ARTIFACTS - old, bytes: 31 * 100, keptBytes: 0 });
  expect(byRoom.swept.gone).toHaveLength(MOST_LISTED);
  expect(byRoom.held).toMatchObject({ ...bounded, removals: MOST_AT_ONCE });
  expect(await count()).toEqual({ kept: 0, removed: ARTIFACTS });
});
