import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/protocol/api.ts';
import { greeted, type RawConnection, serve, until } from './harness.ts';
import { DEVICE } from './memory-api.ts';

const textOf = ({ entry }: Change): string => (entry.kind === 'message' ? entry.message.text : '');

describe('following', () => {
  it('tells what came after the cursor, then what comes, once and in order', async () => {
    const peer = await serve();
    for (let i = 1; i <= 10; i++) peer.append(`old ${i}`);
    const client = await peer.connect();
    const told: number[] = [];
    client.on('change', ({ event }) => told.push(event.seq));
    await client.call('follow', { cursor: { [DEVICE]: 4 } });
    for (let i = 11; i <= 20; i++) peer.append(`new ${i}`);
    await until(() => told.length === 16);
    expect(told).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
  });

  it('answers before it tells', async () => {
    const peer = await serve();
    peer.append('old');
    const connection = await greeted(peer.path);
    connection.send({ jsonrpc: '2.0', id: 1, method: 'follow', params: { cursor: {} } });
    await until(() => connection.messages.length === 3);
    expect(connection.messages[1]).toEqual({ jsonrpc: '2.0', id: 1, result: { following: true } });
    expect(connection.messages[2]).toMatchObject({ method: 'change', params: { event: { seq: 1 } } });
  });

  it('tells devices when they change', async () => {
    const peer = await serve();
    const client = await peer.connect();
    const names: string[] = [];
    client.on('devices', ({ devices }) => names.push(devices[0]!.name));
    await client.call('follow', { cursor: {} });
    peer.setDevices('renamed');
    await until(() => names.length === 1);
    expect(names).toEqual(['renamed']);
  });

  it('happens once a connection, and ends with it', async () => {
    const peer = await serve();
    const client = await peer.connect();
    await client.call('follow', { cursor: {} });
    expect(peer.followers()).toBe(1);
    client.close();
    await until(() => peer.followers() === 0);
  });

  it('a client that does not read costs a cursor; when it reads again it has missed nothing', async () => {
    const peer = await serve();
    const connection = await greeted(peer.path);
    connection.send({ jsonrpc: '2.0', id: 1, method: 'follow', params: { cursor: {} } });
    await until(() => connection.messages.length === 2);
    connection.socket.pause();
    const other = await peer.connect();
    let seen = 0;
    other.on('change', () => {
      seen += 1;
    });
    await other.call('follow', { cursor: {} });
    const filler = 'x'.repeat(10_000);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= 5000; i++) {
      peer.append(`${i} ${filler}`);
      if (i % 100 === 0) {
        await until(() => seen === i);
        least = Math.min(least, peer.followers());
      }
    }
    // For all it misses it has no listener any more, and so nothing queues up for it.
    expect(least).toBe(1);
    expect(peer.log).toEqual([]);
    connection.socket.resume();
    await until(() => changes(connection).length === 5000, 20_000);
    expect(changes(connection).map(({ event }) => event.seq)).toEqual(Array.from({ length: 5000 }, (_, i) => i + 1));
    peer.append('and now');
    await until(() => changes(connection).length === 5001);
    expect(textOf(changes(connection).at(-1)!)).toBe('and now');
  });

  it('a client that asks and asks and never reads the answers is not answered without end', async () => {
    const peer = await serve();
    for (let i = 0; i < 10; i++) peer.append('x'.repeat(100_000));
    const connection = await greeted(peer.path);
    connection.socket.pause();
    let answered = 0;
    const read = peer.api['thread.read'];
    peer.api['thread.read'] = (params) => {
      answered += 1;
      return read(params);
    };
    for (let id = 1; id <= 10_000; id++)
      connection.send({ jsonrpc: '2.0', id, method: 'thread.read', params: { limit: 10 } });
    const other = await peer.connect();
    await until(() => answered > 0);
    for (let i = 0; i < 20; i++) await other.call('devices', {});
    const settled = answered;
    for (let i = 0; i < 20; i++) await other.call('devices', {});
    expect(answered).toBe(settled);
    expect(answered).toBeLessThan(2000);
    connection.socket.destroy();
    await connection.closed();
  });
});

describe('pairing and fetches', () => {
  const attempt = { type: 'attempt', attempts: 1, most: 5, from: '192.0.2.7:4000' } as const;
  const progress = { artifact: 'a', bytes: 1, sizeBytes: 2 };

  it('are told to those that asked for such a thing, and to no others', async () => {
    const peer = await serve();
    const [pairing, fetching, idle] = [await peer.connect(), await peer.connect(), await peer.connect()];
    const heard: string[] = [];
    for (const [name, client] of Object.entries({ pairing, fetching, idle })) {
      client.on('pair', ({ type }) => heard.push(`${name} ${type}`));
      client.on('fetch', ({ bytes }) => heard.push(`${name} ${bytes}`));
    }
    await idle.call('devices', {});
    await pairing.call('pair.lan', {});
    await pairing.call('pair.close', {});
    await expect(fetching.call('artifact.fetch', { artifact: 'a' })).rejects.toMatchObject({ code: 'internal' });
    expect(peer.told()).toEqual({ pair: 1, fetch: 1 });
    peer.tellPair(attempt);
    peer.tellFetch(progress);
    await Promise.all([pairing, fetching, idle].map((client) => client.call('devices', {})));
    expect(heard.sort()).toEqual(['fetching 1', 'pairing attempt']);
  });

  it('are told from before the call has its effect, and until the connection ends', async () => {
    const peer = await serve();
    const client = await peer.connect();
    const heard: string[] = [];
    client.on('pair', ({ type }) => heard.push(type));
    peer.api['pair.close'] = async () => {
      peer.tellPair({ type: 'closed', reason: 'closed' });
      return { closed: true };
    };
    expect(await client.call('pair.close', {})).toEqual({ closed: true });
    expect(heard).toEqual(['closed']);
    client.close();
    await until(() => peer.told().pair === 0);
  });

  it('a client whose parameters are wrong is told nothing', async () => {
    const peer = await serve();
    const client = await peer.connect();
    await expect(client.call('pair.join', { code: 1 } as never)).rejects.toMatchObject({ code: 'invalid' });
    expect(peer.told().pair).toBe(0);
  });

  it('a client that does not read misses progress, and costs no memory', async () => {
    const peer = await serve();
    const connection = await greeted(peer.path);
    connection.send({ jsonrpc: '2.0', id: 1, method: 'artifact.fetch', params: { artifact: 'a' } });
    await until(() => connection.messages.length === 2);
    connection.socket.pause();
    for (let bytes = 0; bytes < 100_000; bytes++) peer.tellFetch({ artifact: 'a', bytes, sizeBytes: 100_000 });
    connection.socket.resume();
    connection.send({ jsonrpc: '2.0', id: 2, method: 'devices', params: {} });
    await until(() => connection.messages.some(({ id }) => id === 2));
    const told = connection.messages.filter(({ method }) => method === 'fetch');
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(100_000);
  });
});

function changes({ messages }: RawConnection): Change[] {
  return messages.flatMap(({ method, params }) => (method === 'change' ? [params as Change] : []));
}
