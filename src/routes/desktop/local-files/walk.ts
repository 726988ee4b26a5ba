/**
 * From a path to what it leads to, one name at a time, each looked up in the open folder before it. Links are read and walked as well,
 * so that what is reached at the end is what was looked at on the way.
 */

import type { Stats } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import { enter, type Folder, openRoot } from './folder.ts';
import { shown } from './shown.ts';

/** As the kernel does it: MAXSYMLINKS of Linux (path_resolution(7)). */
const MOST_LINKS = 40;

export interface Walked {
  /** Open; whoever walked closes it. The folder that the end of the path is in; the end itself for `/`. */
  readonly folder: Folder;
  /** In that folder; `.` for the folder itself. */
  readonly name: string;
  /** Absolute, links resolved: as far as it exists. */
  readonly real: string;
  /** Of the end; undefined where there is nothing. */
  readonly stats: Stats | undefined;
  /** Names below `name` that do not exist either; none where only the end is missing. */
  readonly missing: readonly string[];
}

export interface WalkOptions {
  /** False: a link at the end is what is meant. */
  readonly follow: boolean;
}

/** `path` is absolute. Throws DispatchErrors that say what is wrong with it. */
export async function walk(path: string, { follow }: WalkOptions): Promise<Walked> {
  const trail: Folder[] = [await openRoot()];
  const waiting = path.split('/').filter((name) => name !== '' && name !== '.');
  let links = 0;
  const leave = async (most: number): Promise<void> => {
    while (trail.length > most) await trail.pop()?.close();
  };
  const here = (): Folder => trail.at(-1) as Folder;
  const end = async (name: string, stats: Stats | undefined, missing: readonly string[]): Promise<Walked> => {
    const folder = trail.pop() as Folder;
    await leave(0);
    const real = name === '.' ? folder.path : join(folder.path, name, ...missing);
    return { folder, name, real, stats, missing };
  };
  try {
    for (;;) {
      const name = waiting.shift();
      if (name === undefined) return await end('.', await lstat(here().at('.')), []);
      if (name === '..') {
        await leave(Math.max(1, trail.length - 1));
        continue;
      }
      const way = here().at(name);
      const stats = await look(way);
      if (stats === undefined) {
        if (waiting.includes('..')) throw missing(join(here().path, name));
        return await end(name, undefined, waiting);
      }
      if (stats.isSymbolicLink() && (follow || waiting.length > 0)) {
        links += 1;
        if (links > MOST_LINKS) throw new DispatchError('invalid', `${shown(path)} leads in a circle of links`);
        const target = await readlink(way);
        if (target.startsWith('/')) await leave(1);
        waiting.unshift(...target.split('/').filter((part) => part !== '' && part !== '.'));
        continue;
      }
      if (waiting.length === 0) return await end(name, stats, []);
      if (!stats.isDirectory()) {
        throw new DispatchError('invalid', `${shown(join(here().path, name))} is no folder`, {
          hint: 'correct the path',
        });
      }
      trail.push(await enter(here(), name));
    }
  } catch (error) {
    await leave(0);
    throw explain(error, path);
  }
}

async function look(way: string): Promise<Stats | undefined> {
  try {
    return await lstat(way);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function missing(path: string): DispatchError {
  return new DispatchError('not-found', `there is no ${shown(path)}`, { hint: 'correct the path' });
}

const REASONS: Readonly<
  Record<string, readonly ['not-found' | 'invalid' | 'storage' | 'refused' | 'conflict' | 'too-large', string]>
> = {
  ENOENT: ['not-found', 'it is not there'],
  EACCES: ['refused', 'this account may not'],
  EPERM: ['refused', 'this account may not'],
  ENOTDIR: ['conflict', 'it is no folder, or is another one than a moment ago'],
  EISDIR: ['invalid', 'it is a folder'],
  EEXIST: ['conflict', 'something is there already'],
  ENOTEMPTY: ['conflict', 'it is not empty'],
  ELOOP: ['conflict', 'it is a link'],
  ENAMETOOLONG: ['invalid', 'its name is too long for this disk'],
  EILSEQ: ['invalid', 'its name cannot be on this disk'],
  ENOSPC: ['storage', 'the disk is full'],
  EDQUOT: ['storage', 'the quota of this account is used up'],
  EROFS: ['refused', 'the disk is read-only'],
  EXDEV: ['invalid', 'it is on another disk'],
  EBUSY: ['conflict', 'something uses it'],
  EMFILE: ['storage', 'too many files are open'],
  ENXIO: ['invalid', 'nothing is at its other end'],
  EINVAL: ['conflict', 'it is another one than a moment ago'],
  ERR_INVALID_ARG_VALUE: ['invalid', 'it is no path'],
  EIO: ['storage', 'the disk cannot be read'],
};

/** What the system says of a path, as one sentence for people. */
export function explain(error: unknown, path: string): DispatchError {
  if (error instanceof DispatchError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && path.includes('\ufffd')) {
    return new DispatchError('invalid', `${shown(path)}: its name is no UTF-8, so no task can name it`, {
      hint: 'rename it with a shell command',
    });
  }
  const [kind, why] = REASONS[code] ?? ['storage', message.replace(/'[^']*'/g, 'it')];
  const hint = kind === 'storage' ? 'see to the disk, then try again' : 'correct the path, or what is there';
  return new DispatchError(kind, `${shown(path)}: ${why}`, { hint, cause: error });
}
