/**
 * Runs that an assistant proposed and that are still open when it is gone: nobody waits for them any more, and nobody should be asked about
 * them. A peer that starts ends those of an assistant that a crash took.
 */

import type { RunId } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import type { EngineDeps } from './context.ts';
import { readOpenRuns } from './open-runs.ts';

/** What was proposed here and has not begun: what has is ended with everything else that had. */
export async function endOrphans(
  { store, identity }: Pick<EngineDeps, 'store' | 'identity'>,
  end: (run: Run) => Promise<unknown>,
): Promise<void> {
  const proposed = await readOpenRuns(
    store,
    ({ proposedBy, origin }) => proposedBy !== undefined && origin === identity.device,
  );
  for (const run of proposed) if (await isOver(store, run.proposedBy)) await end(run);
}

async function isOver(store: EngineDeps['store'], assistant: RunId | undefined): Promise<boolean> {
  const run = assistant === undefined ? undefined : (await store.run(assistant))?.run;
  return run === undefined || isFinal(run);
}
