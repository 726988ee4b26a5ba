/** Makes folders for nobody else, and tells the true reason where that fails. */

import { existsSync, mkdirSync } from 'node:fs';
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

function highestMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || existsSync(parent) ? path : highestMissing(parent);
}
