/**
 * The host of this device: one libp2p node with one identity, which lets in whom the gate lets in and opens streams of whole messages
 * to devices that prove who they are. Who is paired, and what may be said, it is told.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import { PAIR_PROTOCOL } from '../protocol/pairing/transcript.ts';
import {
  announcedEndpoints,
  type Endpoint,
  formatEndpoint,
  fromMultiaddr,
  parseEndpoint,
  toMultiaddr,
} from './addresses.ts';
import { type Connection, createChannel, type StreamChannel } from './channel.ts';
import { type HostConnection, wrapConnection } from './connection.ts';
import { dialFirst } from './dial.ts';
import { explainDial, stageOf } from './dial-errors.ts';
import type { Channel, ChannelOptions, Host } from './host-api.ts';
import { type Node, startNode } from './libp2p-node.ts';
import { cannotListen, chooseEndpoints, DEFAULT_PORT } from './listen.ts';

/** Streams of one protocol on one connection. Strangers get few. */
const MAX_STREAMS = 96;
const MAX_PAIR_STREAMS = 4;
/** For each address: the handshake of a far device takes under one second. */
const DIAL_MS = 5000;
/** Somebody may take a port between our look and libp2p's. */
const START_TRIES = 5;
const STOP_MS = 3000;

/** `pairing`: nobody that this device knows, but a pairing session is open. */
export type Admission = 'paired' | 'pairing' | 'no';

export interface HostOptions {
  /** The identity file: libp2p's protobuf of the private key, 68 bytes. */
  readonly key: Uint8Array;
  /** HOST:PORT each; the default port on all addresses if absent. Rejects if one of them is in use. */
  readonly listen?: readonly string[];
  /** HOST:PORT each: where others reach it besides, such as a forwarded port. Told first. */
  readonly announce?: readonly string[];
  admits(device: DeviceId): Admission;
  /** Addresses of paired devices: they are not counted as strangers where many connect at once. */
  knows?(host: string): boolean;
  /** Something of ours is broken: not what a device did. */
  onFault(error: DispatchError): void;
}

/** What the network adapter uses besides the host that everybody sees. */
export interface NetHost extends Host {
  /** Open ones, oldest first. */
  connections(device: DeviceId): readonly HostConnection[];
  /** A new connection, whatever there is already. */
  dial(target: { device: DeviceId; addresses: readonly string[] }, signal: AbortSignal): Promise<HostConnection>;
  /** As `handle`, with what the adapter needs of the stream and its connection. */
  serve(
    protocol: string,
    handler: (channel: StreamChannel, connection: HostConnection) => Promise<void>,
    options: ChannelOptions,
  ): void;
  /** Ends connections to whoever the gate would not let in now. */
  sweep(): void;
  /** Where it listens: as listened on, not as reached. */
  readonly listening: readonly Endpoint[];
}

