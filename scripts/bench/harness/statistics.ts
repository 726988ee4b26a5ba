// Numbers from repeated measurement. A single time says nothing, so there is no way to report one.

export interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
}

/** Throws a RangeError on fewer than two samples. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length < 2) throw new RangeError(`${samples.length} samples are not a measurement`);
  const sorted = samples.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0] as number, sorted.at(-1) as number];
  return { n: sorted.length, median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), min, max };
}

/** Linear interpolation between the two samples around the place. */
function quantile(sorted: readonly number[], q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (place - below);
}
