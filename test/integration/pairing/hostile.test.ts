// Somebody in between, and somebody who says what others said: with a ticket they get nothing at all, and where words are compared the
// words differ.
import { randomBytes, randomInt } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeviceId } from '../../../src/core/ids.ts';
import { meet } from '../../../src/net/pairing/meet.ts';
import { findTarget, type Target } from '../../../src/net/pairing/target.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { parseCode } from '../../../src/protocol/pairing/code.ts';
import { decodeMessage, encodeBody, frameBody, type PairMessage } from '../../../src/protocol/pairing/messages.ts';
import { parseTicket } from '../../../src/protocol/pairing/ticket.ts';
import { PAIR_PROTOCOL } from '../../../src/protocol/pairing/transcript.ts';
import type { PairEvent, PairProposal } from '../../../src/protocol/pairing-api.ts';
import { createMemoryWire, type MemoryHost, type MemoryWire } from '../../helpers/memory-channel.ts';
import { createDevice, type Device, removeFolders, trust } from '../../helpers/pairing.ts';
import { until } from '../../helpers/until.ts';

const NAS = '10.0.0.1:4747';
const OPEN = { maxMessageBytes: 65_536, signal: new AbortController().signal };

let wire: MemoryWire;
let nasHost: MemoryHost;
let nas: Device;
let laptop: Device;
beforeEach(async () => {
  wire = createMemoryWire();
  nasHost = wire.host();
  nas = await createDevice('nas', nasHost);
  laptop = await createDevice('laptop', wire.host());
});
afterEach(removeFolders);

/** What a joiner is given, for attackers that use it as they like. */
function depsOf({ host, store, clock }: Device) {
  const lan = { devices: () => [], addressesOf: () => [] };
  return { host, store, clock, ids: systemIds, self: () => ({ name: 'm', platform: 'linux' }), lan, onFault: () => {} };
}

test('whoever sits at the address of a pinned device hears nothing', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  nasHost.kill();
  const between = wire.host({ address: NAS });
  const relay = await createDevice('relay', between);
  await relay.ceremonies.open({ allow: ['run'] });
  await expect(laptop.ceremonies.join({ ticket })).rejects.toMatchObject({ details: { stage: 'identity' } });
  await expect(laptop.ceremonies.join({ code, at: NAS })).rejects.toMatchObject({ details: { stage: 'identity' } });
  expect(between.received()).toBe(0);
});

test('a false announcement on the LAN leads nowhere', async () => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const liar = wire.host();
  const lan = new Map([[nas.host.id, liar.multiaddrs()]]);
  const misled = await createDevice('misled', wire.host(), { lan });
  await expect(misled.ceremonies.join({ code, at: nas.host.id })).rejects.toMatchObject({
    details: { stage: 'identity' },
  });
  expect(liar.received()).toBe(0);
});

interface Caught {
  readonly nasScreen: PairProposal;
  readonly laptopScreen: PairProposal;
  readonly relay: Device;
}

/** Somebody who pairs with each side in the name of the other, as well as it can be done. */
async function sitBetween(): Promise<Caught> {
  await nas.ceremonies.open({ allow: ['run'], compare: true });
  const relay = await createDevice('nas', wire.host({ address: '10.0.0.66:4747' }));
  await relay.ceremonies.open({ allow: ['run'], compare: true });
  const laptopScreen = await laptop.ceremonies.join({ compare: true, at: '10.0.0.66' });
  await relay.ceremonies.join({ compare: true, at: NAS });
  const { proposal: nasScreen } = await until('proposal', () => proposed(nas));
  const { words } = (await until('proposal', () => proposed(relay))).proposal;
  const asked = (laptopScreen.askedWord ?? 0) - 1;
  // One word in 1024 fits by chance.
  if (words[asked] === nasScreen.words[asked]) return sitBetween();
  return { nasScreen, laptopScreen, relay };
}

function proposed({ events }: Device): Extract<PairEvent, { type: 'proposed' }> | undefined {
  return events.findLast((event) => event.type === 'proposed');
}

test('somebody between two screens is found by the person at either of them', async () => {
  const { nasScreen, laptopScreen, relay } = await sitBetween();
  expect(laptopScreen.words).not.toEqual(nasScreen.words);
  // The person reads what the other screen shows.
  const word = nasScreen.words[(laptopScreen.askedWord ?? 0) - 1] ?? '';
  const typed = laptop.ceremonies.confirm({ proposal: laptopScreen.proposal, accept: true, word });
  await expect(typed).rejects.toMatchObject({ code: expect.stringMatching(/^(refused|invalid)$/) });
  expect(await trust(nas, relay)).toEqual({ a: undefined, b: undefined });
  expect(await trust(laptop, relay)).toEqual({ a: undefined, b: undefined });
});

