/**
 * Streams that this device opens on another: its log, output, artifacts, and input towards it. Each ends with the signal of who asked,
 * with the link, or with an end that the other side says; what merely breaks off is an error that can be tried again.
 */

import type { ZodType } from 'zod';
import { asDispatchError, DispatchError } from '../core/errors.ts';
import type { BlobRequest, OutputRequest, RemoteInput, TransferRequest } from '../engine/peer-ports.ts';
import type { OutputChunk } from '../protocol/api.ts';
import type { LogBatch } from '../protocol/peer-api.ts';
import {
  BLOB_PROTOCOL,
  BULK_CHUNK_BYTES,
  INPUT_PROTOCOL,
  LOG_PROTOCOL,
  MAX_BULK_MESSAGE_BYTES,
  MAX_LINK_MESSAGE_BYTES,
  OUTPUT_PROTOCOL,
  type StreamOpenings,
  TRANSFER_PROTOCOL,
} from '../protocol/peer-messages.ts';
import { logBatchOf, STREAM_ANSWER } from '../protocol/peer-schemas.ts';
import { type BulkFrame, bytesHeader, END_FRAME, readBulkFrame } from './bulk-frames.ts';
import type { StreamChannel } from './channel.ts';
import type { HostConnection } from './connection.ts';
import type { ChannelOptions } from './host-api.ts';
import { check, decodeMessage, encodeMessage } from './json-message.ts';
import { linkDown, notWanted } from './link-errors.ts';

export interface BulkLink {
  readonly connection: HostConnection;
  readonly down: AbortSignal;
  /** What the other device is called here. */
  readonly name: string;
}

interface Opened {
  readonly channel: StreamChannel;
  readonly size: number;
}

/** Opens it and waits for the answer. The channel ends when either signal aborts. */
async function open<S extends keyof StreamOpenings>(
  link: BulkLink,
  protocol: string,
  opening: StreamOpenings[S],
  options: ChannelOptions & { signal?: AbortSignal },
): Promise<Opened> {
  const over = options.signal === undefined ? link.down : AbortSignal.any([link.down, options.signal]);
  let channel: StreamChannel | undefined;
  try {
    over.throwIfAborted();
    const opened = await link.connection.open(protocol, { ...options, signal: over });
    channel = opened;
    const leave = (): void => opened.abort('it is not wanted any more');
    if (over.aborted) leave();
    over.addEventListener('abort', leave, { once: true });
    opened.gone.addEventListener('abort', () => over.removeEventListener('abort', leave), { once: true });
    await opened.send(encodeMessage(opening));
    const message = await opened.receive();
    if (message === undefined) throw cutOff(link.name);
    const answer = check(decodeMessage(message), STREAM_ANSWER, 'an answer to a stream');
    if (!answer.ok) throw DispatchError.fromWire(answer.error);
    return { channel: opened, size: answer.size ?? 0 };
  } catch (error) {
    channel?.abort('it could not be opened');
    if (link.down.aborted) throw linkDown(link.name);
    if (options.signal?.aborted === true) throw notWanted('the stream');
    throw asDispatchError(error);
  }
}

/** What comes until the end is said or the signal aborts; rejects for everything else. */
function frames<T>(
  link: BulkLink,
  channel: StreamChannel,
  signal: AbortSignal,
  take: (frame: BulkFrame) => T,
): AsyncIterableIterator<T, undefined> {
  let over = false;
  const done = { done: true, value: undefined } as const;
  const finish = (how: 'ended' | 'left'): void => {
    over = true;
    if (how === 'left') channel.abort('nobody reads it any more');
    else void channel.close();
  };
  const iterator: AsyncIterableIterator<T, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (over) return done;
      try {
        const message = await channel.receive();
        if (message === undefined) throw cutOff(link.name);
        const frame = readBulkFrame(message);
        if (frame.kind === 'failure') throw frame.error;
        if (frame.kind !== 'end') return { done: false, value: take(frame) };
        finish('ended');
        return done;
      } catch (error) {
        const wasOver = over;
        finish('left');
        if (wasOver) return done;
        if (link.down.aborted) throw linkDown(link.name);
        if (signal.aborted) return done;
        throw error;
      }
    },
    return() {
      if (!over) finish('left');
      return Promise.resolve(done);
    },
  };
  return iterator;
}

export async function* openLog(
  link: BulkLink,
  opening: StreamOpenings['log'],
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  if (signal.aborted) return;
  const options = { maxMessageBytes: MAX_LINK_MESSAGE_BYTES, signal };
  const schema: ZodType<LogBatch> = logBatchOf(link.connection.device);
  const batches = await open<'log'>(link, LOG_PROTOCOL, opening, options).then(
    ({ channel }) =>
      frames(link, channel, signal, (frame) => {
        if (frame.kind !== 'batch') throw unexpected();
        return check(frame.value, schema, 'a piece of its log');
      }),
    (error: DispatchError) => {
      if (error.code !== 'cancelled' || !signal.aborted) throw error;
    },
  );
  if (batches !== undefined) yield* batches;
}

