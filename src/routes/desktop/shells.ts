/** Finds the shell that commands are given to and knows its content by hash. It runs nothing. */

import { createHash } from 'node:crypto';
import { access, constants, readFile, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { type Refusal, refuse } from '../../core/errors.ts';
import type { Sha256 } from '../../core/ids.ts';

const WANTED = ['bash', 'sh'];
const USUAL_FOLDERS = ['/bin', '/usr/bin', '/usr/local/bin'];

export interface Shell {
  /** As it is called: some programs, such as busybox, are told what to be by the name they are called by. */
  readonly path: string;
  /** With links resolved. */
  readonly executable: string;
  readonly sha256: Sha256;
}

export interface Shells {
  /** The shell as it is now. Reads its content only if size, time or inode have changed since the last time. */
  resolve(): Promise<({ readonly ok: true } & Shell) | Refusal>;
}

/** `chosen` is the configured shell; without it bash if it is there, else sh. `path` is a PATH. */
export function createShells(chosen: string | undefined, path: string): Shells {
  let found = chosen;
  let known: { readonly key: string; readonly sha256: Sha256 } | undefined;

  return {
    async resolve() {
      found ??= await firstOf(WANTED, [...path.split(delimiter), ...USUAL_FOLDERS]);
      if (found === undefined)
        return refuse('unavailable', 'this machine has no shell: neither bash nor sh', 'install bash');
      if (!isAbsolute(found))
        return refuse('config', `the shell ${found} is not an absolute path`, 'configure it with its whole path');
      const hint = 'install it or configure another shell';
      try {
        const executable = await realpath(found);
        const info = await stat(executable);
        if (!info.isFile()) return refuse('config', `the shell ${found} is not a program`, hint);
        await access(executable, constants.X_OK);
        const key = [executable, info.size, info.mtimeMs, info.ctimeMs, info.dev, info.ino].join(' ');
        if (known?.key !== key) known = { key, sha256: await hashFile(executable) };
        return { ok: true, path: found, executable, sha256: known.sha256 };
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ENOTDIR') return refuse('config', `the shell ${found} does not exist`, hint);
        if (code === 'EACCES') return refuse('config', `the shell ${found} may not be executed by this account`, hint);
        return refuse('config', `the shell ${found} cannot be read: ${(error as Error).message}`, hint);
      }
    },
  };
}

async function firstOf(names: readonly string[], folders: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const folder of folders.filter(isAbsolute)) {
      const file = join(folder, name);
      if (await isProgram(file)) return file;
    }
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function hashFile(file: string): Promise<Sha256> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex') as Sha256;
}