test('passing on every byte between two screens is noticed by the devices themselves', async () => {
  await nas.ceremonies.open({ allow: ['run'], compare: true });
  const between = wire.host({ address: '10.0.0.66:4747' });
  between.handle(
    PAIR_PROTOCOL,
    async (near) => {
      const far = await between.open({ device: nas.host.id, addresses: nas.host.multiaddrs() }, PAIR_PROTOCOL, OPEN);
      const pass = async (from: typeof near, to: typeof near): Promise<void> => {
        for (let message = await from.receive(); message !== undefined; message = await from.receive()) {
          await to.send(message);
        }
      };
      await Promise.allSettled([pass(near, far), pass(far, near)]);
    },
    OPEN,
  );
  await expect(laptop.ceremonies.join({ compare: true, at: '10.0.0.66' })).rejects.toMatchObject({ code: 'refused' });
  expect(nas.events.some(({ type }) => type === 'proposed')).toBe(false);
});

test('the secret of one method is of no use in another', async () => {
  const { ticket, code } = await nas.ceremonies.open({ allow: ['run'] });
  const { secret: long, session } = parseTicket(ticket);
  const { secret: short, fingerprint } = parseCode(code);
  const place = { device: nas.host.id, addresses: nas.host.multiaddrs() };
  const confused: Target[] = [
    { ...place, method: 'ticket', secret: short, salt: session, session },
    { ...place, method: 'code', secret: long, salt: fingerprint },
    { ...place, method: 'code', secret: long, salt: session },
    { ...place, method: 'ticket', secret: long, salt: fingerprint, session },
  ];
  for (const target of confused) {
    await expect(meet(depsOf(laptop), target)).rejects.toMatchObject({ details: { refusal: 'wrong' } });
  }
  await expect(
    meet(depsOf(laptop), { ...place, method: 'compare', secret: long, salt: session }),
  ).rejects.toMatchObject({ details: { refusal: 'method' } });
  expect(nas.events.some(({ type }) => type === 'proposed')).toBe(false);
});

test('who fails to prove itself gets a nonce and a salted hash from the issuer, and nothing made with the secret', async () => {
  const { code } = await nas.ceremonies.open({ allow: ['run'] });
  const heard: PairMessage[] = [];
  wire.tap((message, from) => {
    if (from === nas.host.id) heard.push(decodeMessage(message).message);
    return message;
  });
  const target = await findTarget(depsOf(laptop), { code, at: NAS });
  await expect(meet(depsOf(laptop), { ...target, secret: randomBytes(5) })).rejects.toMatchObject({ code: 'refused' });
  expect(heard).toEqual([
    {
      type: 'challenge',
      nonce: expect.stringMatching(/^[0-9a-f]{64}$/),
      offer: expect.stringMatching(/^[0-9a-f]{64}$/),
      at: expect.any(Number),
    },
    { type: 'refused', reason: 'wrong' },
  ]);
});

/** All messages of a pairing that went well, by who sent them. */
async function record(): Promise<{ ticket: string; said: Map<DeviceId, Uint8Array[]> }> {
  const said = new Map<DeviceId, Uint8Array[]>();
  wire.tap((message, from) => {
    said.set(from, [...(said.get(from) ?? []), message]);
    return message;
  });
  const { ticket } = await nas.ceremonies.open({ allow: ['run'] });
  const { proposal } = await laptop.ceremonies.join({ ticket });
  await laptop.ceremonies.confirm({ proposal, accept: true });
  wire.tap(undefined);
  return { ticket, said };
}

test('what a joiner said once is of no use a second time, not even to itself', async () => {
  const { said } = await record();
  const channel = await laptop.host.open(
    { device: nas.host.id, addresses: nas.host.multiaddrs() },
    PAIR_PROTOCOL,
    OPEN,
  );
  const answers: PairMessage[] = [];
  for (const message of said.get(laptop.host.id)?.slice(0, 2) ?? []) {
    await channel.send(message);
    answers.push(decodeMessage((await channel.receive()) ?? Buffer.of()).message);
  }
  expect(answers).toMatchObject([{ type: 'challenge' }, { type: 'refused', reason: 'wrong' }]);
});

