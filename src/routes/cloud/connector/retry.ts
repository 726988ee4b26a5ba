/** Whether and when a request is made again. It counts and reckons; who sends does the waiting. */

import { setTimeout as delay } from 'node:timers/promises';

/** A service that wants more patience than this has it from a person. */
export const LONGEST_RETRY_MS = 60_000;
const FIRST_MS = 500;
const MOST_MS = 20_000;
/** The service will not say anything else next time: 501 (it knows no such method) and 505 (nor that version of HTTP). */
const HOPELESS = new Set([501, 505]);

export function isWorthRetrying(status: number): boolean {
  return status === 429 || (status >= 500 && !HOPELESS.has(status));
}

/** `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3), as milliseconds from now. */
export function retryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = /^[A-Za-z]/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Before try number `tries`, from 1: anything up to a limit that doubles, so that those who failed together do not come back together. */
export function backoff(tries: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** (tries - 1));
}

/** Rejects with the reason of the signal. */
export async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
