// A connection that breaks, a process that dies, a disk that is full, at every step of a pairing and on either side: afterwards both
// are paired, or neither is and the ceremony can be run again. Looked at on both disks.
import { afterEach, expect, test } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { PairingStore } from '../../../src/engine/peer-ports.ts';
import { createMemoryWire, type MemoryHost, type MemoryWire } from '../../helpers/memory-channel.ts';
import { createDevice, type Device, type DeviceOptions, pair, removeFolders, trust } from '../../helpers/pairing.ts';

afterEach(removeFolders);

/** HELLO, CHALLENGE, PROOF, RECORD, CONFIRM, KEPT, DONE, DONE. */
const MESSAGES = 8;
const TRUSTING = { a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } };
const STRANGERS = { a: undefined, b: undefined };

interface Pair {
  readonly wire: MemoryWire;
  readonly hosts: { readonly nas: MemoryHost; readonly laptop: MemoryHost };
  nas: Device;
  laptop: Device;
}

async function createPair(options: { nas?: DeviceOptions; laptop?: DeviceOptions } = {}): Promise<Pair> {
  const wire = createMemoryWire();
  const hosts = { nas: wire.host(), laptop: wire.host() };
  const nas = await createDevice('nas', hosts.nas, options.nas);
  return { wire, hosts, nas, laptop: await createDevice('laptop', hosts.laptop, options.laptop) };
}

/** Takes up the ticket and says yes; gives what it came to. */
async function take(laptop: Device, ticket: string): Promise<'paired' | 'failed'> {
  try {
    const { proposal } = await laptop.ceremonies.join({ ticket });
    await laptop.ceremonies.confirm({ proposal, accept: true });
    return 'paired';
  } catch (error) {
    expect(error).toBeInstanceOf(DispatchError);
    expect((error as DispatchError).code).not.toBe('internal');
    return 'failed';
  }
}

/** Calls once, when that many messages have passed. */
function atMessage(wire: MemoryWire, at: number, what: () => 'cut' | 'cut-after'): void {
  let passed = -1;
  wire.tap((message) => {
    passed += 1;
    return passed === at ? what() : message;
  });
}

const BREAKS = Array.from({ length: MESSAGES }, (_, at) => [[at, 'cut'] as const, [at, 'cut-after'] as const]).flat();

test.each(BREAKS)('the connection breaks at message %i (%s)', async (at, how) => {
  const { wire, nas, laptop } = await createPair();
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  atMessage(wire, at, () => how);
  const outcome = await take(laptop, ticket);
  expect(await trust(nas, laptop)).toEqual(outcome === 'paired' ? TRUSTING : STRANGERS);
  if (at >= 5) expect(outcome).toBe('paired'); // both had said yes
  expect(await take(laptop, ticket)).toBe('paired');
  expect(await trust(nas, laptop)).toEqual(TRUSTING);
  nas.clock.move(11 * 60_000);
  expect(await trust(nas, laptop)).toEqual(TRUSTING);
  expect([...nas.faults, ...laptop.faults]).toEqual([]);
});

test.each(BREAKS)('the process of the joiner dies at message %i (%s)', async (at, how) => {
  const pair = await createPair();
  const { ticket } = await pair.nas.ceremonies.open({ allow: ['run'] });
  atMessage(pair.wire, at, () => {
    if (how === 'cut') pair.hosts.laptop.kill();
    else setImmediate(() => pair.hosts.laptop.kill());
    return how;
  });
  void take(pair.laptop, ticket);
  await stillness(pair.laptop);
  await restart(pair, 'laptop');
  await meetAndCheck(pair, ticket);
});

test.each(BREAKS)('the process of the issuer dies at message %i (%s)', async (at, how) => {
  const pair = await createPair();
  const { ticket } = await pair.nas.ceremonies.open({ allow: ['run'] });
  const died = Promise.withResolvers<void>();
  atMessage(pair.wire, at, () => {
    const die = (): void => {
      pair.hosts.nas.kill();
      died.resolve();
    };
    if (how === 'cut') die();
    else setImmediate(die);
    return how;
  });
  const outcome = take(pair.laptop, ticket);
  await died.promise;
  await stillness(pair.nas);
  await restart(pair, 'nas');
  const result = await outcome;
  const state = await trust(pair.nas, pair.laptop);
  // What the issuer has kept on trial counts once the two have met.
  if (result === 'paired') expect(state).toEqual(TRUSTING);
  else expect(state.b).toBeUndefined();
  const { ticket: another } = await pair.nas.ceremonies.open({ allow: ['run'] });
  await meetAndCheck(pair, another);
});

const WRITES = ['before it writes', 'after it has written'] as const;

test.each(WRITES)('the joiner dies %s', async (when) => {
  const dying = dieIn(when, 1);
  const pair = await createPair({ laptop: { wrap: dying.wrap } });
  const { ticket } = await pair.nas.ceremonies.open({ allow: ['run'] });
  void take(pair.laptop, ticket);
  await dying.reached;
  pair.hosts.laptop.kill();
  await restart(pair, 'laptop');
  const state = await trust(pair.nas, pair.laptop);
  expect(state.a).toEqual(TRUSTING.a);
  expect(state.b).toEqual(when === 'before it writes' ? undefined : TRUSTING.b);
  await meetAndCheck(pair, ticket);
});

