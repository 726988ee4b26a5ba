import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { Pairing, PairingStore } from '../../../src/engine/peer-ports.ts';
import { openPairingStore } from '../../../src/store/pairings.ts';
import { canMount, mountDisk } from '../../helpers/small-disk.ts';

const WRITER = new URL('../../fixtures/pairing-writer.ts', import.meta.url).pathname;

let dir: string;
let file: string;
let now: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-pairings-'));
  file = join(dir, 'state', 'pairings.json');
  now = 1_000_000;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (): Promise<PairingStore> => openPairingStore(file, () => now);

function device(number: number): DeviceId {
  return `12D3KooWdevice${String(number).padStart(10, '0')}` as DeviceId;
}

function pairing(number: number, more: Partial<Pairing> = {}): Pairing {
  const name = `device-${number}`;
  return { device: device(number), name, given: ['run'], held: [], addresses: [], pairedAt: 1, ...more };
}

const REPORT: Pairing['report'] = {
  name: 'device-1',
  platform: 'linux',
  version: '0.1.0',
  capabilities: {
    shell: true,
    browserAutomation: false,
    desktopAutomation: false,
    local_files: true,
    reachableFolders: ['/'],
  },
  permissions: { shell: true, local_files: true, browser_automation: false, desktop_automation: false },
  enforces: ['full-access'],
  load: { running: 0, slots: 8 },
};

test('is empty where there is no file, and makes none', async () => {
  const store = await open();
  expect(store.all()).toEqual([]);
  expect(store.get(device(1))).toBeUndefined();
  expect(store.isRevoked(device(1))).toBe(false);
  expect(existsSync(file)).toBe(false);
});

test('keeps everything for the next process', async () => {
  const full = pairing(1, {
    alias: 'nas',
    held: ['observe'],
    addresses: ['/ip4/10.0.0.1/tcp/4747'],
    report: REPORT,
    lastSeenAt: 7,
  });
  const store = await open();
  await store.put(full);
  await store.put(pairing(2));
  await store.revoke(device(3), 'nas');
  const next = await open();
  expect(next.all()).toEqual([full, pairing(2)]);
  expect(next.isRevoked(device(3))).toBe(true);
});

test('is private, whatever stood there before', async () => {
  const store = await open();
  await store.put(pairing(1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'state')).mode & 0o777).toBe(0o700);
  chmodSync(file, 0o644);
  writeFileSync(`${file}.part`, 'left by a crash', { mode: 0o666 });
  await open();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(dir, 'state'))).toEqual(['pairings.json']);
  writeFileSync(`${file}.part`, 'left by a crash', { mode: 0o666 });
  await store.put(pairing(2));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a revoked device is out at once, and for the next process too', async () => {
  const store = await open();
  await store.put(pairing(1));
  const revoked = store.revoke(device(1), 'nas');
  expect(store.get(device(1))).toBeUndefined();
  expect(store.isRevoked(device(1))).toBe(true);
  await revoked;
  expect((await open()).get(device(1))).toBeUndefined();
  expect((await open()).isRevoked(device(1))).toBe(true);
});

test('of a revoked device the name is kept that it had here, until it is paired anew', async () => {
  const store = await open();
  await store.put(pairing(1, { name: 'box' }));
  await store.put(pairing(2, { name: 'attic' }));
  await store.revoke(device(1), 'box-4f2a');
  await store.revoke(device(2), 'attic');
  const names = [
    { id: device(1), name: 'box-4f2a' },
    { id: device(2), name: 'attic' },
  ];
  expect(store.revoked()).toEqual(names);
  const next = await open();
  expect(next.revoked()).toEqual(names);
  await next.put(pairing(2));
  expect(next.revoked()).toEqual(names.slice(0, 1));
});

test.each([
  ['of an older version', {}],
  ['that is no list', { revokedNames: 'nas' }],
  ['that has no names', { revokedNames: [{ device: device(1), name: '' }, 7] }],
])('a file %s lets everybody in that is paired, and nobody else', async (_, names) => {
  const whole = { version: 1, pairings: [pairing(2)], trials: [], revoked: [device(1)] };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...whole, ...names }));
  const store = await open();
  expect(store.get(device(2))).toBeDefined();
  expect(store.isRevoked(device(1))).toBe(true);
  expect(store.revoked()).toEqual([{ id: device(1), name: device(1).slice(0, 16) }]);
});

test('putting it anew takes the tombstone away', async () => {
  const store = await open();
  await store.revoke(device(1), 'nas');
  await store.put(pairing(1));
  expect(store.isRevoked(device(1))).toBe(false);
  expect((await open()).isRevoked(device(1))).toBe(false);
});

