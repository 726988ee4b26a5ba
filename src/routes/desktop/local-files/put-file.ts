/** Puts content in the place of a file, wholly or not at all: written beside it, on the disk, then named. */

import { randomBytes } from 'node:crypto';
import { constants, type FileHandle, link, open, rename, unlink } from 'node:fs/promises';
import type { Folder } from './folder.ts';

export interface PutOptions {
  /** Permission bits of the new file; those of a new file of this account if absent. */
  readonly mode?: number;
  /** Kept where this account may. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** False: fails with EEXIST where something is in its place. */
  readonly replace: boolean;
}

/** `write` fills the file. Nothing is left where it fails. */
export async function putFile(
  folder: Folder,
  name: string,
  write: (handle: FileHandle) => Promise<void>,
  { mode, owner, replace }: PutOptions,
): Promise<void> {
  const part = `.${name.slice(0, 100)}.${randomBytes(6).toString('hex')}.part`;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(folder.at(part), flags, mode === undefined ? 0o666 : 0o600);
  let named = false;
  try {
    await write(handle);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid).catch(() => {}); // only root may give files away
    if (mode !== undefined) await handle.chmod(mode & 0o7777);
    await handle.sync();
    await folder.check();
    if (replace) await rename(folder.at(part), folder.at(name));
    else {
      // A rename would take the place of what came meanwhile; a link does not.
      await link(folder.at(part), folder.at(name));
      await unlink(folder.at(part));
    }
    named = true;
  } finally {
    await handle.close();
    if (!named) await unlink(folder.at(part)).catch(() => {});
  }
  await syncFolder(folder);
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