export async function createHost(options: HostOptions): Promise<NetHost> {
  const { admits, onFault } = options;
  const announced = (options.announce ?? []).map((text) => parseEndpoint(text, DEFAULT_PORT));
  const { node, endpoints } = await start(options);
  const { libp2p } = node;
  const id = libp2p.peerId.toString() as DeviceId;
  const remoteOf = (connection: Connection): DeviceId => connection.remotePeer.toString() as DeviceId;
  await node.guard((connection) => admits(remoteOf(connection)) === 'paired');

  const mayOpen = (connection: Connection, protocol: string): boolean => {
    const admission = admits(remoteOf(connection));
    return admission === 'paired' || (admission === 'pairing' && protocol === PAIR_PROTOCOL);
  };
  const open = libp2pConnections(libp2p);
  const connections = (device: DeviceId): HostConnection[] => open(device).map(wrapConnection);

  const serve: NetHost['serve'] = (protocol, handler, channelOptions) => {
    const limit = protocol === PAIR_PROTOCOL ? MAX_PAIR_STREAMS : MAX_STREAMS;
    const limits = { maxInboundStreams: limit, maxOutboundStreams: limit };
    const registered = libp2p.handle(
      protocol,
      (stream, connection) => {
        // Here and not in middleware, which libp2p runs once more for every stream that was there before.
        if (!mayOpen(connection, protocol)) {
          stream.abort(new Error('not admitted'));
          return;
        }
        const channel = createChannel(connection, stream, channelOptions);
        handler(channel, wrapConnection(connection)).then(
          () => channel.close(),
          (error: unknown) => {
            channel.abort('the handler failed');
            const fault = asDispatchError(error);
            if (fault.code === 'internal') onFault(fault);
          },
        );
      },
      limits,
    );
    registered.catch((error: unknown) => onFault(asDispatchError(error)));
  };
  const dial: NetHost['dial'] = async ({ device, addresses }, signal) => {
    const connection = await dialFirst({
      addresses: addresses.map((address) => `${address}/p2p/${device}`),
      timeoutMs: DIAL_MS,
      signal,
      dial: node.dial,
    });
    return wrapConnection(connection);
  };

  return {
    id,
    listening: endpoints,
    addresses: () => [...announced, ...announcedEndpoints(endpoints)].map(formatEndpoint),
    multiaddrs: () => [...announced, ...announcedEndpoints(endpoints)].map(toMultiaddr),
    serve,
    handle: (protocol, handler: (channel: Channel) => Promise<void>, channelOptions) =>
      serve(protocol, handler, channelOptions),
    connections,
    dial,
    async open(target, protocol, openOptions) {
      const there = connections(target.device).at(-1);
      if (there !== undefined) {
        try {
          return await there.open(protocol, openOptions);
        } catch (error) {
          if (openOptions.signal.aborted || stageOf(error) === 'version') throw error;
          there.abort('it does not answer');
        }
      }
      const fresh = await dial(target, openOptions.signal);
      return fresh.open(protocol, openOptions);
    },
    async identify(address, signal) {
      const multiaddr = address.startsWith('/') ? address : toMultiaddr(parseEndpoint(address, DEFAULT_PORT));
      const timeout = AbortSignal.timeout(DIAL_MS);
      try {
        const connection = await node.dial(multiaddr, AbortSignal.any([signal, timeout]));
        await wrapConnection(connection).close();
        return remoteOf(connection);
      } catch (error) {
        if (signal.aborted) throw new DispatchError('cancelled', 'the dial was given up');
        throw explainDial(error, multiaddr, timeout.aborted);
      }
    },
    async hangUp(device) {
      await Promise.all(connections(device).map((connection) => connection.close()));
    },
    sweep() {
      for (const connection of open()) {
        if (admits(remoteOf(connection)) === 'no') connection.abort(new Error('not admitted any more'));
      }
    },
    async close() {
      await Promise.race([libp2p.stop(), delay(STOP_MS, undefined, { ref: false })]);
    },
  };
}

function libp2pConnections(libp2p: Node['libp2p']): (device?: DeviceId) => Connection[] {
  return (device) =>
    libp2p
      .getConnections()
      .filter((connection) => connection.status === 'open')
      .filter((connection) => device === undefined || connection.remotePeer.toString() === device);
}

async function start(options: HostOptions): Promise<{ node: Node; endpoints: readonly Endpoint[] }> {
  for (let tries = 1; ; tries++) {
    const endpoints = await chooseEndpoints(options.listen);
    const node = await startNode({
      key: options.key,
      listen: endpoints.map(toMultiaddr),
      admits: (device) => options.admits(device as DeviceId) !== 'no',
      knows: (host) => options.knows?.(host) ?? false,
    }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' && !/EADDRINUSE|listen/.test(String(error)))
        throw error;
    });
    const missing = node === undefined ? endpoints[0] : endpoints.find((endpoint) => !listens(node, endpoint));
    if (node !== undefined && missing === undefined) return { node, endpoints };
    await node?.libp2p.stop();
    if (tries === START_TRIES) throw cannotListen(missing as Endpoint, 'EADDRINUSE');
  }
}

function listens(node: Node, { host, port }: Endpoint): boolean {
  return node.libp2p.getMultiaddrs().some((multiaddr) => {
    const endpoint = fromMultiaddr(multiaddr.toString());
    return endpoint?.port === port && endpoint.host.includes(':') === host.includes(':');
  });
}
