// Putting back what a run changed: which runs have changed something, as far as that can be told here. Its device knows.

import { accessOfFiles } from '../../core/files.ts';
import { isFinal, type Run } from '../../core/runs.ts';

/** Only what has changed files has left what it takes; undefined where it may have. */
export function whyNotUndone(run: Run): string | undefined {
  if (run.action.kind !== 'files') return `run ${run.number} is not about files, so it cannot be undone`;
  if (!isFinal(run)) return `run ${run.number} is not over`;
  const changes = accessOfFiles(run.action) !== 'read-only' && run.startedAt !== undefined;
  return changes ? undefined : `run ${run.number} has changed nothing`;
}
