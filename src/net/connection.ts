/** One connection to one device, as the rest of net uses it: opens channels, tells what came through, and ends. */

import type { Socket } from 'node:net';
import type { DeviceId } from '../core/ids.ts';
import { formatMultiaddr } from './addresses.ts';
import { type Connection, createChannel, type StreamChannel } from './channel.ts';
import { explainOpen } from './dial-errors.ts';
import type { OpenOptions } from './host-api.ts';

/** How long opening a stream may take: two round trips on a connection that is there. */
const OPEN_MS = 10_000;
const CLOSE_MS = 500;

export interface HostConnection {
  readonly device: DeviceId;
  /** As host:port. */
  readonly remoteAddress: string;
  /** Without `/p2p/`. */
  readonly multiaddr: string;
  /** This device dialled. */
  readonly outbound: boolean;
  readonly isOpen: boolean;
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  open(protocol: string, options: OpenOptions): Promise<StreamChannel>;
  /** Whether a stream of the protocol is open on it. */
  speaks(protocol: string): boolean;
  /** What came and what went, to see whether anything moves. */
  traffic(): Traffic;
  close(): Promise<void>;
  abort(reason: string): void;
}

export interface Traffic {
  readonly bytesRead: number;
  /** What the kernel has taken of what was written. */
  readonly bytesSent: number;
  /** What waits for the kernel. */
  readonly bytesWaiting: number;
}

const wrapped = new WeakMap<Connection, HostConnection>();

export function wrapConnection(connection: Connection): HostConnection {
  const known = wrapped.get(connection);
  if (known !== undefined) return known;
  const gone = new AbortController();
  connection.addEventListener('close', () => gone.abort());
  if (connection.status !== 'open') gone.abort();
  const socket = socketOf(connection);
  if (socket !== undefined) gatherWrites(socket);
  const multiaddr = connection.remoteAddr.toString().replace(/\/p2p\/[^/]+$/, '');
  const made: HostConnection = {
    device: connection.remotePeer.toString() as DeviceId,
    remoteAddress: formatMultiaddr(multiaddr),
    multiaddr,
    outbound: connection.direction === 'outbound',
    get isOpen() {
      return connection.status === 'open';
    },
    gone: gone.signal,
    async open(protocol, options) {
      const timeout = AbortSignal.timeout(OPEN_MS);
      try {
        const signal = AbortSignal.any([options.signal, timeout]);
        return createChannel(connection, await connection.newStream(protocol, { signal }), options);
      } catch (error) {
        throw explainOpen(error, multiaddr, timeout.aborted);
      }
    },
    speaks: (protocol) => connection.streams.some((stream) => stream.protocol === protocol),
    traffic: () => ({
      bytesRead: socket?.bytesRead ?? 0,
      bytesSent: (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0),
      bytesWaiting: socket?.writableLength ?? 0,
    }),
    async close() {
      try {
        await connection.close({ signal: AbortSignal.timeout(CLOSE_MS) });
      } catch (error) {
        connection.abort(error as Error);
      }
    },
    abort: (reason) => connection.abort(new Error(reason)),
  };
  wrapped.set(connection, made);
  return made;
}

/** The socket under a connection over TCP; libp2p does not show it. Without it there is less evidence and smaller packets. */
function socketOf(connection: Connection): Socket | undefined {
  const { maConn } = connection as unknown as { maConn?: { socket?: Socket } };
  return typeof maConn?.socket?.cork === 'function' ? maConn.socket : undefined;
}

/** Lengths, headers and tags are written one by one: what is written in one turn goes out in one piece. */
function gatherWrites(socket: Socket): void {
  const write = socket.write;
  socket.write = function gathered(this: Socket, ...args: Parameters<typeof write>) {
    if (this.writableCorked === 0) {
      this.cork();
      process.nextTick(() => this.uncork());
    }
    return write.apply(this, args);
  } as typeof write;
}
