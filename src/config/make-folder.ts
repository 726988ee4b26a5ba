/** Makes folders for nobody else, and tells the true reason where that fails. */

import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    // That is what Node says of a read-only file system too, unless it is asked for one folder alone.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(highestMissing(path), { mode: 0o700 });
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
}

/** As makeFolder; and one that is there already is closed to others. Throws if it belongs to somebody else. */
export function makePrivateFolder(path: string): void {
  makeFolder(path);
  if (process.getuid === undefined) return;
  const { uid, mode } = statSync(path);
  if (uid !== process.getuid()) throw new Error('it belongs to another user');
  if ((mode & 0o077) !== 0) chmodSync(path, mode & 0o700);
}

function highestMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : highestMissing(parent);
}
