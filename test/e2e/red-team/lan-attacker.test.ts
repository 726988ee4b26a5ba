// Somebody on the same network, whom nobody has paired: dials, listens to what paired devices say and says it again, calls itself by
// another's name, and tries the pairing session that is open for somebody else.
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatCode, parseCode } from '../../../src/protocol/pairing/code.ts';
import { formatTicket, parseTicket } from '../../../src/protocol/pairing/ticket.ts';
import { PAIR_PROTOCOL } from '../../../src/protocol/pairing/transcript.ts';
import {
  BLOB_PROTOCOL,
  INPUT_PROTOCOL,
  LINK_PROTOCOL,
  LOG_PROTOCOL,
  OUTPUT_PROTOCOL,
} from '../../../src/protocol/peer-messages.ts';
import { createNetDevice, type NetDevice } from '../../helpers/net-device.ts';
import { createPeerHome, type PeerHome } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { type Attacker, createAttacker } from './attacker.ts';
import { type Field, openField, patient, requestOf, settled } from './field.ts';

patient();

let field: Field;
let friend: Attacker;
let stranger: NetDevice;
let mallory: PeerHome;
let tap: Server;
/** What the friend sent, one entry for each of its connections; and what it was answered. */
const heard: { up: Buffer[]; down: Buffer[] }[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  field = await openField('far');
  // The attacker sits between the friend and the device, and hands on everything.
  tap = createServer((client) => {
    const target = connect(field.home.port, '127.0.0.1');
    const record = { up: [] as Buffer[], down: [] as Buffer[] };
    heard.push(record);
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          client.destroy();
          target.destroy();
        });
    }
    client.on('data', (bytes: Buffer) => {
      record.up.push(bytes);
      target.write(bytes);
    });
    target.on('data', (bytes: Buffer) => {
      record.down.push(bytes);
      client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve));
  const { port } = tap.address() as AddressInfo;
  friend = await createAttacker(field, 'friend', ['run', 'approve'], `/ip4/127.0.0.1/tcp/${port}`);
  stranger = await createNetDevice({ name: friend.device.slice(-8) });
  mallory = await createPeerHome('mallory');
  await Promise.all([field.home.begin(), mallory.begin()]);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  tap?.close();
  await friend?.close();
  await stranger?.dispose();
  await Promise.all([mallory?.dispose(), field?.dispose()]);
});

const devices = async (): Promise<string[]> => {
  const answer = await (await field.home.ask()).call('devices', {});
  return answer.devices.filter(({ local }) => !local).map(({ id }) => id);
};

test('wants to be answered: no protocol is spoken with it', async () => {
  const target = { device: field.device, addresses: [`/ip4/127.0.0.1/tcp/${field.home.port}`] };
  const openings: Record<string, unknown> = {
    [LINK_PROTOCOL]: { kind: 'hello', protocol: { oldest: 1, newest: 1 }, version: '0' },
    [LOG_PROTOCOL]: { after: 0 },
    [OUTPUT_PROTOCOL]: { run: '0123456789abcdef', offset: 0 },
    [BLOB_PROTOCOL]: { artifact: '0123456789abcdef', offset: 0 },
    [INPUT_PROTOCOL]: { run: '0123456789abcdef' },
    [PAIR_PROTOCOL]: { type: 'hello', method: 'ticket' },
    '/ipfs/id/1.0.0': {},
    '/ipfs/ping/1.0.0': {},
  };
  for (const [protocol, opening] of Object.entries(openings)) {
    const options = { maxMessageBytes: 1_000_000, signal: AbortSignal.timeout(20_000) };
    const answer = await stranger.host
      .open(target, protocol, options)
      .then(async (channel) => {
        await channel.send(Buffer.from(JSON.stringify(opening)));
        return channel.receive();
      })
      .catch(() => undefined);
    expect(answer, protocol).toBeUndefined();
  }
  expect(await devices()).toEqual([friend.device]);
});

test('wants a yes of a paired device to count once more, by sending what it heard', async () => {
  const trace = join(field.home.work, 'canary');
  const offer = friend.offer(`touch ${trace}`);
  await friend.send(offer);
  const link = await friend.link();
  await link.call('decide', friend.answer(await requestOf(field, offer.run), 'approve'));
  await until('the canary', () => existsSync(trace));
  await settled(field, offer.run);
  const count = async (): Promise<number> =>
    (await (await field.home.ask()).call('runs.list', { limit: 100 })).runs.length;
  const before = await count();
  const said = heard.map(({ up }) => Buffer.concat(up));
  // It is all in there, and can be read by nobody.
  expect(said.some((bytes) => bytes.length > 1000)).toBe(true);
  expect(said.some((bytes) => bytes.includes('canary') || bytes.includes('approve'))).toBe(false);
  for (const bytes of said) {
    const socket = connect(field.home.port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.end(bytes);
    await ended;
  }
  expect(await count()).toBe(before);
  expect(await devices()).toEqual([friend.device]);
});

test('wants to be taken for a paired device by its name', async () => {
  await stranger.pair(field.device, { name: 'far', addresses: [`/ip4/127.0.0.1/tcp/${field.home.port}`] });
  await until(
    'the refusal',
    () =>
      stranger.network.devices().some(({ presence }) => presence.state === 'offline' && presence.stage === 'denied'),
    60_000,
  );
  expect(stranger.network.link(field.device)).toBeUndefined();
  expect(await devices()).toEqual([friend.device]);
  // Whose name it is gets its link.
  expect((await friend.link()).device).toBe(field.device);
});

test('wants into a pairing session that is open for somebody else', async () => {
  const client = await field.home.ask();
  const session = await client.call('pair.open', { allow: ['run', 'approve', 'observe'] });
  const ticket = parseTicket(session.ticket);
  const code = parseCode(session.code);
  const address = session.addresses[0] as string;
  const withSecret = (byte: number): string => formatTicket({ ...ticket, secret: Buffer.alloc(16, byte) });
  const withCode = (byte: number): string => formatCode(field.device, Buffer.alloc(code.secret.length, byte));
  const guesses = [
    // Of a session that there is not: no attempt at this one.
    [formatTicket({ ...ticket, session: Buffer.alloc(8, 7) })],
    [withSecret(1)],
    [withSecret(2)],
    [withSecret(3)],
    [withCode(4), '--at', address],
    [withCode(5), '--at', address],
  ];
  for (const guess of guesses) {
    const { code: status, out } = await mallory.cli(['pair', ...guess, '--yes', '--json']);
    expect(status).not.toBe(0);
    expect(out).not.toContain('"paired":true');
  }
  expect(await devices()).toEqual([friend.device]);
  // The right ticket after five wrong attempts: the session is over.
  const late = await mallory.cli(['pair', '-', '--yes', '--json'], { stdin: `${session.ticket}\n` });
  expect(late.code).not.toBe(0);
  expect(await devices()).toEqual([friend.device]);
  // A new one, with its own ticket, is all that it would take.
  const next = await client.call('pair.open', { allow: ['run'] });
  const joined = await mallory.cli(['pair', '-', '--yes', '--json'], { stdin: `${next.ticket}\n` });
  expect(joined.code).toBe(0);
  expect(await devices()).toHaveLength(2);
  await client.call('device.revoke', { device: 'mallory' });
  expect(await devices()).toEqual([friend.device]);
});
