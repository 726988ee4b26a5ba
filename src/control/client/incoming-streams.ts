/**
 * Raw streams towards this client: pieces wait until they are taken, and taking them gives the peer credit for more. So a slow
 * reader costs one window of memory on this side and nothing on the other.
 */

import { DispatchError, type ErrorCode } from '../../core/errors.ts';
import type { Notifications, OutputChunk } from '../../protocol/api.ts';
import { CREDIT_BATCH_BYTES } from '../../protocol/framing.ts';

export interface IncomingStreams {
  /** The chunks can be taken once, by one reader. */
  open(stream: number): AsyncIterable<OutputChunk>;
  push(stream: number, offset: number, bytes: Uint8Array): void;
  end(params: Notifications['stream.end']): void;
  /** Ends it here; the peer has been told. */
  leave(stream: number): void;
  fail(error: DispatchError): void;
}

interface Entry {
  push(chunk: OutputChunk): void;
  end(error?: DispatchError): void;
  leave(): void;
}

export function createIncomingStreams(peer: {
  credit: (stream: number, bytes: number) => void;
  close: (stream: number) => void;
}): IncomingStreams {
  const entries = new Map<number, Entry>();
  return {
    open(stream) {
      const { entry, chunks } = createStream({
        credit: (bytes) => peer.credit(stream, bytes),
        left(ended) {
          entries.delete(stream);
          if (!ended) peer.close(stream);
        },
      });
      entries.set(stream, entry);
      return chunks;
    },
    // What comes for a stream that was left is dropped.
    push: (stream, offset, bytes) => entries.get(stream)?.push({ offset, bytes }),
    end({ stream, error }) {
      entries
        .get(stream)
        ?.end(error === undefined ? undefined : new DispatchError(error.code as ErrorCode, error.message));
      entries.delete(stream);
    },
    leave(stream) {
      entries.get(stream)?.leave();
      entries.delete(stream);
    },
    fail(error) {
      for (const entry of entries.values()) entry.end(error);
      entries.clear();
    },
  };
}

interface Reader {
  resolve(result: IteratorResult<OutputChunk, undefined>): void;
  reject(error: DispatchError): void;
}

const DONE = { done: true, value: undefined } as const;

function createStream(peer: { credit: (bytes: number) => void; left: (ended: boolean) => void }): {
  entry: Entry;
  chunks: AsyncIterable<OutputChunk>;
} {
  const queue: OutputChunk[] = [];
  let readers: Reader[] = [];
  let ended = false;
  let error: DispatchError | undefined;
  /** Taken, and not yet told to the peer. */
  let owed = 0;
  /** With the reader now; it counts as consumed when the reader comes back. */
  let held = 0;

  const give = (chunk: OutputChunk): IteratorResult<OutputChunk, undefined> => {
    held = chunk.bytes.length;
    return { done: false, value: chunk };
  };
  const consume = (): void => {
    owed += held;
    held = 0;
    if (ended || owed < CREDIT_BATCH_BYTES) return;
    peer.credit(owed);
    owed = 0;
  };
  const end = (why?: DispatchError): void => {
    if (ended) return;
    ended = true;
    error = why;
    for (const { resolve, reject } of readers) error === undefined ? resolve(DONE) : reject(error);
    readers = [];
  };
  const iterator: AsyncIterableIterator<OutputChunk, undefined> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      consume();
      const chunk = queue.shift();
      if (chunk !== undefined) return Promise.resolve(give(chunk));
      if (error !== undefined) return Promise.reject(error);
      if (ended) return Promise.resolve(DONE);
      return new Promise((resolve, reject) => readers.push({ resolve, reject }));
    },
    return() {
      const before = ended;
      queue.length = 0;
      end();
      error = undefined;
      peer.left(before);
      return Promise.resolve(DONE);
    },
  };
  return {
    chunks: iterator,
    entry: {
      push(chunk) {
        const reader = readers.shift();
        if (reader === undefined) queue.push(chunk);
        else reader.resolve(give(chunk));
      },
      end,
      leave() {
        queue.length = 0;
        end();
      },
    },
  };
}