test.each([
  [1, 'before it writes', undefined],
  [1, 'after it has written', TRUSTING.a],
  [2, 'before it writes', TRUSTING.a],
  [2, 'after it has written', TRUSTING.a],
] as const)('the issuer dies in write %i, %s', async (write, when, left) => {
  const dying = dieIn(when, write);
  const pair = await createPair({ nas: { wrap: dying.wrap } });
  const { ticket } = await pair.nas.ceremonies.open({ allow: ['run'] });
  const outcome = take(pair.laptop, ticket);
  await dying.reached;
  pair.hosts.nas.kill();
  await restart(pair, 'nas');
  expect((await trust(pair.nas, pair.laptop)).a).toEqual(left);
  expect(await outcome).toBe(left === undefined ? 'failed' : 'paired');
  expect(await trust(pair.nas, pair.laptop)).toEqual(left === undefined ? STRANGERS : TRUSTING);
  const { ticket: another } = await pair.nas.ceremonies.open({ allow: ['run'] });
  await meetAndCheck(pair, another);
});

test('a joiner that dies before it has written and never comes back is trusted no longer than its session', async () => {
  const dying = dieIn('before it writes', 1);
  const pair = await createPair({ laptop: { wrap: dying.wrap } });
  const { ticket } = await pair.nas.ceremonies.open({ allow: ['run'] });
  void take(pair.laptop, ticket);
  await dying.reached;
  pair.hosts.laptop.kill();
  expect((await pair.nas.onDisk()).get(pair.laptop.host.id)).toBeDefined();
  pair.nas.clock.move(11 * 60_000);
  expect(pair.nas.store.get(pair.laptop.host.id)).toBeUndefined();
  expect((await pair.nas.onDisk()).all()).toEqual([]);
});

test('pairing anew that is never finished leaves what was before', async () => {
  const two = await createPair();
  await pair(two.nas, two.laptop, { allow: ['run'] });
  const { ticket } = await two.nas.ceremonies.open({ allow: ['run', 'approve'] });
  const { proposal } = await two.laptop.ceremonies.join({ ticket });
  two.laptop.store.put = () => Promise.reject(new DispatchError('storage', 'no space is left on the disk'));
  await expect(two.laptop.ceremonies.confirm({ proposal, accept: true })).rejects.toMatchObject({ code: 'storage' });
  two.nas.clock.move(11 * 60_000);
  expect(await trust(two.nas, two.laptop)).toEqual(TRUSTING);
});

test.each(['nas', 'laptop'] as const)('the disk of %s is full', async (full) => {
  const two = await createPair();
  const { ticket } = await two.nas.ceremonies.open({ allow: ['run'] });
  const { put } = two[full].store;
  two[full].store.put = () => Promise.reject(new DispatchError('storage', 'no space is left on the disk'));
  expect(await take(two.laptop, ticket)).toBe('failed');
  two[full].store.put = put;
  expect(await take(two.laptop, ticket)).toBe('paired');
  expect(await trust(two.nas, two.laptop)).toEqual(TRUSTING);
});

/** Starts the device anew from what its disk has. */
async function restart(pair: Pair, which: 'nas' | 'laptop'): Promise<void> {
  const { host, clock, file } = pair[which];
  pair.wire.tap(undefined);
  const { address } = pair.hosts[which];
  pair[which] = await createDevice(which, pair.wire.host({ id: host.id, address }), { clock, file });
}

/**
 * Where both have the other, they connect, which is what makes a pairing on trial one for good. Else the ceremony is run again. Then
 * both are paired and stay so.
 */
async function meetAndCheck({ nas, laptop }: Pair, ticket: string): Promise<void> {
  const { a, b } = await trust(nas, laptop);
  if (a !== undefined && b !== undefined) await nas.store.update(laptop.host.id, (pairing) => pairing);
  // Nobody is trusted by a device that it does not know of, but for the time of the session.
  else if (b !== undefined) throw new Error('the joiner trusts an issuer that does not know it');
  else expect(await take(laptop, ticket)).toBe('paired');
  nas.clock.move(11 * 60_000);
  expect(await trust(nas, laptop)).toEqual(TRUSTING);
}

/** Until the device has written what it was about to write. */
async function stillness(device: Device): Promise<void> {
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await device.store.update(device.host.id, (pairing) => pairing); // waits for its turn
}

/** A store of a process that dies at a write: it is never heard of again. */
function dieIn(
  when: (typeof WRITES)[number],
  write: number,
): { wrap(store: PairingStore): PairingStore; reached: Promise<void> } {
  const reached = Promise.withResolvers<void>();
  let writes = 0;
  const around = async (work: () => Promise<void>): Promise<void> => {
    writes += 1;
    if (writes !== write) return work();
    if (when === 'after it has written') await work();
    reached.resolve();
    return new Promise(() => {});
  };
  return {
    reached: reached.promise,
    wrap: (store) => ({
      ...store,
      put: (...args) => around(() => store.put(...args)),
      update: (...args) => around(() => store.update(...args)),
    }),
  };
}
