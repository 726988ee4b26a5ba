// Ends a raw stream that is not wanted any more, without waiting for its next byte.

import type { ControlClient } from '../control/client/client.ts';

/** Tells the peer; the end then comes through the stream itself. `opened` is what opening it gave. */
export function closeOnAbort(client: ControlClient, opened: object, signal: AbortSignal): void {
  const stream = 'stream' in opened && typeof opened.stream === 'number' ? opened.stream : undefined;
  if (stream === undefined) return;
  const close = (): void => void client.call('stream.close', { stream }).catch(() => {});
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
}
