/** How a run whose work is done in a process of its own is told to have failed, and why it was refused. */

import { asDispatchError, type Refusal, refuse } from '../../../core/errors.ts';
import type { Outcome } from '../../../engine/executor-ports.ts';

/** As the engine keeps it: one sentence. */
export function failure(error: unknown): Outcome {
  const { code, message, hint } = asDispatchError(error);
  const sentence = hint === undefined ? message : `${message}; ${hint}`;
  return code === 'internal'
    ? { kind: 'failed', reason: 'internal', message: sentence }
    : { kind: 'exit', exitCode: 1, message: sentence };
}

export function refusalOf(error: unknown): Refusal {
  const { code, message, hint } = asDispatchError(error);
  return refuse(code, message, hint);
}
