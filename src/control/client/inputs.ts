/** Raw streams from this client towards runs: what is written goes out in order, as far as the peer has given credit. */

import type { Socket } from 'node:net';
import { DispatchError, type ErrorCode } from '../../core/errors.ts';
import type { Notifications } from '../../protocol/api.ts';
import { encodeRawHeader, RAW_CHUNK_BYTES, STREAM_WINDOW_BYTES } from '../../protocol/framing.ts';

export interface ControlInput {
  readonly stream: number;
  /** Resolves when the bytes have gone out, which waits for the run to take them. They must not change any more. */
  write(bytes: Uint8Array): Promise<void>;
  /** After what was written the run reads end-of-file. */
  end(): Promise<void>;
  /** Leaves the run's input open, for others. */
  close(): void;
}

export interface Inputs {
  open(stream: number): ControlInput;
  credit(stream: number, bytes: number): void;
  /** The run takes no more. */
  end(params: Notifications['stream.end']): void;
  fail(error: DispatchError): void;
}

interface Entry {
  underway: number;
  error: DispatchError | undefined;
  wake: () => void;
}

export function createInputs(
  socket: Socket,
  finish: (stream: number, how: 'input.end' | 'stream.close') => Promise<unknown>,
): Inputs {
  const entries = new Map<number, Entry>();
  const stop = (entry: Entry, error: DispatchError): void => {
    entry.error = error;
    entry.wake();
  };

  const openInput = (stream: number): ControlInput => {
    const entry: Entry = { underway: 0, error: undefined, wake: () => {} };
    entries.set(stream, entry);
    let offset = 0;
    let before: Promise<void> = Promise.resolve();
    const send = async (bytes: Uint8Array): Promise<void> => {
      for (let from = 0; from < bytes.length; ) {
        while (entry.underway >= STREAM_WINDOW_BYTES && entry.error === undefined) {
          await new Promise<void>((wake) => {
            entry.wake = wake;
          });
        }
        if (entry.error !== undefined) throw entry.error;
        const length = Math.min(bytes.length - from, RAW_CHUNK_BYTES, STREAM_WINDOW_BYTES - entry.underway);
        entry.underway += length;
        socket.cork();
        socket.write(encodeRawHeader(stream, offset, length));
        socket.write(bytes.subarray(from, from + length));
        socket.uncork();
        offset += length;
        from += length;
      }
    };
    return {
      stream,
      write(bytes) {
        const sent = before.then(() => send(bytes));
        before = sent.catch(() => {});
        return sent;
      },
      async end() {
        await before;
        try {
          if (entry.error === undefined) await finish(stream, 'input.end');
        } catch (error) {
          entry.error ??= error as DispatchError;
        } finally {
          entries.delete(stream);
        }
        // Why the run takes no more is told by itself, and before the answer.
        if (entry.error !== undefined) throw entry.error;
      },
      close() {
        entries.delete(stream);
        stop(entry, new DispatchError('cancelled', 'this input was closed', { hint: 'open it again' }));
        finish(stream, 'stream.close').catch(() => {}); // a lost connection has closed it
      },
    };
  };
  return {
    open: openInput,
    credit(stream, bytes) {
      const entry = entries.get(stream);
      if (entry === undefined) return;
      entry.underway = Math.max(0, entry.underway - bytes);
      entry.wake();
    },
    end({ stream, error }) {
      const entry = entries.get(stream);
      if (entry === undefined) return;
      entries.delete(stream);
      const message = error?.message ?? 'the run takes no more input';
      stop(
        entry,
        new DispatchError((error?.code as ErrorCode | undefined) ?? 'conflict', message, { hint: 'see "dispatch ps"' }),
      );
    },
    fail(error) {
      for (const entry of entries.values()) stop(entry, error);
      entries.clear();
    },
  };
}
