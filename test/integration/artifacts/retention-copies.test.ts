// What a sweep makes of what came from another device: two real engines on real logs and blobs, and a clock that is set.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { isFinal } from '../../../src/core/runs.ts';
import type { EngineSettings } from '../../../src/engine/context.ts';
import type { BlobStore, Clock } from '../../../src/engine/ports.ts';
import { systemClock } from '../../../src/peer/system.ts';
import { type EnginePair, startPair } from '../../helpers/engine-pair.ts';
import { until } from '../../helpers/until.ts';

const DAY_MS = 86_400_000;
const never = new AbortController().signal;

let ahead: number;
const clock: Clock = {
  now: () => Date.now() + ahead,
  at: (time, callback) => systemClock.at(time - ahead, callback),
};
let pair: EnginePair;
/** Of the laptop. */
let blobs: BlobStore;
beforeEach(() => {
  ahead = 0;
});
afterEach(() => pair[Symbol.asyncDispose]());

/** The laptop has fetched what a run on the box left; the box keeps it for ever. */
async function fetched(settings: Partial<EngineSettings>, text = 'from the box'): Promise<PublishedArtifact> {
  pair = await startPair({
    laptop: {
      clock,
      settings,
      blobs: (kept) => {
        blobs = kept;
        return kept;
      },
    },
    box: { clock },
  });
  const run = await pair.laptop.submit(`printf %s '${text}' > "$DISPATCH_ARTIFACTS/left.txt"`, {
    devices: ['box'],
    approve: true,
  });
  const artifact = await until('artifact of the run', async () => {
    const detail = await pair.laptop.engine.api['run.get']({ run: run.id });
    return isFinal(detail.run) && detail.artifacts[0];
  });
  await pair.laptop.engine.api['artifact.fetch']({ artifact: artifact.id }, never);
  expect(await blobs.has(artifact.sha256)).toBe(true);
  return artifact;
}

const prune = (dry = false) => pair.laptop.engine.api['artifacts.prune']({ dry });
const removals = () => pair.laptop.changes.filter(({ event }) => event.type === 'artifact.removed');
async function read({ id }: PublishedArtifact): Promise<string> {
  const { chunks } = await pair.laptop.engine.api.blob({ artifact: id, offset: 0 }, never);
  const parts: Uint8Array[] = [];
  for await (const { bytes } of chunks) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

describe('a copy of what another device keeps', () => {
  test.each([
    ['older than copies are kept', { keepArtifactsMs: 30 * DAY_MS }, 31 * DAY_MS],
    ['more than there is room for', { artifactRoomBytes: 5 }, 11 * 60_000],
  ])('goes without an event when it is %s, and can be fetched again', async (_, settings, later) => {
    const copy = await fetched(settings);
    expect(await prune()).toMatchObject({ count: 0, copies: 0, bytes: 0, keptBytes: 12 });
    ahead = later;
    const swept = { count: 0, copies: 1, leftovers: 0, bytes: 12, keptBytes: 0, artifacts: [] };
    expect(await prune(true)).toEqual(swept);
    expect(await blobs.has(copy.sha256)).toBe(true);
    expect(await prune()).toEqual(swept);
    expect(await blobs.has(copy.sha256)).toBe(false);

    expect(removals()).toEqual([]);
    expect(await pair.laptop.engine.api['artifact.get']({ artifact: copy.id })).toEqual({ artifact: copy });
    expect(await pair.laptop.engine.api['artifact.fetch']({ artifact: copy.id }, never)).toEqual({ artifact: copy });
    expect(await blobs.has(copy.sha256)).toBe(true);
    pair.cut();
    expect(await read(copy)).toBe('from the box');
  });

  test('stays as long as an artifact of this device has the same bytes', async () => {
    const copy = await fetched({ keepArtifactsMs: 30 * DAY_MS });
    ahead = 20 * DAY_MS;
    const run = await pair.laptop.submit(`printf %s 'from the box' > "$DISPATCH_ARTIFACTS/own.txt"`, { approve: true });
    expect(await pair.laptop.done(run.id)).toMatchObject({ status: 'completed' });
    ahead = 31 * DAY_MS;
    expect(await prune()).toMatchObject({ count: 0, copies: 0, bytes: 0, keptBytes: 12 });
    expect(await blobs.has(copy.sha256)).toBe(true);
    ahead = 51 * DAY_MS;
    expect(await prune()).toMatchObject({ count: 1, bytes: 12, keptBytes: 0 });
    expect(removals()).toMatchObject([{ event: { stream: run.id } }]);
  });

  test('goes by age like the others when its device is paired no more', async () => {
    const copy = await fetched({ keepArtifactsMs: 30 * DAY_MS });
    await pair.laptop.engine.api['device.revoke']({ device: 'box' });
    ahead = 29 * DAY_MS;
    expect(await prune()).toMatchObject({ count: 0, copies: 0, keptBytes: 12 });
    expect(await read(copy)).toBe('from the box');
    ahead = 31 * DAY_MS;
    expect(await prune()).toMatchObject({ count: 0, copies: 1, bytes: 12, keptBytes: 0 });
    expect(removals()).toEqual([]);
  });
});
