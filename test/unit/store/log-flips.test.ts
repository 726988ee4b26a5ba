// One changed byte anywhere in the files of the database: it does not open, or it cannot be read, or the walk says so. Only a byte that
// nothing reads may change unseen, and then everything in the database is as it was.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/log/database.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { examineFiles } from '../../../src/store/log/verify.ts';
import { DEVICE, id, say } from '../../contract/thread-store-events.ts';
import { live } from '../../helpers/log-life.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'fixtures', 'logs', 'verify-copies.ts');
/** Flips for each kind of file. */
const FLIPS = 60;

let folder: string;
let whole: string;
let content: Map<string, string>;

const open = (location: string) => openThreadStore({ location, device: DEVICE, now: Date.now });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-flips-'));
  whole = join(folder, 'whole');
  const store = await open(whole);
  for (let round = 0; round < 10; round += 1) await live(store, round);
  await store.close();
  // What was written until now goes into a table when it is opened again, and what comes now stays in the log.
  const again = await open(whole);
  await live(again, 10);
  for (let n = 0; n < 20; n += 1) await again.append([say(id(90_000 + n), `in the log ${n}`)], { sync: false });
  await again.close();
  content = await contentOf(whole);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every key with its value, read from a copy: opening a database changes its files. */
async function contentOf(location: string): Promise<Map<string, string>> {
  const copy = `${location}.read`;
  await cp(location, copy, { recursive: true });
  try {
    const db = await openDatabase(copy);
    const pairs = await db.iterator({ keyEncoding: 'hex', valueEncoding: 'hex' }).all();
    await db.close();
    return new Map(pairs as [string, string][]);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/**
 * What comes of opening each and walking over it: `error` and `finding` are both good, `nothing` only where nothing has changed, and
 * `died` where LevelDB ended the process.
 */
async function outcomesOf(locations: readonly string[]): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  for (;;) {
    const left = locations.filter((location) => !outcomes.has(location));
    const [first] = left;
    if (first === undefined) return outcomes;
    const child = spawn(process.execPath, [PROGRAM, DEVICE, ...left], { stdio: ['ignore', 'pipe', 'ignore'] });
    const exit = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      const [location = '', outcome = ''] = line.split(' ');
      outcomes.set(location, outcome);
    }
    if ((await exit)[1] === null) continue;
    const victim = left.find((location) => !outcomes.has(location));
    if (victim !== undefined) outcomes.set(victim, 'died');
  }
}

async function flip(location: string, name: string, at: number): Promise<void> {
  const bytes = await readFile(join(location, name));
  bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(Math.random() * 255));
  await writeFile(join(location, name), bytes);
}

async function remove(location: string): Promise<void> {
  const names = [location, `${location}.anchor`, `${location}.anchor.broken`];
  await Promise.all(names.map((name) => rm(name, { recursive: true, force: true })));
}

async function copyOf(number: number | string): Promise<string> {
  const location = join(folder, `copy-${number}`);
  await cp(whole, location, { recursive: true });
  await cp(`${whole}.anchor`, `${location}.anchor`);
  return location;
}

test('what is whole is found whole, and the walk reads it all', async () => {
  const store = await open(await copyOf('whole'));
  const report = await store.verifyChain();
  await store.close();
  expect(report.findings).toEqual([]);
  expect(report.unchained).toBe(0);
  expect(report.events).toBe(
    [...content.keys()].filter((key) => key.startsWith(Buffer.from('log/').toString('hex'))).length,
  );
});

describe.each([
  ['table', /\.ldb$/, 0],
  ['log that is written ahead', /\.log$/, 0.1],
  ['list of files', /^MANIFEST-/, 0.2],
])('a byte of the %s', (_, pattern, mostDead) => {
  test('is missed by nobody', { timeout: 120_000 }, async () => {
    const names = (await readdir(whole)).filter((name) => pattern.test(name));
    expect(names.length).toBeGreaterThan(0);
    const places = new Map<string, string>();
    for (let round = 0; round < FLIPS; round += 1) {
      const name = names[round % names.length] as string;
      const { length } = await readFile(join(whole, name));
      const at = Math.floor(Math.random() * length);
      const location = await copyOf(round);
      await flip(location, name, at);
      places.set(location, `byte ${at} of ${name}`);
    }
    const outcomes = await outcomesOf([...places.keys()]);
    let dead = 0;
    for (const [location, place] of places) {
      const outcome = outcomes.get(location) ?? '';
      expect(['error', 'finding', 'nothing', 'died'], place).toContain(outcome);
      if (outcome === 'nothing') {
        dead += 1;
        expect(await contentOf(location), place).toEqual(content);
      }
      // Where no peer survives, the files alone tell.
      if (outcome === 'died') expect(await examineFiles(location, new AbortController().signal), place).not.toEqual([]);
      await remove(location);
    }
    expect(dead).toBeLessThanOrEqual(FLIPS * mostDead);
  });

  test('is found while the database is in use', { timeout: 60_000 }, async () => {
    const location = await copyOf('used');
    const store = await open(location);
    try {
      await live(store, 11);
      const [name = ''] = (await readdir(location)).filter((candidate) => pattern.test(candidate));
      const { length } = await readFile(join(location, name));
      const place = Math.floor(Math.random() * length);
      const before = await readFile(join(location, name));
      await flip(location, name, place);
      const { findings } = await store.verifyChain();
      expect(findings.join('\n'), `byte ${place}`).toContain(name);
      await writeFile(join(location, name), before);
    } finally {
      await store.close();
      await remove(location);
    }
  });
});

test('a byte of the anchor is found, with the store open and closed', async () => {
  for (const used of [true, false]) {
    const location = await copyOf(`anchor-${used}`);
    const store = used ? await open(location) : undefined;
    await flip(folder, `copy-anchor-${used}.anchor`, Math.floor(Math.random() * 512));
    const reopened = store ?? (await open(location));
    const { findings } = await reopened.verifyChain();
    expect(findings.join('\n')).toMatch(/the anchor beside the database (is|was) damaged/);
    await reopened.close();
  }
});

test('the end of the log cut off is found, and stays told until somebody has looked', async () => {
  const location = await copyOf('cut');
  const name = (await readdir(location)).find((candidate) => /\.log$/.test(candidate)) ?? '';
  const bytes = await readFile(join(location, name));
  await writeFile(join(location, name), bytes.subarray(0, Math.floor(bytes.length / 2)));
  for (let start = 0; start < 2; start += 1) {
    const store = await open(location);
    await store.append([say(id(91_000 + start), 'life goes on')], { sync: true });
    const { findings } = await store.verifyChain();
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/when the database was opened, it did not have event \d+ of device test-device/);
    await store.close();
  }
  await rm(`${location}.anchor.broken`);
  const store = await open(location);
  expect((await store.verifyChain()).findings).toEqual([]);
  await store.close();
});
