// Who is not paired, or not any more, reaches nothing: not a handler, not a byte, not a presence.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunId } from '../../../src/core/ids.ts';
import { PAIR_PROTOCOL } from '../../../src/protocol/pairing/transcript.ts';
import {
  BLOB_PROTOCOL,
  INPUT_PROTOCOL,
  LINK_PROTOCOL,
  LOG_PROTOCOL,
  OUTPUT_PROTOCOL,
} from '../../../src/protocol/peer-messages.ts';
import { createNetDevice, type NetDevice, pairDevices } from '../../helpers/net-device.ts';
import { endlessBulk } from '../../helpers/net-service.ts';
import { until } from '../../helpers/until.ts';

/** All that a device answers to. The last two are libp2p's own. */
const PROTOCOLS = [
  LINK_PROTOCOL,
  LOG_PROTOCOL,
  OUTPUT_PROTOCOL,
  BLOB_PROTOCOL,
  INPUT_PROTOCOL,
  '/ipfs/id/1.0.0',
  '/ipfs/ping/1.0.0',
];
const RUN = '0123456789abcdef' as RunId;
const OPENINGS: Record<string, unknown> = {
  [LOG_PROTOCOL]: { after: 0 },
  [OUTPUT_PROTOCOL]: { run: RUN, offset: 0 },
  [BLOB_PROTOCOL]: { artifact: RUN, offset: 0 },
  [INPUT_PROTOCOL]: { run: RUN },
};

let owner: NetDevice;
let stranger: NetDevice;
let paired: string[];

beforeEach(async () => {
  [owner, stranger] = await Promise.all([createNetDevice({ name: 'owner' }), createNetDevice({ name: 'stranger' })]);
  paired = [];
  owner.host.handle(
    PAIR_PROTOCOL,
    async (channel) => {
      paired.push(channel.remote);
      await channel.send(Buffer.from('welcome'));
    },
    { maxMessageBytes: 1000 },
  );
});

afterEach(async () => {
  await Promise.all([owner.dispose(), stranger.dispose()]);
  expect([...owner.faults, ...stranger.faults]).toEqual([]);
});

/** What it hears when it opens a stream and says what belongs there; undefined if nothing but an end. */
async function attempt(protocol: string): Promise<string | undefined> {
  const target = { device: owner.id, addresses: owner.host.multiaddrs() };
  const options = { maxMessageBytes: 1_000_000, signal: AbortSignal.timeout(10_000) };
  try {
    const channel = await stranger.host.open(target, protocol, options);
    await channel.send(Buffer.from(JSON.stringify(OPENINGS[protocol] ?? { kind: 'hello' })));
    const message = await channel.receive();
    return message === undefined ? undefined : String(message);
  } catch {
    return undefined;
  }
}

const nothingReached = (): void => {
  expect(owner.service.calls).toEqual([]);
  expect(owner.service.inputs).toEqual([]);
  expect(owner.service.streams.opened).toBe(0);
};

describe('an unpaired device', () => {
  test('reaches no protocol, and not even a connection, while no pairing session is open', async () => {
    for (const protocol of [...PROTOCOLS, PAIR_PROTOCOL]) {
      await expect(attempt(protocol), protocol).resolves.toBeUndefined();
      await until('end of the connection', () => owner.host.connections(stranger.id).length === 0);
    }
    expect(paired).toEqual([]);
    nothingReached();
  });

  test('reaches pairing and nothing else while one is open', async () => {
    owner.openForPairing(true);
    for (const protocol of PROTOCOLS) await expect(attempt(protocol), protocol).resolves.toBeUndefined();
    await expect(attempt(PAIR_PROTOCOL)).resolves.toBe('welcome');
    expect(paired).toEqual([stranger.id]);
    nothingReached();
    owner.openForPairing(false);
    // On the connection that it has already.
    await expect(attempt(PAIR_PROTOCOL)).resolves.toBeUndefined();
    expect(paired).toEqual([stranger.id]);
  });

  test('reaches nothing on a connection that the owner made to it', async () => {
    stranger.openForPairing(true);
    const target = { device: stranger.id, addresses: stranger.host.multiaddrs() };
    await owner.host.dial(target, AbortSignal.timeout(10_000));
    await until('connection', () => stranger.host.connections(owner.id).length === 1);
    for (const protocol of [...PROTOCOLS, PAIR_PROTOCOL]) {
      const [connection] = stranger.host.connections(owner.id);
      const channel = await connection
        ?.open(protocol, { maxMessageBytes: 1000, signal: AbortSignal.timeout(10_000) })
        .catch(() => undefined);
      await expect(
        channel?.receive().catch(() => undefined),
        protocol,
      ).resolves.toBeUndefined();
    }
    expect(paired).toEqual([]);
    nothingReached();
  });

  test('that believes itself paired never shows as there, on either side', async () => {
    const seen = new Set<string>();
    stranger.network.onDevices(() => {
      for (const { presence } of stranger.network.devices()) seen.add(presence.state);
    });
    await stranger.pair(owner.id, { name: 'owner', addresses: owner.host.multiaddrs() });
    await until('three attempts', () => {
      const [device] = stranger.network.devices();
      return device?.presence.state === 'offline' && device.presence.stage === 'denied';
    });
    expect([...seen]).toEqual(['offline']);
    expect(stranger.network.link(owner.id)).toBeUndefined();
    expect(owner.network.devices()).toEqual([]);
    nothingReached();
  });
});

describe('a revoked device', () => {
  test('loses its streams and its link at once, is told, and is not let in again', async () => {
    owner.service.bulk.set(RUN, endlessBulk());
    await pairDevices(stranger, owner);
    const link = await until('link', () => stranger.network.link(owner.id));
    const { chunks } = await link.output({ run: RUN, offset: 0 }, new AbortController().signal);
    const reading = (async () => {
      for await (const _ of chunks);
    })();
    reading.catch(() => {});
    const links: unknown[] = [];
    stranger.network.onLink((one) => {
      if (one !== link) links.push(one);
    });
    await owner.pairings.revoke(stranger.id, 'stranger');
    await owner.network.expel(stranger.id);
    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
    expect(owner.host.connections(stranger.id)).toEqual([]);
    expect(owner.network.devices()).toEqual([]);
    await until('end of its stream', () => owner.service.streams.ended === 1);
    const [device] = stranger.network.devices();
    expect(device?.presence).toMatchObject({ state: 'offline', stage: 'denied' });
    for (const protocol of [...PROTOCOLS, PAIR_PROTOCOL]) {
      await expect(attempt(protocol), protocol).resolves.toBeUndefined();
    }
    expect(links).toEqual([]);
    expect(paired).toEqual([]);
    expect(owner.service.calls).toEqual([]);
  });
});
