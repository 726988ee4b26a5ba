// The hash chain: what is changed, left out, put in or put elsewhere behind the store's back is found, and it is said where.
import { cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogEvent } from '../../../src/core/events.ts';
import { openDatabase, repairThreadStore } from '../../../src/store/log/database.ts';
import { hashEvent, NOTHING_BEFORE } from '../../../src/store/log/hash-chain.ts';
import { type ImportingThreadStore, openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE, id, say } from '../../contract/thread-store-events.ts';
import { FAR, live } from '../../helpers/log-life.ts';

let folder: string;
let location: string;
let opened: ImportingThreadStore[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dispatch-chain-'));
  location = join(folder, 'thread');
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<ImportingThreadStore> {
  const store = await openThreadStore({ location, device: DEVICE, now: Date.now });
  opened.push(store);
  return store;
}

/** A thread that has been lived and is closed again. */
async function lived(): Promise<void> {
  const store = await open();
  await live(store);
  expect((await store.verifyChain()).findings).toEqual([]);
  await store.close();
}

/** Puts and deletes behind the store's back. */
async function tamper(values: Readonly<Record<string, string | undefined>>): Promise<void> {
  const db = await openDatabase(location);
  for (const [key, value] of Object.entries(values)) await (value === undefined ? db.del(key) : db.put(key, value));
  await db.close();
}

async function pairs(): Promise<[string, string][]> {
  const db = await openDatabase(location);
  const all = await db.iterator().all();
  await db.close();
  return all;
}

async function findings(): Promise<readonly string[]> {
  const store = await open();
  try {
    return (await store.verifyChain()).findings;
  } finally {
    await store.close();
  }
}

const logKey = (seq: number, device: string = DEVICE): string => `log/${device}/${seq.toString(16).padStart(12, '0')}`;

async function event(seq: number, device: string = DEVICE): Promise<LogEvent> {
  const text = new Map(await pairs()).get(logKey(seq, device));
  return JSON.parse(text ?? 'null') as LogEvent;
}

describe('what the store writes', () => {
  test('each event carries the hash of the one before it, over restarts', async () => {
    await lived();
    await (await open()).append([say(id(900), 'after a restart')], { sync: false });
    const own = (await opened.at(-1)?.ownChangesAfter(0, 1000, 1e9))?.items.map((change) => change.event) ?? [];
    expect(own.length).toBeGreaterThan(10);
    const expected = own.map((_, index) =>
      index === 0 ? NOTHING_BEFORE : hashEvent(structuredClone(own[index - 1]) as LogEvent),
    );
    expect(own.map(({ prev }) => prev)).toEqual(expected);
  });

  test('the anchor names the newest event once the store is closed, and after a synced write', async () => {
    const anchor = async () => JSON.parse((await readFile(`${location}.anchor`, 'utf8')).slice(0, 400)) as unknown;
    const store = await open();
    const [change] = await store.append([say(id(1), 'not synced')], { sync: false });
    await store.close();
    expect(await anchor()).toEqual({ device: DEVICE, seq: 1, hash: hashEvent(change?.event as LogEvent) });
    const again = await open();
    await again.append([say(id(2), 'synced'), say(id(3), 'with it')], { sync: true });
    await expect.poll(anchor).toMatchObject({ seq: 3 });
  });

  test('a log that an older version began goes on with a chain that holds its last event', async () => {
    const store = await open();
    const old = await oldLog();
    await store.importEvents(old);
    await store.append([say(id(901), 'the first of the chain')], { sync: true });
    const report = await store.verifyChain();
    expect(report).toEqual({ events: old.length + 1, unchained: old.length, findings: [] });
    await store.close();
    const last = old.at(-1) as LogEvent;
    await tamper({ [logKey(last.seq)]: JSON.stringify({ ...last, by: { ...last.by, kind: 'agent' } }) });
    expect((await findings()).join('\n')).toContain(
      `event ${last.seq + 1} of device ${DEVICE} does not hold event ${last.seq}`,
    );
  });

  /** The golden log of version 1, as if this device had written it. */
  async function oldLog(): Promise<LogEvent[]> {
    const path = join(import.meta.dirname, '..', '..', 'fixtures', 'logs', 'v1.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    return lines.map((line) => ({ ...(JSON.parse(line) as LogEvent), device: DEVICE }));
  }
});

describe('one changed byte through LevelDB', () => {
  test('is found in the value and in the key, for every kind of key', { timeout: 120_000 }, async () => {
    await lived();
    const all = await pairs();
    const kinds = new Map(
      all.map((pair) => [pair[0].split('/')[0] === 'meta' ? pair[0] : pair[0].split('/')[0], pair]),
    );
    expect([...kinds.keys()]).toEqual([
      'approval',
      'approvals-of',
      'approvals',
      'artifact',
      'artifacts-of',
      'artifacts',
      'counter',
      'entry',
      'event-of',
      'given-number',
      'head',
      'log',
      'mark',
      'message',
      'meta/schema',
      'numbers',
      'pending',
      'position',
      'run',
      'status',
      'word',
    ]);
    for (const [kind, [key, value]] of kinds) {
      for (const place of value === '' ? [] : [0, Math.floor(value.length / 2), value.length - 1]) {
        await expectFound({ [key]: flipped(value, place) }, `the value of ${kind} at ${place}`);
        await tamper({ [key]: value, 'meta/schema': '3' });
      }
      for (const place of [0, Math.floor(key.length / 2), key.length - 1]) {
        const other = flipped(key, place);
        await expectFound({ [key]: undefined, [other]: value }, `the key of ${kind} at ${place}`);
        await tamper({ [other]: new Map(all).get(other), [key]: value, 'meta/schema': '3' });
      }
      await rm(`${location}.anchor.broken`, { force: true });
    }
    expect(await findings()).toEqual([]);
  });

  /** In the last bit: another character that a JSON text or a key may well hold. */
  function flipped(text: string, place: number): string {
    const code = text.charCodeAt(place) ^ 1;
    return `${text.slice(0, place)}${String.fromCharCode(code)}${text.slice(place + 1)}`;
  }

  /** Found by the walk, or refused when it is opened; what a restart mends by itself was never wrong. */
  async function expectFound(values: Record<string, string | undefined>, what: string): Promise<void> {
    await tamper(values);
    const found = await findings().catch((error: { code: string }) => [error.code]);
    if (Object.keys(values)[0] === 'meta/schema' && found.length === 0) {
      expect((await pairs()).find(([key]) => key === 'meta/schema')?.[1], what).toBe('3');
      return;
    }
    expect(found, what).not.toEqual([]);
  }
});

describe('the log of this device', () => {
  test('an event that was changed is named, and so is the one that no longer fits', async () => {
    await lived();
    const third = await event(3);
    await tamper({ [logKey(3)]: JSON.stringify({ ...third, by: { ...third.by, kind: 'assistant' } }) });
    expect(await findings()).toContain(
      `event 4 of device ${DEVICE} does not hold event 3: one of the two is not what was written`,
    );
  });

  test('one that was changed together with all hashes after it does not fit the anchor', async () => {
    await lived();
    const own = (await pairs()).filter(([key]) => key.startsWith(`log/${DEVICE}/`));
    let prev = NOTHING_BEFORE;
    const forged: Record<string, string> = {};
    for (const [key, text] of own) {
      const one = JSON.parse(text) as LogEvent;
      const changed = { ...one, prev, ...(one.seq === 2 ? { data: { because: ['forged'] } } : {}) } as LogEvent;
      prev = hashEvent(changed);
      forged[key] = JSON.stringify(changed);
    }
    await tamper({ ...forged, 'meta/rebuild': 'begun' });
    const found = await findings();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/when the database was opened, it did not have event \d+ of device test-device/);
  });

  test('one that was taken out, also with everything that was made from it', async () => {
    await lived();
    await tamper({ [logKey(9)]: undefined, 'meta/rebuild': 'begun' });
    expect(await findings()).toContain(`the log of device ${DEVICE} has event 10 where 9 should be`);
  });

  test('one that was taken out, with those after it moved up', async () => {
    await lived();
    const own = (await pairs()).filter(([key]) => key.startsWith(`log/${DEVICE}/`));
    const last = own.length;
    const moved: Record<string, string | undefined> = { [logKey(last)]: undefined, 'meta/rebuild': 'begun' };
    for (let seq = last - 1; seq < last; seq += 1) {
      moved[logKey(seq)] = JSON.stringify({ ...(await event(seq + 1)), seq });
    }
    await tamper(moved);
    const found = await findings();
    expect(found).toContain(
      `event ${last - 1} of device ${DEVICE} does not hold event ${last - 2}: one of the two is not what was written`,
    );
    expect(found.join('\n')).toContain(`it did not have event ${last} of device ${DEVICE}`);
  });

  test('one that was put in', async () => {
    await lived();
    const last = (await pairs()).filter(([key]) => key.startsWith(`log/${DEVICE}/`)).length;
    const { prev: _, ...message } = await event(last);
    const added = { ...message, seq: last + 1, at: message.at.replace(/....$/, 'ffff') };
    await tamper({ [logKey(last + 1)]: JSON.stringify(added), 'meta/rebuild': 'begun' });
    expect(await findings()).toContain(`event ${last + 1} of device ${DEVICE} has lost its hold on event ${last}`);
  });

  test('two that changed places', async () => {
    await lived();
    const [a, b] = [await event(1), await event(2)];
    await tamper({
      [logKey(1)]: JSON.stringify({ ...b, seq: 1 }),
      [logKey(2)]: JSON.stringify({ ...a, seq: 2 }),
    });
    const found = await findings();
    expect(found).toContain(`event 1 of device ${DEVICE} is not the beginning of a log`);
    expect(found).toContain(`event 2 of device ${DEVICE} is not later than the one before it`);
  });

  test('a text that reads the same and is not what was written', async () => {
    await lived();
    await tamper({ [logKey(2)]: JSON.stringify(await event(2), undefined, 1) });
    expect(await findings()).toEqual([`"${logKey(2)}" is not as it was written`]);
  });

  test('what cannot be read at all does not end the walk', async () => {
    await lived();
    await tamper({ [logKey(2)]: '{"half', [logKey(2, FAR)]: 'null' });
    const found = await findings();
    expect(found.join('\n')).toContain(`"${logKey(2)}" cannot be read`);
    expect(found.join('\n')).toContain(`"${logKey(2, FAR)}" cannot be read`);
  });

  test('its end missing while the store is open does not fit the anchor', async () => {
    const store = await open();
    await live(store);
    const last = store.cursor()[DEVICE] ?? 0;
    await store.verifyChain();
    const anchor = await readFile(`${location}.anchor`, 'utf8');
    await store.close();
    await tamper({ [logKey(last)]: undefined, 'meta/rebuild': 'begun' });
    const again = await open();
    await writeFile(`${location}.anchor`, anchor);
    expect((await again.verifyChain()).findings).toContain(
      `the log of device ${DEVICE} ends with event ${last - 1}, and event ${last} had been on the disk, as the anchor beside the database says`,
    );
  });
});

describe('the log of another device', () => {
  test('is checked wherever two of its events stand next to each other', async () => {
    await lived();
    const second = await event(2, FAR);
    await tamper({ [logKey(2, FAR)]: JSON.stringify({ ...second, by: { ...second.by, kind: 'agent' } }) });
    expect(await findings()).toContain(
      `event 3 of device ${FAR} does not hold event 2: one of the two is not what was written`,
    );
  });

  test('has gaps that mean nothing, and events from before there was a chain', async () => {
    const store = await open();
    const plain = (seq: number, n: number, prev = {}): LogEvent =>
      ({
        v: 1,
        device: FAR,
        seq,
        at: `0000000000${seq.toString(16).padStart(2, '0')}-0000`,
        ...prev,
        ...say(id(n), `${seq}`),
        by: { kind: 'human', device: FAR },
      }) as LogEvent;
    const events = [plain(2, 1), plain(3, 2, { prev: 'a'.repeat(64) }), plain(9, 3, { prev: 'b'.repeat(64) })];
    await store.importLog({ device: FAR, events, upTo: 9, scope: 'all' });
    expect(await store.verifyChain()).toEqual({ events: 3, unchained: 1, findings: [] });
  });

  test('that lost a piece is found, though gaps are allowed', async () => {
    await lived();
    await tamper({ [logKey(2, FAR)]: undefined });
    expect(await findings()).toContain(`"head/${FAR}" is not as the log says`);
  });
});

describe('the anchor', () => {
  test('that is missing is told and made anew', async () => {
    await lived();
    await rm(`${location}.anchor`);
    expect(await findings()).toEqual([
      'the anchor beside the database was missing when it was opened, and was made anew',
    ]);
    expect(await findings()).toEqual([]);
  });

  test('does not miss what was never said to be on the disk', async () => {
    const store = await open();
    await live(store);
    await store.append([say(id(903), 'synced')], { sync: true });
    const log = join(location, (await readdir(location)).find((name) => name.endsWith('.log')) ?? '');
    const { size } = await stat(log);
    await expect
      .poll(async () => (await readFile(`${location}.anchor`, 'utf8')).slice(0, 400))
      .toContain(`"seq":${store.cursor()[DEVICE]},`);
    const anchor = await readFile(`${location}.anchor`);
    for (let n = 0; n < 20; n += 1) await store.append([say(id(910 + n), 'not synced')], { sync: false });
    // What a power cut leaves: the log as far as it was synced.
    await cp(location, `${location}-cut`, { recursive: true });
    await truncate(join(`${location}-cut`, basename(log)), size);
    await writeFile(`${location}-cut.anchor`, anchor);
    location = `${location}-cut`;
    expect(await findings()).toEqual([]);
  });

  test('of another device is told and made anew', async () => {
    await lived();
    const store = await openThreadStore({ location, device: 'other-device' as never, now: Date.now });
    opened.push(store);
    await store.append([say(id(902), 'of the other')], { sync: true });
    expect((await store.verifyChain()).findings).toEqual([
      `the anchor beside the database was that of device ${DEVICE}, and was made anew`,
    ]);
  });

  test.each(['opened', 'repaired'])(
    'is not missed in a database that an older version wrote, when that is %s',
    async (how) => {
      await lived();
      await rm(`${location}.anchor`);
      const kept = async () => (await pairs()).filter(([key]) => /^(position|given-number)\//.test(key));
      const sealed = await kept();
      expect(sealed).toHaveLength(2);
      const unsealed = sealed.map(([key, text]) => {
        const { sum: _, ...value } = JSON.parse(text) as Record<string, unknown>;
        return [key, JSON.stringify(value)] as const;
      });
      await tamper({ ...Object.fromEntries(unsealed), 'meta/schema': '1' });
      if (how === 'repaired') await repairThreadStore(location);
      const made = 'the anchor beside the database was missing when it was opened, and was made anew';
      expect(await findings()).toEqual(how === 'repaired' ? [made] : []);
      expect(await kept()).toEqual(sealed);
    },
  );
});

test('an anchor stands beside the database before the first event does', async () => {
  await (await open()).close();
  expect(JSON.parse((await readFile(`${location}.anchor`, 'utf8')).slice(0, 400))).toMatchObject({ seq: 0 });
  expect(await findings()).toEqual([]);
});

test('a database that was thrown away while its anchor stayed is told', async () => {
  await lived();
  await rm(location, { recursive: true });
  const found = await findings();
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/it did not have event \d+ of device test-device/);
});
