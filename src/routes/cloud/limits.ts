/** How an execution at a connector is told to have ended that did not come to its own end. */

import { asDispatchError } from '../../core/errors.ts';
import type { Outcome } from '../../engine/executor-ports.ts';

/** Why an answer is not whole that one of the limits ended. */
export function whyCut(outcome: Outcome): string {
  return outcome.kind === 'timeout' ? 'its time was over' : 'it was stopped';
}

/** What a connector did not do. */
export function failureOf(error: unknown): Extract<Outcome, { kind: 'failed' }> {
  const { message, hint } = asDispatchError(error);
  return { kind: 'failed', reason: 'connector', message: hint === undefined ? message : `${message}: ${hint}` };
}
