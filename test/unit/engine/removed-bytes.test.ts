// What is said of an artifact whose bytes are gone, and what can be done then.
import { expect, it } from 'vitest';
import type { Artifact } from '../../../src/core/artifacts.ts';
import { removalOf } from '../../../src/engine/removed-bytes.ts';

const DAY_MS = 86_400_000;
const gone = (about: Partial<Artifact>): Artifact =>
  ({ name: 'a.txt', kind: 'file', createdAt: 0, removed: { at: 31 * DAY_MS, reason: 'age' }, ...about }) as Artifact;

it.each<[Partial<Artifact>, string]>([
  [{}, 'run it again'],
  [{ name: 'output.log', kind: 'output' }, 'run it again'],
  [{ name: 'backup/0', kind: 'backup' }, 'what that run changed can no longer be undone'],
  [{ name: 'approval/before.png', kind: 'image' }, 'the request that it went with is still in the thread'],
])('of %j: %s', (about, hint) => {
  const artifact = gone(about);
  expect(removalOf(artifact)).toMatchObject({
    code: 'not-found',
    message: `"${artifact.name}" was removed on 1970-02-01 (kept for 31 days)`,
    hint,
  });
});
