// Two devices pair: what each side shows, what each may do afterwards, and that it is on both disks.
import { afterEach, expect, test } from 'vitest';
import { createMemoryWire } from '../../helpers/memory-channel.ts';
import { createClock, createDevice, type Device, pair, removeFolders, trust } from '../../helpers/pairing.ts';
import { until } from '../../helpers/until.ts';

const DAY_MS = 24 * 3600 * 1000;

afterEach(removeFolders);

async function pairOf(): Promise<{ nas: Device; laptop: Device }> {
  const wire = createMemoryWire();
  const nas = await createDevice('nas', wire.host());
  return { nas, laptop: await createDevice('laptop', wire.host()) };
}

test('a ticket gives its user what its issuer named, and the issuer nothing', async () => {
  const { nas, laptop } = await pairOf();
  const { ticket } = await nas.ceremonies.open({ allow: ['observe', 'run'] });
  const proposal = await laptop.ceremonies.join({ ticket });
  expect(proposal).toMatchObject({
    device: { id: nas.host.id, name: 'nas', platform: 'linux' },
    offered: ['run', 'observe'],
    asksMutual: false,
  });
  expect(proposal.words).toHaveLength(4);
  expect(nas.events.find((event) => event.type === 'proposed')).toMatchObject({
    proposal: { device: { id: laptop.host.id, name: 'laptop' }, words: proposal.words },
  });
  expect(await trust(nas, laptop)).toEqual({ a: undefined, b: undefined });

  expect(await laptop.ceremonies.confirm({ proposal: proposal.proposal, accept: true })).toBe(nas.host.id);
  expect(await trust(nas, laptop)).toEqual({
    a: { given: ['run', 'observe'], held: [] },
    b: { given: [], held: ['run', 'observe'] },
  });
  expect(nas.events.map(({ type }) => type)).toEqual(['opened', 'attempt', 'proposed', 'paired', 'closed']);
  expect(nas.events.at(-2)).toMatchObject({ device: { name: 'laptop' }, given: ['run', 'observe'], held: [] });
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'used' });
  expect(laptop.store.get(nas.host.id)?.addresses).toEqual(nas.host.multiaddrs());
  expect(nas.store.get(laptop.host.id)?.addresses).toEqual(laptop.host.multiaddrs());
  expect([...nas.faults, ...laptop.faults]).toEqual([]);
});

test('what was kept on trial stays once both have it', async () => {
  const { nas, laptop } = await pairOf();
  await pair(nas, laptop, { allow: ['run'] });
  nas.clock.move(DAY_MS);
  laptop.clock.move(DAY_MS);
  expect(await trust(nas, laptop)).toEqual({ a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } });
});

test('a typed code pairs, whatever its case and dashes, at host:port', async () => {
  const { nas, laptop } = await pairOf();
  const { code, addresses } = await nas.ceremonies.open({ allow: ['run'] });
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
  const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  const { proposal } = await laptop.ceremonies.join({ code: typed, at: addresses[0] ?? '' });
  await laptop.ceremonies.confirm({ proposal, accept: true });
  expect(await trust(nas, laptop)).toEqual({ a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } });
});

test('a host without a port is reached at 4747', async () => {
  const { nas, laptop } = await pairOf();
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const proposal = await laptop.ceremonies.join({ code, at: '10.0.0.1' });
  expect(proposal.device.id).toBe(nas.host.id);
});

test('a device of the LAN list is picked by its id', async () => {
  const wire = createMemoryWire();
  const nas = await createDevice('nas', wire.host());
  const lan = new Map([[nas.host.id, nas.host.multiaddrs()]]);
  const laptop = await createDevice('laptop', wire.host(), { lan });
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const [found] = laptop.ceremonies.lan();
  const { proposal } = await laptop.ceremonies.join({ code, at: found?.id ?? '' });
  expect(await laptop.ceremonies.confirm({ proposal, accept: true })).toBe(nas.host.id);
});

test('a mutual session asks the joiner, who decides', async () => {
  const { nas, laptop } = await pairOf();
  const { ticket } = await nas.ceremonies.open({ allow: ['run'], mutual: true });
  const proposal = await laptop.ceremonies.join({ ticket });
  expect(proposal.asksMutual).toBe(true);
  await laptop.ceremonies.confirm({ proposal: proposal.proposal, accept: true, give: ['approve'] });
  expect(await trust(nas, laptop)).toEqual({
    a: { given: ['run'], held: ['approve'] },
    b: { given: ['approve'], held: ['run'] },
  });
});

