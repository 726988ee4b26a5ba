// Who is there, with evidence: what a killed, stopped, silent, old, late or revoked device looks like, and how it comes back.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Presence } from '../../../src/core/devices.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { PeerLink } from '../../../src/engine/peer-ports.ts';
import { systemClock } from '../../../src/peer/system.ts';
import { MAX_CLOCK_GAP_MS, PEER_VERSIONS } from '../../../src/protocol/peer-api.ts';
import { LINK_PROTOCOL } from '../../../src/protocol/peer-messages.ts';
import { createNetDevice, type NetDevice, type NetDeviceOptions, pairDevices } from '../../helpers/net-device.ts';
import { createTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts';
import { until } from '../../helpers/until.ts';

const disposals: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose();
});

async function device(name: string, options: Partial<NetDeviceOptions> = {}): Promise<NetDevice> {
  const made = await createNetDevice({ name, ...options });
  disposals.push(async () => {
    await made.dispose();
    expect(made.faults).toEqual([]);
  });
  return made;
}

async function proxyTo({ host }: NetDevice): Promise<TcpProxy> {
  const proxy = await createTcpProxy({ host: '127.0.0.1', port: host.listening[0]?.port ?? 0 });
  disposals.push(proxy.close);
  return proxy;
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'dispatch-far-'));
  disposals.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

interface Far {
  readonly id: DeviceId;
  readonly multiaddrs: readonly string[];
  readonly process: ChildProcess;
}

async function far(home: string, listen: string, ...rest: readonly string[]): Promise<Far> {
  const child = fork(join(import.meta.dirname, '../../fixtures/net-peer.ts'), [home, listen, ...rest]);
  disposals.push(() => void child.kill('SIGKILL'));
  const said = await new Promise<Omit<Far, 'process'>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Omit<Far, 'process'>));
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  return { ...said, process: child };
}

const presenceOf = (own: NetDevice, id?: DeviceId): Presence => {
  const found = own.network.devices().find((other) => id === undefined || other.id === id);
  if (found === undefined) throw new Error('no such device');
  return found.presence;
};
const stateOf = (own: NetDevice, id?: DeviceId) => presenceOf(own, id).state;
const isUp = (own: NetDevice, id?: DeviceId) => until('online', () => stateOf(own, id) === 'online', 20_000);
const isDown = (own: NetDevice, id?: DeviceId) => until('offline', () => stateOf(own, id) === 'offline', 20_000);
/** As the product waits, for what must not take longer. */
const AS_PEOPLE = {
  tickMs: 2000,
  pingMs: 4000,
  suspectMs: 6000,
  deadMs: 10_000,
  probeMs: 1500,
  firstPauseMs: 500,
  soonPauseMs: 2000,
};

describe('a device in another process', () => {
  test('is away when it is killed, and there again when it returns', async () => {
    const near = await device('near', { timings: AS_PEOPLE });
    const home = await folder();
    const first = await far(home, '127.0.0.1:0', near.id);
    const port = Number(first.multiaddrs[0]?.split('/').at(-1));
    await near.pair(first.id, { name: 'far', addresses: first.multiaddrs });
    await isUp(near);
    first.process.kill('SIGKILL');
    await isDown(near);
    expect(presenceOf(near)).toMatchObject({ stage: 'lost', detail: expect.any(String) });
    await until('failed dial', () => {
      const presence = presenceOf(near);
      return presence.state === 'offline' && presence.stage === 'refused';
    });
    await far(home, `127.0.0.1:${port}`);
    await isUp(near);
  });

  test('has its round trip known on both sides from the beginning, however rarely they ping', async () => {
    const never = { tickMs: 600_000, pingMs: 600_000, suspectMs: 600_000, deadMs: 600_000 };
    const [near, other] = [await device('near', { timings: never }), await device('other', { timings: never })];
    await pairDevices(near, other);
    for (const own of [near, other]) {
      await until('round trip', () => {
        const presence = presenceOf(own);
        return presence.state === 'online' && presence.roundTripMs !== undefined;
      });
    }
  });

  test('that is stopped is suspect, then away; and is there when it goes on', async () => {
    const near = await device('near');
    const child = await far(await folder(), '127.0.0.1:0', near.id);
    await near.pair(child.id, { name: 'far', addresses: child.multiaddrs });
    await isUp(near);
    const seen: string[] = [];
    near.network.onDevices(() => {
      const state = stateOf(near);
      if (seen.at(-1) !== state) seen.push(state);
    });
    child.process.kill('SIGSTOP');
    await isDown(near);
    expect(seen.filter((state) => state !== 'online')).toEqual(['suspect', 'offline']);
    child.process.kill('SIGCONT');
    await isUp(near);
  });
});

