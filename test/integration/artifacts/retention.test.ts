// What is kept no longer: a real engine on a real log and real blobs, and a clock that is set.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import type { Timestamp } from '../../../src/core/clock.ts';
import type { FileOperation } from '../../../src/core/files.ts';
import type { ArtifactId, DeviceId, Sha256 } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { BlobStore } from '../../../src/engine/ports.ts';
import { systemClock, systemIds } from '../../../src/peer/system.ts';
import { createFilesExecutor } from '../../../src/routes/desktop/local-files/files-executor.ts';
import { noSandbox } from '../../../src/routes/desktop/sandbox/sandbox.ts';
import { id, runId, submit } from '../../contract/thread-store-events.ts';
import { DEVICE, type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { createProber } from '../../helpers/prober.ts';

const DAY_MS = 86_400_000;
const never = new AbortController().signal;

let ahead = 0;
let blobs: BlobStore;
const engines: TestEngine[] = [];
const folders: string[] = [];
afterEach(async () => {
  ahead = 0;
  for (const engine of engines.splice(0)) await engine.dispose();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function begin(options: EngineOptions = {}): Promise<TestEngine> {
  const engine = await startEngine({
    clock: { now: () => Date.now() + ahead, at: (time, callback) => systemClock.at(time - ahead, callback) },
    blobs: (kept) => {
      blobs = kept;
      return kept;
    },
    ...options,
    settings: { keepArtifactsMs: 30 * DAY_MS, ...options.settings },
  });
  engines.push(engine);
  return engine;
}

/** A run that leaves these files. */
async function leave(engine: TestEngine, files: Readonly<Record<string, string>>): Promise<PublishedArtifact[]> {
  const lines = Object.entries(files).map(([name, text]) => `printf %s '${text}' > "$DISPATCH_ARTIFACTS/${name}"`);
  const run = await engine.submit(lines.join('; '), { approve: true });
  expect((await engine.done(run.id)).status).toBe('completed');
  return (await engine.engine.api['run.get']({ run: run.id })).artifacts;
}

const prune = (engine: TestEngine, dry = false) => engine.engine.api['artifacts.prune']({ dry });
const has = ({ sha256 }: PublishedArtifact): Promise<boolean> => blobs.has(sha256);
const now = async (engine: TestEngine, { id }: PublishedArtifact) =>
  (await engine.engine.api['artifact.get']({ artifact: id })).artifact;

async function one(engine: TestEngine, text: string): Promise<PublishedArtifact> {
  const [artifact] = await leave(engine, { 'left.txt': text });
  if (artifact === undefined) throw new Error('the run left nothing');
  return artifact;
}

describe('by age', () => {
  test('bytes go when they are older than the owner keeps them, and what tells of them stays', async () => {
    const engine = await begin();
    const old = await one(engine, 'old');
    ahead = 29 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 0, bytes: 0, keptBytes: 3 });
    const young = await one(engine, 'young');
    ahead = 31 * DAY_MS;
    const dry = await prune(engine, true);
    expect(dry).toMatchObject({ count: 1, copies: 0, leftovers: 0, bytes: 3, keptBytes: 5 });
    expect([await has(old), (await now(engine, old)).removed]).toEqual([true, undefined]);
    const { artifacts, ...counts } = await prune(engine);
    expect(artifacts).toMatchObject([{ id: old.id, reason: 'age' }]);
    expect(dry).toMatchObject(counts);
    expect([await has(old), await has(young)]).toEqual([false, true]);
    expect(await now(engine, old)).toMatchObject({ ...old, removed: { reason: 'age' } });
    const day = new Date(Date.now() + ahead).toISOString().slice(0, 10);
    await expect(engine.engine.api.blob({ artifact: old.id, offset: 0 }, never)).rejects.toMatchObject({
      code: 'not-found',
      message: `"left.txt" was removed on ${day} (kept for 31 days)`,
      hint: 'run it again',
    });
    expect(await prune(engine)).toMatchObject({ count: 0, leftovers: 0, bytes: 0 });
    expect(engine.story(old.runId).filter((type) => type === 'artifact.removed')).toHaveLength(1);
  });

  test('nothing goes for ever, and nothing by a clock that was set back', async () => {
    const engine = await begin({ settings: { keepArtifactsMs: undefined as never } });
    const kept = await one(engine, 'kept');
    ahead = 10_000 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 0 });
    const other = await begin();
    const early = await one(other, 'early');
    ahead = -365 * DAY_MS;
    expect(await prune(other)).toMatchObject({ count: 0, leftovers: 0, bytes: 0 });
    expect([await now(engine, kept), await has(early)]).toMatchObject([{ id: kept.id }, true]);
  });

  test('the same bytes stay as long as one artifact needs them', async () => {
    const engine = await begin();
    const first = await one(engine, 'same');
    ahead = 20 * DAY_MS;
    const second = await one(engine, 'same');
    ahead = 31 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 1, bytes: 0, keptBytes: 4 });
    expect(await has(second)).toBe(true);
    await expect(engine.engine.api.blob({ artifact: first.id, offset: 0 }, never)).rejects.toMatchObject({
      code: 'not-found',
    });
    ahead = 51 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 1, bytes: 4, keptBytes: 0 });
    expect(await has(second)).toBe(false);
  });

  test('the output goes like any other, and whoever asks for it is told', async () => {
    const engine = await begin();
    const run = await engine.submit('echo hello', { approve: true });
    await engine.done(run.id);
    ahead = 31 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 1, bytes: 6 });
    await expect(engine.output(run.id)).rejects.toMatchObject({
      message: expect.stringContaining('"output.log" was removed on'),
    });
  });
});

