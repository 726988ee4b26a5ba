/** Reads an output from an offset at its own pace, to its end. Holds at most one piece, and never makes the writer wait. */

import type { OutputChunk } from '../../protocol/api.ts';
import type { OutputStream } from './stream.ts';

interface FollowOptions {
  readonly offset: number;
  /** When it is further behind than this, it skips to the newest bytes within it. */
  readonly maxLag?: number;
}

/**
 * Ends after the last byte once the writer is sealed, and quietly when the signal aborts. It keeps the files open until then, so
 * abort the signal of a follower that is not read to its end.
 */
export function follow(stream: OutputStream, options: FollowOptions, signal: AbortSignal): AsyncIterable<OutputChunk> {
  stream.retain();
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    released ??= stream.release();
    return released;
  };
  const onAbort = (): void => {
    stream.wake();
    release().catch(() => {}); // closing a file that was only read loses nothing
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return pieces(stream, options, signal, release);
}

async function* pieces(
  stream: OutputStream,
  { offset, maxLag }: FollowOptions,
  signal: AbortSignal,
  release: () => Promise<void>,
): AsyncGenerator<OutputChunk> {
  try {
    let at = offset;
    while (!signal.aborted) {
      if (maxLag !== undefined) at = Math.max(at, stream.size - maxLag);
      if (at < stream.size) {
        const chunk = stream.recent(at) ?? (await stream.older(at));
        if (signal.aborted) return;
        if (chunk === undefined) at = stream.size;
        else {
          yield chunk;
          at = chunk.offset + chunk.bytes.length;
        }
      } else if (stream.ended) return;
      else await stream.changed();
    }
  } finally {
    await release();
  }
}
