// A TCP proxy that does to a connection what networks do: resets it, ends it in the middle, hands it on byte by byte, late, slowly,
// or not at all in one direction. `tc netem` is not to be had in every container; this is.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Direction = 'up' | 'down';

/** How bytes are handed on. `up` is from who dialled to the target. */
export interface Shape {
  /** In pieces of at most this. */
  readonly pieceBytes?: number;
  readonly delayMs?: number;
  readonly bytesPerSecond?: number;
}

export interface TcpProxy {
  readonly port: number;
  /** As host:port. */
  readonly address: string;
  readonly multiaddr: string;
  /** Connections that are open now. */
  readonly open: number;
  /** How many were ever taken. */
  readonly taken: number;
  /** Bytes that were handed on so far. */
  passed(direction: Direction): number;
  shape(shape: Shape): void;
  /** Nothing is handed on in that direction until `flow`. */
  stall(direction: Direction): void;
  flow(): void;
  /** Resets all connections. */
  reset(): void;
  /** Ends all connections as if cleanly, after this many more bytes in a direction. */
  endAfter(direction: Direction, bytes: number): void;
  /** Resets all connections and takes no more, until `mend`. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
}

/** No more than this waits in the proxy for each direction of a connection: a slow line holds little, a long one much. */
const HELD_BYTES = 64 * 1024;
const HELD_LATE_BYTES = 16 * 1024 * 1024;

export async function createTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const passed = { up: 0, down: 0 };
  const stalled = { up: false, down: false };
  const left: { up?: number; down?: number } = {};
  let shape: Shape = {};
  let isCut = false;
  let taken = 0;
  const wakers = new Set<() => void>();
  const wake = (): void => {
    for (const waker of [...wakers]) waker();
  };
  const reset = (): void => {
    for (const { client, target: far } of pairs) {
      client.resetAndDestroy();
      far.resetAndDestroy();
    }
  };
  const endAll = (): void => {
    for (const { client, target: far } of pairs) {
      client.end();
      far.end();
    }
  };
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      const waker = (): void => {
        wakers.delete(waker);
        resolve();
      };
      wakers.add(waker);
    });

  const pump = (from: Socket, to: Socket, direction: Direction): void => {
    const queue: { bytes: Buffer; due: number }[] = [];
    let held = 0;
    const most = (): number => (shape.delayMs === undefined ? HELD_BYTES : HELD_LATE_BYTES);
    let pumping = false;
    const step = async (): Promise<void> => {
      const next = queue[0];
      if (next === undefined) return;
      while (stalled[direction] && !from.destroyed) await changed();
      const { pieceBytes = Number.POSITIVE_INFINITY, bytesPerSecond } = shape;
      await pause(next.due - performance.now());
      // A slow line hands on a little at a time.
      const longest = Math.min(
        pieceBytes,
        bytesPerSecond === undefined ? next.bytes.length : Math.ceil(bytesPerSecond / 20),
      );
      const rest = left[direction];
      const piece = next.bytes.subarray(0, Math.min(longest, rest ?? longest));
      next.bytes = next.bytes.subarray(piece.length);
      if (next.bytes.length === 0) queue.shift();
      held -= piece.length;
      if (piece.length > 0 && !to.destroyed) {
        passed[direction] += piece.length;
        if (!to.write(piece)) await drained(to);
      }
      if (rest !== undefined) {
        left[direction] = rest - piece.length;
        if (left[direction] <= 0) {
          delete left[direction];
          endAll();
        }
      }
      if (held < most()) from.resume();
      if (bytesPerSecond !== undefined) await pause((piece.length / bytesPerSecond) * 1000);
      else if (Number.isFinite(pieceBytes)) await new Promise((resolve) => setImmediate(resolve));
    };
    const run = async (): Promise<void> => {
      if (pumping) return;
      pumping = true;
      while (queue.length > 0 && !from.destroyed && !to.destroyed) await step();
      pumping = false;
    };
    from.on('data', (bytes: Buffer) => {
      queue.push({ bytes, due: performance.now() + (shape.delayMs ?? 0) });
      held += bytes.length;
      if (held >= most()) from.pause();
      void run();
    });
    from.on('end', () => {
      void (async () => {
        while (pumping && !to.destroyed) await pause(5);
        to.end();
      })();
    });
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => {});
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    taken++;
    const far = connect({ ...target, noDelay: true, allowHalfOpen: true });
    far.on('error', () => {});
    const pair = { client, target: far };
    pairs.add(pair);
    const gone = (): void => {
      pairs.delete(pair);
      client.destroy();
      far.destroy();
      wake();
    };
    client.on('close', gone);
    far.on('close', gone);
    pump(client, far, 'up');
    pump(far, client, 'down');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    port,
    address: `127.0.0.1:${port}`,
    multiaddr: `/ip4/127.0.0.1/tcp/${port}`,
    get open() {
      return pairs.size;
    },
    get taken() {
      return taken;
    },
    passed: (direction) => passed[direction],
    shape(next) {
      shape = next;
      wake();
    },
    stall(direction) {
      stalled[direction] = true;
    },
    flow() {
      stalled.up = false;
      stalled.down = false;
      wake();
    },
    reset,
    endAfter(direction, bytes) {
      left[direction] = bytes;
    },
    cut() {
      isCut = true;
      reset();
    },
    mend() {
      isCut = false;
    },
    async close() {
      reset();
      wake();
      server.close();
      await once(server, 'close');
    },
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
    if (socket.destroyed) done();
  });
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
