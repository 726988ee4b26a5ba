// What was told of a run that goes on, and what its speed is made from.

import type { Progress } from '../../protocol/api.ts';
import { addPoint, type SpeedPoint } from '../words/speed.ts';

export type KnownProgress = Progress & { readonly points?: readonly SpeedPoint[] };

export function known(before: KnownProgress | undefined, progress: Progress, at: number): KnownProgress {
  if (progress.bytes === undefined) return progress;
  return { ...progress, points: addPoint(before?.points ?? [], { bytes: progress.bytes, at }) };
}
