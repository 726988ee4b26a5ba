/** The hash of an event, which the event after it carries: what is changed, left out or put in later no longer fits. */

import { hash } from 'node:crypto';
import { canonicalJson } from '../../core/canonical.ts';
import type { LogEvent } from '../../core/events.ts';
import type { Sha256 } from '../../core/ids.ts';

/** What the first event of a log carries, which has none before it. */
export const NOTHING_BEFORE = '0'.repeat(64) as Sha256;

/** An event is hashed when it is written, and again for the record of the newest event: once is enough. */
const known = new WeakMap<LogEvent, Sha256>();

/** SHA-256 over the event as JSON with sorted keys, its own `prev` included: as it is in memory and as it reads from the disk alike. */
export function hashEvent(event: LogEvent): Sha256 {
  const before = known.get(event);
  if (before !== undefined) return before;
  const sha256 = hash('sha256', canonicalJson(event)) as Sha256;
  known.set(event, sha256);
  return sha256;
}
