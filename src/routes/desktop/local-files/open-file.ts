/** Opening the end of a walk: a regular file, the one that was looked at, and never one that would make us wait. */

import type { Stats } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { DispatchError } from '../../../core/errors.ts';
import { shown } from './shown.ts';
import { explain, type Walked } from './walk.ts';

/** How much is read into memory at most. */
export const MOST_IN_MEMORY = 16 * 1024 * 1024;

export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/** Throws `not-found` where there is nothing, `invalid` for what is no regular file, `conflict` where it is another one meanwhile. */
export async function openFile({ folder, name, real, stats: seen }: Walked): Promise<OpenFile> {
  if (seen === undefined) throw notThere(real);
  if (!seen.isFile()) throw notAFile(real, seen);
  let handle: FileHandle;
  try {
    handle = await open(folder.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw explain(error, real);
  }
  try {
    await folder.check();
    const stats = await handle.stat();
    if (!stats.isFile()) throw notAFile(real, stats);
    if (stats.ino !== seen.ino || stats.dev !== seen.dev) throw changed(real);
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw explain(error, real);
  }
}

/** All of it. Throws `too-large` for more than there is room for in memory. */
export async function readWhole(walked: Walked, most = MOST_IN_MEMORY): Promise<{ bytes: Buffer; stats: Stats }> {
  const { handle, stats } = await openFile(walked);
  try {
    if (stats.size > most) {
      throw new DispatchError(
        'too-large',
        `${shown(walked.real)} has ${stats.size} bytes, and ${most} are read at most`,
        {
          hint: 'read a range of it, take it as an artifact, or copy it',
        },
      );
    }
    const bytes = await handle.readFile();
    return { bytes, stats };
  } catch (error) {
    throw explain(error, walked.real);
  } finally {
    await handle.close();
  }
}

export function notThere(real: string): DispatchError {
  return new DispatchError('not-found', `there is no ${shown(real)}`, { hint: 'correct the path' });
}

function changed(real: string): DispatchError {
  return new DispatchError('conflict', `${shown(real)} is another file than a moment ago`, {
    hint: 'look at it again',
  });
}

export function notAFile(real: string, stats: Stats): DispatchError {
  const what = stats.isDirectory() ? 'a folder' : stats.isSymbolicLink() ? 'a link' : 'no regular file';
  return new DispatchError('invalid', `${shown(real)} is ${what}`, { hint: 'name a file' });
}
