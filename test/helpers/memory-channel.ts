// Hosts that reach each other in memory, as the real ones do over TCP: channels of whole messages between devices whose identity is
// certain, with a tap on the wire that may change, keep back or cut what passes.

import { randomBytes } from 'node:crypto';
import { DispatchError } from '../../src/core/errors.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Channel, Host } from '../../src/net/host-api.ts';
import { deviceOf } from '../../src/protocol/pairing/device-key.ts';

/** What becomes of a message: as it is, another one, or `cut`: it and all that follows never arrive. */
export type Tap = (message: Uint8Array, from: DeviceId, to: DeviceId) => Uint8Array | 'cut' | 'cut-after';

export interface MemoryHost extends Host {
  /** Where it is reached, as host:port. */
  readonly address: string;
  /** How many messages it was sent by others. */
  readonly received: () => number;
  /** Whom it lets in; everybody at first. */
  admits(gate: (device: DeviceId) => boolean): void;
  /** All its channels break, and it answers no more. */
  kill(): void;
}

export interface MemoryWire {
  host(options?: { id?: DeviceId; address?: string }): MemoryHost;
  tap(tap: Tap | undefined): void;
}

export function randomDevice(): DeviceId {
  return deviceOf(randomBytes(32));
}

export function createMemoryWire(): MemoryWire {
  const hosts = new Map<string, MemoryHost & Inside>();
  let tap: Tap | undefined;
  let made = 0;
  return {
    tap(next) {
      tap = next;
    },
    host({ id = randomDevice(), address } = {}) {
      made += 1;
      const host = createMemoryHost(
        id,
        address ?? `10.0.0.${made}:4747`,
        hosts,
        (...passing) => tap?.(...passing) ?? passing[0],
      );
      hosts.set(host.address, host);
      return host;
    },
  };
}

interface Inside {
  take(protocol: string, channel: Channel): void;
  gate(device: DeviceId): boolean;
}

function createMemoryHost(
  id: DeviceId,
  address: string,
  hosts: Map<string, MemoryHost & Inside>,
  tap: Tap,
): MemoryHost & Inside {
  const handlers = new Map<string, (channel: Channel) => Promise<void>>();
  const channels = new Set<Channel>();
  let gate = (_device: DeviceId): boolean => true;
  let received = 0;
  let dead = false;
  const at = (multiaddr: string): MemoryHost & Inside => {
    const [, , host, , port] = multiaddr.split('/');
    const found = hosts.get(`${host}:${port}`);
    if (found === undefined) throw failure('unavailable', 'refused', `nobody listens at ${host}:${port}`);
    return found;
  };
  return {
    id,
    address,
    addresses: () => [address],
    multiaddrs: () => [`/ip4/${address.split(':')[0]}/tcp/${address.split(':')[1]}`],
    handle: (protocol, handler) => void handlers.set(protocol, handler),
    async open({ device, addresses }, protocol) {
      if (dead) throw failure('unavailable', 'lost', 'this host was killed');
      const [multiaddr] = addresses;
      if (multiaddr === undefined) throw failure('unavailable', 'no-address', 'nobody knows where it is');
      const there = at(multiaddr);
      if (there.id !== device) throw failure('refused', 'identity', `another device answered at ${there.address}`);
      if (!there.gate(id)) throw failure('refused', 'denied', `${there.address} lets this device not in`);
      const [near, far] = createChannelPair({ device: id, address }, { device, address: there.address }, tap);
      channels.add(near);
      there.take(protocol, far);
      return near;
    },
    identify: async (multiaddr) => at(multiaddr).id,
    async hangUp(device) {
      for (const channel of channels) if (channel.remote === device) channel.abort('hung up');
    },
    async close() {
      this.kill();
    },
    take(protocol, channel) {
      channels.add(channel);
      const { receive } = channel;
      channel.receive = async (signal) => {
        const message = await receive.call(channel, signal);
        if (message !== undefined) received += 1;
        return message;
      };
      const handler = handlers.get(protocol);
      if (handler === undefined) channel.abort('no such protocol');
      else void handler(channel).then(() => channel.close());
    },
    gate: (device) => gate(device),
    admits(next) {
      gate = next;
    },
    received: () => received,
    kill() {
      dead = true;
      hosts.delete(address);
      for (const channel of channels) channel.abort('killed');
    },
  };
}

interface End {
  readonly device: DeviceId;
  readonly address: string;
}

function createChannelPair(a: End, b: End, tap: Tap = (message) => message): [Channel, Channel] {
  const left = createHalf(a, b);
  const right = createHalf(b, a);
  const cut = (reason: string): void => {
    left.break(reason);
    right.break(reason);
  };
  for (const [half, other] of [
    [left, right],
    [right, left],
  ] as const) {
    half.channel.send = async (message) => {
      if (half.channel.gone.aborted) throw failure('unavailable', 'lost', 'the stream broke');
      const passed = tap(message, other.channel.remote, half.channel.remote);
      if (passed === 'cut') return cut('cut');
      other.push(passed === 'cut-after' ? message : Buffer.from(passed));
      if (passed === 'cut-after') setImmediate(cut, 'cut');
    };
    half.channel.close = async () => {
      half.end();
      other.push(undefined);
    };
    half.channel.abort = cut;
  }
  return [left.channel, right.channel];
}

interface Half {
  readonly channel: { -readonly [K in keyof Channel]: Channel[K] };
  push(message: Uint8Array | undefined): void;
  end(): void;
  break(reason: string): void;
}

function createHalf(_own: End, other: End): Half {
  const gone = new AbortController();
  const queue: (Uint8Array | undefined)[] = [];
  let waiting: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  let broken = false;
  const nothing = async (): Promise<void> => {};
  return {
    channel: {
      remote: other.device,
      remoteAddress: other.address,
      gone: gone.signal,
      send: nothing,
      close: nothing,
      abort: () => {},
      async receive(signal) {
        if (broken) throw failure('unavailable', 'lost', 'the stream broke');
        if (queue.length > 0) return queue.shift();
        if (gone.signal.aborted) return undefined;
        const mine = Promise.withResolvers<Uint8Array | undefined>();
        waiting = mine;
        signal?.addEventListener('abort', () => {
          if (waiting === mine) waiting = undefined;
          mine.reject(failure('cancelled', 'lost', 'given up'));
        });
        return mine.promise;
      },
    },
    push(message) {
      if (gone.signal.aborted) return;
      const reader = waiting;
      waiting = undefined;
      if (reader === undefined) queue.push(message);
      else reader.resolve(message);
    },
    end() {
      gone.abort();
    },
    break(reason) {
      if (broken) return;
      broken = true;
      waiting?.reject(failure('unavailable', 'lost', `the stream broke: ${reason}`));
      waiting = undefined;
      gone.abort();
    },
  };
}

function failure(code: 'unavailable' | 'refused' | 'cancelled', stage: string, message: string): DispatchError {
  return new DispatchError(code, message, {
    details: { stage },
    hint: 'look at the wire',
    retryable: code === 'unavailable',
  });
}
