/**
 * Dials the addresses of a device at once, each a moment after the one before, and keeps the first that proves to be it: an address
 * that swallows everything costs a moment and not a time-out.
 */

import { DispatchError } from '../core/errors.ts';
import type { Connection } from './channel.ts';
import { dialError, explainDial, mostTelling } from './dial-errors.ts';

/** So much later than the one before; less than a person notices, more than a neighbour needs to answer. */
const STAGGER_MS = 150;
/** No device has more that are of use. */
const MAX_ADDRESSES = 16;

export interface DialOptions {
  readonly addresses: readonly string[];
  /** For each address. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  dial(address: string, signal: AbortSignal): Promise<Connection>;
}

/** Rejects with the error that says most of why no address led there. */
export async function dialFirst(options: DialOptions): Promise<Connection> {
  const addresses = [...new Set(options.addresses)].slice(0, MAX_ADDRESSES);
  if (addresses.length === 0) {
    throw dialError(
      'no-address',
      'nobody has told where the device is',
      'name its address when you pair, or put both on one LAN',
    );
  }
  const over = new AbortController();
  const errors: DispatchError[] = [];
  let found: Connection | undefined;
  /** Resolves when the next one may begin: after a moment, or as soon as this one has failed. */
  const attempt = async (address: string): Promise<void> => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    try {
      const connection = await options.dial(address, AbortSignal.any([options.signal, over.signal, timeout]));
      if (found === undefined && !over.signal.aborted) found = connection;
      else connection.abort(new Error('another address was faster'));
      over.abort();
    } catch (error) {
      errors.push(explainDial(error, address, timeout.aborted));
    }
  };
  const attempts: Promise<void>[] = [];
  for (const address of addresses) {
    const begun = attempt(address);
    attempts.push(begun);
    await Promise.race([begun, moment(STAGGER_MS, over.signal)]);
    if (over.signal.aborted || options.signal.aborted) break;
  }
  await Promise.race([Promise.all(attempts), aborted(over.signal)]);
  if (found !== undefined) return found;
  if (options.signal.aborted) throw new DispatchError('cancelled', 'the dial was given up');
  throw mostTelling(errors) ?? dialError('unreachable', 'no address led there', 'see whether the network is up');
}

function moment(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
