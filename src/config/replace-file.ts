/** Puts a text in the place of a file, whole or not at all, and readable by nobody else. */

import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import { makeFolder } from './make-folder.ts';

/** A link stays a link: people keep this file elsewhere. Throws `storage`. */
export function replaceFile(file: string, text: string): void {
  let temporary: string | undefined;
  try {
    makeFolder(dirname(file));
    const target = resolveLink(file);
    temporary = join(dirname(target), `.${basename(target)}.${process.pid}`);
    rmSync(temporary, { force: true }); // of a process that was killed and had our number
    const handle = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, target);
    temporary = undefined;
    syncFolder(dirname(target));
  } catch (error) {
    throw new DispatchError('storage', `cannot write ${file}: ${(error as Error).message}`, {
      cause: error,
      hint: 'mend the permissions of its folder, or free some space',
    });
  } finally {
    if (temporary !== undefined) rmSync(temporary, { force: true });
  }
}

function resolveLink(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return file;
    throw error;
  }
}

/** A new name is on the disk when its folder is. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
