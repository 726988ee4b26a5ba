/** Where a path leads on this device, links resolved as far as it exists: the rest may be made by whoever goes there. */

import { lstat, readlink, realpath } from 'node:fs/promises';

/** As the kernel does it: MAXSYMLINKS of Linux (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Absolute, without `.` and `..`; `folder` is absolute. A link that leads to nothing is followed, since writing through it makes
 * what it names. Undefined where links lead in a circle or a folder on the way may not be looked into.
 */
export async function resolvePath(folder: string, written: string): Promise<string | undefined> {
  const whole = written.startsWith('/') ? written : `${folder}/${written}`;
  try {
    return await realpath(whole);
  } catch {
    return walk(whole);
  }
}

/** One name at a time: `link/..` is not where `link` stands. */
async function walk(path: string): Promise<string | undefined> {
  const waiting = path.split('/').reverse();
  let at = '';
  for (let links = 0; waiting.length > 0; ) {
    const name = waiting.pop() ?? '';
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
      continue;
    }
    const next = `${at}/${name}`;
    const target = await linkTarget(next);
    if (target === 'unknown') return undefined;
    if (target === undefined) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return undefined;
    if (target.startsWith('/')) at = '';
    waiting.push(...target.split('/').reverse());
  }
  return at === '' ? '/' : at;
}

/** Undefined for what is no link, or is not there. */
async function linkTarget(path: string): Promise<string | 'unknown' | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unknown';
  }
}
