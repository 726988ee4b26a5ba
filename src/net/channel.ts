/**
 * Whole messages over one libp2p stream, with memory bounded on both sides: who does not read pauses the stream, whose window then
 * stops the writer, who waits in `send`. Knows what libp2p does otherwise than one would think, and nothing of what is said.
 */

import type { Libp2p } from 'libp2p';
import { DispatchError } from '../core/errors.ts';
import type { DeviceId } from '../core/ids.ts';
import { formatMultiaddr } from './addresses.ts';
import type { Channel, ChannelOptions } from './host-api.ts';
import { createMessageReader, frameMessage, messageHead } from './message-reader.ts';
import { createReusedRoom, FRESH_ROOM } from './message-room.ts';
import { thinOutWindowUpdates } from './window-updates.ts';

export type Connection = Awaited<ReturnType<Libp2p['dial']>>;
export type Stream = Awaited<ReturnType<Connection['newStream']>>;

/** Messages that nobody has taken yet may hold this much; then the stream is paused. */
const QUEUE_HIGH_BYTES = 256 * 1024;
/** What a message costs besides its bytes: a flood of empty ones is a flood too. */
const MESSAGE_COST_BYTES = 128;
/** Messages that are sent in one turn of the event loop. */
const MAX_BURST = 16;
/** A shorter body is copied: going by itself would cost a packet more. */
const COPIED_BYTES = 32 * 1024;
/** How long the other side may take to end its half after we ended ours. */
const CLOSE_MS = 5000;

interface Waiting {
  resolve(message: Uint8Array | undefined): void;
  reject(error: DispatchError): void;
}

/** A channel that also sends a message given in several parts. */
export interface StreamChannel extends Channel {
  sendParts(parts: readonly Uint8Array[]): Promise<void>;
  /** One message, of which the body is not copied. When this resolves nothing reads from the body any more. */
  sendBody(head: Uint8Array, body: Uint8Array): Promise<void>;
}

export function createChannel(connection: Connection, stream: Stream, options: ChannelOptions): StreamChannel {
  const remote = connection.remotePeer.toString() as DeviceId;
  const remoteAddress = formatMultiaddr(connection.remoteAddr.toString());
  const gone = new AbortController();
  thinOutWindowUpdates(stream);
  const inbox = createInbox(stream, gone.signal, remoteAddress, options);
  const outbox = createOutbox(stream, gone.signal, remoteAddress);
  let closing: Promise<void> | undefined;

  const close = async (): Promise<void> => {
    if (gone.signal.aborted) return;
    const ended = Promise.withResolvers<void>();
    gone.signal.addEventListener('abort', () => ended.resolve(), { once: true });
    const timer = setTimeout(() => stream.abort(new Error('the other side did not end its half')), CLOSE_MS);
    timer.unref();
    inbox.discard();
    // Rejects with an Event where the stream breaks meanwhile: then it is gone, which is what we want.
    await stream.close({ signal: AbortSignal.timeout(CLOSE_MS) }).catch(() => stream.abort(new Error('not closed')));
    await ended.promise;
    clearTimeout(timer);
  };
  stream.addEventListener('close', () => {
    inbox.end();
    outbox.end();
    gone.abort();
  });
  if (stream.status !== 'open') gone.abort();

  return {
    remote,
    remoteAddress,
    gone: gone.signal,
    send: (message) => outbox.send(frameMessage([message])),
    sendParts: (parts) => outbox.send(frameMessage(parts)),
    async sendBody(head, body) {
      if (body.byteLength < COPIED_BYTES) return outbox.send(frameMessage([head, body]));
      await outbox.send(messageHead([head], body.byteLength), body);
      await outbox.flushed();
    },
    receive: inbox.receive,
    close() {
      closing ??= close();
      return closing;
    },
    abort(reason) {
      stream.abort(new Error(reason));
    },
  };
}

