// Opening what is not as it should be: held by another, newer, older, cut off, foreign, damaged, out of reach.
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { ThreadStore } from '../../../src/engine/ports.ts';
import { openDatabase, repairThreadStore } from '../../../src/store/log/database.ts';
import { SCHEMA } from '../../../src/store/log/keys.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import {
  ACCEPT,
  ask,
  carryOut,
  DEVICE,
  dump,
  id,
  runId,
  say,
  submit,
  terms,
} from '../../contract/thread-store-events.ts';

const OPENER = join(import.meta.dirname, '..', '..', 'fixtures', 'logs', 'open-as-nobody.ts');

let folder: string;
let location: string;
let opened: ThreadStore[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-open-'));
  location = join(folder, 'thread');
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

const open = async () => {
  const store = await openThreadStore({ location, device: DEVICE, now: Date.now });
  opened.push(store);
  return store;
};

async function failure(promise: Promise<unknown>): Promise<DispatchError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DispatchError)) throw new Error(`expected a DispatchError, got ${String(error)}`);
  return error;
}

/** Puts and deletes behind the store's back. */
async function tamper(values: Readonly<Record<string, string | undefined>>): Promise<void> {
  const db = await openDatabase(location);
  for (const [key, value] of Object.entries(values)) await (value === undefined ? db.del(key) : db.put(key, value));
  await db.close();
}

async function live(store: ThreadStore): Promise<void> {
  await carryOut(store, runId(1), submit(1), ACCEPT, ask(id(50)));
  await store.append([say(id(60), 'words to find')], { sync: true });
}

test('the folder is for its owner alone', async () => {
  await open();
  expect((await stat(location)).mode & 0o777).toBe(0o700);
});

test('a database that another holds is "locked", and is not harmed', async () => {
  const store = await open();
  await live(store);
  const error = await failure(open());
  expect(error.code).toBe('locked');
  expect(error.message).toContain(`another process holds the database at ${location}: `);
  expect(error.hint).toContain('dispatch peer');
  expect((await failure(repairThreadStore(location))).code).toBe('locked');
  expect(await store.append([say(id(61), 'goes on')], { sync: true })).toHaveLength(1);
  expect(await store.verify()).toEqual([]);
});

test('what a newer version wrote is refused, and opens again with that version', async () => {
  await (await open()).close();
  await tamper({ 'meta/schema': '999' });
  const error = await failure(open());
  expect(error.code).toBe('version');
  expect(error.message).toContain('schema 999');
  await tamper({ 'meta/schema': String(SCHEMA) });
  await open();
});

test('an event of a newer version is refused where it is met, and a rebuild loses nothing over it', async () => {
  const store = await open();
  await live(store);
  await store.close();
  const event = { v: 2, device: DEVICE, seq: 5, at: 'ffffffffffff-0000', type: 'run.teleported', stream: 'thread' };
  await tamper({ [`log/${DEVICE}/000000000005`]: JSON.stringify(event), 'meta/rebuild': 'begun' });
  expect((await failure(open())).code).toBe('version');
  await tamper({ [`log/${DEVICE}/000000000005`]: undefined });
  expect((await (await open()).entries({ limit: 9 })).items).toHaveLength(3);
});

test('projections of an older version are made anew', async () => {
  const store = await open();
  await live(store);
  const before = await dump(store);
  await store.close();
  await tamper({ 'meta/schema': '0', [`run/${runId(1)}`]: '{"old":true}', 'entry/old': 'form' });
  const again = await open();
  expect(await dump(again)).toEqual(before);
  expect(await again.verify()).toEqual([]);
});

test('a log from before there was a search by marks is found by them, also where making them was cut off', async () => {
  const store = await open();
  await live(store);
  await store.close();
  const db = await openDatabase(location);
  const marks = (await db.keys().all()).filter((key) => key.startsWith('mark/'));
  await db.close();
  expect(marks.length).toBeGreaterThan(0);
  for (const more of [{}, { 'meta/rebuild': 'begun' }]) {
    await tamper({ 'meta/schema': '2', ...Object.fromEntries(marks.map((key) => [key, undefined])), ...more });
    const again = await open();
    const found = await again.search({ terms: terms('is:run'), limit: 9 });
    expect(found.items.map(({ kind }) => kind)).toEqual(['run']);
    expect(await again.verify()).toEqual([]);
    await again.close();
  }
});

test('a rebuild that was cut off is noticed and done again', async () => {
  const store = await open();
  await live(store);
  const before = await dump(store);
  await store.close();
  await tamper({ 'meta/rebuild': 'begun', [`run/${runId(1)}`]: undefined, [`head/${DEVICE}`]: undefined });
  expect(await dump(await open())).toEqual(before);
});

test('a foreign database is left alone', async () => {
  await tamper({ precious: 'data' });
  const error = await failure(open());
  expect(error).toMatchObject({ code: 'storage' });
  expect(error.message).toContain('was not made by Dispatch');
  const db = await openDatabase(location);
  expect(await db.get('precious')).toBe('data');
  await db.close();
});

test('a place that is no folder is a "storage" error that names it', async () => {
  await writeFile(location, 'a file');
  const error = await failure(open());
  expect(error.code).toBe('storage');
  expect(error.message).toContain(location);
});

