/**
 * What a peer does with the runs that it finds unfinished when it starts. What had begun is failed/interrupted and is never run
 * again; what had not begun goes its ordinary way.
 */

import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import type { RunId } from '../core/ids.ts';
import { isFinal, type Run } from '../core/runs.ts';
import { giveUp } from './admission.ts';
import { answerCommands } from './answer-message.ts';
import { collectFiles, collectOutput } from './artifacts.ts';
import { type EngineDeps, executorFor } from './context.ts';
import type { Ends } from './ends.ts';
import { readOpenRuns } from './open-runs.ts';

/** Bytes of what a lost execution printed that may become an answer. */
const LONGEST_ANSWER = 2 ** 20;

/** What an earlier peer left. */
export interface Legacy {
  /** Those that this device executes, or did under an earlier identity: nobody else will end them. Oldest first. */
  readonly unfinished: readonly Run[];
  /** Those that this device submitted, and another executes. Oldest first. */
  readonly elsewhere: readonly Run[];
  /** Runs that have files here, whatever became of them. */
  readonly withFiles: readonly RunId[];
}

/** Reads all of it before anything new begins: what a client submits meanwhile must not be taken for left behind. */
export async function findLegacy(deps: EngineDeps): Promise<Legacy> {
  const self = deps.identity.device;
  const open = (await readOpenRuns(deps.store)).reverse();
  const unfinished: Run[] = [];
  for (const run of open) if (run.status !== 'waiting_approval' && (await isOurs(deps, run))) unfinished.push(run);
  return {
    unfinished,
    elsewhere: open.filter((run) => run.origin === self && run.device !== self),
    withFiles: await deps.leftovers(),
  };
}

/** A run of a device whose log is copied from nowhere is one of this device, from before its identity was made anew. */
async function isOurs(deps: EngineDeps, { device, origin }: Run): Promise<boolean> {
  if (device === deps.identity.device) return true;
  if (origin === deps.identity.device) return false;
  const known = await Promise.all([deps.store.position(device), deps.store.position(origin)]);
  return known.every((position) => position === undefined);
}

export async function recover(
  deps: EngineDeps & { ends: Ends; self: Actor; admit: (run: Run) => void; onReady: (run: Run) => void },
  { unfinished, withFiles }: Legacy,
): Promise<void> {
  const interrupted: Promise<unknown>[] = [];
  for (const run of unfinished) {
    if (run.status === 'queued') deps.admit(run);
    else if (run.status === 'running' && run.startedAt === undefined) deps.onReady(run);
    else interrupted.push(interrupt(deps, run).catch((error: unknown) => giveUp(deps, run.id, error)));
  }
  await Promise.all(interrupted);
  await sweep(deps, withFiles);
}

/** A crash between the end of a run and the tidying up after it leaves files, and maybe secrets, that nobody needs. */
async function sweep(deps: EngineDeps, withFiles: readonly RunId[]): Promise<void> {
  for (const id of withFiles) {
    const state = await deps.store.run(id);
    if (state === undefined || isFinal(state.run)) await removeFiles(deps, id);
  }
}

async function removeFiles(deps: EngineDeps, run: RunId): Promise<void> {
  await Promise.all([deps.outputs.remove(run), deps.workspaces.remove(run), deps.vault.erase(run)]);
}

/** Ends what the lost peer left running, keeps what it had printed, and says so. */
async function interrupt(deps: EngineDeps & { ends: Ends; self: Actor }, run: Run): Promise<void> {
  const executor = executorFor(deps, run.action.kind);
  const receipt = await executor.reap(run.id, run.action);
  const sealed = await deps.outputs.recover(run.id);
  const output = sealed === undefined ? [] : await collectOutput(deps, sealed);
  const files = await collectFiles(deps, run.id, (name) => executor.about?.(name));
  const answer = executor.answerLeft?.(run.action, await printedOf(deps, output));
  const answers = await answerCommands(deps, answer);
  await deps.ends.write(
    run.id,
    [
      ...files.commands,
      ...output,
      ...answers,
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

/** The beginning of what it had printed. */
async function printedOf({ blobs }: EngineDeps, output: readonly RunCommand[]): Promise<string> {
  const [kept] = output;
  return kept?.type === 'add-artifact'
    ? Buffer.from(await blobs.head(kept.artifact.sha256, LONGEST_ANSWER)).toString()
    : '';
}
