/** Puts content in the place of a file, wholly or not at all: written beside it, on the disk, then named. */

import { constants, type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import type { Folder } from './folder.ts';

export interface PutOptions {
  /** The name that it has until it is whole, in the same folder. */
  readonly part: string;
  /** Permission bits of the new file; those of a new file of this account if absent. */
  readonly mode?: number;
  /** Kept where this account may. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** False: fails with EEXIST where something is in its place. */
  readonly replace: boolean;
  /** The last look at what is in its place, once the file is whole: writing may take long. Throws where it must stay. */
  readonly last: () => Promise<void>;
}

/** `write` fills the file. Nothing is left where it fails. */
export async function putFile(
  folder: Folder,
  name: string,
  write: (handle: FileHandle) => Promise<void>,
  { part, mode, owner, replace, last }: PutOptions,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(folder.at(part), flags, mode === undefined ? 0o666 : 0o600);
  let named = false;
  try {
    await write(handle);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid).catch(() => {}); // only root may give files away
    // Nobody gets a program that acts for its owner: the owner may be another one than that of the file that it comes from.
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.sync();
    await last();
    await folder.check();
    if (replace) await rename(folder.at(part), folder.at(name));
    else await renameToNew(folder.at(part), folder.at(name));
    named = true;
  } finally {
    await handle.close();
    if (!named) await unlink(folder.at(part)).catch(() => {});
  }
  await syncFolder(folder);
}

/** Disks without hard links, and files of others that Linux lets nobody link (protected_hardlinks, proc_sys_fs(5)). */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Another name for a file, where nothing was a moment ago. Fails with EEXIST where something came meanwhile. */
export async function renameToNew(from: string, to: string): Promise<void> {
  try {
    // A rename would take the place of what came meanwhile; a link does not.
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code)) throw error;
    await rename(from, to);
    return;
  }
  try {
    await unlink(from);
  } catch (error) {
    await unlink(to); // not by two names
    throw error;
  }
}

/** So that the name is on the disk, too. Some disks cannot. */
export async function syncFolder(folder: Folder): Promise<void> {
  try {
    const handle = await open(folder.at('.'), constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Where a folder cannot be synced, its file was.
  }
}