test('a put that was on its way when the device was revoked is refused', async () => {
  const store = await open();
  await store.put(pairing(1));
  const attempts = [
    store.put(pairing(1, { given: ['approve'] })),
    store.update(device(1), (one) => one),
    store.put(pairing(2)),
  ];
  const revoked = store.revoke(device(1), 'nas');
  const outcomes = await Promise.allSettled(attempts);
  await revoked;
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(outcomes[0]).toMatchObject({ reason: { code: 'refused' } });
  for (const one of [store, await open()]) {
    expect(one.all()).toEqual([pairing(2)]);
    expect(one.isRevoked(device(1))).toBe(true);
  }
});

test('an update sees what was put before it, and does nothing for a stranger', async () => {
  const store = await open();
  const put = store.put(pairing(1, { given: ['observe'] }));
  const updated = store.update(device(1), (one) => ({ ...one, lastSeenAt: 9 }));
  await store.update(device(2), (one) => ({ ...one, lastSeenAt: 9 }));
  await Promise.all([put, updated]);
  expect((await open()).all()).toEqual([pairing(1, { given: ['observe'], lastSeenAt: 9 })]);
});

test('tells listeners of each change until they leave', async () => {
  const store = await open();
  let told = 0;
  const leave = store.onChange(() => {
    told += 1;
  });
  await store.put(pairing(1));
  await store.update(device(1), (one) => one);
  await store.revoke(device(1), 'nas');
  expect(told).toBe(3);
  leave();
  await store.put(pairing(1));
  expect(told).toBe(3);
});

describe('a pairing on trial', () => {
  test('counts until its time is over, and then what was before', async () => {
    const store = await open();
    await store.put(pairing(1));
    await store.revoke(device(3), 'nas');
    for (const number of [1, 2, 3]) await store.put(pairing(number, { given: ['approve'] }), now + 100);
    for (const one of [store, await open()]) {
      expect(one.all().map(({ given }) => given)).toEqual([['approve'], ['approve'], ['approve']]);
      expect(one.isRevoked(device(3))).toBe(false);
    }
    now += 100;
    for (const one of [store, await open()]) {
      expect(one.all()).toEqual([pairing(1)]);
      expect(one.get(device(2))).toBeUndefined();
      expect(one.isRevoked(device(3))).toBe(true);
    }
    await store.put(pairing(4));
    expect(readFileSync(file, 'utf8')).not.toContain('"approve"');
  });

  test('counts for good once it is put or updated without a time', async () => {
    const store = await open();
    await store.put(pairing(1), now + 100);
    await store.put(pairing(1));
    await store.put(pairing(2), now + 100);
    await store.update(device(2), (one) => ({ ...one, lastSeenAt: 5 }));
    now += 1000;
    expect((await open()).all()).toEqual([pairing(1), pairing(2, { lastSeenAt: 5 })]);
  });

  test('goes with a revocation', async () => {
    const store = await open();
    await store.put(pairing(1), now + 100);
    await store.revoke(device(1), 'nas');
    expect(store.get(device(1))).toBeUndefined();
    expect((await open()).get(device(1))).toBeUndefined();
  });

  test('that is over is told of once somebody looks', async () => {
    const store = await open();
    await store.put(pairing(1), now + 100);
    let told = 0;
    store.onChange(() => {
      told += 1;
    });
    now += 100;
    expect(store.all()).toEqual([]);
    expect(store.all()).toEqual([]);
    await Promise.resolve();
    expect(told).toBe(1);
    expect(store.all()).toEqual([]);
    await Promise.resolve();
    expect(told).toBe(1);
  });

  test('does not come back by an update that came too late', async () => {
    const store = await open();
    await store.put(pairing(1), now + 100);
    now += 100;
    await store.update(device(1), (one) => one);
    expect(store.all()).toEqual([]);
  });
});

describe('a damaged file', () => {
  const whole = { version: 1, pairings: [pairing(1)], trials: [], revoked: [] };
  test.each([
    ['nothing', ''],
    ['half of it', JSON.stringify(whole).slice(0, 100)],
    ['no JSON', '\0\0\0\0'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe])],
    ['something else', '[]'],
    ['no list', JSON.stringify({ ...whole, pairings: {} })],
    ['an unknown grant', JSON.stringify({ ...whole, pairings: [{ ...pairing(1), given: ['root'] }] })],
    ['no device', JSON.stringify({ ...whole, pairings: [{ ...pairing(1), device: '' }] })],
    ['a device twice', JSON.stringify({ ...whole, pairings: [pairing(1), pairing(1)] })],
    ['a trial without a time', JSON.stringify({ ...whole, trials: [{ pairing: pairing(2) }] })],
  ])('with %s in it is told of, and left as it is', async (_what, content) => {
    await (await open()).put(pairing(1));
    writeFileSync(file, content);
    await expect(open()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(`${file} is damaged`),
      hint: expect.stringContaining('move it away'),
    });
    expect(readFileSync(file)).toEqual(Buffer.from(content));
  });

  test('of a newer Dispatch is told of as that', async () => {
    await (await open()).put(pairing(1));
    writeFileSync(file, JSON.stringify({ version: 2, peers: [] }));
    await expect(open()).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('a newer version'),
    });
  });

  test('with a report that no longer fits loses the report only', async () => {
    await (await open()).put(pairing(1));
    writeFileSync(file, JSON.stringify({ ...whole, pairings: [{ ...pairing(1), report: { name: 'old' } }] }));
    expect((await open()).all()).toEqual([pairing(1)]);
  });
});

