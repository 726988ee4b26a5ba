/** The steps that put back what a run has changed, from the list and the backups that it left. */

import { DispatchError } from '../../../core/errors.ts';
import type { RunId, Sha256 } from '../../../core/ids.ts';
import { type Done, type KeptBackups, readDone } from './backups.ts';
import type { Reach } from './reach.ts';
import { shown } from './shown.ts';
import type { Step } from './steps.ts';
import { hashFile, identityOf } from './tree.ts';
import { walk } from './walk.ts';

/** Throws where something that it would put back is not as the run left it. */
export async function undoSteps(
  run: RunId,
  { backups, reach }: { readonly backups: KeptBackups; readonly reach: Reach },
): Promise<readonly Step[]> {
  const { done } = await readDone(run, backups);
  const steps: Step[] = [];
  for (const each of done.toReversed()) steps.push(await inverse(each, backups));
  for (const step of steps) {
    for (const path of step.do === 'move' ? [step.from, step.to] : [step.path]) {
      const why = reach.whyNotWrite(path);
      if (why !== undefined) throw DispatchError.fromRefusal(why);
    }
  }
  return steps;
}

async function inverse(done: Done, backups: KeptBackups): Promise<Step> {
  switch (done.did) {
    case 'wrote': {
      const { path, before, after } = done;
      const now = await stateOf(path);
      if (now.sha256 !== after) throw changedMeanwhile(path);
      if (before === undefined) return { do: 'delete', path, before: after as Sha256, mode: now.mode };
      return {
        do: 'write',
        path,
        source: blob(backups, before.sha256),
        before: after as Sha256,
        after: before.sha256 as Sha256,
        mode: before.mode,
      };
    }
    case 'deleted': {
      const { path, before } = done;
      return {
        do: 'write',
        path,
        source: blob(backups, before.sha256),
        after: before.sha256 as Sha256,
        mode: before.mode,
      };
    }
    case 'unlinked':
      return { do: 'link', path: done.path, target: done.target };
    case 'linked':
      return { do: 'unlink', path: done.path, target: done.target };
    case 'made-folder': {
      return { do: 'remove-folder', path: done.path, mode: (await stateOf(done.path)).mode };
    }
    case 'removed-folder':
      return { do: 'make-folder', path: done.path, mode: done.mode };
    case 'moved': {
      const { identity, sha256 } = await stateOf(done.to);
      if (identity === undefined) throw changedMeanwhile(done.to);
      return { do: 'move', from: done.to, to: done.from, identity, ...(sha256 === undefined ? {} : { sha256 }) };
    }
  }
}

function blob(backups: KeptBackups, sha256: string): Step extends { source: infer S } ? S : never {
  return { kind: 'blob', path: backups.path(sha256 as Sha256) } as never;
}

async function stateOf(path: string): Promise<{ sha256?: Sha256; mode: number; identity?: string }> {
  const walked = await walk(path, { follow: false });
  try {
    const { stats } = walked;
    if (stats === undefined) return { mode: 0 };
    const rest = { mode: stats.mode & 0o7777, identity: identityOf(stats) };
    return stats.isFile() ? { sha256: await hashFile(walked), ...rest } : rest;
  } finally {
    await walked.folder.close();
  }
}

function changedMeanwhile(path: string): DispatchError {
  return new DispatchError('conflict', `${shown(path)} is not as that run left it, so nothing is undone`, {
    hint: 'the old content is an artifact of that run: "dispatch get" brings it',
  });
}
