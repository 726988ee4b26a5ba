/** Where a file that is brought here is to lie: found out, and seen to be possible, before any of its bytes are asked for. */

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DispatchError } from '../core/errors.ts';

/** `wanted`: a file or a folder, as it was typed. Throws where the file cannot be put there. */
export async function findDestination(wanted: string | undefined, name: string, force: boolean): Promise<string> {
  const path = await pathOf(wanted, name);
  const folder = dirname(path);
  const there = await stat(folder).catch(() => undefined);
  if (there === undefined)
    throw new DispatchError('not-found', `there is no folder ${folder}`, {
      hint: 'make it first, or name another place with -o PATH',
    });
  if (!there.isDirectory()) throw elsewhere(`${folder} is no folder`);
  const file = await stat(path).catch(() => undefined);
  if (file !== undefined && !file.isFile()) throw elsewhere(`${path} is there already, and is no file`);
  if (file !== undefined && !force) throw isThere(path);
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new DispatchError('storage', `cannot write ${path}: nothing may be written in its folder`, {
      cause,
      hint: 'name another place with -o PATH',
    });
  });
  return path;
}

async function pathOf(wanted: string | undefined, name: string): Promise<string> {
  if (wanted === undefined) return name;
  const isFolder = wanted.endsWith('/') || ((await stat(wanted).catch(() => undefined))?.isDirectory() ?? false);
  return isFolder ? join(wanted, name) : wanted;
}

export function isThere(path: string): DispatchError {
  return new DispatchError('conflict', `${path} is there already`, {
    hint: '--force replaces it, -o PATH names another',
  });
}

function elsewhere(message: string): DispatchError {
  return new DispatchError('conflict', message, { hint: 'name another place with -o PATH' });
}
