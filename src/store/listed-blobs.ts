/** The blobs that lie in a folder, and how one goes. What is no blob is left alone. */

import type { Stats } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../core/ids.ts';
import type { KeptBlob } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';

const FOLDER = /^[0-9a-f]{2}$/;
const REST = /^[0-9a-f]{62}$/;

export async function* listBlobs(dir: string): AsyncGenerator<KeptBlob> {
  for (const folder of (await namesIn(dir)).filter((name) => FOLDER.test(name)))
    for (const rest of (await namesIn(join(dir, folder))).filter((name) => REST.test(name))) {
      const found = await statOf(join(dir, folder, rest));
      if (found?.isFile() === true)
        yield { sha256: `${folder}${rest}` as Sha256, sizeBytes: found.size, keptAt: found.mtimeMs };
    }
}

/** Gives the bytes that are free now. */
export async function removeBlob(path: string, before: number): Promise<number> {
  const found = await statOf(path);
  if (found?.isFile() !== true || found.mtimeMs >= before) return 0;
  try {
    await rm(path);
  } catch (error) {
    throw storageError(`cannot delete ${path}`, error);
  }
  return found.size;
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw storageError(`cannot list ${dir}`, error);
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageError(`cannot look at ${path}`, error);
  }
}