describe('a connection', () => {
  test.each(['up', 'down'] as const)(
    'that is silent in one direction (%s) is suspect, then down on both sides',
    async (direction) => {
      const [near, other] = [await device('near'), await device('other')];
      const proxy = await proxyTo(other);
      await pairDevices(near, other, { via: proxy.multiaddr });
      await Promise.all([isUp(near), isUp(other)]);
      proxy.stall(direction);
      const suspected = until('suspect', () => [near, other].some((own) => stateOf(own) === 'suspect'));
      await Promise.all([suspected, isDown(near), isDown(other)]);
      proxy.flow();
      await Promise.all([isUp(near), isUp(other)]);
    },
  );

  test('that comes back within the time that a ping has is never shown as down', async () => {
    const [near, other] = [await device('near', { told: [] }), await device('other', { told: [] })];
    const proxy = await proxyTo(other);
    await pairDevices(near, other, { via: proxy.multiaddr });
    await Promise.all([isUp(near), isUp(other)]);
    const links: PeerLink[] = [];
    near.network.onLink((link) => links.push(link));
    proxy.stall('up');
    await until('suspect', () => [near, other].some((own) => stateOf(own) === 'suspect'));
    proxy.flow();
    await Promise.all([isUp(near), isUp(other)]);
    expect(links).toHaveLength(1);
    expect(links[0]?.down.aborted).toBe(false);
  });

  test('that breaks is made anew, over and over', async () => {
    const [near, other] = [await device('near', { told: [] }), await device('other', { told: [] })];
    const proxy = await proxyTo(other);
    await pairDevices(near, other, { via: proxy.multiaddr });
    let links = 0;
    near.network.onLink(() => {
      links++;
    });
    for (let round = 1; round <= 5; round++) {
      await until('link', () => links === round && stateOf(near) === 'online' && stateOf(other) === 'online');
      proxy.reset();
    }
    await until('link', () => links === 6);
    expect(proxy.taken).toBeGreaterThanOrEqual(6);
  });
});

describe('two that call each other at once', () => {
  test('end up with one link and one connection, the same on both sides', async () => {
    const [near, other] = [await device('near'), await device('other')];
    for (let round = 0; round < 8; round++) {
      await Promise.all([
        near.pair(other.id, { name: 'other', addresses: other.host.multiaddrs() }),
        other.pair(near.id, { name: 'near', addresses: near.host.multiaddrs() }),
      ]);
      await until('one connection', () => {
        const [one, two] = [near.host.connections(other.id), other.host.connections(near.id)];
        const bothUp = stateOf(near) === 'online' && stateOf(other) === 'online';
        return bothUp && one.length === 1 && two.length === 1 && one[0]?.outbound !== two[0]?.outbound;
      });
      other.service.answer(() => ({}));
      const link = near.network.link(other.id);
      await expect(link?.call('resize', { run: '0123456789abcdef' as never, cols: 1, rows: 1 })).resolves.toEqual({});
      await Promise.all([near.pairings.revoke(other.id, 'other'), other.pairings.revoke(near.id, 'near')]);
      await Promise.all([near.network.expel(other.id), other.network.expel(near.id)]);
      expect([...near.network.devices(), ...other.network.devices()]).toEqual([]);
    }
  });
});

describe('a device whose address changes', () => {
  test('is found where it says that it is, and where it was is forgotten', async () => {
    const near = await device('near');
    const home = await folder();
    const first = await createNetDevice({ name: 'other', folder: home });
    await pairDevices(near, first);
    await isUp(near);
    const [before] = near.pairings.get(first.id)?.addresses ?? [];
    await first.dispose();
    await isDown(near);
    // It comes back elsewhere, and knows where the other one is.
    const second = await device('other', { folder: home });
    await second.pair(near.id, { name: 'near', addresses: near.host.multiaddrs() });
    await isUp(near);
    await until('new address', () => near.pairings.get(second.id)?.addresses[0] === second.host.multiaddrs()[0]);
    expect(second.host.multiaddrs()[0]).not.toBe(before);
  });

  test('is found where the LAN says that it is, if it proves who it is', async () => {
    const [near, other, liar] = [await device('near'), await device('other'), await device('liar')];
    await other.pair(near.id, { name: 'near' });
    await near.pair(other.id, { name: 'other' });
    await until('no address', () => {
      const presence = presenceOf(near);
      return presence.state === 'offline' && presence.stage === 'no-address';
    });
    near.network.hear(other.id, liar.host.multiaddrs());
    await until('identity', () => {
      const presence = presenceOf(near);
      return presence.state === 'offline' && presence.stage === 'identity';
    });
    await until('online', () => {
      near.network.hear(other.id, other.host.multiaddrs());
      return stateOf(near) === 'online';
    });
    await until('kept address', () => near.pairings.get(other.id)?.addresses[0] === other.host.multiaddrs()[0]);
    expect(near.pairings.get(other.id)?.addresses).not.toContain(liar.host.multiaddrs()[0]);
  });
});

