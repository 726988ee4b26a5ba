/**
 * The raw streams of one connection: output and artifacts towards the client, at the pace of its credit; input from it. Each
 * stream belongs to its connection and ends with it. Knows nothing of JSON-RPC.
 */

import { asDispatchError, DispatchError } from '../../core/errors.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import { CREDIT_BATCH_BYTES, RAW_CHUNK_BYTES, STREAM_WINDOW_BYTES } from '../../protocol/framing.ts';
import type { Outbox } from './outbox.ts';

/** More open streams than any dashboard shows. */
const MAX_STREAMS = 64;

export interface InputTarget {
  /** A promise resolves when there is room for more: then the client gets its credit. */
  write(bytes: Uint8Array): void | Promise<void>;
  end(): void | Promise<void>;
  /** The client has left it, for others. */
  close?(): void;
}

/** A stream that has a number, and nothing going through it yet. */
export interface OpenStream {
  readonly stream: number;
  readonly signal: AbortSignal;
  /** Sends the chunks and then `stream.end`. To be called when the client knows the number. */
  send(chunks: AsyncIterable<OutputChunk>, offset: number): void;
  receive(target: InputTarget): void;
  /** It could not be opened after all. */
  abandon(): void;
}

export interface Streams {
  /** Throws `too-large` when there are too many. */
  open(): OpenStream;
  /** Raw bytes from the client. Throws `invalid` for a stream that never was. */
  take(stream: number, bytes: Uint8Array): void;
  credit(stream: number, bytes: number): void;
  /** Resolves when the run has been told. Rejects with `unavailable` if it is on a device that is gone. */
  endInput(stream: number): Promise<void>;
  close(stream: number): void;
  closeAll(): void;
}

interface Entry {
  readonly abort: AbortController;
  /** Sent, and not yet consumed as far as we know. */
  underway: number;
  wake: () => void;
  input?: InputTarget;
  /** Taken, and not yet told to the client. */
  taken: number;
}

export function createStreams(outbox: Outbox): Streams {
  const entries = new Map<number, Entry>();
  let last = 0;

  const remove = (stream: number): void => {
    const entry = entries.get(stream);
    entries.delete(stream);
    entry?.abort.abort();
    entry?.wake();
    entry?.input?.close?.();
  };
  /** Undefined for a stream that has ended: what was on its way is of no use to anyone. */
  const find = (stream: number): Entry | undefined => {
    if (stream < 1 || stream > last) {
      throw new DispatchError('invalid', `there is no stream ${stream}`, { hint: 'open one first' });
    }
    return entries.get(stream);
  };
  const end = (stream: number, size: number, thrown?: unknown): void => {
    if (!entries.has(stream)) return;
    remove(stream);
    const error = thrown === undefined ? undefined : asDispatchError(thrown);
    outbox.notify('stream.end', {
      stream,
      size,
      ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    });
  };

  return {
    open() {
      if (entries.size >= MAX_STREAMS) {
        throw new DispatchError('too-large', `this client has ${MAX_STREAMS} streams open, which is the limit`, {
          hint: 'close some',
        });
      }
      const stream = ++last;
      const entry: Entry = { abort: new AbortController(), underway: 0, wake: () => {}, taken: 0 };
      entries.set(stream, entry);
      return {
        stream,
        signal: entry.abort.signal,
        send(chunks, offset) {
          void pump(stream, entry, chunks, outbox, offset).then(({ size, error }) => end(stream, size, error));
        },
        receive(target) {
          entry.input = target;
        },
        abandon: () => remove(stream),
      };
    },
    take(stream, bytes) {
      const entry = find(stream);
      if (entry === undefined) return;
      if (entry.input === undefined)
        throw new DispatchError('invalid', `stream ${stream} takes no input`, { hint: 'open one with "input.open"' });
      const give = (): void => {
        entry.taken += bytes.length;
        if (entry.taken < CREDIT_BATCH_BYTES || !entries.has(stream)) return;
        outbox.credit(stream, entry.taken);
        entry.taken = 0;
      };
      try {
        const room = entry.input.write(bytes);
        if (room === undefined) give();
        else room.then(give, (error: unknown) => end(stream, 0, error));
      } catch (error) {
        end(stream, 0, error);
      }
    },
    credit(stream, bytes) {
      const entry = find(stream);
      if (entry === undefined) return;
      entry.underway = Math.max(0, entry.underway - bytes);
      entry.wake();
    },
    async endInput(stream) {
      const input = find(stream)?.input;
      if (input === undefined)
        throw new DispatchError('conflict', `stream ${stream} takes no input any more`, { hint: 'see "dispatch ps"' });
      try {
        await input.end();
      } finally {
        remove(stream);
      }
    },
    close(stream) {
      find(stream);
      remove(stream);
    },
    closeAll() {
      for (const stream of [...entries.keys()]) remove(stream);
    },
  };
}

/** Sends until the chunks end, fail or the stream is closed; `size` is the offset after the last byte. Never rejects. */
async function pump(
  stream: number,
  entry: Entry,
  chunks: AsyncIterable<OutputChunk>,
  outbox: Outbox,
  offset: number,
): Promise<{ size: number; error?: unknown }> {
  let size = offset;
  const room = (): boolean => entry.underway < STREAM_WINDOW_BYTES || entry.abort.signal.aborted;
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.bytes.length; ) {
        while (!room()) {
          await new Promise<void>((wake) => {
            entry.wake = wake;
          });
        }
        if (outbox.full) await outbox.drained();
        if (entry.abort.signal.aborted) return { size };
        const length = Math.min(chunk.bytes.length - from, RAW_CHUNK_BYTES, STREAM_WINDOW_BYTES - entry.underway);
        entry.underway += length;
        outbox.raw(stream, chunk.offset + from, chunk.bytes.subarray(from, from + length));
        from += length;
        size = chunk.offset + from;
      }
    }
    return { size };
  } catch (error) {
    return { size, error };
  }
}