test('a mutual session gets nothing from a joiner that gives nothing', async () => {
  const { nas, laptop } = await pairOf();
  await pair(nas, laptop, { allow: ['run'], mutual: true });
  expect(await trust(nas, laptop)).toEqual({ a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } });
});

test('pairing the other way round takes away nothing that was given before', async () => {
  const { nas, laptop } = await pairOf();
  await pair(nas, laptop, { allow: ['run'] });
  await pair(laptop, nas, { allow: ['observe'] });
  expect(await trust(nas, laptop)).toEqual({
    a: { given: ['run'], held: ['observe'] },
    b: { given: ['observe'], held: ['run'] },
  });
});

test('pairing anew narrows what was given, if its owner says so', async () => {
  const { nas, laptop } = await pairOf();
  await pair(nas, laptop, { allow: ['run', 'approve', 'observe'] });
  await pair(nas, laptop, { allow: ['observe'] });
  expect(await trust(nas, laptop)).toEqual({
    a: { given: ['observe'], held: [] },
    b: { given: [], held: ['observe'] },
  });
});

test('nobody is paired where the joiner says no, and that was one attempt', async () => {
  const { nas, laptop } = await pairOf();
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  expect(await laptop.ceremonies.confirm({ proposal, accept: false })).toBeUndefined();
  const failed = await until('failed attempt', () => nas.events.find((event) => event.type === 'failed'));
  expect(failed).toMatchObject({ attempts: 1, most: 5, message: 'it declined' });
  expect(await trust(nas, laptop)).toEqual({ a: undefined, b: undefined });
  await expect(laptop.ceremonies.confirm({ proposal, accept: true })).rejects.toMatchObject({ code: 'not-found' });

  const again = await laptop.ceremonies.join({ ticket });
  expect(await laptop.ceremonies.confirm({ proposal: again.proposal, accept: true })).toBe(nas.host.id);
});

test('the same device may run a used ticket again, within its time', async () => {
  const { nas, laptop } = await pairOf();
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  for (const _ of [1, 2, 3, 4, 5, 6, 7]) {
    const { proposal } = await laptop.ceremonies.join({ ticket });
    expect(await laptop.ceremonies.confirm({ proposal, accept: true })).toBe(nas.host.id);
  }
  nas.clock.move(10 * 60_000);
  await expect(laptop.ceremonies.join({ ticket })).rejects.toMatchObject({ code: 'refused' });
  expect(nas.events.filter(({ type }) => type === 'closed')).toEqual([{ type: 'closed', reason: 'used' }]);
});

test('a clock that is off by a day is told, and hinders nobody', async () => {
  const wire = createMemoryWire();
  const nas = await createDevice('nas', wire.host());
  for (const days of [-1, 1]) {
    const off = await createDevice(`off${days}`.replace('-', 'm'), wire.host(), { clock: createClock(days * DAY_MS) });
    const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
    const proposal = await off.ceremonies.join({ ticket });
    expect(Math.round(proposal.clockAheadMs / DAY_MS)).toBe(-days);
    const shown = nas.events.findLast((event) => event.type === 'proposed');
    expect(Math.round((shown?.proposal.clockAheadMs ?? 0) / DAY_MS)).toBe(days);
    expect(await off.ceremonies.confirm({ proposal: proposal.proposal, accept: true })).toBe(nas.host.id);
    expect((await trust(nas, off)).a).toEqual({ given: ['run'], held: [] });
  }
});

test('a device that was revoked comes back with a new ticket, and not with the one that it used', async () => {
  const { nas, laptop } = await pairOf();
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await laptop.ceremonies.confirm({ proposal, accept: true });
  await nas.store.revoke(laptop.host.id, 'nas');
  await expect(laptop.ceremonies.join({ ticket })).rejects.toMatchObject({ code: 'refused' });
  expect((await nas.onDisk()).isRevoked(laptop.host.id)).toBe(true);

  await pair(nas, laptop, { allow: ['observe'] });
  expect((await nas.onDisk()).isRevoked(laptop.host.id)).toBe(false);
  expect((await trust(nas, laptop)).a).toEqual({ given: ['observe'], held: [] });
});

test('a revocation while the other person thinks wins', async () => {
  const { nas, laptop } = await pairOf();
  await pair(nas, laptop, { allow: ['run'] });
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await nas.store.revoke(laptop.host.id, 'nas');
  await expect(laptop.ceremonies.confirm({ proposal, accept: true })).rejects.toMatchObject({ code: 'refused' });
  expect(nas.store.get(laptop.host.id)).toBeUndefined();
  expect((await nas.onDisk()).isRevoked(laptop.host.id)).toBe(true);
});
