// Every way in which a pairing comes to nothing, and the sentence that the person reads.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asDispatchError, type DispatchError } from '../../../src/core/errors.ts';
import { SESSION_MS } from '../../../src/net/pairing/deps.ts';
import { formatCode } from '../../../src/protocol/pairing/code.ts';
import { formatTicket, parseTicket } from '../../../src/protocol/pairing/ticket.ts';
import type { PairJoinParams } from '../../../src/protocol/pairing-api.ts';
import { createMemoryWire, type MemoryHost, type MemoryWire, randomDevice } from '../../helpers/memory-channel.ts';
import { createClock, createDevice, type Device, pair, removeFolders } from '../../helpers/pairing.ts';

const NAS = '10.0.0.1:4747';

let wire: MemoryWire;
let nasHost: MemoryHost;
let nas: Device;
let laptop: Device;
beforeEach(async () => {
  wire = createMemoryWire();
  nasHost = wire.host();
  nas = await createDevice('nas', nasHost);
  nasHost.admits((device) => nas.store.get(device) !== undefined || nas.ceremonies.admitsStrangers());
  laptop = await createDevice('laptop', wire.host());
});
afterEach(removeFolders);

async function refusal(params: PairJoinParams, device = laptop): Promise<DispatchError> {
  try {
    await device.ceremonies.join(params);
  } catch (error) {
    const failure = asDispatchError(error);
    expect(failure.code).not.toBe('internal');
    expect(failure.hint).toBeTruthy();
    return failure;
  }
  throw new Error('it was not refused');
}

async function openTicket(): Promise<string> {
  return (await nas.ceremonies.open({ allow: ['run'] })).ticket;
}

test('what is no ticket', async () => {
  for (const ticket of ['', '  ', 'hello', 'http://example.org', 'dispatch:abc', 'dispatch1']) {
    expect(await refusal({ ticket })).toMatchObject({ code: 'invalid', message: expect.stringMatching(/ticket/) });
  }
});

test('a ticket with a typo', async () => {
  const ticket = await openTicket();
  const place = ticket.length - 40;
  const typo = ticket.slice(0, place) + (ticket[place] === '2' ? '3' : '2') + ticket.slice(place + 1);
  const { code, message } = await refusal({ ticket: typo });
  expect([code, message]).toEqual(['invalid', 'the ticket is damaged: its checksum does not fit']);
  expect((await refusal({ ticket: ticket.slice(0, -7) })).message).toBe(
    'the ticket is damaged: its last 7 characters are missing',
  );
  expect(nasHost.received()).toBe(0);
});

test('a code with a typo names the group', async () => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  for (const group of [1, 2, 3, 4, 5, 6, 7]) {
    const place = (group - 1) * 5 + 2;
    const typo = code.slice(0, place) + (code[place] === 'X' ? 'Y' : 'X') + code.slice(place + 1);
    const failure = await refusal({ code: typo, at: NAS });
    expect([failure.code, failure.message]).toEqual(['invalid', `group ${group} of the code has a typo`]);
  }
  expect(nasHost.received()).toBe(0);
});

test('a ticket of another version', async () => {
  const ticket = await openTicket();
  expect(await refusal({ ticket: ticket.replace('dispatch1', 'dispatch2') })).toMatchObject({
    code: 'version',
    message: 'the ticket was made by a newer version of Dispatch',
    hint: 'update Dispatch on this device',
  });
  expect(await refusal({ ticket: ticket.replace('dispatch1', 'dispatch0') })).toMatchObject({
    code: 'version',
    message: 'the ticket was made by an older version of Dispatch',
    hint: 'update Dispatch on the device that made it',
  });
});

test('an expired ticket, also where the own clock is behind and ahead', async () => {
  const ticket = await openTicket();
  nas.clock.move(SESSION_MS);
  laptop.clock.move(SESSION_MS);
  expect(await refusal({ ticket })).toMatchObject({ code: 'refused', message: 'the ticket has expired' });
  const behind = await createDevice('behind', wire.host(), { clock: createClock(-24 * 3600 * 1000) });
  expect((await refusal({ ticket }, behind)).message).toBe(
    'no pairing session is open on the other device: it was already used, or it is over',
  );
  await nas.ceremonies.open({ allow: ['run'] });
  expect((await refusal({ ticket }, behind)).message).toBe('the ticket has expired');
});

test('a ticket that was used already', async () => {
  const ticket = await openTicket();
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await laptop.ceremonies.confirm({ proposal, accept: true });
  const other = await createDevice('other', wire.host());
  const used = { code: 'refused', message: 'the ticket was already used by another device' };
  expect(await refusal({ ticket }, other)).toMatchObject({
    code: 'refused',
    message: 'no pairing session is open on the other device: it was already used, or it is over',
  });
  await nas.ceremonies.open({ allow: ['run'] });
  expect(await refusal({ ticket }, other)).toMatchObject(used);
});

test('a ticket of a session that was closed', async () => {
  const ticket = await openTicket();
  await nas.ceremonies.close('closed');
  expect(await refusal({ ticket })).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('no pairing session is open on the other device'),
    details: { stage: 'denied' },
  });
});