describe('a greeting', () => {
  /** A device that speaks the link protocol by hand. */
  const byHand = async (owner: NetDevice): Promise<{ say(message: object): Promise<unknown>; id: DeviceId }> => {
    const raw = await device('raw');
    await owner.pair(raw.id, { name: 'old-box' });
    const channel = await raw.host.open({ device: owner.id, addresses: owner.host.multiaddrs() }, LINK_PROTOCOL, {
      maxMessageBytes: 1_000_000,
      signal: AbortSignal.timeout(10_000),
    });
    return {
      id: raw.id,
      async say(message) {
        await channel.send(Buffer.from(JSON.stringify(message)));
        const answer = await channel.receive();
        return answer === undefined ? undefined : JSON.parse(String(answer));
      },
    };
  };

  test.each([
    { range: { oldest: 0, newest: PEER_VERSIONS.oldest - 1 }, old: 'old-box', update: 'update Dispatch on old-box' },
    { range: { oldest: 7, newest: 9 }, old: 'this device', update: 'update Dispatch on this device' },
  ])('of a version that does not fit says which of the two to update ($old)', async ({ range, old, update }) => {
    const owner = await device('owner');
    const raw = await byHand(owner);
    const answer = await raw.say({ kind: 'hello', protocol: range, version: '0.0.9', of: { another: 'shape' } });
    expect(answer).toMatchObject({ kind: 'hello', protocol: PEER_VERSIONS, version: '1.2.3' });
    const presence = await until('stage', () => {
      const now = presenceOf(owner);
      return now.state === 'offline' && now.stage === 'version' && now;
    });
    expect(presence.detail).toContain('old-box (Dispatch 0.0.9) speaks version');
    expect(presence.detail).toContain(`${old} is too old: ${update}`);
    expect(owner.network.link(raw.id)).toBeUndefined();
  });

  test('that is none ends the link and nothing else', async () => {
    const owner = await device('owner');
    const raw = await byHand(owner);
    const call = { jsonrpc: '2.0', id: 1, method: 'offer', params: {} };
    await expect(raw.say(call)).resolves.toMatchObject({ protocol: PEER_VERSIONS });
    await expect(raw.say(call).catch(() => undefined)).resolves.toBeUndefined();
    expect(owner.service.calls).toEqual([]);
    expect(owner.network.link(raw.id)).toBeUndefined();
  });

  test.each([1, -1])('with a clock that is days off says so on both sides (%i)', async (sign) => {
    const off = sign * (MAX_CLOCK_GAP_MS + 24 * 3600 * 1000);
    const clock = {
      now: () => Date.now() + off,
      at: (time: number, then: () => void) => systemClock.at(time - off, then),
    };
    const [near, other] = [await device('near'), await device('other', { clock })];
    await pairDevices(near, other);
    for (const own of [near, other]) {
      const presence = await until('stage', () => {
        const now = presenceOf(own);
        return now.state === 'offline' && now.stage === 'clock' && now;
      });
      const direction = (own === near) === sign > 0 ? 'ahead of' : 'behind';
      expect(presence.detail).toContain(`is 60 hours ${direction} that of this device`);
      expect(own.network.devices()[0]?.report).toBeUndefined();
    }
  });

  test('tells how far the clocks are apart where that is bearable', async () => {
    const off = 3600 * 1000;
    const clock = {
      now: () => Date.now() + off,
      at: (time: number, then: () => void) => systemClock.at(time - off, then),
    };
    const [near, other] = [await device('near'), await device('other', { clock })];
    await pairDevices(near, other);
    await Promise.all([isUp(near), isUp(other)]);
    expect(Math.abs((near.network.devices()[0]?.clockAheadMs ?? 0) - off)).toBeLessThan(2000);
    expect(Math.abs((other.network.devices()[0]?.clockAheadMs ?? 0) + off)).toBeLessThan(2000);
  });
});

describe('a farewell', () => {
  test('of a peer that stops is told as that', async () => {
    const near = await device('near');
    const other = await createNetDevice({ name: 'other' });
    await pairDevices(near, other);
    await Promise.all([isUp(near), isUp(other)]);
    const details: (string | undefined)[] = [];
    near.network.onDevices(() => {
      const presence = presenceOf(near);
      if (presence.state === 'offline') details.push(presence.detail);
    });
    await other.dispose();
    await until('farewell', () => details.length > 0);
    expect(details[0]).toContain('the peer of other was stopped');
  });
});
