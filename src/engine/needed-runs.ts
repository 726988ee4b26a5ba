/** Whose artifacts must stay: runs that are not over, and those that such a run builds on. Kept up to date until it is closed. */

import type { RunId } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { Feed } from './feed.ts';
import { readOpenRuns } from './open-runs.ts';
import type { ThreadStore } from './ports.ts';

export interface NeededRuns {
  has(run: RunId): boolean;
  close(): void;
}

export async function findNeededRuns(deps: {
  readonly store: Pick<ThreadStore, 'runs'>;
  readonly feed: Pick<Feed, 'onChange'>;
}): Promise<NeededRuns> {
  const needed = new Set<RunId>();
  const add = (run: Run): void => {
    for (const id of neededBy(run)) needed.add(id);
  };
  // First this: what comes while the others are read is told, and what is told comes before anything else is written.
  const close = deps.feed.onChange(({ run }) => {
    if (run !== undefined && !isFinal(run)) add(run);
  });
  try {
    for (const run of await readOpenRuns(deps.store)) add(run);
  } catch (error) {
    close();
    throw error;
  }
  return { has: (run) => needed.has(run), close };
}

/** Itself: its own files, and what its requests show. What it repeats, to be compared with. What it puts back. */
function neededBy({ id, retryOf, action }: Run): readonly RunId[] {
  const undone = action.kind === 'files' && action.operation.op === 'undo' ? [action.operation.run] : [];
  return [id, ...(retryOf === undefined ? [] : [retryOf]), ...undone];
}
