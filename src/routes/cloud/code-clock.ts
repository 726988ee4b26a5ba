/**
 * The time of one program at a connector. The service is told the limit, and keeps it; this clock is for one that does not. Until the
 * first of it arrives a program may wait for its turn, which is none of its time, but is bounded, too.
 */

import type { Connector } from '../../core/connectors.ts';
import type { Outcome } from '../../engine/executor-ports.ts';
import { type Limits, NOTHING_LEFT } from '../limits.ts';

/** What comes a little late is the service's own word. */
const LATE_MS = 5000;
/** Clocks that do not agree. */
const EARLY_MS = 250;

export interface CodeClock {
  /** Something of the program arrived, so it runs. */
  begun(): void;
  /** How it ended where this clock ended it. */
  expired(): Outcome;
  /** How it ended where the service says that its time was over. */
  timedOut(): Outcome;
}

export function startCodeClock({ name, limits }: Connector, timeoutMs: number, running: Limits): CodeClock {
  const startedAt = performance.now();
  const outerMs = timeoutMs + limits.firstByteMs + LATE_MS;
  let runs = false;
  running.within(outerMs);
  const late: Outcome = { kind: 'timeout', timeoutMs, receipt: NOTHING_LEFT };
  const failed = (message: string): Outcome => ({ kind: 'failed', reason: 'connector', message });
  return {
    begun() {
      if (runs) return;
      runs = true;
      running.within(timeoutMs + LATE_MS);
    },
    expired: () => (runs ? late : failed(`${name} did not tell within ${seconds(outerMs)} that the program had begun`)),
    timedOut() {
      const tookMs = performance.now() - startedAt;
      if (tookMs >= timeoutMs - EARLY_MS) return late;
      return failed(
        `${name} ended it at a time limit of its own, within ${seconds(tookMs)}: it was asked for ${seconds(timeoutMs)}`,
      );
    },
  };
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
