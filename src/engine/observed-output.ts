/**
 * Output as others may see it: what looks like a secret is overwritten, line by line, and lengths and offsets stay. Whoever reads
 * from the middle, or after a gap, finds no half of a token there either.
 */

import type { OutputChunk } from '../protocol/api.ts';
import { createLineMasker } from './line-masker.ts';

const IDLE_MS = 50;

/** How much of what comes before an offset has to be looked at to know what stands there. */
const LOOK_BACK = 64 * 1024;

/** Where reading has to begin so that {@link maskForOthers} can give what stands from an offset on. */
export function observedFrom(offset: number): number {
  return Math.max(0, offset - LOOK_BACK);
}

/**
 * Gives the chunks from the offset `from` on, masked; they should begin at {@link observedFrom} of it. A line is held back until it
 * ends, or until nothing has followed for 50 ms. Ends or throws as the chunks do.
 */
export async function* maskForOthers(chunks: AsyncIterable<OutputChunk>, from = 0): AsyncIterable<OutputChunk> {
  const masker = createLineMasker();
  const source = chunks[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<OutputChunk>> | undefined;
  try {
    for (;;) {
      pending ??= source.next();
      const next = masker.holds() ? await within(pending, IDLE_MS) : await pending;
      if (next === undefined) {
        yield* cutBefore(masker.idle(), from);
        continue;
      }
      pending = undefined;
      if (next.done === true) break;
      yield* cutBefore(masker.push(next.value), from);
    }
    yield* cutBefore(masker.end(), from);
  } finally {
    // Whoever waits for what may never come cannot be waited for.
    const closing = Promise.resolve(source.return?.()).catch(() => {});
    if (pending === undefined) await closing;
  }
}

function cutBefore(chunks: readonly OutputChunk[], from: number): OutputChunk[] {
  return chunks
    .filter(({ offset, bytes }) => offset + bytes.length > from)
    .map(({ offset, bytes }) =>
      offset >= from ? { offset, bytes } : { offset: from, bytes: bytes.subarray(from - offset) },
    );
}

/** What the promise gives; undefined if it gives nothing in time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
