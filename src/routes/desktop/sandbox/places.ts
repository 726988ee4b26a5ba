/** Finds which of the listed places are there, and where they really are: a mount covers a file, and not a link to it. */

import { accessSync, constants, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';

export interface Place {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly folder: boolean;
}

/** `~` is `home`, the rest is absolute. Those in another one of them are left out: it covers them. */
export function findPlaces(paths: readonly string[], home: string): readonly Place[] {
  const found = new Map<string, Place>();
  const isThere = namesIn(home);
  for (const written of paths) {
    if (!isThere(written)) continue;
    const path = expand(written, home);
    const info = lookAt(path);
    if (info === undefined || isOutOfReach(path, info.uid)) continue;
    const real = realOf(path);
    if (real !== undefined) found.set(real, { path: real, folder: info.isDirectory() });
  }
  const all = [...found.values()];
  return all.filter(({ path }) => !all.some((other) => other.path !== path && isInside(other.path, path)));
}

/**
 * Of two hundred places most are not there: one look at the home folder tells of nearly all of them. A name may be spelled otherwise
 * where the file system does not tell capitals apart.
 */
function namesIn(home: string): (written: string) => boolean {
  let names: ReadonlySet<string>;
  try {
    names = new Set(readdirSync(home).map((name) => name.toLowerCase()));
  } catch {
    return () => true; // A home that cannot be listed may still be entered.
  }
  return (written) => {
    if (!written.startsWith('~/')) return true;
    const end = written.indexOf('/', 2);
    return names.has(written.slice(2, end === -1 ? undefined : end).toLowerCase());
  };
}

function expand(written: string, home: string): string {
  return written === '~' || written.startsWith('~/') ? join(home, written.slice(1)) : written;
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // In a folder that this account may not enter, nor then the command.
  }
}

/** What this account may not read needs no hiding, and each mount costs time; but whoever owns it can let themselves in. */
function isOutOfReach(path: string, owner: number): boolean {
  if (owner === process.getuid?.()) return false;
  try {
    accessSync(path, constants.R_OK);
    return false;
  } catch {
    return !isWritable(path);
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
