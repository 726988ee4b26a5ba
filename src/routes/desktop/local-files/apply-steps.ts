/**
 * Does what was planned, one step after the other, each checked on what is open at that moment. What is replaced is kept first; what was
 * done is written down in any case, so that also half of it can be undone.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import type { RunId, Sha256 } from '../../../core/ids.ts';
import { type Backups, changedSince, type Done } from './backups.ts';
import { enter } from './folder.ts';
import { openFile } from './open-file.ts';
import { partNameOf } from './parts.ts';
import { putFile, renameToNew, syncFolder } from './put-file.ts';
import type { Reach } from './reach.ts';
import { shown } from './shown.ts';
import { doneOf, type Source, type Step } from './steps.ts';
import { hashFile, identityOf } from './tree.ts';
import { explain, type Walked, walk } from './walk.ts';

export interface Applying {
  readonly run: RunId;
  readonly reach: Reach;
  readonly backups: Backups;
  readonly signal: AbortSignal;
  onStep(step: Step, at: number): void;
}

/** Resolves with how many were done before the signal aborted. Throws what stopped it, after having written down what was done. */
export async function applySteps(steps: readonly Step[], applying: Applying): Promise<number> {
  const { backups, signal } = applying;
  const modes = await keepAll(steps, applying);
  const planned = steps.map((step, index) => doneOf(step, modes[index]));
  await backups.announce(planned);
  let done = 0;
  try {
    for (const step of steps) {
      if (signal.aborted) break;
      applying.onStep(step, done);
      try {
        await applyStep(step, applying);
      } catch (error) {
        if (signal.aborted) break; // in the middle of a file, of which nothing is left
        throw error;
      }
      done += 1;
    }
    await closeFolders(steps.slice(0, done), applying);
  } finally {
    if (done < steps.length) await backups.announce(planned.slice(0, done) as Done[]);
  }
  return done;
}

/** Nothing is changed before all that goes is kept. Gives the permission bits of the files. */
async function keepAll(steps: readonly Step[], { backups, signal }: Applying): Promise<(number | undefined)[]> {
  const modes: (number | undefined)[] = [];
  for (const step of steps) {
    if (signal.aborted) break;
    const before = step.do === 'write' || step.do === 'delete' ? step.before : undefined;
    modes.push(
      before === undefined || !('path' in step)
        ? undefined
        : (await reached(step.path, false, (walked) => backups.keep(walked, before))).mode,
    );
  }
  return modes;
}

/** The end of a real path: no link is followed any more. */
async function reached<T>(path: string, write: Reach | false, use: (walked: Walked) => Promise<T>): Promise<T> {
  const walked = await walk(path, { follow: false });
  try {
    if (walked.real !== path || walked.missing.length > 0) throw changedSince(path);
    const why = write === false ? undefined : write.whyNotWrite(walked.real);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    return await use(walked);
  } catch (error) {
    throw explain(error, path);
  } finally {
    await walked.folder.close();
  }
}

/** What may not be written to could not be filled either: it becomes so when all is in it. */
async function closeFolders(steps: readonly Step[], { reach }: Applying): Promise<void> {
  for (const step of steps.toReversed()) {
    if (step.do !== 'make-folder' || step.mode === undefined || (step.mode & 0o700) === 0o700) continue;
    const { mode } = step;
    await reached(step.path, reach, (walked) => setMode(walked, mode));
  }
}

async function setMode({ folder, name }: Walked, mode: number): Promise<void> {
  const made = await enter(folder, name);
  try {
    await made.chmod(mode);
  } finally {
    await made.close();
  }
}

