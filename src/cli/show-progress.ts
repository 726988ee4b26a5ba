/** How far a run is, on one line of the terminal that is gone when something else is printed. Nothing where nobody looks. */

import type { ControlClient } from '../control/client/client.ts';
import type { Progress } from '../protocol/api.ts';
import { truncate } from '../tui/terminal/width.ts';
import { addPoint, type SpeedPoint, speedOf } from '../tui/words/speed.ts';
import type { CliContext } from './context.ts';
import { bytes, duration, safe } from './print.ts';

const BAR = 20;
const NARROWEST = 20;
const CLEAR_LINE = '\r\u001b[K';

export interface ShownProgress {
  clear(): void;
  stop(): void;
}

export function showProgress({ stderr, json }: CliContext, client: ControlClient, run: string): ShownProgress {
  if (!stderr.isTTY || json) return { clear: () => {}, stop: () => {} };
  const speed = createSpeed();
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  const stop = client.on('progress', ({ run: which, progress }) => {
    if (which !== run) return;
    const perSecond = progress.bytes === undefined ? undefined : speed(progress.bytes, performance.now());
    const width = Math.max(NARROWEST, (stderr.columns ?? 80) - 1);
    stderr.write(`${CLEAR_LINE}${truncate(progressLine(progress, perSecond), width)}`);
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

/** Gives bytes a second from how many there are at which time; undefined until that can be said. */
export function createSpeed(): (bytes: number, at: number) => number | undefined {
  let points: readonly SpeedPoint[] = [];
  return (bytes, at) => {
    points = addPoint(points, { bytes, at });
    return speedOf(points);
  };
}

/** `[########            ] 41 %  410 MB of 1.0 GB  205 MB/s  3 s left  photos/a.jpg`. */
export function progressLine(
  { text, step, steps, bytes: done, totalBytes }: Progress,
  perSecond: number | undefined,
): string {
  const parts: string[] = [];
  if (done !== undefined && totalBytes !== undefined && totalBytes > 0) {
    const share = Math.min(1, done / totalBytes);
    const filled = Math.round(share * BAR);
    parts.push(`[${'#'.repeat(filled)}${' '.repeat(BAR - filled)}] ${Math.floor(share * 100)} %`);
    parts.push(`${bytes(done)} of ${bytes(totalBytes)}`);
    if (perSecond !== undefined && perSecond > 0) {
      parts.push(`${bytes(Math.round(perSecond))}/s`, `${leftText((totalBytes - done) / perSecond)} left`);
    }
  } else if (step !== undefined && steps !== undefined) parts.push(`${step} of ${steps}`);
  return [...parts, safe(text)].join('  ');
}

function leftText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : duration(whole * 1000);
}
