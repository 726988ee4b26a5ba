// Logs that earlier versions wrote: they must stay readable for ever, and what is derived from them must not change unnoticed.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogEvent } from '../../../src/core/events.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { openDatabase } from '../../../src/store/log/database.ts';
import { hashEvent } from '../../../src/store/log/hash-chain.ts';
import { PROJECTIONS, SCHEMA } from '../../../src/store/log/keys.ts';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE, dump } from '../../contract/thread-store-events.ts';

const LOGS = join(import.meta.dirname, '..', '..', 'fixtures', 'logs');

let folder: string;
let location: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-golden-'));
  location = join(folder, 'thread');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function readLog(name: string): Promise<LogEvent[]> {
  const lines = (await readFile(join(LOGS, name), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LogEvent);
}

const open = () => openThreadStore({ location, device: DEVICE, now: Date.now });

/** Every key and value that is derived from the log. */
async function projections(): Promise<Record<string, unknown>> {
  const db = await openDatabase(location);
  try {
    const pairs = (await Promise.all(PROJECTIONS.map((range) => db.iterator(range).all()))).flat();
    return Object.fromEntries(pairs.map(([key, value]) => [key, /^[{"\d]/.test(value) ? parsed(value) : value]));
  } finally {
    await db.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

test('the golden log has every type of event, and every type has its place in this test', async () => {
  const types = new Set((await readLog('v1.jsonl')).map(({ type }) => type));
  expect([...types].sort()).toEqual([
    'approval.decided',
    'approval.expired',
    'approval.requested',
    'artifact.created',
    'message.said',
    'run.accepted',
    'run.cancelled',
    'run.completed',
    'run.failed',
    'run.started',
    'run.submitted',
  ]);
});

test('what is derived from a log of version 1 is what it always was', async () => {
  const store = await open();
  await store.importEvents(await readLog('v1.jsonl'));
  expect(await store.verify()).toEqual([]);
  await store.close();
  // If this fails because keys or records have a new form, raise SCHEMA, and only then renew the expectation.
  const expected = JSON.parse(await readFile(join(LOGS, `v1.schema-${SCHEMA}.json`), 'utf8'));
  expect(await projections()).toEqual(expected);
});

test('so is what is derived from one with answers, programs at a connector, and what an assistant proposed', async () => {
  const events = await readLog('v1-answers.jsonl');
  const store = await open();
  await store.importEvents(events);
  expect(await store.verify()).toEqual([]);
  expect(await store.verifyChain()).toEqual({ events: events.length, unchained: 0, findings: [] });
  expect((await store.eventsOf('0000000000000001' as RunId)).map(({ type }) => type)).toContain('run.answered');
  await store.close();
  const expected = JSON.parse(await readFile(join(LOGS, `v1-answers.schema-${SCHEMA}.json`), 'utf8'));
  expect(await projections()).toEqual(expected);
});

test('a log of version 1 with a chain holds, and nothing in it may change', async () => {
  const events = await readLog('v1-chained.jsonl');
  const types = new Set(events.map(({ type }) => type));
  for (const type of ['approval.agreed', 'approval.edited', 'run.offered', 'run.cancel_requested'] as const) {
    expect(types).toContain(type);
  }
  const store = await open();
  await store.importEvents(events);
  expect(await store.verifyChain()).toEqual({ events: events.length, unchained: 0, findings: [] });
  expect(events.slice(1).map(({ prev }) => prev)).toEqual(events.slice(0, -1).map((event) => hashEvent(event)));
  await store.close();
});

test('it does not matter in which portions a log comes in', async () => {
  const events = await readLog('v1.jsonl');
  const one = await open();
  for (const event of events) await one.importEvents([event]);
  const single = await dump(one);
  await one.close();
  await rm(location, { recursive: true });
  const whole = await open();
  await whole.importEvents(events);
  expect(await dump(whole)).toEqual(single);
  await whole.close();
});

test('logs of several devices are one thread, and this device goes on after the newest', async () => {
  const events = await readLog('v1.jsonl');
  const store = await open();
  await store.importEvents(events);
  const by = { kind: 'human', device: DEVICE } as const;
  const text = { message: 'msg0000000000009' as never, role: 'user', text: 'from here' } as const;
  const [change] = await store.append([{ type: 'message.said', data: text, stream: 'thread', by }], { sync: true });
  const last = events.at(-1);
  expect(change?.event.seq).toBe(1);
  expect(String(change?.event.at) > String(last?.at)).toBe(true);
  expect(store.cursor()).toEqual({ [DEVICE]: 1, [String(last?.device)]: events.length });
  const all = await store.changesAfter({}, 1000);
  expect(all.items.map(({ event }) => event.seq)).toEqual([...events.map(({ seq }) => seq), 1]);
  expect(store.nextRunNumber()).toBe(10);
  await store.rebuild();
  expect(await store.verify()).toEqual([]);
  await store.close();
});

test('an event that is not the next of its device is not taken', async () => {
  const events = await readLog('v1.jsonl');
  const store = await open();
  await expect(store.importEvents(events.slice(1))).rejects.toMatchObject({ code: 'invalid' });
  await expect(store.importEvents([...events.slice(0, 2), ...events.slice(0, 1)])).rejects.toMatchObject({
    code: 'invalid',
  });
  expect(store.cursor()).toEqual({});
  await store.close();
});