function applyStep(step: Step, { run, reach, signal }: Applying): Promise<void> {
  switch (step.do) {
    case 'write':
      return reached(step.path, reach, (walked) => write(walked, step, { run, reach, signal }));
    case 'delete':
      return reached(step.path, reach, async (walked) => {
        if (walked.stats?.isFile() !== true || (await hashFile(walked)) !== step.before) throw changedSince(step.path);
        await unlink(walked.folder.at(walked.name));
        await syncFolder(walked.folder);
      });
    case 'unlink':
      return reached(step.path, reach, async ({ folder, name, stats }) => {
        if (stats?.isSymbolicLink() !== true || (await readlink(folder.at(name))) !== step.target)
          throw changedSince(step.path);
        await unlink(folder.at(name));
        await syncFolder(folder);
      });
    case 'link':
      return reached(step.path, reach, async ({ folder, name }) => {
        await symlink(step.target, folder.at(name));
        await syncFolder(folder);
      });
    case 'make-folder':
      return reached(step.path, reach, async (walked) => {
        const { folder, name } = walked;
        await mkdir(folder.at(name), { mode: step.mode === undefined ? 0o777 : 0o700 });
        if (step.mode !== undefined) await setMode(walked, step.mode | 0o700);
        await syncFolder(folder);
      });
    case 'remove-folder':
      return reached(step.path, reach, async ({ folder, name }) => {
        await rmdir(folder.at(name));
        await syncFolder(folder);
      });
    case 'move':
      return reached(step.from, reach, (from) => reached(step.to, reach, (to) => move(from, to, step)));
  }
}

type Writing = Pick<Applying, 'run' | 'reach' | 'signal'>;

async function write(walked: Walked, step: Extract<Step, { do: 'write' }>, writing: Writing): Promise<void> {
  const { folder, name, stats } = walked;
  const { before, after, mode, source } = step;
  const look = async (): Promise<void> => {
    if ((stats === undefined) !== (before === undefined)) throw changedSince(step.path);
    if (before !== undefined && (await hashFile(walked)) !== before) throw changedSince(step.path);
  };
  await look();
  const owner = stats === undefined ? {} : { owner: { uid: stats.uid, gid: stats.gid } };
  await putFile(folder, name, (handle) => fill(handle, source, after, writing), {
    part: partNameOf(name, writing.run),
    replace: before !== undefined,
    last: look,
    ...(mode === undefined ? {} : { mode }),
    ...owner,
  });
}

async function fill(handle: FileHandle, source: Source, expected: Sha256, { reach, signal }: Writing): Promise<void> {
  if (source.kind === 'bytes') {
    await handle.writeFile(source.bytes);
    return;
  }
  const hash = createHash('sha256');
  const copy = async (chunks: AsyncIterable<unknown>): Promise<void> => {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      hash.update(chunk as Buffer);
      await handle.writeFile(chunk as Buffer);
    }
  };
  const options = { highWaterMark: 1024 * 1024 };
  if (source.kind === 'blob') await copy(createReadStream(source.path, options));
  else {
    await reached(source.path, false, async (walked) => {
      const why = reach.whyNotRead(walked.real);
      if (why !== undefined) throw DispatchError.fromRefusal(why);
      const { handle: from } = await openFile(walked);
      try {
        await copy(from.createReadStream({ ...options, autoClose: false }));
      } finally {
        await from.close();
      }
    });
  }
  if (hash.digest('hex') !== expected) {
    throw new DispatchError('conflict', `what was to be copied has changed since it was looked at`, {
      hint: 'start over',
    });
  }
}

async function move(from: Walked, to: Walked, { identity, sha256 }: Extract<Step, { do: 'move' }>): Promise<void> {
  if (from.stats === undefined || identityOf(from.stats) !== identity) throw changedSince(from.real);
  if (sha256 !== undefined && (await hashFile(from)) !== sha256) throw changedSince(from.real);
  if (to.stats !== undefined) throw changedSince(to.real);
  try {
    const put = from.stats.isFile() ? renameToNew : rename;
    await put(from.folder.at(from.name), to.folder.at(to.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    throw new DispatchError('invalid', `${shown(to.real)} is on another disk than ${shown(from.real)}`, {
      hint: 'copy it there, then delete it here',
    });
  }
  await syncFolder(to.folder);
  if (dirname(from.real) !== dirname(to.real)) await syncFolder(from.folder);
}