test.skipIf(!canMount())('a full disk refuses a pairing whole, and a revocation holds in memory', async () => {
  const disk = mountDisk(64 * 1024);
  try {
    file = join(disk.path, 'pairings.json');
    const store = await open();
    await store.put(pairing(1));
    disk.fill();
    await expect(store.put(pairing(2))).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining('no space'),
    });
    expect(store.all()).toEqual([pairing(1)]);
    await expect(store.revoke(device(1), 'nas')).rejects.toMatchObject({ code: 'storage' });
    expect(store.all()).toEqual([]);
    disk.free();
    await store.put(pairing(3));
    expect((await open()).all()).toEqual([pairing(3)]);
    expect((await open()).isRevoked(device(1))).toBe(true);
  } finally {
    disk.dispose();
  }
});

type Step =
  | { readonly kind: 'put'; readonly number: number; readonly until?: number }
  | { readonly kind: 'update'; readonly number: number }
  | { readonly kind: 'revoke'; readonly number: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'reopen' };

const number = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), number }),
  fc.record({ kind: fc.constant('put' as const), number, until: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('update' as const), number }),
  fc.record({ kind: fc.constant('revoke' as const), number }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('reopen' as const) }),
);

/** What the store is to be: for each device what counts for good, and what counts for a time. */
interface Expected {
  good: Pairing | 'revoked' | undefined;
  trial: { pairing: Pairing; until: number } | undefined;
}

test('whatever is done in whatever order, memory and disk agree with the model', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      round += 1;
      file = join(dir, `${round}.json`);
      const model = new Map<number, Expected>([1, 2, 3].map((one) => [one, { good: undefined, trial: undefined }]));
      let store = await open();
      let made = 0;
      for (const one of steps) {
        made += 1;
        if (one.kind === 'wait') now += one.ms;
        else if (one.kind === 'reopen') store = await open();
        else await apply(store, model.get(one.number)!, one, made);
        for (const [of, expected] of model) {
          const current = currentOf(expected);
          expect(store.get(device(of))).toEqual(current);
          expect(store.isRevoked(device(of))).toBe(current === undefined && expected.good === 'revoked');
        }
      }
      expect((await open()).all()).toEqual(store.all());
    }),
    { numRuns: 60 },
  );
});

function currentOf({ good, trial }: Expected): Pairing | undefined {
  if (trial !== undefined && now < trial.until) return trial.pairing;
  return good === 'revoked' ? undefined : good;
}

async function apply(
  store: PairingStore,
  expected: Expected,
  one: Extract<Step, { number: number }>,
  made: number,
): Promise<void> {
  if (one.kind === 'revoke') {
    await store.revoke(device(one.number), 'nas');
    Object.assign(expected, { good: 'revoked', trial: undefined });
  } else if (one.kind === 'update') {
    const current = currentOf(expected);
    await store.update(device(one.number), (kept) => ({ ...kept, lastSeenAt: made }));
    if (current !== undefined) Object.assign(expected, { good: { ...current, lastSeenAt: made }, trial: undefined });
  } else if (one.until === undefined) {
    await store.put(pairing(one.number, { pairedAt: made }));
    Object.assign(expected, { good: pairing(one.number, { pairedAt: made }), trial: undefined });
  } else {
    const until = now + one.until;
    await store.put(pairing(one.number, { pairedAt: made }), until);
    expected.trial = { pairing: pairing(one.number, { pairedAt: made }), until };
  }
}

test('what was acknowledged survives SIGKILL at any moment, and the file is never half', async () => {
  for (let round = 0; round < 6; round += 1) {
    const writer = spawn(process.execPath, [WRITER, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = '';
    const enough = Promise.withResolvers<void>();
    writer.stdout.on('data', (text: Buffer) => {
      acknowledged += text.toString();
      if (acknowledged.length > 120 * (round + 1)) enough.resolve();
    });
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    await Promise.race([enough.promise, ended]);
    writer.kill('SIGKILL');
    await ended;
    const lines = acknowledged.split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(3);
    const last = JSON.parse(lines.at(-1) ?? '') as { put: number; revoked: number };
    const store = await openPairingStore(file, Date.now);
    const written = store.get(device(1))?.pairedAt ?? 0;
    // The one after may be there too: it was not acknowledged yet.
    expect(written - last.put).toBeGreaterThanOrEqual(0);
    expect(written - last.put).toBeLessThanOrEqual(1);
    expect(store.isRevoked(device(1000 + last.revoked))).toBe(true);
  }
});
