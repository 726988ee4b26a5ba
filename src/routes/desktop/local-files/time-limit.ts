/** Stops what takes longer than it was given, in the way that a person would stop it. */

import type { ExecutionContext, Outcome } from '../../../engine/executor-ports.ts';

/** A longer time would be none at all (setTimeout). */
const MOST_MS = 2 ** 31 - 1;

export async function withinTime(
  context: ExecutionContext,
  timeoutMs: number | undefined,
  use: (context: ExecutionContext) => Promise<Outcome>,
): Promise<Outcome> {
  if (timeoutMs === undefined) return use(context);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(Math.min(timeoutMs, MOST_MS))]);
  const outcome = await use({ ...context, signal });
  if (outcome.kind !== 'stopped' || context.signal.aborted) return outcome;
  return { kind: 'timeout', timeoutMs, receipt: outcome.receipt };
}
