// What waits for a person, or for another device, keeps what it needs however old that is: real engines on real logs and blobs.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Artifact } from '../../../src/core/artifacts.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { Rule } from '../../../src/core/policy/rules.ts';
import type { ExecutionContext, Outcome } from '../../../src/engine/executor-ports.ts';
import type { BlobStore, Clock } from '../../../src/engine/ports.ts';
import { systemClock, systemIds } from '../../../src/peer/system.ts';
import { DEVICE, type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { BOX, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
import { createProber } from '../../helpers/prober.ts';
import { createScriptedFiles, DONE, type FilesScript } from '../../helpers/scripted-files.ts';
import { until } from '../../helpers/until.ts';

const DAY_MS = 86_400_000;
/** More than a request can show: it is kept whole beside it. */
const DIFF = `--- a\n+++ a\n${Array.from({ length: 20_000 }, (_, n) => `+line ${n}\n`).join('')}`;

/** Also about what a device allows itself. */
const ASK: Rule = { name: 'ask', decision: 'ask', source: 'config', routes: ['desktop-local'] };

let ahead: number;
const closings: (() => Promise<void>)[] = [];
beforeEach(() => {
  ahead = 0;
});
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

const clock: Clock = {
  now: () => Date.now() + ahead,
  at: (time, callback) => systemClock.at(time - ahead, callback),
};

/** Its requests have a picture and a long diff, and wait for a year. */
function withFiles(device: DeviceId, act: FilesScript['act'], kept: (blobs: BlobStore) => void): EngineOptions {
  return {
    clock,
    settings: { keepArtifactsMs: 30 * DAY_MS, artifactRoomBytes: 1, approvalTtlMs: 365 * DAY_MS },
    executors: [
      createScriptedFiles({
        device,
        act,
        illustration: () => ({
          diff: DIFF,
          picture: { bytes: Buffer.from(`seen on ${device}`), mimeType: 'image/png' },
        }),
      }),
    ],
    prober: createProber(['shell', 'local_files']),
    owner: { rules: [ASK] },
    blobs(store) {
      kept(store);
      return store;
    },
  };
}

/** What the request of the run shows besides its text: a picture, and the whole of a diff. */
async function shownBy(engine: TestEngine, run: string): Promise<readonly Artifact[]> {
  await engine.until(run, 'waiting_approval');
  const { approvals, artifacts } = await engine.engine.api['run.get']({ run });
  const payload = approvals.at(-1)?.payload;
  const shown = artifacts.filter(({ id }) => id === payload?.picture || id === payload?.diffArtifact);
  expect(shown.map(({ name }) => name).sort()).toEqual(['approval/before.png', 'approval/changes.diff']);
  return shown;
}

const lie = (blobs: BlobStore, shown: readonly Artifact[]): Promise<boolean[]> =>
  Promise.all(shown.map(({ sha256 }) => blobs.has(sha256)));

const prune = async ({ engine }: TestEngine): Promise<readonly RunId[]> =>
  (await engine.api['artifacts.prune']({ dry: false })).artifacts.map(({ runId }) => runId);

async function decideAll({ engine }: TestEngine, decision: 'approve' | 'reject'): Promise<void> {
  const { approvals } = await engine.api['approvals.list']({ limit: 10 });
  for (const { id, status } of approvals) if (status === 'pending') await engine.api.decide({ approval: id, decision });
}

test('the picture and the diff of a request stay until somebody has answered it', async () => {
  let blobs: BlobStore | undefined;
  const engine = await startEngine(
    withFiles(
      DEVICE,
      async () => DONE,
      (kept) => {
        blobs = kept;
      },
    ),
  );
  closings.push(() => engine.dispose());
  const action = { kind: 'files', operation: { op: 'write', path: '/a', content: 'new' } } as const;
  const run = (await engine.engine.api.submit({ id: systemIds.next(), task: 'write it', action })).run;
  const shown = await shownBy(engine, run.id);
  ahead = 31 * DAY_MS;
  expect(await prune(engine)).toEqual([]);
  expect(await lie(blobs as BlobStore, shown)).toEqual([true, true]);
  await decideAll(engine, 'reject');
  await engine.done(run.id);
  expect(await prune(engine)).toEqual([run.id, run.id]);
  expect(await lie(blobs as BlobStore, shown)).toEqual([false, false]);
});

test('what both ends of a transfer have stays while it waits and while it goes on', async () => {
  const finish = Promise.withResolvers<Outcome>();
  let going = 0;
  const act = async (_: unknown, { signal }: ExecutionContext): Promise<Outcome> => {
    going += 1;
    signal.addEventListener('abort', () => finish.resolve({ kind: 'stopped', receipt: { stopped: [], left: [] } }));
    return finish.promise;
  };
  const blobs = new Map<DeviceId, BlobStore>();
  const onDevice = (device: DeviceId): EngineOptions => withFiles(device, act, (kept) => blobs.set(device, kept));
  const pair = await startPair({ laptop: onDevice(LAPTOP), box: onDevice(BOX) });
  closings.push(async () => pair[Symbol.asyncDispose]());
  const { runs } = await pair.laptop.engine.api.transfer({
    id: systemIds.next(),
    task: 'copy @box:~/a to ~/b',
    from: { device: 'box', path: '~/a' },
    to: { device: 'local', path: '~/b' },
  });
  const ends = await Promise.all(
    runs.map(async ({ id, device }) => {
      const engine = device === BOX ? pair.box : pair.laptop;
      return { id, engine, kept: blobs.get(device) as BlobStore, shown: await shownBy(engine, id) };
    }),
  );
  expect(new Set(runs.map(({ device }) => device))).toEqual(new Set([LAPTOP, BOX]));
  const staysEverywhere = async (): Promise<void> => {
    for (const { engine, kept, shown } of ends) {
      expect(await prune(engine)).toEqual([]);
      expect(await lie(kept, shown)).toEqual([true, true]);
    }
  };
  ahead = 31 * DAY_MS;
  await staysEverywhere();
  for (const { engine } of ends) await decideAll(engine, 'approve');
  await until('both ends', () => going === 2);
  await staysEverywhere();
  finish.resolve(DONE);
  for (const { id, engine } of ends) await engine.done(id);
  for (const { id, engine, kept, shown } of ends) {
    expect(await prune(engine)).toEqual([id, id]);
    expect(await lie(kept, shown)).toEqual([false, false]);
  }
});
