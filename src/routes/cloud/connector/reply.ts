/** An answer that is being read: in pieces, each within the idle time, and never more bytes than the limit, counted after unpacking. */

import type { Response } from 'undici';
import type { ConnectorLimits } from '../../../core/connectors.ts';
import type { DispatchError } from '../../../core/errors.ts';
import type { Failures } from './failures.ts';

export interface Reply {
  readonly url: string;
  /** Without parameters, in small letters; empty if it has none. */
  readonly contentType: string;
  /** Once. Whoever stops early closes the connection. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  bytes(): Promise<Buffer>;
  /** At most so much of how it begins, and no longer than so long. Never rejects. */
  beginning(most: number, ms: number): Promise<{ readonly bytes: Buffer; readonly cut: boolean }>;
  /** Reads what is left, if it is little and comes soon, so that the connection can be used again. */
  discard(): Promise<void>;
}

/** To read on is cheaper than to connect again. */
const LITTLE = 65_536;
const SOON_MS = 2000;

interface Reading {
  readonly failures: Failures;
  readonly limits: ConnectorLimits;
  readonly signal: AbortSignal;
  readonly stop: AbortController;
}

export function replyOf(response: Response, reading: Reading): Reply {
  const chunks = (): AsyncGenerator<Uint8Array, void, undefined> => read(response, reading);
  const beginning = async (most: number, ms: number): Promise<{ bytes: Buffer; cut: boolean }> => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reading.stop.abort();
    }, ms);
    try {
      for await (const piece of chunks()) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes >= most) break;
      }
    } catch {
      // What came is enough.
    } finally {
      clearTimeout(timer);
    }
    return { bytes: Buffer.concat(pieces).subarray(0, most), cut: late || bytes >= most };
  };
  return {
    url: response.url,
    contentType: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    chunks,
    async bytes() {
      const pieces: Uint8Array[] = [];
      for await (const piece of chunks()) pieces.push(piece);
      return Buffer.concat(pieces);
    },
    beginning,
    discard: async () => void (await beginning(LITTLE, SOON_MS)),
  };
}

async function* read(
  response: Response,
  { failures, limits, signal, stop }: Reading,
): AsyncGenerator<Uint8Array, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  // The time of who reads does not count.
  let waiting = true;
  const late = (): void => {
    if (waiting) stop.abort(failures.timeout('nothing more came', limits.idleMs, 'idle'));
  };
  const timer = setTimeout(late, limits.idleMs);
  let bytes = 0;
  let whole = false;
  try {
    for (;;) {
      waiting = true;
      timer.refresh();
      const { done, value } = await reader.read();
      waiting = false;
      if (done) {
        whole = true;
        return;
      }
      bytes += value.length;
      if (bytes > limits.responseBytes) throw failures.tooLarge('its answer', `${limits.responseBytes} bytes`);
      yield value;
    }
  } catch (thrown) {
    throw reasonOf(signal, stop) ?? (isFailure(thrown) ? thrown : failures.ofNetwork(thrown, response.url));
  } finally {
    clearTimeout(timer);
    if (!whole) stop.abort();
  }
}

function reasonOf(signal: AbortSignal, stop: AbortController): unknown {
  if (signal.aborted) return signal.reason;
  return stop.signal.aborted ? stop.signal.reason : undefined;
}

function isFailure(thrown: unknown): thrown is DispatchError {
  return thrown instanceof Error && thrown.name === 'DispatchError';
}
