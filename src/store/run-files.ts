/** Finds the runs that have files in the folder of unfinished runs: output, artifacts folder, raw action. It deletes nothing. */

import { readdir } from 'node:fs/promises';
import { ID_PATTERN, type RunId } from '../core/ids.ts';

const ID_LENGTH = 16;

/** All of these files are named after their run. */
export async function listRunFiles(dir: string): Promise<readonly RunId[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const ids = names.map((name) => name.slice(0, ID_LENGTH)).filter((id) => ID_PATTERN.test(id));
  return [...new Set(ids)] as RunId[];
}
