/**
 * The libp2p node under the host, with its limits. Loaded when a peer starts one, and by nobody else: it is most of what a peer loads.
 * Nothing of libp2p's own policies is used: dialling, reconnecting and telling who is there are ours.
 */

import type { Libp2p } from 'libp2p';
import type { Connection } from './channel.ts';
import { nodeNoiseCrypto } from './noise-crypto.ts';
import { SILENT_LOGGER } from './silent-logger.ts';

/** Devices that a person has, several connections each while they replace one another, and then some. */
const MAX_CONNECTIONS = 512;
/** Over all protocols, for each connection and direction. */
const MAX_STREAMS = 192;
/** One stream's bytes on their way: at 50 ms of distance this is 40 MB/s, and a paused reader holds no more than it. */
const WINDOW_BYTES = 2 * 1024 * 1024;
/** What a socket gathers before whoever writes is told to wait. */
const SOCKET_BUFFER_BYTES = 1024 * 1024;
/** Sockets that have not said who they are: ten of libp2p's default would keep everybody out for as long as they are silent. */
const MAX_PENDING_INBOUND = 64;
const INBOUND_UPGRADE_MS = 5000;
/** Connections from one address in a second; a person with a script comes near five. */
const INBOUND_A_SECOND = 40;
/** A link that is up says something more often than this. */
const SILENT_SOCKET_MS = 2 * 60_000;
const NEGOTIATION_MS = 10_000;

export interface NodeOptions {
  /** libp2p's protobuf of the private key. */
  readonly key: Uint8Array;
  /** Multiaddrs. */
  readonly listen: readonly string[];
  /** Whether a device whose identity has been proved may connect. */
  admits(device: string): boolean;
  /** Whether an address is that of somebody known, who is not counted as a stranger. */
  knows(host: string): boolean;
}

export interface Node {
  readonly libp2p: Libp2p;
  /** Dials one address past libp2p's queue, which joins dials and gives old connections for new addresses. */
  dial(multiaddr: string, signal: AbortSignal): Promise<Connection>;
  /** Has the handlers of libp2p's own protocols refuse whoever `admits` does not name. */
  guard(admits: (connection: Connection) => boolean): Promise<void>;
}

/** Rejects with what the socket threw where an address cannot be listened on. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const [{ createLibp2p }, { tcp }, { sparingNoise }, { yamux }, { identify }, { ping }, keys, { multiaddr }] =
    await Promise.all([
      import('libp2p'),
      import('@libp2p/tcp'),
      import('./sparing-noise.ts'),
      import('@libp2p/yamux'),
      import('@libp2p/identify'),
      import('@libp2p/ping'),
      import('@libp2p/crypto/keys'),
      import('@multiformats/multiaddr'),
    ]);
  const socket = { noDelay: true, keepAlive: true, highWaterMark: SOCKET_BUFFER_BYTES };
  const inside: { components?: Inside } = {};
  const libp2p = await createLibp2p({
    privateKey: keys.privateKeyFromProtobuf(options.key),
    addresses: { listen: [...options.listen] },
    logger: SILENT_LOGGER,
    transports: [
      tcp({
        dialOpts: socket,
        listenOpts: socket,
        inboundSocketInactivityTimeout: SILENT_SOCKET_MS,
        outboundSocketInactivityTimeout: SILENT_SOCKET_MS,
      }),
    ],
    connectionEncrypters: [sparingNoise(nodeNoiseCrypto)],
    streamMuxers: [
      yamux({
        enableKeepAlive: false,
        maxInboundStreams: MAX_STREAMS,
        maxOutboundStreams: MAX_STREAMS,
        streamOptions: {
          initialStreamWindowSize: WINDOW_BYTES,
          maxStreamWindowSize: WINDOW_BYTES,
          maxReadBufferLength: 2 * WINDOW_BYTES,
        },
      }),
    ],
    connectionGater: {
      denyInboundEncryptedConnection: (peer) => !options.admits(peer.toString()),
    },
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      inboundConnectionThreshold: INBOUND_A_SECOND,
      inboundUpgradeTimeout: INBOUND_UPGRADE_MS,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS,
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_MS,
      reconnectRetries: 0,
    },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ runOnConnectionOpen: false }),
      ping: ping(),
      inside: (components) => {
        inside.components = components as unknown as Inside;
        return {};
      },
    },
  });
  const components = inside.components as Inside;
  // The list of libp2p is made once, from networks; ours changes with the pairings.
  components.connectionManager.allow = [{ contains: (host) => options.knows(host) }];
  return {
    libp2p: libp2p as unknown as Libp2p,
    async dial(address, signal) {
      // The transport gives the signal to the socket for good: one that aborts later would end the connection.
      const dialling = new AbortController();
      const giveUp = (): void => dialling.abort(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await components.transportManager.dial(multiaddr(address), { signal: dialling.signal });
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
    async guard(admits) {
      for (const protocol of components.registrar.getProtocols()) {
        const { handler, options: limits } = components.registrar.getHandler(protocol);
        const guarded: Handler = (stream, connection) =>
          admits(connection) ? handler(stream, connection) : stream.abort(new Error('not paired'));
        await components.registrar.handle(protocol, guarded, { ...limits, force: true });
      }
    },
  };
}

type Handler = (stream: { abort(error: Error): void }, connection: Connection) => void | Promise<void>;

/** What we use of libp2p's insides, which services are given. */
interface Inside {
  readonly transportManager: { dial(address: unknown, options: { signal: AbortSignal }): Promise<Connection> };
  readonly connectionManager: { allow: { contains(host: string): boolean }[] };
  readonly registrar: {
    getProtocols(): string[];
    getHandler(protocol: string): { handler: Handler; options: object };
    handle(protocol: string, handler: Handler, options: object): Promise<void>;
  };
}