test('a ticket, a code and an address of this very device', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  expect((await refusal({ ticket }, nas)).message).toBe('that ticket is of this very device');
  expect((await refusal({ code, at: '10.0.0.2' }, nas)).message).toBe('that code is of this very device');
  expect((await refusal({ compare: true, at: NAS }, nas)).message).toBe('that address is of this very device');
});

test('a ticket and a code for another device than the one that answers: it hears nothing', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  const otherHost = wire.host();
  const other = await createDevice('other', otherHost);
  await other.ceremonies.open({ allow: ['run'] });
  const misled = formatTicket({ ...parseTicket(ticket), addresses: otherHost.multiaddrs() });
  expect(await refusal({ ticket: misled })).toMatchObject({
    code: 'unavailable',
    message: `another device answers at ${otherHost.address}: nothing was sent to it`,
    details: { stage: 'identity' },
  });
  expect(await refusal({ code, at: otherHost.address })).toMatchObject({
    code: 'unavailable',
    message: `the code is of another device than the one at ${otherHost.address}: nothing was sent to it`,
    details: { stage: 'identity' },
  });
  expect(otherHost.received()).toBe(0);
});

test('an address that cannot be reached, with the stage', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  expect(await refusal({ code, at: '10.9.9.9:1' })).toMatchObject({
    code: 'unavailable',
    message: 'nobody listens at 10.9.9.9:1',
    details: { stage: 'refused' },
  });
  const nowhere = formatTicket({ ...parseTicket(ticket), addresses: [] });
  expect(await refusal({ ticket: nowhere })).toMatchObject({ code: 'unavailable', details: { stage: 'no-address' } });
  expect(await refusal({ code, at: randomDevice() })).toMatchObject({
    message: 'that device is not on the LAN any more',
    details: { stage: 'no-address' },
  });
  for (const at of ['', 'host:port:more', 'fd00::1]:4747', 'a b', '10.0.0.1:99999']) {
    expect(await refusal({ code, at })).toMatchObject({ code: 'invalid', message: expect.stringContaining('address') });
  }
});

test('a code of a session that is over', async () => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  await nas.ceremonies.open({ allow: ['run'] });
  expect((await refusal({ code, at: NAS })).message).toBe(
    'the other device does not take this ticket or code: it is of a session that is over',
  );
});

test('a code where words are compared, and a comparison where there is a code', async () => {
  await nas.ceremonies.open({ allow: [], compare: true });
  const code = formatCode(nas.host.id, randomBytes(5));
  const other = { code: 'refused', message: 'the other device pairs in another way now' };
  expect(await refusal({ code, at: NAS })).toMatchObject(other);
  await openTicket();
  expect(await refusal({ compare: true, at: NAS })).toMatchObject(other);
  expect(nas.events.some(({ type }) => type === 'attempt')).toBe(false);
});

test('a device that speaks only other versions', async () => {
  const ticket = await openTicket();
  const change = (from: string, to: string) => (message: Uint8Array) =>
    Buffer.from(Buffer.from(message).toString('latin1').replace(from, to), 'latin1');
  wire.tap(change('"versions":{"oldest":1,"newest":1}', '"versions":{"oldest":8,"newest":9}'));
  expect(await refusal({ ticket })).toMatchObject({
    code: 'version',
    message: 'the Dispatch on the other device is too old',
    details: { stage: 'version' },
  });
  expect(nas.events.some(({ type }) => type === 'attempt')).toBe(false);
});

test('something given in return where nothing was asked', async () => {
  const ticket = await openTicket();
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await expect(laptop.ceremonies.confirm({ proposal, accept: true, give: ['run'] })).rejects.toMatchObject({
    code: 'invalid',
    message: 'the other device asks for nothing in return',
  });
  expect(await laptop.ceremonies.confirm({ proposal, accept: true })).toBe(nas.host.id);
  expect(laptop.store.get(nas.host.id)?.given).toEqual([]);
});

test('a ticket that allows nothing', async () => {
  await expect(nas.ceremonies.open({ allow: [] })).rejects.toMatchObject({ code: 'usage' });
  await nas.ceremonies.open({ allow: [], mutual: true });
  await nas.ceremonies.open({ allow: [], compare: true });
});

test('no secret is in what is said of a session', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  const { secret } = parseTicket(ticket);
  const wrong = formatTicket({ ...parseTicket(ticket), secret: randomBytes(16) });
  const failures = [
    await refusal({ ticket: wrong }),
    await refusal({ ticket: `${ticket}2` }),
    await refusal({ ticket: ticket.slice(0, -1) }),
    await refusal({ code: `${code}X`, at: NAS }),
    await refusal({ code: code.replace(/.$/, 'U'), at: NAS }),
  ];
  await pair(nas, laptop, { allow: ['run'] });
  const told = [...nas.events.filter(({ type }) => type !== 'opened'), ...failures.map((failure) => failure.toWire())];
  const text = JSON.stringify(told).toLowerCase();
  for (const part of [ticket.slice(70, 90), code.slice(-14, -5), Buffer.from(secret).toString('hex')]) {
    expect(text).not.toContain(part.toLowerCase());
  }
});
