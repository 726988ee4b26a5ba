import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectControl } from '../../../src/control/client/client.ts';
import {
  createReconnectingClient,
  type LinkState,
  type ReconnectingClient,
} from '../../../src/control/client/reconnecting.ts';
import type { Snapshot } from '../../../src/protocol/api.ts';
import { type Serving, serve, temporaryFolder, until } from './harness.ts';
import { createMemoryApi } from './memory-api.ts';

const RUN = '0123456789abcdef';

function follow(path: string) {
  const states: LinkState[] = [];
  const snapshots: Snapshot[] = [];
  const told: number[] = [];
  const devices: string[] = [];
  const client: ReconnectingClient = createReconnectingClient({
    connect: () => connectControl({ path, client: 'test', version: '0.0.0' }),
    onState: (state) => void states.push(state),
    subscription: {
      entries: 10,
      onSnapshot: (snapshot) => void snapshots.push(snapshot),
      onChange: ({ event }) => void told.push(event.seq),
      onDevices: (known) => void devices.push(known.devices[0]!.name),
    },
  });
  onTestFinished(() => client.close());
  return { client, states, snapshots, told, devices };
}

const names = (states: LinkState[]): string[] =>
  states.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);

describe('a reconnecting client', () => {
  it('misses nothing and is told nothing twice while peers come and go', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const memory = createMemoryApi();
    for (let i = 1; i <= 5; i++) memory.append(`before ${i}`);
    let peer: Serving = await serve({ path, memory });
    const { client, states, snapshots, told, devices } = follow(path);
    await until(() => client.state.state === 'connected');
    let appended = 5;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 3; i++) appended = memory.append('while it serves');
      await peer.close('a restart');
      await until(() => client.state.state === 'lost');
      for (let i = 0; i < 3; i++) appended = memory.append('while nobody serves');
      memory.setDevices(`round ${round}`);
      peer = await serve({ path, memory });
      await until(() => client.state.state === 'connected');
    }
    appended = memory.append('at last');
    await until(() => told.at(-1) === appended);
    expect(snapshots).toHaveLength(1);
    expect(snapshots[0]!.entries).toHaveLength(5);
    expect(told).toEqual(Array.from({ length: appended - 5 }, (_, i) => i + 6));
    expect(devices).toEqual(['round 0', 'round 1', 'round 2', 'round 3', 'round 4']);
    expect(names(states)).toEqual(['connected', ...Array.from({ length: 5 }, () => ['lost', 'connected']).flat()]);
    expect(states.find(({ state }) => state === 'lost')).toMatchObject({
      attempt: 0,
      reason: { message: 'the peer stopped: a restart' },
    });
  });

  it('waits for a peer that is not there yet, and says how long and how often', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const { client, states, snapshots } = follow(path);
    expect(client.state).toEqual({ state: 'connecting' });
    await until(() => client.state.state === 'lost' && client.state.attempt >= 2);
    await expect(client.call('devices', {})).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no peer is running'),
    });
    await serve({ path });
    client.retryNow();
    await until(() => client.state.state === 'connected');
    expect(snapshots).toHaveLength(1);
    await expect(client.call('devices', {})).resolves.toBeDefined();
    const lost = states.filter((state) => state.state === 'lost');
    expect(new Set(lost.map(({ since }) => since)).size).toBe(1);
    expect(lost.map(({ attempt }) => attempt)).toEqual(lost.map((_, index) => index + 1));
  });

  it('takes a new snapshot from a peer that has another thread', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const first = await serve({ path });
    for (let i = 0; i < 7; i++) first.append('one');
    const { client, snapshots, told } = follow(path);
    await until(() => client.state.state === 'connected');
    await first.close();
    await until(() => client.state.state === 'lost');
    const second = await serve({ path });
    second.append('another');
    await until(() => snapshots.length === 2);
    expect(snapshots[1]!.entries).toHaveLength(1);
    second.append('more');
    await until(() => told.length === 1);
    expect(told).toEqual([2]);
  });

  it('brings output byte-exact over lost connections', async () => {
    const path = join(temporaryFolder(), 'control', 'peer.sock');
    const memory = createMemoryApi();
    const whole = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join(''));
    let limit = 0;
    memory.outputs.set(RUN, async function* (offset, signal) {
      // Gives a fifth more to each peer, then waits, as a run that goes on does.
      limit += whole.length / 5;
      const end = Math.ceil(limit);
      for (let at = offset; at < end && at < whole.length; at += 1000) {
        yield { offset: at, bytes: whole.subarray(at, Math.min(at + 1000, end)) };
      }
      if (end < whole.length)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    });
    await memory.api.submit({ id: RUN, task: '= 1' });
    let peer = await serve({ path, memory });
    const { client } = follow(path);
    const pieces: Uint8Array[] = [];
    let size = 0;
    const reading = (async () => {
      for await (const { offset, bytes } of client.output({ run: RUN, offset: 0 }, new AbortController().signal)) {
        expect(offset).toBe(size);
        size += bytes.length;
        pieces.push(bytes);
      }
    })();
    for (let round = 1; round < 5; round++) {
      await until(() => size >= Math.floor((whole.length / 5) * round));
      await peer.close();
      peer = await serve({ path, memory });
    }
    await reading;
    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  });

  it('leaves an output when it is told to, and ends when it is closed', async () => {
    const peer = await serve();
    await peer.api.submit({ id: RUN, task: '= 1' });
    let left = 0;
    peer.outputs.set(RUN, async function* (_, signal) {
      yield { offset: 0, bytes: Buffer.from('x') };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      left += 1;
    });
    const { client, states } = follow(peer.path);
    const abort = new AbortController();
    const read = async (signal: AbortSignal): Promise<number> => {
      let bytes = 0;
      for await (const chunk of client.output({ run: RUN, offset: 0 }, signal)) {
        bytes += chunk.bytes.length;
        abort.abort();
      }
      return bytes;
    };
    expect(await read(abort.signal)).toBe(1);
    await until(() => left === 1);
    client.close();
    await peer.close();
    expect(names(states)).toEqual(['connected']);
    await expect(client.call('devices', {})).rejects.toMatchObject({ code: 'unavailable' });
  });
});
