// Ends a raw stream that is not wanted any more, without waiting for its next byte.

import type { OutputChunk } from '../../protocol/api.ts';

/** When the signal aborts, whoever reads the chunks comes to their end at once, and the peer is told. */
export function closeOnAbort(chunks: AsyncIterable<OutputChunk>, signal: AbortSignal): void {
  const close = (): void => void chunks[Symbol.asyncIterator]().return?.();
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
}
