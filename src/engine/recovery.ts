/**
 * What a peer does with the runs that it finds unfinished when it starts. What had begun is failed/interrupted and is never run
 * again; what had not begun goes its ordinary way.
 */

import type { Actor } from '../core/approvals.ts';
import type { Run, RunStatus } from '../core/runs.ts';
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
    if (run.device !== deps.identity.device) continue;
    if (run.status === 'queued') deps.admit(run);
    else if (run.status === 'running' && run.startedAt === undefined) deps.onReady(run);
    else interrupted.push(interrupt(deps, run).catch((error: unknown) => giveUp(deps, run.id, error)));
  }
  await Promise.all(interrupted);
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
  await Promise.all([deps.outputs.remove(run.id), deps.workspaces.remove(run.id), deps.vault.erase(run.id)]);
}
