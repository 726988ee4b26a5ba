/**
 * A folder that is open, so that what is done in it is done in this one, whatever its path comes to mean. On Linux names are looked up
 * from the handle, through /proc/self/fd (proc_pid_fd(5)); elsewhere by path, and the folder is looked at again after each use.
 */

import { chmod, constants, type FileHandle, lstat, open, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';

/** Opens nothing but a place: no permission to read is needed, and no device is woken (open(2)). Node has no name for it. */
const O_PATH = 0o10000000;
const BY_HANDLE = process.platform === 'linux';

export interface Folder {
  /** As it was when it was opened: absolute, links resolved. */
  readonly path: string;
  /** What reaches a name in this folder, for calls that follow no link in it. */
  at(name: string): string;
  /** Throws `conflict` if the path does not lead here any more. Nothing to look at where names are looked up from the handle. */
  check(): Promise<void>;
  /** Of this very folder. */
  chmod(mode: number): Promise<void>;
  /** Unix milliseconds. */
  setTime(modifiedAt: number): Promise<void>;
  close(): Promise<void>;
}

export function openRoot(): Promise<Folder> {
  return openFolder('/', '/');
}

/** A folder in a folder. Throws as `open` does: ENOTDIR for a link, as for anything else that is no folder. */
export function enter(parent: Folder, name: string): Promise<Folder> {
  return openFolder(parent.at(name), join(parent.path, name));
}

async function openFolder(way: string, path: string): Promise<Folder> {
  const flags = constants.O_DIRECTORY | constants.O_NOFOLLOW | (BY_HANDLE ? O_PATH : constants.O_RDONLY);
  const handle = await open(way, flags);
  return BY_HANDLE ? folderByHandle(handle, path) : folderByPath(handle, path);
}

function folderByHandle(handle: FileHandle, path: string): Folder {
  return {
    path,
    at: (name) => `/proc/self/fd/${handle.fd}/${name}`,
    check: async () => {},
    // The handle itself and no name in it: what nobody may enter can be made enterable, too.
    chmod: (mode) => chmod(`/proc/self/fd/${handle.fd}`, mode),
    setTime: (modifiedAt) => utimes(`/proc/self/fd/${handle.fd}`, modifiedAt / 1000, modifiedAt / 1000),
    close: () => handle.close(),
  };
}

function folderByPath(handle: FileHandle, path: string): Folder {
  return {
    path,
    at: (name) => join(path, name),
    async check() {
      const [there, here] = await Promise.all([lstat(path), handle.stat()]);
      if (there.ino === here.ino && there.dev === here.dev) return;
      throw new DispatchError('conflict', `${path} became another folder meanwhile`, { hint: 'try it again' });
    },
    chmod: (mode) => handle.chmod(mode),
    setTime: (modifiedAt) => handle.utimes(modifiedAt / 1000, modifiedAt / 1000),
    close: () => handle.close(),
  };
}