describe('by room', () => {
  test('the oldest go until all fit, but never the newest ten minutes', async () => {
    const engine = await begin({ settings: { artifactRoomBytes: 10 } });
    const texts = ['aaaaa', 'bbbbb', 'ccccc', 'ddddd'];
    const all: PublishedArtifact[] = [];
    for (const text of texts) {
      all.push(await one(engine, text));
      ahead += 1000;
    }
    expect(await prune(engine)).toMatchObject({ count: 0, keptBytes: 20 });
    ahead = 11 * 60_000;
    const dry = await prune(engine, true);
    expect(dry).toMatchObject({ count: 2, bytes: 10, keptBytes: 10 });
    expect(await prune(engine)).toEqual(dry);
    expect(dry.artifacts.map(({ id, reason }) => [id, reason])).toEqual(all.slice(0, 2).map(({ id }) => [id, 'room']));
    expect(await Promise.all(all.map(has))).toEqual([false, false, true, true]);
  });
});

describe('what cannot go for room', () => {
  /** Bytes that stay: a run still asks whether it may repeat the one that left them. */
  async function needed(engine: TestEngine, text: string): Promise<PublishedArtifact> {
    const artifact = await one(engine, text);
    const { run } = await engine.engine.api.retry({ run: artifact.runId, id: systemIds.next() });
    await engine.until(run.id, 'waiting_approval');
    return artifact;
  }

  test('is not made up for by all the rest, and the owner is told once', async () => {
    const engine = await begin({ settings: { artifactRoomBytes: 10 } });
    const stays = await needed(engine, 'needs more than there is');
    ahead = 1000;
    const all: PublishedArtifact[] = [];
    for (const text of ['aaaaa', 'bbbbb', 'ccccc']) {
      all.push(await one(engine, text));
      ahead += 1000;
    }
    ahead = 11 * 60_000;
    const dry = await prune(engine, true);
    expect(engine.faults).toEqual([]);
    expect(await prune(engine)).toEqual(dry);
    expect(await Promise.all([stays, ...all].map(has))).toEqual([true, false, true, true]);
    expect(engine.faults).toEqual([expect.stringContaining('making room for artifacts')]);
  });

  test('takes nothing with it that has the same bytes: that would free none', async () => {
    const engine = await begin({ settings: { artifactRoomBytes: 10 } });
    const twin = await one(engine, 'same!');
    ahead = 1000;
    await needed(engine, 'same!');
    const other = await one(engine, 'other one');
    ahead = 11 * 60_000;
    await prune(engine);
    expect(await now(engine, twin)).not.toHaveProperty('removed');
    expect(await has(other)).toBe(false);
    expect(engine.faults).toEqual([]);
  });
});

describe('a copy from a device that is not paired any more', () => {
  const GONE = '12D3KooWGone' as DeviceId;

  /** As it was left here: the record of the run, and what was fetched of it. */
  async function copied(engine: TestEngine, text: string): Promise<Sha256> {
    const blob = await blobs.put(
      (async function* () {
        yield Buffer.from(text);
      })(),
    );
    const run = runId(1);
    const made = submit(1);
    if (made.type !== 'submit') throw new Error('no submission');
    const of = (seq: number) => ({
      v: 1 as const,
      device: GONE,
      stream: run,
      seq,
      at: `${(Date.now() + seq).toString(16).padStart(12, '0')}-0000` as Timestamp,
      by: { kind: 'human' as const, device: GONE },
    });
    const artifact = { id: id(2) as ArtifactId, name: 'a.txt', kind: 'file', mimeType: 'text/plain', ...blob } as const;
    await engine.store.importLog({
      device: GONE,
      events: [
        { ...of(1), type: 'run.submitted', data: { ...made.data, device: GONE } },
        { ...of(2), type: 'artifact.created', data: { artifact } },
      ],
      upTo: 2,
      scope: 'all',
    });
    expect((await engine.engine.api['artifacts.list']({ limit: 5 })).artifacts).toMatchObject([{ device: GONE }]);
    return blob.sha256;
  }

  test('goes by age', async () => {
    const engine = await begin();
    const sha256 = await copied(engine, 'copy');
    ahead = 29 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ copies: 0, keptBytes: 4 });
    ahead = 31 * DAY_MS;
    expect(await prune(engine)).toMatchObject({ count: 0, copies: 1, bytes: 4, keptBytes: 0 });
    expect(await blobs.has(sha256)).toBe(false);
  });

  test('makes room, before what is younger', async () => {
    const engine = await begin({ settings: { artifactRoomBytes: 10 } });
    const sha256 = await copied(engine, 'a long copy');
    ahead = 1000;
    const own = await one(engine, 'own');
    ahead = 11 * 60_000;
    expect(await prune(engine)).toMatchObject({ count: 0, copies: 1, keptBytes: 3 });
    expect([await blobs.has(sha256), await has(own)]).toEqual([false, true]);
    expect(engine.faults).toEqual([]);
  });
});

