/** How far a run is, on one line of the terminal that is gone when something else is printed. Nothing where nobody looks. */

import type { ControlClient } from '../control/client/client.ts';
import type { Progress } from '../protocol/api.ts';
import type { CliContext } from './context.ts';
import { bytes, safe } from './print.ts';

const BAR = 20;
/** Before this there is nothing to say about speed. */
const MEASURED_MS = 500;
const CLEAR_LINE = '\r\u001b[K';

export interface ShownProgress {
  clear(): void;
  stop(): void;
}

export function showProgress({ stderr, json }: CliContext, client: ControlClient, run: string): ShownProgress {
  if (!stderr.isTTY || json) return { clear: () => {}, stop: () => {} };
  const startedAt = performance.now();
  let first: number | undefined;
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  const stop = client.on('progress', ({ run: which, progress }) => {
    if (which !== run) return;
    first ??= progress.bytes ?? 0;
    const text = progressLine(progress, first, performance.now() - startedAt);
    stderr.write(`${CLEAR_LINE}${text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
    shown = true;
  });
  return {
    clear,
    stop() {
      stop();
      clear();
    },
  };
}

/** `[########            ] 41 %  410 MB of 1.0 GB  205 MB/s  3 s left  photos/a.jpg`. `first`: what was there at the beginning. */
export function progressLine(
  { text, step, steps, bytes: done, totalBytes }: Progress,
  first: number,
  elapsedMs: number,
): string {
  const parts: string[] = [];
  if (done !== undefined && totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, done / totalBytes);
    const filled = Math.round(share * BAR);
    parts.push(`[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] ${Math.floor(share * 100)} %`);
    parts.push(`${bytes(done)} of ${bytes(totalBytes)}`);
    const rate = ((done - first) * 1000) / elapsedMs;
    if (elapsedMs > MEASURED_MS && rate > 0) {
      parts.push(`${bytes(Math.round(rate))}/s`, `${Math.ceil((totalBytes - done) / rate)} s left`);
    }
  } else if (step !== undefined && steps !== undefined) parts.push(`${step} of ${steps}`);
  return [...parts, safe(text)].join('  ');
}