export async function openOutput(
  link: BulkLink,
  request: OutputRequest,
  signal: AbortSignal,
): Promise<{ size: number; chunks: AsyncIterable<OutputChunk> }> {
  const options = { maxMessageBytes: MAX_BULK_MESSAGE_BYTES, signal };
  const { channel, size } = await open<'output'>(link, OUTPUT_PROTOCOL, request, options);
  return { size, chunks: frames(link, channel, signal, chunksFrom(request.offset)) };
}

export async function openBlob(
  link: BulkLink,
  request: BlobRequest,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; chunks: AsyncIterable<OutputChunk> }> {
  const options = { maxMessageBytes: MAX_BULK_MESSAGE_BYTES, signal };
  const { channel, size } = await open<'blob'>(link, BLOB_PROTOCOL, request, options);
  return { sizeBytes: size, chunks: frames(link, channel, signal, chunksFrom(request.offset)) };
}

/**
 * What a run there gives, from a position on. The offsets are those in the stream: nothing of it is left out. What is given is valid until
 * the next is asked for.
 */
export async function openTransfer(
  link: BulkLink,
  request: TransferRequest,
  signal: AbortSignal,
): Promise<{ chunks: AsyncIterable<Uint8Array> }> {
  const options = { maxMessageBytes: MAX_BULK_MESSAGE_BYTES, reusesMemory: true, signal };
  const { channel } = await open<'transfer'>(link, TRANSFER_PROTOCOL, request, options);
  let reached = 0;
  return {
    chunks: frames(link, channel, signal, (frame) => {
      if (frame.kind !== 'bytes' || frame.chunk.offset !== reached) throw unexpected();
      reached += frame.chunk.bytes.byteLength;
      return frame.chunk.bytes;
    }),
  };
}

/** Each piece at or after the end of the one before: what lies between was dropped. */
function chunksFrom(start: number): (frame: BulkFrame) => OutputChunk {
  let reached = start;
  return (frame) => {
    if (frame.kind !== 'bytes' || frame.chunk.offset < reached) throw unexpected();
    reached = frame.chunk.offset + frame.chunk.bytes.byteLength;
    return frame.chunk;
  };
}

export async function openInput(link: BulkLink, opening: StreamOpenings['input']): Promise<RemoteInput> {
  const { channel } = await open<'input'>(link, INPUT_PROTOCOL, opening, { maxMessageBytes: MAX_BULK_MESSAGE_BYTES });
  const { failed, ended } = watchInput(link, channel);
  let offset = 0;
  const guarded = async (send: () => Promise<void>): Promise<void> => {
    try {
      if (failed() === undefined) await send();
    } catch (error) {
      throw failed() ?? (link.down.aborted ? linkDown(link.name) : error);
    }
    const failure = failed();
    if (failure !== undefined) throw failure;
  };
  return {
    write: (bytes) =>
      guarded(async () => {
        for (let from = 0; from < bytes.byteLength; from += BULK_CHUNK_BYTES) {
          const piece = bytes.subarray(from, from + BULK_CHUNK_BYTES);
          await channel.sendParts([bytesHeader(offset), piece]);
          offset += piece.byteLength;
        }
      }),
    async end() {
      await guarded(() => channel.send(END_FRAME));
      await ended;
    },
    close() {
      void channel.close();
    },
  };
}

/** What the other side says of the input: that it has taken the end, or that it takes no more. */
function watchInput(
  link: BulkLink,
  channel: StreamChannel,
): { failed(): DispatchError | undefined; ended: Promise<void> } {
  let failure: DispatchError | undefined;
  const watch = async (): Promise<void> => {
    try {
      const message = await channel.receive();
      if (message === undefined) throw cutOff(link.name);
      const frame = readBulkFrame(message);
      if (frame.kind === 'failure') throw frame.error;
      if (frame.kind !== 'end') throw unexpected();
      void channel.close();
    } catch (error) {
      failure = link.down.aborted ? linkDown(link.name) : asDispatchError(error);
      channel.abort('the input is over');
      throw failure;
    }
  };
  const ended = watch();
  ended.catch(() => {
    // Told to whoever writes next, or waits for the end.
  });
  return { failed: () => failure, ended };
}

function cutOff(name: string): DispatchError {
  return new DispatchError('unavailable', `${name} broke off in the middle of a stream`, {
    retryable: true,
    hint: 'it is tried again by itself; see "dispatch devices"',
    details: { stage: 'lost' },
  });
}

function unexpected(): DispatchError {
  return new DispatchError('invalid', 'the other device sent a frame that does not belong on this stream', {
    hint: 'the two may be of versions that do not fit: update Dispatch on both',
  });
}
