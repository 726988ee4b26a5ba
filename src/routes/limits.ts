/** When an execution ends that has no process of its own: it was stopped, a signal that would end a process was sent to it, its time is over. */

import type { StopReceipt } from '../core/events.ts';
import type { ExecutionContext, Outcome } from '../engine/executor-ports.ts';

/** There are no processes to tell of: those that it starts end with it, or stay for the next run. */
export const NOTHING_LEFT: StopReceipt = { stopped: [], left: [] };
const ENDING_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

export interface Limits {
  readonly signal: AbortSignal;
  /** From now on it has so long. */
  within(timeoutMs: number): void;
  /** How it ended, if one of these ended it. */
  outcome(): Outcome | undefined;
  clear(): void;
}

export function createLimits(context: ExecutionContext, timeoutMs: number | undefined): Limits {
  const killed = new AbortController();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const within = (ms: number): void => {
    clearTimeout(timer);
    timeoutMs = ms;
    timer = setTimeout(() => late.abort(), ms);
  };
  if (timeoutMs !== undefined) within(timeoutMs);
  context.attach({
    input: () => {},
    endInput: () => {},
    resize: () => {},
    kill(signal) {
      if (ENDING_SIGNALS.has(signal)) killed.abort(signal);
    },
  });
  return {
    within,
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
