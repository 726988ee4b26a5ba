/**
 * What one paired device may do on another, and what of a log it may therefore see. A grant goes one way and is given by the owner
 * of the device that it concerns. Pure: who holds what is looked up by whoever asks.
 */

import type { LogEvent } from './events.ts';
import type { DeviceId } from './ids.ts';
import { isFinal, type Run } from './runs.ts';

/**
 * `run`: have tasks executed, and follow and steer those. `approve`: see what is open on the device, whoever wants it, and answer.
 * `observe`: follow the whole thread of the device, with outputs and artifacts.
 */
export const GRANTS = ['run', 'approve', 'observe'] as const;
export type Grant = (typeof GRANTS)[number];

/** In the order of GRANTS, each once: equal sets have equal text. */
export function sortGrants(grants: Iterable<Grant>): Grant[] {
  const held = new Set(grants);
  return GRANTS.filter((grant) => held.has(grant));
}

/** What of a log a set of grants shows, as a text to compare: a follower whose scope changed begins anew. */
export function scopeOf(grants: readonly Grant[]): string {
  return grants.includes('observe') ? 'all' : sortGrants(grants).join('+');
}

const ENDS: ReadonlySet<LogEvent['type']> = new Set<LogEvent['type']>([
  'approval.decided',
  'approval.expired',
  'run.completed',
  'run.failed',
  'run.cancelled',
]);

/** Whether a device with these grants may learn of an event in the log of `self`. `run` is the run that it belongs to. */
export function maySee(
  grants: readonly Grant[],
  caller: DeviceId,
  self: DeviceId,
  event: LogEvent,
  run: Run | undefined,
): boolean {
  if (grants.includes('observe')) return true;
  if (event.type === 'message.said' || run === undefined) return false;
  // What is over is nobody's to answer any more; of what was seen while it was open, the end is told.
  if (grants.includes('approve') && run.device === self && (!isFinal(run) || ENDS.has(event.type))) return true;
  return grants.includes('run') && run.origin === caller;
}

/** Whether it may read what a run printed and made, and steer it. */
export function ownsRun(grants: readonly Grant[], caller: DeviceId, run: Run): boolean {
  return grants.includes('run') && run.origin === caller;
}
