// Bytes a second from how many there were at which time. The speed is that of the newest seconds: what waited for a yes, or for a link, was
// not slow. Pure.

export interface SpeedPoint {
  readonly bytes: number;
  /** Milliseconds of any clock that does not go back. */
  readonly at: number;
}

const WINDOW_MS = 5000;
/** Before this there is nothing to say about speed. */
const MEASURED_MS = 500;

export function addPoint(points: readonly SpeedPoint[], point: SpeedPoint): readonly SpeedPoint[] {
  // Fewer than before: it has begun again, or another file has.
  const begunAgain = (points.at(-1)?.bytes ?? 0) > point.bytes;
  const before = begunAgain ? [] : points.filter(({ at }) => point.at - at <= WINDOW_MS);
  return [...before, point];
}

/** Undefined until it can be said. */
export function speedOf(points: readonly SpeedPoint[]): number | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < MEASURED_MS) return undefined;
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
}
