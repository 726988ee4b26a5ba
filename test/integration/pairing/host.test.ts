// The same over real hosts: TCP on loopback, Noise, and the gate as a peer has it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import { createHost, type NetHost } from '../../../src/net/host.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { formatCode } from '../../../src/protocol/pairing/code.ts';
import { formatTicket, parseTicket } from '../../../src/protocol/pairing/ticket.ts';
import { createDevice, type Device, pair, removeFolders, trust } from '../../helpers/pairing.ts';
import { until } from '../../helpers/until.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
  removeFolders();
});

/** A device as a peer makes it, or at a place where another one was. */
async function start(name: string, listen = '127.0.0.1:0'): Promise<Device> {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-pairing-host-'));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'identity.key');
  loadIdentity(file);
  const made: { device?: Device } = {};
  const host: NetHost = await createHost({
    key: readFileSync(file),
    listen: [listen],
    admits(id) {
      if (made.device?.store.get(id) !== undefined) return 'paired';
      return made.device?.ceremonies.admitsStrangers() === true ? 'pairing' : 'no';
    },
    onFault: (error) => made.device?.faults.push(error),
  });
  cleanUp.push(() => host.close());
  made.device = await createDevice(name, host);
  return made.device;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
}

function connectionsOf({ host }: Device, other: DeviceId): number {
  return (host as NetHost).connections(other).length;
}

async function failure(work: Promise<unknown>): Promise<DispatchError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DispatchError);
  return error as DispatchError;
}

test('a ticket, a code and a comparison pair two devices', async () => {
  const nas = await start('nas');
  const [at = ''] = nas.host.addresses();

  const first = await start('first');
  await pair(nas, first, { allow: ['run'] });
  expect(await trust(nas, first)).toEqual({ a: { given: ['run'], held: [] }, b: { given: [], held: ['run'] } });
  expect(first.store.get(nas.host.id)?.addresses[0]).toBe(nas.host.multiaddrs()[0]);

  const second = await start('second');
  const { code } = await nas.ceremonies.open({ allow: ['observe'], mutual: true });
  const proposal = await second.ceremonies.join({ code: code.toLowerCase(), at });
  await second.ceremonies.confirm({ proposal: proposal.proposal, accept: true, give: ['run'] });
  expect(await trust(nas, second)).toEqual({
    a: { given: ['observe'], held: ['run'] },
    b: { given: ['run'], held: ['observe'] },
  });

  const third = await start('third');
  await nas.ceremonies.open({ allow: ['approve'], compare: true });
  const there = await third.ceremonies.join({ compare: true, at });
  const { proposal: here } = await until('proposal', () =>
    nas.events.findLast((event) => event.type === 'proposed' && event.proposal.device.id === third.host.id),
  ).then((event) => (event.type === 'proposed' ? event : Promise.reject(new Error('not reached'))));
  await Promise.all([
    nas.ceremonies.confirm({
      proposal: here.proposal,
      accept: true,
      word: there.words[(here.askedWord ?? 0) - 1] ?? '',
    }),
    third.ceremonies.confirm({
      proposal: there.proposal,
      accept: true,
      word: here.words[(there.askedWord ?? 0) - 1] ?? '',
    }),
  ]);
  expect((await trust(nas, third)).a).toEqual({ given: ['approve'], held: [] });
  for (const { faults } of [nas, first, second, third]) expect(faults).toEqual([]);
});

test.skipIf(!hasIpv6())('a code pairs over IPv6, with the address in brackets', async () => {
  const nas = await start('nas', '[::1]:0');
  const laptop = await start('laptop', '[::1]:0');
  const { code, addresses } = await nas.ceremonies.open({ allow: ['run'] });
  expect(addresses[0]).toMatch(/^\[::1\]:\d+$/);
  const { proposal } = await laptop.ceremonies.join({ code, at: addresses[0] ?? '' });
  expect(await laptop.ceremonies.confirm({ proposal, accept: true })).toBe(nas.host.id);
  expect(laptop.store.get(nas.host.id)?.addresses[0]).toMatch(/^\/ip6\/::1\/tcp\/\d+$/);
});

