/**
 * Raw actions with the secrets that the log must not hold: one private file a run, synced before it is trusted, gone when the
 * run ends. Nothing else may read or list it.
 */

import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Action } from '../core/actions.ts';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { RunVault } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';
import { syncFolder, writeAll } from './file-io.ts';

export function createRunVault(dir: string): RunVault {
  const pathOf = (run: RunId): string => join(dir, `${run}.action`);
  const partOf = (run: RunId): string => `${pathOf(run)}.part`;
  return {
    async keep(run, action) {
      try {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await writePart(partOf(run), Buffer.from(JSON.stringify(action)));
        await rename(partOf(run), pathOf(run));
        await syncFolder(dir);
      } catch (error) {
        await unlinkIfThere(partOf(run)).catch(() => {}); // erase tries again
        throw storageError(`cannot keep the secrets of run ${run} in ${dir}`, error);
      }
    },
    async open(run) {
      const text = await readFile(pathOf(run), 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw storageError(`cannot read ${pathOf(run)}`, error);
      });
      return text === undefined ? undefined : parseAction(text, pathOf(run));
    },
    async erase(run) {
      try {
        // A crash while keeping leaves the part, with the same secrets.
        const erased = [await unlinkIfThere(pathOf(run)), await unlinkIfThere(partOf(run))];
        if (erased.includes(true)) await syncFolder(dir);
      } catch (error) {
        throw storageError(`cannot erase the secrets of run ${run} in ${dir}`, error);
      }
    },
  };
}

async function writePart(path: string, bytes: Uint8Array): Promise<void> {
  await unlinkIfThere(path); // its mode would stay
  const part = await open(path, 'wx', 0o600);
  try {
    await writeAll(part, [bytes], 0, () => {});
    await part.sync();
  } finally {
    await part.close();
  }
}

async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function parseAction(text: string, path: string): Action {
  try {
    const action: unknown = JSON.parse(text);
    if (typeof action === 'object' && action !== null && 'kind' in action) return action as Action;
  } catch {
    // Told below: what it says must not be shown.
  }
  throw new DispatchError('storage', `${path} is damaged: it holds no action`, { hint: 'submit the task again' });
}
