// How much each item of the palette is used: every choice counts one, and counts half after a week. Of what was chosen only the
// id is kept, which is a key's or a command's: never a task, a run or a device. Pure.

export interface Use {
  /** What all choices came to at `at`. */
  readonly score: number;
  /** Unix milliseconds. */
  readonly at: number;
}

export type PaletteUses = ReadonlyMap<string, Use>;

export const HALF_LIFE_MS = 7 * 24 * 3_600_000;
/** Of more items the least used are forgotten. */
export const MOST_USES = 200;
/** What is used less than that is not shown before everything else. */
const LEAST_RECENT = 0.1;

/** A clock that was put back makes nothing more used than it was. */
const scoreAt = ({ score, at }: Use, now: number): number => score * 0.5 ** (Math.max(0, now - at) / HALF_LIFE_MS);

export function withUse(uses: PaletteUses, id: string, now: number): PaletteUses {
  const before = uses.get(id);
  const score = (before === undefined ? 0 : scoreAt(before, now)) + 1;
  const next = new Map([...uses, [id, { score, at: now }] as const]);
  return next.size <= MOST_USES ? next : new Map(byUse(next, now).slice(0, MOST_USES));
}

/** The most used, the first being the one that is used most. */
export const mostUsed = (uses: PaletteUses, now: number, count: number): readonly string[] =>
  byUse(uses, now)
    .filter(([, use]) => scoreAt(use, now) >= LEAST_RECENT)
    .slice(0, count)
    .map(([id]) => id);

/** From 0, not used, towards 1: what is used every day is far ahead of what was used once, and not without bound. */
export function weightOf(uses: PaletteUses, id: string, now: number): number {
  const use = uses.get(id);
  if (use === undefined) return 0;
  const score = scoreAt(use, now);
  return score / (score + 2);
}

const byUse = (uses: PaletteUses, now: number): (readonly [string, Use])[] =>
  [...uses].sort(([, one], [, other]) => scoreAt(other, now) - scoreAt(one, now));