test('without an open session a stranger is not let in, and is told why its ticket is of no use', async () => {
  const nas = await start('nas');
  const laptop = await start('laptop');
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  await nas.ceremonies.close('closed');
  const { code, message } = await failure(laptop.ceremonies.join({ ticket }));
  expect([code, message]).toEqual([
    'refused',
    'no pairing session is open on the other device: it was already used, or it is over',
  ]);
  const { ticket: used } = await nas.ceremonies.open({ allow: ['run'] });
  const winner = await start('winner');
  const { proposal } = await winner.ceremonies.join({ ticket: used });
  await winner.ceremonies.confirm({ proposal, accept: true });
  expect((await failure(laptop.ceremonies.join({ ticket: used }))).message).toMatch(
    /it was already used, or it is over/,
  );
  await nas.ceremonies.open({ allow: ['run'] });
  expect((await failure(laptop.ceremonies.join({ ticket: used }))).message).toBe(
    'the ticket was already used by another device',
  );
});

test('an address where nobody listens, and one that is nobody', async () => {
  const nas = await start('nas');
  const laptop = await start('laptop');
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  await nas.host.close();
  expect(await failure(laptop.ceremonies.join({ ticket }))).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('nobody listens at 127.0.0.1:'),
    details: { stage: 'refused' },
  });
  const code = formatCode(nas.host.id, Buffer.alloc(5));
  expect(await failure(laptop.ceremonies.join({ code, at: 'no-such-host.invalid:1' }))).toMatchObject({
    details: { stage: 'unreachable' },
  });
});

test('another device at the address of a pinned one hears nothing', async () => {
  const nas = await start('nas');
  const other = await start('nas');
  const laptop = await start('laptop');
  await other.ceremonies.open({ allow: ['run'] });
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  const [at = ''] = other.host.addresses();
  const misled = formatTicket({ ...parseTicket(ticket), addresses: other.host.multiaddrs() });
  expect(await failure(laptop.ceremonies.join({ ticket: misled }))).toMatchObject({
    code: 'unavailable',
    message: `another device answers at ${at}: nothing was sent to it`,
  });
  expect(await failure(laptop.ceremonies.join({ code, at }))).toMatchObject({
    code: 'unavailable',
    message: `the code is of another device than the one at ${at}: nothing was sent to it`,
  });
  expect(other.events.map(({ type }) => type)).toEqual(['opened']);
});

test('many guesses at once over TCP: at most five are tried', async () => {
  const nas = await start('nas');
  const [at = ''] = nas.host.addresses();
  await nas.ceremonies.open({ allow: ['run'] });
  const guessers = await Promise.all(Array.from({ length: 8 }, (_, index) => start(`guesser-${index}`)));
  const guesses = guessers.map((guesser, index) =>
    guesser.ceremonies.join({ code: formatCode(nas.host.id, Buffer.alloc(5, index)), at }),
  );
  const outcomes = await Promise.allSettled(guesses);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(nas.events.filter(({ type }) => type === 'attempt').length).toBe(5);
  await until('strangers gone', () => guessers.every(({ host }) => connectionsOf(nas, host.id) === 0));
  expect(nas.events.at(-1)).toEqual({ type: 'closed', reason: 'attempts' });
});

test('a joiner whose peer ends while its person thinks has used up an attempt', async () => {
  const nas = await start('nas');
  const laptop = await start('laptop');
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  await laptop.ceremonies.join({ ticket });
  await laptop.host.close();
  const failed = await until('failed attempt', () => nas.events.find((event) => event.type === 'failed'));
  expect(failed).toMatchObject({ attempts: 1 });
  const again = await start('laptop');
  await pair(nas, again, { allow: ['run'] });
});

test('an issuer whose peer ends while the person thinks is told of', async () => {
  const nas = await start('nas');
  const laptop = await start('laptop');
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await nas.ceremonies.close('stopping');
  expect((await failure(laptop.ceremonies.confirm({ proposal, accept: true }))).message).toBe(
    'the peer on the other device is ending',
  );
  expect(laptop.store.all()).toEqual([]);
});
