// What a device that pairs is called, and that a name gets nobody another device's place.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryWire, type MemoryWire } from '../../helpers/memory-channel.ts';
import { createDevice, type Device, pair, removeFolders } from '../../helpers/pairing.ts';

let wire: MemoryWire;
let laptop: Device;
beforeEach(async () => {
  wire = createMemoryWire();
  laptop = await createDevice('laptop', wire.host());
});
afterEach(removeFolders);

test('a taken name gets a number, on either side, and the record of its first holder stays', async () => {
  const first = await createDevice('nas', wire.host());
  const second = await createDevice('NAS', wire.host());
  const third = await createDevice('nas', wire.host());
  await pair(first, laptop, { allow: ['run'] });
  const before = laptop.store.get(first.host.id);
  await pair(second, laptop, { allow: ['observe'] });
  await pair(laptop, third, { allow: ['run', 'approve'] });

  expect(laptop.store.get(first.host.id)).toEqual(before);
  expect(laptop.store.get(second.host.id)).toMatchObject({ name: 'NAS', alias: 'NAS-2', held: ['observe'] });
  expect(laptop.store.get(third.host.id)).toMatchObject({ name: 'nas', alias: 'nas-3', given: ['run', 'approve'] });
  expect(laptop.events.find((event) => event.type === 'paired')).toMatchObject({ device: { name: 'nas-3' } });
});

test('a device that calls itself as this one does gets a number', async () => {
  const other = await createDevice('laptop', wire.host());
  await pair(other, laptop, { allow: ['run'] });
  expect(laptop.store.get(other.host.id)?.alias).toBe('laptop-2');
  expect(other.store.get(laptop.host.id)?.alias).toBe('laptop-2');
});

test('words that mean something else are nobody’s name', async () => {
  const other = await createDevice('local', wire.host());
  await pair(other, laptop, { allow: ['run'] });
  expect(laptop.store.get(other.host.id)?.alias).toBe('local-2');
});

test('a long name that is taken stays within its bounds', async () => {
  const name = 'n'.repeat(63);
  await pair(await createDevice(name, wire.host()), laptop, { allow: ['run'] });
  const other = await createDevice(name, wire.host());
  await pair(other, laptop, { allow: ['run'] });
  expect(laptop.store.get(other.host.id)?.alias).toBe(`${'n'.repeat(61)}-2`);
});

test('a name that the person gives is checked before anything is said, and may be given again', async () => {
  const nas = await createDevice('nas', wire.host());
  await pair(nas, laptop, { allow: ['run'] });
  const box = await createDevice('box', wire.host());
  const { ticket } = await box.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  const named = (name: string): Promise<unknown> => laptop.ceremonies.confirm({ proposal, accept: true, name });
  await expect(named('Nas')).rejects.toMatchObject({ code: 'conflict', message: 'the name "Nas" is taken here' });
  await expect(named('all')).rejects.toMatchObject({ code: 'invalid' });
  await expect(named('laptop')).rejects.toMatchObject({ code: 'conflict' });
  await expect(named('my box')).rejects.toMatchObject({ code: 'invalid', message: 'that is no name for a device' });
  await expect(named('\u001b[2J')).rejects.toMatchObject({ code: 'invalid' });
  expect(box.store.all()).toEqual([]);

  await named('gpu-box');
  expect(laptop.store.get(box.host.id)).toMatchObject({ name: 'box', alias: 'gpu-box' });
  await pair(box, laptop, { allow: ['run', 'observe'] });
  expect(laptop.store.get(box.host.id)).toMatchObject({ name: 'box', alias: 'gpu-box', held: ['run', 'observe'] });
});