function createInbox(
  stream: Stream,
  gone: AbortSignal,
  from: string,
  options: ChannelOptions,
): { receive: Channel['receive']; discard(): void; end(): void } {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let waiting: Waiting | undefined;
  let ended: 'no' | 'cleanly' | DispatchError = 'no';
  let finished = false;
  let discarding = false;
  let resuming = false;
  const room = options.reusesMemory === true ? createReusedRoom() : FRESH_ROOM;
  let lent: Uint8Array | undefined;

  const finish = (how: 'cleanly' | DispatchError): void => {
    if (ended !== 'no') return;
    ended = how;
    const reader = waiting;
    waiting = undefined;
    if (how === 'cleanly') reader?.resolve(undefined);
    else reader?.reject(how);
  };
  const take = (message: Uint8Array): void => {
    if (discarding) return;
    const reader = waiting;
    if (reader !== undefined) {
      waiting = undefined;
      lent = message;
      reader.resolve(message);
      return;
    }
    queue.push(message);
    queued += message.byteLength + MESSAGE_COST_BYTES;
  };
  const read = createMessageReader(take, options.maxMessageBytes, room);
  /** Not while libp2p resumes: it would open the window again behind our back. */
  const pauseIfFull = (): void => {
    if (queued > QUEUE_HIGH_BYTES && !resuming && stream.readStatus === 'readable') stream.pause();
  };
  const resumeIfEmpty = (): void => {
    if (queue.length > 0 || stream.readStatus !== 'paused') return;
    resuming = true;
    try {
      stream.resume();
    } catch {
      // The connection went while the stream was paused: what its buffer held has been given out all the same.
    }
    resuming = false;
    pauseIfFull();
  };

  stream.addEventListener('message', ({ data }) => {
    // Whatever is thrown in here would be an uncaught exception of the process.
    try {
      if (data instanceof Uint8Array) read(data);
      else for (const piece of data) read(piece);
      pauseIfFull();
    } catch (error) {
      finish(error instanceof DispatchError ? error : broken(from));
      stream.abort(error as Error);
    }
  });
  // Not told when the whole connection ends, which a killed process does as cleanly as one that has said everything.
  stream.addEventListener('remoteCloseWrite', () => {
    finished = true;
    if (stream.readBufferLength === 0) finish('cleanly');
  });
  stream.addEventListener('end', () => {
    if (finished) finish('cleanly');
  });

  return {
    receive(signal) {
      if (lent !== undefined) room.giveBack(lent);
      lent = undefined;
      resumeIfEmpty();
      const message = queue.shift();
      if (message !== undefined) {
        lent = message;
        queued -= message.byteLength + MESSAGE_COST_BYTES;
        return Promise.resolve(message);
      }
      if (ended === 'cleanly') return Promise.resolve(undefined);
      if (ended !== 'no') return Promise.reject(ended);
      if (gone.aborted) return Promise.reject(broken(from));
      if (waiting !== undefined) throw new Error('a channel has one reader');
      const { promise, ...mine } = Promise.withResolvers<Uint8Array | undefined>();
      waiting = mine;
      if (signal === undefined) return promise;
      const stop = (): void => {
        if (waiting === mine) waiting = undefined;
        mine.reject(new DispatchError('cancelled', 'the wait for a message was given up'));
      };
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      return promise.finally(() => signal.removeEventListener('abort', stop));
    },
    discard() {
      discarding = true;
      queue.length = 0;
      queued = 0;
      resumeIfEmpty();
    },
    end: () => finish(broken(from)),
  };
}

function createOutbox(
  stream: Stream,
  gone: AbortSignal,
  to: string,
): { send(...pieces: readonly Uint8Array[]): Promise<void>; flushed(): Promise<void>; end(): void } {
  let room: PromiseWithResolvers<void> | undefined;
  let idle: PromiseWithResolvers<void> | undefined;
  let burst = 0;
  /** Whoever always has more to say must not keep this process from hearing anything. */
  const takeTurns = async (): Promise<void> => {
    if (++burst < MAX_BURST) return;
    await new Promise((resolve) => setImmediate(resolve));
    burst = 0;
  };
  // libp2p goes on with what it holds in a microtask after this event, and may be full again then; `onDrain` works once only.
  stream.addEventListener('drain', () => {
    queueMicrotask(() => {
      if (stream.writableNeedsDrain) return;
      room?.resolve();
      room = undefined;
    });
  });
  stream.addEventListener('idle', () => {
    idle?.resolve();
    idle = undefined;
  });
  return {
    async send(...pieces) {
      await takeTurns();
      while (stream.writableNeedsDrain && !gone.aborted) {
        room ??= Promise.withResolvers<void>();
        await room.promise;
      }
      if (gone.aborted) throw broken(to);
      try {
        for (const piece of pieces) stream.send(piece);
      } catch (error) {
        throw broken(to, error);
      }
    },
    async flushed() {
      while (stream.writeBufferLength > 0 && !gone.aborted) {
        idle ??= Promise.withResolvers<void>();
        await idle.promise;
      }
    },
    end() {
      room?.resolve();
      idle?.resolve();
      room = undefined;
      idle = undefined;
    },
  };
}

function broken(where: string, cause?: unknown): DispatchError {
  return new DispatchError('unavailable', `the stream with ${where} broke`, {
    retryable: true,
    hint: 'it is tried again by itself; see "dispatch devices"',
    details: { stage: 'lost' },
    cause,
  });
}