test('what an issuer said once convinces nobody a second time', async () => {
  const { ticket, said } = await record();
  nasHost.kill();
  const echo = wire.host({ id: nas.host.id, address: NAS });
  echo.handle(
    PAIR_PROTOCOL,
    async (channel) => {
      for (const message of said.get(nas.host.id) ?? []) {
        await channel.receive();
        await channel.send(message);
      }
    },
    OPEN,
  );
  await expect(laptop.ceremonies.join({ ticket })).rejects.toMatchObject({ details: { refusal: 'wrong' } });
});

test('a message out of its turn ends the attempt', async () => {
  const turns: PairMessage[] = [
    { type: 'done' },
    { type: 'confirm', give: [], addresses: [] },
    { type: 'kept', given: ['run'], held: [] },
    { type: 'proof', at: 0 },
  ];
  for (const message of turns) {
    await nas.ceremonies.open({ allow: ['run'] });
    const channel = await laptop.host.open(
      { device: nas.host.id, addresses: nas.host.multiaddrs() },
      PAIR_PROTOCOL,
      OPEN,
    );
    await channel.send(frameBody(encodeBody(message)));
    expect(decodeMessage((await channel.receive()) ?? Buffer.of()).message).toEqual({
      type: 'refused',
      reason: 'invalid',
    });
  }
  expect(nas.store.all()).toEqual([]);
});

test('who is not paired learns nothing by asking to resume', async () => {
  await nas.ceremonies.open({ allow: ['run'] });
  const channel = await laptop.host.open(
    { device: nas.host.id, addresses: nas.host.multiaddrs() },
    PAIR_PROTOCOL,
    OPEN,
  );
  await channel.send(frameBody(encodeBody({ type: 'resume' })));
  expect(decodeMessage((await channel.receive()) ?? Buffer.of()).message).toEqual({
    type: 'refused',
    reason: 'unknown',
  });
});

test.each(['ticket', 'compare'] as const)('a flipped bit in any message is noticed (%s)', async (method) => {
  for (let at = 0; at < 8; at += 1) {
    for (let round = 0; round < 12; round += 1) await flipOne(method, at);
  }
});

/** Pairs two new devices with one bit of one message flipped, and checks that nobody trusts on that account. */
async function flipOne(method: 'ticket' | 'compare', at: number): Promise<void> {
  const [issuer, joiner] = [await createDevice('i', wire.host()), await createDevice('j', wire.host())];
  let passed = -1;
  let flipped = '';
  wire.tap((message) => {
    passed += 1;
    if (passed !== at) return message;
    const changed = Buffer.from(message);
    const bit = randomInt(changed.length * 8);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    flipped = `message ${at}, bit ${bit}: ${Buffer.from(message).toString('latin1')}`;
    return changed;
  });
  const error = await runBoth(method, issuer, joiner).catch((thrown: unknown) => thrown);
  wire.tap(undefined);
  expect(passed, 'messages').toBeGreaterThanOrEqual(at);
  // The last two only say that all is written: what they lose is asked for again.
  if (at < 6) expect(error, flipped).toBeInstanceOf(Error);
  issuer.clock.move(11 * 60_000);
  const { a, b } = await trust(issuer, joiner);
  expect([a, b], flipped).toEqual(
    at < 6
      ? [undefined, undefined]
      : [
          { given: ['run'], held: [] },
          { given: [], held: ['run'] },
        ],
  );
}

async function runBoth(method: 'ticket' | 'compare', issuer: Device, joiner: Device): Promise<void> {
  const { ticket, addresses } = await issuer.ceremonies.open({ allow: ['run'], compare: method === 'compare' });
  if (method === 'ticket') {
    const { proposal } = await joiner.ceremonies.join({ ticket });
    await joiner.ceremonies.confirm({ proposal, accept: true });
    return;
  }
  const there = await joiner.ceremonies.join({ compare: true, at: addresses[0] ?? '' });
  const shown = issuer.events.findLast((event) => event.type === 'proposed');
  if (shown === undefined) throw new Error('nothing was shown');
  const here = shown.proposal;
  const word = (screen: PairProposal, other: PairProposal): string => other.words[(screen.askedWord ?? 0) - 1] ?? '';
  const outcomes = await Promise.allSettled([
    issuer.ceremonies.confirm({ proposal: here.proposal, accept: true, word: word(here, there) }),
    joiner.ceremonies.confirm({ proposal: there.proposal, accept: true, word: word(there, here) }),
  ]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
