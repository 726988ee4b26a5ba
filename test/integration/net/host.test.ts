// The host over real TCP, and the traps of libp2p that it keeps everybody from.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../../src/net/host-api.ts';
import { chooseEndpoints, DEFAULT_PORT } from '../../../src/net/listen.ts';
import { createNetDevice, type NetDevice } from '../../helpers/net-device.ts';
import { createTcpProxy } from '../../helpers/tcp-proxy.ts';
import { until } from '../../helpers/until.ts';

const ECHO = '/dispatch/test-echo/1';
const LIMIT = { maxMessageBytes: 1024 * 1024 };
const disposals: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

async function device(name: string, listen?: readonly string[]): Promise<NetDevice> {
  const made = await createNetDevice({ name, ...(listen === undefined ? {} : { listen }) });
  disposals.push(async () => {
    await made.dispose();
    expect(made.faults).toEqual([]);
  });
  return made;
}

/** Two that let each other in, without a network that dials by itself. */
async function acquainted(): Promise<[NetDevice, NetDevice]> {
  const pair = await Promise.all([device('laptop'), device('gpu-box')]);
  await pair[0].pair(pair[1].id);
  await pair[1].pair(pair[0].id);
  return pair;
}

const soon = () => ({ ...LIMIT, signal: AbortSignal.timeout(10_000) });
const targetOf = ({ id, host }: NetDevice) => ({ device: id, addresses: host.multiaddrs() });

async function echo(channel: Channel): Promise<void> {
  for (;;) {
    const message = await channel.receive();
    if (message === undefined) return;
    await channel.send(message);
  }
}

async function silentServer(): Promise<{ multiaddr: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    sockets.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  disposals.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { multiaddr: `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`, sockets };
}

