/** What ends a run whose work is done in a process of its own, and how its ending is told. */

import { asDispatchError, type Refusal, refuse } from '../../../core/errors.ts';
import type { StopReceipt } from '../../../core/events.ts';
import type { ExecutionContext, Outcome } from '../../../engine/executor-ports.ts';

/** There are no processes to tell of: those that the steps start end with them, or stay for the next run. */
export const NOTHING_LEFT: StopReceipt = { stopped: [], left: [] };
const ENDING_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

export interface Limits {
  readonly signal: AbortSignal;
  /** How the run ended if it was stopped. */
  outcome(): Outcome | undefined;
  clear(): void;
}

/** What may stop the steps: whoever cancels, a signal that would end a process, and time. */
export function createLimits(context: ExecutionContext, timeoutMs: number | undefined): Limits {
  const killed = new AbortController();
  const late = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => late.abort(), timeoutMs);
  context.attach({
    input: () => {},
    endInput: () => {},
    resize: () => {},
    kill(signal) {
      if (ENDING_SIGNALS.has(signal)) killed.abort(signal);
    },
  });
  return {
    signal: AbortSignal.any([context.signal, killed.signal, late.signal]),
    outcome() {
      if (context.signal.aborted) return { kind: 'stopped', receipt: NOTHING_LEFT };
      if (killed.signal.aborted) return { kind: 'signal', signal: String(killed.signal.reason) };
      if (late.signal.aborted) return { kind: 'timeout', timeoutMs: timeoutMs ?? 0, receipt: NOTHING_LEFT };
      return undefined;
    },
    clear: () => clearTimeout(timer),
  };
}

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
