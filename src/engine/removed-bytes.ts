/** What is said of an artifact whose bytes are gone. */

import type { Artifact } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';

const DAY_MS = 86_400_000;

/** Nothing, if the bytes are meant to be there. */
export function removalOf({ name, createdAt, removed }: Artifact): DispatchError | undefined {
  if (removed === undefined) return undefined;
  const { at, reason } = removed;
  const why = reason === 'age' ? `kept for ${lengthText(at - createdAt)}` : 'there was no room for more';
  return new DispatchError(
    'not-found',
    `"${name}" was removed on ${new Date(at).toISOString().slice(0, 10)} (${why})`,
    {
      hint: 'run it again',
      details: { removed },
    },
  );
}

function lengthText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days < 1) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}