describe('streams', () => {
  test('say that there is room again for much at once, not for every message', async () => {
    const [a, b] = await acquainted();
    const proxy = await createTcpProxy({ host: '127.0.0.1', port: b.host.listening[0]?.port ?? 0 });
    disposals.push(() => proxy.close());
    const message = Buffer.alloc(64 * 1024);
    const messages = 256;
    b.host.handle(
      ECHO,
      async (channel) => {
        for (let nth = 0; nth < messages; nth++) await channel.send(message);
        await channel.receive();
      },
      LIMIT,
    );
    const channel = await a.host.open({ device: b.id, addresses: [proxy.multiaddr] }, ECHO, soon());
    const before = proxy.passed('up');
    for (let nth = 0; nth < messages; nth++) expect((await channel.receive())?.length).toBe(message.length);
    // A packet of Noise with a frame of yamux is 30 bytes.
    expect(proxy.passed('up') - before).toBeLessThan((30 * messages) / 2);
    await channel.close();
  });

  test('run their handler once each, however many there are', async () => {
    const [a, b] = await acquainted();
    let handled = 0;
    b.host.handle(
      ECHO,
      async (channel) => {
        handled++;
        await echo(channel);
      },
      LIMIT,
    );
    for (let nth = 1; nth <= 12; nth++) {
      const channel = await a.host.open(targetOf(b), ECHO, soon());
      await channel.send(Buffer.from(`stream ${nth}`));
      expect(String(await channel.receive())).toBe(`stream ${nth}`);
      expect(handled).toBe(nth);
    }
  });

  test('leave nothing behind when they are closed', async () => {
    const [a, b] = await acquainted();
    b.host.handle(ECHO, echo, LIMIT);
    // More than may be open at once.
    for (let nth = 0; nth < 250; nth++) {
      const channel = await a.host.open(targetOf(b), ECHO, soon());
      await channel.close();
      expect(channel.gone.aborted).toBe(true);
    }
    expect(a.host.connections(b.id)).toHaveLength(1);
  });

  test('tell a clean end from a broken one', async () => {
    const [a, b] = await acquainted();
    b.host.handle(
      ECHO,
      async (channel) => {
        const message = await channel.receive();
        await channel.send(Buffer.from('last words'));
        if (String(message) === 'break') channel.abort('on purpose');
      },
      LIMIT,
    );
    const clean = await a.host.open(targetOf(b), ECHO, soon());
    await clean.send(Buffer.from('end'));
    expect(String(await clean.receive())).toBe('last words');
    await expect(clean.receive()).resolves.toBeUndefined();
    const broken = await a.host.open(targetOf(b), ECHO, soon());
    await broken.send(Buffer.from('break'));
    const rest = async (): Promise<void> => {
      for (;;) await broken.receive();
    };
    await expect(rest()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(broken.send(Buffer.from('more'))).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('break on a message that is too long, and only they', async () => {
    const [a, b] = await acquainted();
    const errors: unknown[] = [];
    b.host.handle(
      ECHO,
      async (channel) => {
        await echo(channel).catch((error: unknown) => errors.push(error));
      },
      LIMIT,
    );
    const good = await a.host.open(targetOf(b), ECHO, soon());
    const bad = await a.host.open(targetOf(b), ECHO, soon());
    await bad.send(Buffer.alloc(LIMIT.maxMessageBytes + 1));
    await expect(bad.receive()).rejects.toMatchObject({ code: 'unavailable' });
    expect(errors).toMatchObject([{ code: 'too-large' }]);
    await good.send(Buffer.from('still here'));
    expect(String(await good.receive())).toBe('still here');
  });

  test('carry empty and long messages alike, byte by byte if need be', async () => {
    const [a, b] = await acquainted();
    const proxy = await createTcpProxy({ host: '127.0.0.1', port: b.host.listening[0]?.port ?? 0 });
    disposals.push(proxy.close);
    proxy.shape({ pieceBytes: 1 });
    b.host.handle(ECHO, echo, LIMIT);
    const channel = await a.host.open({ device: b.id, addresses: [proxy.multiaddr] }, ECHO, soon());
    for (const length of [0, 1, 5000]) {
      await channel.send(Buffer.alloc(length, 7));
      expect(Buffer.from((await channel.receive()) ?? []).equals(Buffer.alloc(length, 7))).toBe(true);
    }
  });

  test('outlive the signal that they were dialled with', async () => {
    const [a, b] = await acquainted();
    b.host.handle(ECHO, echo, LIMIT);
    const dialling = new AbortController();
    const channel = await a.host.open(targetOf(b), ECHO, { ...LIMIT, signal: dialling.signal });
    dialling.abort();
    await channel.send(Buffer.from('on'));
    expect(String(await channel.receive())).toBe('on');
  });

  test('break when the connection ends cleanly, as that of a killed process does', async () => {
    const [a, b] = await acquainted();
    const proxy = await createTcpProxy({ host: '127.0.0.1', port: b.host.listening[0]?.port ?? 0 });
    disposals.push(proxy.close);
    b.host.handle(ECHO, echo, LIMIT);
    const channel = await a.host.open({ device: b.id, addresses: [proxy.multiaddr] }, ECHO, soon());
    proxy.endAfter('down', 10);
    const talk = async (): Promise<void> => {
      for (;;) {
        await channel.send(Buffer.alloc(1000));
        if ((await channel.receive()) === undefined) return;
      }
    };
    await expect(talk()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a dial', () => {
  test('to whom nobody let in ends as denied, and runs no handler', async () => {
    const [a, b] = [await device('laptop'), await device('gpu-box')];
    let handled = 0;
    b.host.handle(
      ECHO,
      async () => {
        handled++;
      },
      LIMIT,
    );
    await expect(a.host.open(targetOf(b), ECHO, soon())).rejects.toMatchObject({
      code: 'refused',
      details: { stage: 'denied' },
    });
    expect(handled).toBe(0);
    await until('end of the connection', () => a.host.connections(b.id).length === 0);
    expect(b.host.connections(a.id)).toEqual([]);
  });

  test('to another device than the one that answers ends as identity', async () => {
    const [a, b] = await acquainted();
    const other = await device('nas');
    const target = { device: other.id, addresses: b.host.multiaddrs() };
    await expect(a.host.open(target, ECHO, soon())).rejects.toMatchObject({
      code: 'unavailable',
      details: { stage: 'identity' },
      message: `another device answered at ${b.host.addresses()[0]}`,
    });
    expect(b.host.connections(a.id)).toEqual([]);
  });

  test('tells where it ended: nobody listens, silence, no address, nothing that both speak', async () => {
    const [a, b] = await acquainted();
    const silent = await silentServer();
    const at = (address: string) => a.host.open({ device: b.id, addresses: [address] }, ECHO, soon());
    await expect(at('/ip4/127.0.0.1/tcp/1')).rejects.toMatchObject({ details: { stage: 'refused' } });
    await expect(at(silent.multiaddr)).rejects.toMatchObject({ code: 'timeout', details: { stage: 'timeout' } });
    await expect(a.host.open({ device: b.id, addresses: [] }, ECHO, soon())).rejects.toMatchObject({
      details: { stage: 'no-address' },
    });
    await expect(a.host.open(targetOf(b), '/dispatch/nobody-speaks-this/1', soon())).rejects.toMatchObject({
      code: 'version',
      details: { stage: 'version' },
    });
  });

  test('takes the address that leads there, whatever the others do', async () => {
    const [a, b] = await acquainted();
    const silent = await silentServer();
    b.host.handle(ECHO, echo, LIMIT);
    const addresses = [silent.multiaddr, '/ip4/127.0.0.1/tcp/1', ...b.host.multiaddrs()];
    const channel = await a.host.open({ device: b.id, addresses }, ECHO, soon());
    expect(channel.remoteAddress).toBe(b.host.addresses()[0]);
    await until('end of the dial that was too slow', () => silent.sockets.every((socket) => socket.closed));
  });

  test('finds out who is at an address', async () => {
    const [a, b] = await acquainted();
    const address = b.host.addresses()[0] ?? '';
    await expect(a.host.identify(address, AbortSignal.timeout(10_000))).resolves.toBe(b.id);
    await expect(a.host.identify('127.0.0.1:1', AbortSignal.timeout(10_000))).rejects.toMatchObject({
      details: { stage: 'refused' },
    });
    await expect(a.host.identify('no such:address', AbortSignal.timeout(10_000))).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  test('is not kept out by sockets that say nothing, nor by many that connect at once', async () => {
    const [a, b] = await acquainted();
    b.host.handle(ECHO, echo, LIMIT);
    const port = b.host.listening[0]?.port ?? 0;
    const silent = Array.from({ length: 20 }, () => connect(port, '127.0.0.1'));
    for (const socket of silent) socket.on('error', () => {});
    disposals.push(() => silent.forEach((socket) => void socket.destroy()));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    const connections = await Promise.all(
      Array.from({ length: 12 }, () => a.host.dial(targetOf(b), AbortSignal.timeout(10_000))),
    );
    for (const connection of connections) {
      const channel = await connection.open(ECHO, soon());
      await channel.send(Buffer.from('here'));
      expect(String(await channel.receive())).toBe('here');
    }
  });
});

describe('listening', () => {
  test('at an address that is in use is refused in a sentence', async () => {
    const taken = await silentServer();
    const port = Number(taken.multiaddr.split('/').at(-1));
    await expect(createNetDevice({ name: 'laptop', listen: [`127.0.0.1:${port}`] })).rejects.toMatchObject({
      code: 'unavailable',
      message: `port in use: somebody listens at 127.0.0.1:${port} already`,
      hint: expect.stringContaining('--listen'),
    });
  });

  test('takes the next port when the default one is taken', async () => {
    const server = createServer();
    server.listen(DEFAULT_PORT, '0.0.0.0');
    disposals.push(() => void server.close());
    // That somebody else has it is as good.
    await new Promise((resolve) => server.once('listening', resolve).once('error', resolve));
    const endpoints = await chooseEndpoints(undefined);
    expect(endpoints.length).toBeGreaterThan(0);
    const [first] = endpoints;
    expect(first?.port).toBeGreaterThan(DEFAULT_PORT);
    expect(endpoints.every(({ port }) => port === first?.port)).toBe(true);
  });

  test('on IPv6 is reached there', async () => {
    const [a, b] = [await device('laptop'), await device('gpu-box', ['[::1]:0'])];
    await a.pair(b.id);
    await b.pair(a.id);
    b.host.handle(ECHO, echo, LIMIT);
    expect(b.host.addresses()[0]).toMatch(/^\[::1\]:\d+$/);
    const channel = await a.host.open(targetOf(b), ECHO, soon());
    await channel.send(Buffer.from('six'));
    expect(String(await channel.receive())).toBe('six');
  });
});
