/**
 * Takes away a part with all that is in it. Each folder is entered as one, so a link that takes the place of a folder meanwhile is
 * removed and never followed.
 */

import { readdir, rmdir, unlink } from 'node:fs/promises';
import { enter, type Folder } from './folder.ts';

/** What unlink(2) says of a folder: Linux, and POSIX. */
const IS_FOLDER: ReadonlySet<unknown> = new Set(['EISDIR', 'EPERM']);

/** Nothing happens where nothing is. */
export async function removeTree(parent: Folder, name: string): Promise<void> {
  try {
    await unlink(parent.at(name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (!IS_FOLDER.has(code)) throw error;
    await empty(parent, name);
    await rmdir(parent.at(name));
  }
}

async function empty(parent: Folder, name: string): Promise<void> {
  const folder = await enter(parent, name);
  try {
    // It may have come with a mode that keeps even its owner out.
    await folder.chmod(0o700);
    for (const child of await readdir(folder.at('.'))) await removeTree(folder, child);
  } finally {
    await folder.close();
  }
}
