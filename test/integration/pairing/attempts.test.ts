// Any number of guesses at once: five are made, at most one wins, and then the session is over.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asDispatchError, type DispatchError } from '../../../src/core/errors.ts';
import { SESSION_MS } from '../../../src/net/pairing/deps.ts';
import { formatCode } from '../../../src/protocol/pairing/code.ts';
import { formatTicket, parseTicket } from '../../../src/protocol/pairing/ticket.ts';
import { createMemoryWire, type MemoryWire } from '../../helpers/memory-channel.ts';
import { createDevice, type Device, removeFolders } from '../../helpers/pairing.ts';
import { until } from '../../helpers/until.ts';

let wire: MemoryWire;
let nas: Device;
beforeEach(async () => {
  wire = createMemoryWire();
  nas = await createDevice('nas', wire.host());
});
afterEach(removeFolders);

/** The code with another secret: its form is right. */
function guess(): string {
  return formatCode(nas.host.id, randomBytes(5));
}

async function tryCode(device: Device, code: string): Promise<string | DispatchError> {
  try {
    const { proposal } = await device.ceremonies.join({ code, at: '10.0.0.1' });
    return (await device.ceremonies.confirm({ proposal, accept: true })) ?? 'said no';
  } catch (error) {
    return asDispatchError(error);
  }
}

function events(type: string): number {
  return nas.events.filter((event) => event.type === type).length;
}

test.each([5, 50])('%i wrong guesses at once: five are tried, and the session ends', async (count) => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const guessers = await Promise.all(Array.from({ length: count }, (_, at) => createDevice(`g${at}`, wire.host())));
  const outcomes = await Promise.all(guessers.map((guesser) => tryCode(guesser, guess())));
  expect(outcomes.every((outcome) => typeof outcome !== 'string')).toBe(true);
  expect(events('attempt')).toBe(5);
  expect(events('failed')).toBe(5);
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'attempts' });
  expect(nas.ceremonies.admitsStrangers()).toBe(false);
  const late = await createDevice('late', wire.host());
  expect(await tryCode(late, code)).toMatchObject({ code: 'refused' });
  expect(nas.store.all()).toEqual([]);
});

test.each([5, 50])('%i right tickets at once: one wins', async (count) => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const joiners = await Promise.all(Array.from({ length: count }, (_, at) => createDevice(`j${at}`, wire.host())));
  const outcomes = await Promise.all(joiners.map((joiner) => tryCode(joiner, code)));
  expect(outcomes.filter((outcome) => outcome === nas.host.id)).toHaveLength(1);
  expect(nas.store.all()).toHaveLength(1);
  expect(joiners.filter(({ store }) => store.all().length > 0)).toHaveLength(1);
  expect(events('attempt')).toBeLessThanOrEqual(5);
  expect(events('paired')).toBe(1);
});

test('one right guess among 50 at once wins only if it was among the five', async () => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const joiners = await Promise.all(Array.from({ length: 50 }, (_, at) => createDevice(`m${at}`, wire.host())));
  const outcomes = await Promise.all(
    joiners.map((joiner, at) => tryCode(joiner, at === 3 || at === 40 ? code : guess())),
  );
  expect(outcomes.filter((outcome) => outcome === nas.host.id)).toHaveLength(1);
  expect(outcomes[3]).toBe(nas.host.id);
  expect(events('attempt')).toBe(5);
  expect(nas.store.all()).toHaveLength(1);
});

test('one device that opens 50 channels at once has five tries as well', async () => {
  await nas.ceremonies.open({ allow: ['run'] });
  const guesser = await createDevice('guesser', wire.host());
  await Promise.all(Array.from({ length: 50 }, () => tryCode(guesser, guess())));
  expect(events('attempt')).toBe(5);
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'attempts' });
});

test('wrong tickets, abandoned ones and a no are counted together', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  const one = await createDevice('one', wire.host());
  const wrong = formatTicket({ ...parseTicket(ticket), secret: randomBytes(16) });
  await expect(one.ceremonies.join({ ticket: wrong })).rejects.toMatchObject({ code: 'refused' });
  await tryCode(one, guess());
  const { proposal } = await one.ceremonies.join({ ticket });
  await one.ceremonies.confirm({ proposal, accept: false });
  await one.ceremonies.join({ code, at: '10.0.0.1' });
  await one.ceremonies.join({ ticket }); // takes the place of the one before, which is abandoned thereby
  expect(events('attempt')).toBe(5);
  expect(nas.events.at(-1)).toMatchObject({ type: 'proposed' });
  await one.host.hangUp(nas.host.id);
  await until('end of the session', () => nas.events.at(-1)?.type === 'closed');
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'attempts' });
});

test('who breaks the protocol after the challenge has used up an attempt', async () => {
  await nas.ceremonies.open({ allow: ['run'] });
  const broken = await createDevice('broken', wire.host());
  wire.tap((message, from) => (from === broken.host.id && message[0] === 1 ? Buffer.of() : message));
  expect(await tryCode(broken, guess())).toMatchObject({ code: 'invalid' });
  expect(nas.events.find((event) => event.type === 'failed')).toMatchObject({ attempts: 1, most: 5 });
});

test('a joiner that never answers loses its attempt in time', async () => {
  await nas.ceremonies.open({ allow: ['run'] });
  const silent = await createDevice('silent', wire.host());
  const hold = Promise.withResolvers<Uint8Array>();
  const { open } = silent.host;
  silent.host.open = async (...args) => {
    const channel = await open.apply(silent.host, args);
    return { ...channel, receive: () => hold.promise };
  };
  const joining = tryCode(silent, guess());
  await until('attempt', () => events('attempt') === 1);
  nas.clock.move(20_000);
  await until('failed attempt', () => events('failed') === 1);
  expect(nas.events.at(-1)).toMatchObject({ message: expect.stringContaining('did not come within') });
  silent.clock.move(20_000);
  expect(await joining).toMatchObject({ code: 'timeout' });
});

test('a session ends after ten minutes, also while somebody thinks', async () => {
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const one = await createDevice('one', wire.host());
  const { proposal } = await one.ceremonies.join({ ticket });
  nas.clock.move(SESSION_MS);
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'expired' });
  await expect(one.ceremonies.confirm({ proposal, accept: true })).rejects.toMatchObject({
    code: 'refused',
    message: 'the ticket has expired',
  });
  expect(nas.store.all()).toEqual([]);
});

test('opening another session ends the one before, also while somebody thinks', async () => {
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const one = await createDevice('one', wire.host());
  const { proposal } = await one.ceremonies.join({ ticket });
  await nas.ceremonies.open({ allow: ['observe'] });
  expect(nas.events.filter(({ type }) => type === 'closed')).toEqual([{ type: 'closed', reason: 'replaced' }]);
  await expect(one.ceremonies.confirm({ proposal, accept: true })).rejects.toMatchObject({ code: 'refused' });
  await expect(one.ceremonies.join({ ticket })).rejects.toMatchObject({
    message: 'the other device has begun another pairing session',
  });
  expect(nas.store.all()).toEqual([]);
});

test('closing says whether there was anything to close', async () => {
  expect(await nas.ceremonies.close('closed')).toBe(false);
  await nas.ceremonies.open({ allow: ['run'] });
  expect(nas.ceremonies.admitsStrangers()).toBe(true);
  expect(await nas.ceremonies.close('stopping')).toBe(true);
  expect(await nas.ceremonies.close('closed')).toBe(false);
  expect(nas.ceremonies.admitsStrangers()).toBe(false);
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'stopping' });
});