test('a folder without permission is a "storage" error that says so', async () => {
  await mkdir(location);
  await chmod(location, 0o500);
  // Root may write everywhere, so a process that is not root tries.
  const { stdout } = await promisify(execFile)(process.execPath, [OPENER, location, DEVICE]);
  const error = JSON.parse(stdout);
  expect(error.code).toBe('storage');
  expect(error.message).toContain(`the database at ${location} cannot be opened: no permission`);
  expect(error.hint).toContain('modes');
});

describe('verify', () => {
  test('finds what is missing, added or altered in the projections', async () => {
    const store = await open();
    await live(store);
    const [entry] = (await store.entries({ limit: 1 })).items;
    await store.close();
    await tamper({
      [`entry/${entry?.key}`]: undefined,
      'pending/nonsense': id(99),
      [`head/${DEVICE}`]: '{"seq":4,"at":"0"}',
    });
    const findings = await (await open()).verify();
    expect(findings).toEqual([
      `"entry/${entry?.key}" is missing`,
      `"head/${DEVICE}" is not as the log says`,
      '"pending/nonsense" is there, and nothing in the log says so',
    ]);
    await opened.at(-1)?.rebuild();
    expect(await opened.at(-1)?.verify()).toEqual([]);
  });

  test('finds holes in the log, and the store works on without what was in them', async () => {
    const store = await open();
    await live(store);
    await store.close();
    await tamper({ [`log/${DEVICE}/000000000002`]: undefined, 'meta/rebuild': 'begun' });
    const damaged = await open();
    const findings = await damaged.verify();
    expect(findings[0]).toBe(`the log of device ${DEVICE} has event 3 where 2 should be`);
    expect(findings[1]).toContain('event 3 of device test-device (approval.requested) does not fit');
    expect((await damaged.entries({ limit: 9 })).items.map(({ kind }) => kind)).toEqual(['run', 'message']);
    expect((await damaged.changesAfter({}, 9)).items.map(({ event }) => event.seq)).toEqual([1, 4]);
    expect((await damaged.append([say(id(61), 'on')], { sync: false }))[0]?.event.seq).toBe(5);
  });

  test('leaves nothing behind, and a crash in the middle of it neither', async () => {
    const store = await open();
    await live(store);
    await store.verify();
    expect(await readdir(folder)).toEqual(['thread', 'thread.anchor']);
    await opened.at(-1)?.close();
    await mkdir(`${location}.verify`);
    await open();
    expect(await readdir(folder)).toEqual(['thread', 'thread.anchor']);
  });
});

describe('damage', () => {
  /** A database whose content is in table files, as after some days. */
  async function settled() {
    const store = await open();
    for (let n = 0; n < 200; n += 1)
      await store.append([say(id(n), `message ${n} ${'text '.repeat(50)}`)], { sync: false });
    await store.close();
    const db = await openDatabase(location);
    await (db as unknown as { compactRange(from: string, to: string): Promise<void> }).compactRange('', '~');
    await db.close();
    const again = await open();
    const before = await dump(again);
    await again.close();
    return before;
  }

  const fileLike = async (pattern: RegExp): Promise<string> => {
    const name = (await readdir(location)).find((candidate) => pattern.test(candidate));
    if (name === undefined) throw new Error(`there is no file like ${pattern} in ${location}`);
    return join(location, name);
  };

  test('a lost table of contents: a clear error, and repair brings everything back', async () => {
    const before = await settled();
    await rm(await fileLike(/^CURRENT$/));
    await writeFile(join(location, 'CURRENT'), 'MANIFEST-garbage');
    const error = await failure(open());
    expect(error.code).toBe('storage');
    expect(error.hint).toContain('dispatch doctor --rebuild');
    await repairThreadStore(location);
    const store = await open();
    expect(await dump(store)).toEqual(before);
    expect(await store.verify()).toEqual([]);
  });

  test('a manifest cut short: a clear error, and repair brings everything back', async () => {
    const before = await settled();
    const manifest = await fileLike(/^MANIFEST-/);
    const bytes = await readFile(manifest);
    bytes.fill(0xff, 8, 40);
    await writeFile(manifest, bytes);
    const error = await failure(open());
    expect(error).toMatchObject({ code: 'storage' });
    expect(error.message).toContain('damaged');
    await repairThreadStore(location);
    expect(await dump(await open())).toEqual(before);
  });

  test('a table cut short: repair keeps what can still be read, and the store works', async () => {
    await settled();
    const table = await fileLike(/\.ldb$/);
    await truncate(table, Math.floor((await stat(table)).size / 2));
    const read = async (): Promise<unknown> => dump(await open());
    const error = await failure(read());
    expect(error.code).toBe('storage');
    await Promise.all(opened.map((store) => store.close()));
    await repairThreadStore(location);
    const store = await open();
    await store.append([say(id(900), 'after the damage')], { sync: true });
    expect((await store.search({ terms: terms('after the damage'), limit: 1 })).items).toHaveLength(1);
  });

  test('a value that is no JSON is a "storage" error that names it', async () => {
    const store = await open();
    await live(store);
    await store.close();
    await tamper({ [`run/${runId(1)}`]: '{"half' });
    const error = await failure((await open()).run(runId(1)));
    expect(error.code).toBe('storage');
    expect(error.message).toContain(`run/${runId(1)}`);
    await opened.at(-1)?.rebuild();
    expect((await opened.at(-1)?.run(runId(1)))?.run.number).toBe(1);
  });

  test('there is nothing to repair where there is no database', async () => {
    expect((await failure(repairThreadStore(location))).code).toBe('not-found');
  });
});
