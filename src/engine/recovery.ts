/**
 * What a peer does with the runs that it finds unfinished when it starts. What had begun is failed/interrupted and is never run
 * again; what had not begun goes its ordinary way.
 */

import type { Actor } from '../core/approvals.ts';
import type { RunId } from '../core/ids.ts';
import { isFinal, type Run, type RunStatus } from '../core/runs.ts';
import { giveUp } from './admission.ts';
import { collectFiles, collectOutput } from './artifacts.ts';
import { type EngineDeps, executorFor } from './context.ts';
import type { Ends } from './ends.ts';

const PAGE = 200;

export async function recover(
  deps: EngineDeps & { ends: Ends; self: Actor; admit: (run: Run) => void; onReady: (run: Run) => void },
): Promise<void> {
  const interrupted: Promise<unknown>[] = [];
  // All of them first: what is admitted now must not be met again on a later page.
  const unfinished = await readAll(deps, ['running', 'queued']);
  for (const run of unfinished.reverse()) {
    // Whatever device it names, its log is ours: nobody else will end it. (The identity may have been made anew.)
    if (run.status === 'queued') deps.admit(run);
    else if (run.status === 'running' && run.startedAt === undefined) deps.onReady(run);
    else interrupted.push(interrupt(deps, run).catch((error: unknown) => giveUp(deps, run.id, error)));
  }
  await Promise.all(interrupted);
  await sweep(deps);
}

/** A crash between the end of a run and the tidying up after it leaves files, and maybe secrets, that nobody needs. */
async function sweep(deps: EngineDeps): Promise<void> {
  for (const id of await deps.leftovers()) {
    const state = await deps.store.run(id);
    if (state === undefined || isFinal(state.run)) await removeFiles(deps, id);
  }
}

async function removeFiles(deps: EngineDeps, run: RunId): Promise<void> {
  await Promise.all([deps.outputs.remove(run), deps.workspaces.remove(run), deps.vault.erase(run)]);
}

async function readAll(deps: EngineDeps, status: readonly RunStatus[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (let more = true; more; ) {
    const before = runs.at(-1)?.id;
    const page = await deps.store.runs({ status, limit: PAGE, ...(before === undefined ? {} : { before }) });
    runs.push(...page.items);
    more = page.more;
  }
  return runs;
}

/** Ends what the lost peer left running, keeps what it had printed, and says so. */
async function interrupt(deps: EngineDeps & { ends: Ends; self: Actor }, run: Run): Promise<void> {
  const receipt = await executorFor(deps, run.action.kind).reap(run.id);
  const sealed = await deps.outputs.recover(run.id);
  const output = sealed === undefined ? [] : await collectOutput(deps, sealed);
  const files = await collectFiles(deps, run.id);
  await deps.ends.write(
    run.id,
    [
      ...files.commands,
      ...output,
      {
        type: 'fail',
        data: {
          reason: 'interrupted',
          message: 'the peer ended while it ran; it was not run again; retry it if you want to',
          receipt,
          ...(sealed === undefined ? {} : { output: sealed.summary }),
        },
      },
    ],
    { by: deps.self, sync: true },
  );
  await removeFiles(deps, run.id);
}