describe('what a run that is not over needs', () => {
  test('stays: what it repeats, and what it is to put back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dispatch-kept-'));
    folders.push(folder);
    const file = join(folder, 'notes.txt');
    await writeFile(file, 'before');
    const files = createFilesExecutor({
      device: DEVICE,
      home: folder,
      slots: 1,
      sha256: systemIds.sha256,
      folders: () => [folder],
      own: [],
      hide: [],
      sandbox: noSandbox('none in this test'),
      path: '',
      backupMaxBytes: 2 ** 20,
      backups: {
        of: (run) => engine.store.artifactsOf(run),
        path: (sha256) => blobs.path(sha256),
        isCutOff: async () => false,
      },
    });
    const engine: TestEngine = await begin({
      executors: [files],
      prober: createProber(['shell', 'local_files']),
    });
    const { api } = engine.engine;
    const submit = async (operation: FileOperation, approve: boolean): Promise<Run> =>
      engine.submit('', { task: operation.op, action: { kind: 'files', operation }, approve });
    const other = await one(engine, 'other');
    const repeated = await one(engine, 'repeated');
    const changed = await submit({ op: 'write', path: file, content: 'after', mode: 'replace' }, true);
    expect(await engine.done(changed.id)).toMatchObject({ status: 'completed' });
    const backup = (await api['run.get']({ run: changed.id })).artifacts.find(({ kind }) => kind === 'backup');
    if (backup === undefined) throw new Error('what was replaced was not kept');

    ahead = 31 * DAY_MS;
    const retry = (await api.retry({ run: repeated.runId, id: systemIds.next() })).run;
    const undo = await submit({ op: 'undo', run: changed.id }, false);
    for (const { id } of [retry, undo]) await engine.until(id, 'waiting_approval');
    const pruned = (await prune(engine)).artifacts.map(({ runId }) => runId);
    expect([...new Set(pruned)]).toEqual([other.runId]);
    expect([await has(other), await has(repeated), await has(backup)]).toEqual([false, true, true]);
    const [asked] = (await api['approvals.list']({ limit: 10 })).approvals.filter(({ runId }) => runId === undo.id);
    await api.decide({ approval: asked?.id ?? '', decision: 'approve' });
    expect(await engine.done(undo.id)).toMatchObject({ status: 'completed' });
    expect(await readFile(file, 'utf8')).toBe('before');

    await api.cancel({ run: retry.id });
    await engine.done(retry.id);
    const after = new Set((await prune(engine)).artifacts.map(({ runId }) => runId));
    expect(after).toEqual(new Set([repeated.runId, changed.id]));
  });
});

describe('a crash', () => {
  test('between the event and the bytes leaves what the next sweep finds', async () => {
    let killed = true;
    const engine = await begin({
      blobs: (kept) => {
        blobs = kept;
        const remove: BlobStore['remove'] = (sha256, before) => {
          if (killed) throw new Error('killed');
          return kept.remove(sha256, before);
        };
        return { ...kept, remove };
      },
    });
    const old = await one(engine, 'old');
    ahead = 31 * DAY_MS;
    await expect(prune(engine)).rejects.toThrow('killed');
    expect([(await now(engine, old)).removed?.reason, await has(old)]).toEqual(['age', true]);
    killed = false;
    expect(await prune(engine)).toMatchObject({ count: 0, leftovers: 1, bytes: 3 });
    expect(await has(old)).toBe(false);
  });

  test('leaves bytes that no artifact names, unless they are about to be told of', async () => {
    const engine = await begin();
    const { sha256 } = await blobs.put(
      (async function* () {
        yield Buffer.from('nobody names this');
      })(),
    );
    expect(await prune(engine)).toMatchObject({ leftovers: 0, keptBytes: 17 });
    ahead = 11 * 60_000;
    expect(await prune(engine)).toMatchObject({ leftovers: 1, bytes: 17, keptBytes: 0 });
    expect(await blobs.has(sha256)).toBe(false);
  });
});

test('the check of the record knows what was removed from what is missing', async () => {
  const engine = await begin();
  await one(engine, 'old');
  ahead = 31 * DAY_MS;
  await prune(engine);
  const young = await one(engine, 'young');
  const { api } = engine.engine;
  expect(await api['audit.verify']({ artifacts: true })).toMatchObject({
    ok: true,
    artifacts: { total: 1, read: 1 },
    findings: [],
  });
  await rm(blobs.path(young.sha256));
  expect((await api['audit.verify']({ artifacts: true })).findings).toEqual([
    expect.stringContaining('"left.txt" of run 2 is missing'),
  ]);
});
