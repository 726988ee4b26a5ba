/** What is said of an artifact whose bytes are gone. */

import type { Artifact, ArtifactKind } from '../core/artifacts.ts';
import { DispatchError } from '../core/errors.ts';

const DAY_MS = 86_400_000;

/** Nothing, if the bytes are meant to be there. */
export function removalOf({ name, kind, createdAt, removed }: Artifact): DispatchError | undefined {
  if (removed === undefined) return undefined;
  const { at, reason } = removed;
  const why = reason === 'age' ? `kept for ${lengthText(at - createdAt)}` : 'there was no room for more';
  return new DispatchError(
    'not-found',
    `"${name}" was removed on ${new Date(at).toISOString().slice(0, 10)} (${why})`,
    {
      hint: whatNow(name, kind),
      details: { removed },
    },
  );
}

/** What was there once, nothing makes anew. */
function whatNow(name: string, kind: ArtifactKind): string {
  if (kind === 'backup') return 'what that run changed can no longer be undone';
  if (name.startsWith('approval/')) return 'the request that it went with is still in the thread';
  return 'run it again';
}

function lengthText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  if (days < 1) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}
