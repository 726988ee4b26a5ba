/** The steps that put back what a run has changed, from the list and the backups that it left. */

import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import type { RunId, Sha256 } from '../../../core/ids.ts';
import { type Done, type KeptBackups, readDone } from './backups.ts';
import { shown } from './shown.ts';
import { madeBy, type Step } from './steps.ts';
import { hashFile, identityOf } from './tree.ts';
import { explain, walk } from './walk.ts';

/** Throws where something is not as the run left it: all of it is put back, or nothing. */
export async function undoSteps(run: RunId, backups: KeptBackups): Promise<readonly Step[]> {
  const announced = (await readDone(run, backups)).done;
  const done = (await backups.isCutOff(run)) ? await begunOf(announced) : announced;
  const steps: Step[] = [];
  for (const each of done.toReversed()) steps.push(await inverse(each, backups));
  await requireRoom(steps);
  return steps;
}

/** Of what was announced in order, what was done before the run was cut off. */
async function begunOf(announced: readonly Done[]): Promise<readonly Done[]> {
  for (const [at, each] of announced.entries()) if (await isAsBefore(each)) return announced.slice(0, at);
  return announced;
}

async function isAsBefore(done: Done): Promise<boolean> {
  if (done.did === 'moved') {
    const [from, to] = [await stateOf(done.from), await stateOf(done.to)];
    return from.identity !== undefined && to.identity === undefined;
  }
  const { identity, sha256, target, kind } = await stateOf(done.path);
  switch (done.did) {
    case 'wrote':
      return done.before === undefined ? identity === undefined : sha256 === done.before.sha256;
    case 'deleted':
      return sha256 === done.before.sha256;
    case 'unlinked':
      return target === done.target;
    case 'linked':
    case 'made-folder':
      return identity === undefined;
    case 'removed-folder':
      return kind === 'folder';
  }
}

/** What comes back needs its place, and a folder that goes must have nothing in it but what goes as well. */
async function requireRoom(steps: readonly Step[]): Promise<void> {
  const gone = new Set<string>();
  for (const step of steps) {
    if (step.do === 'remove-folder') {
      const others = (await namesIn(step.path)).filter((path) => !gone.has(path));
      if (others.length > 0) throw changedMeanwhile(step.path);
    }
    for (const path of madeBy(step)) {
      if (!gone.has(path) && (await stateOf(path)).identity !== undefined) throw changedMeanwhile(path);
    }
    if (step.do === 'move') gone.add(step.from);
    else if (step.do === 'delete' || step.do === 'unlink' || step.do === 'remove-folder') gone.add(step.path);
  }
}

/** Absolute paths of what is in a folder. */
async function namesIn(path: string): Promise<readonly string[]> {
  const walked = await walk(path, { follow: false });
  try {
    return (await readdir(walked.folder.at(walked.name))).map((name) => join(path, name));
  } catch (error) {
    throw explain(error, path);
  } finally {
    await walked.folder.close();
  }
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
    case 'linked': {
      const { path, target } = done;
      if ((await stateOf(path)).target !== target) throw changedMeanwhile(path);
      return { do: 'unlink', path, target };
    }
    case 'made-folder': {
      const { path } = done;
      const { kind, mode } = await stateOf(path);
      if (kind !== 'folder') throw changedMeanwhile(path);
      return { do: 'remove-folder', path, mode };
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

interface State {
  /** Of what is there. */
  readonly identity?: string;
  readonly mode: number;
  readonly kind?: 'folder';
  /** Of a file. */
  readonly sha256?: Sha256;
  /** Of a link. */
  readonly target?: string;
}

async function stateOf(path: string): Promise<State> {
  const walked = await walk(path, { follow: false });
  try {
    const { stats } = walked;
    if (stats === undefined) return { mode: 0 };
    const rest = { mode: stats.mode & 0o7777, identity: identityOf(stats) };
    if (stats.isFile()) return { sha256: await hashFile(walked), ...rest };
    if (stats.isSymbolicLink()) return { target: await readlink(walked.folder.at(walked.name)), ...rest };
    return stats.isDirectory() ? { kind: 'folder', ...rest } : rest;
  } catch (error) {
    throw explain(error, path);
  } finally {
    await walked.folder.close();
  }
}

function changedMeanwhile(path: string): DispatchError {
  return new DispatchError('conflict', `${shown(path)} is not as that run left it, so nothing is undone`, {
    hint: 'the old content is an artifact of that run: "dispatch get" brings it',
  });
}
