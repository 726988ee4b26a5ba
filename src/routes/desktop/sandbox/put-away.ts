/**
 * Takes away what a run left where something outside of its sandbox would carry it out. It goes into a folder of Dispatch's own, which
 * no run can reach and in which no name can be taken beforehand. Where it cannot go there, it is removed: nothing of it stays.
 */

import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What is copied from another disk: a person's own edit may be among it, and a run must not fill this one. */
const MOST_COPIED_BYTES = 1024 * 1024;

/** What became of it, as the end of a sentence. `folder` is absolute and private; without one everything is removed. */
export function putAway(path: string, folder: string | undefined): string {
  const kept = folder === undefined ? undefined : keep(path, folder);
  if (kept !== undefined) return `it lies in ${kept} now`;
  try {
    unlock(dirname(path));
    unlockAll(path);
    rmSync(path, { recursive: true, force: true });
    return 'it was removed';
  } catch (error) {
    return `it could not be removed (${(error as Error).message}): look at it yourself`;
  }
}

function keep(path: string, folder: string): string | undefined {
  try {
    unlock(dirname(path));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const target = join(mkdtempSync(join(folder, 'left-')), basename(path));
    const info = unlock(path);
    try {
      renameSync(path, target);
    } catch {
      if (!info.isFile() || info.size > MOST_COPIED_BYTES) return undefined;
      copyFileSync(path, target);
      rmSync(path);
    }
    return target;
  } catch {
    return undefined;
  }
}

/** A folder that its owner may not write to can be neither moved nor emptied; a run may have made it so. */
function unlock(path: string): Stats {
  const info = lstatSync(path);
  if (info.isDirectory() && (info.mode & 0o700) !== 0o700) chmodSync(path, info.mode | 0o700);
  return info;
}

function unlockAll(path: string): void {
  if (!unlock(path).isDirectory()) return;
  for (const name of readdirSync(path)) unlockAll(join(path, name));
}
