/**
 * How a path leads to what it names: the links on the way, and what lies at the end. Two trails of one path differ exactly if
 * something was put in the place of a link, of the end, or of a folder on the way by a link.
 */

import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** As the kernel does it: MAXSYMLINKS of Linux (path_resolution(7)). */
const MOST_LINKS = 40;

export interface Step {
  /** Absolute; no link before the last name. */
  readonly path: string;
  /** `link` and the target, `file` or `folder` and the numbers of disk and inode, or `missing`. */
  readonly is: string;
}

export type Look = (path: string) => Stats | undefined;

/** The links, and at the end what is no link. `real` is a folder that is reached by no link, if one is known. */
export function trailOf(path: string, look: Look = lookAt, real = ''): readonly Step[] {
  const steps: Step[] = [];
  let at = real !== '' && path.startsWith(`${real}/`) ? real : '';
  // Most places are not there, and their first name tells.
  if (at !== '' && look(firstBelow(at, path)) === undefined) return [{ path, is: 'missing' }];
  const waiting = path.slice(at.length).split('/').reverse();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = dirname(at || '/').replace(/^\/$/, '');
      continue;
    }
    const next = `${at}/${name}`;
    const info = look(next);
    if (info === undefined) return [...steps, { path: [next, ...waiting.reverse()].join('/'), is: 'missing' }];
    if (!info.isSymbolicLink()) {
      at = next;
      continue;
    }
    const target = linkTarget(next);
    if (target === undefined || steps.length >= MOST_LINKS) return [...steps, { path: next, is: 'missing' }];
    steps.push({ path: next, is: `link ${target}` });
    if (target.startsWith('/')) at = '';
    waiting.push(...target.split('/').reverse());
  }
  const info = look(at || '/');
  const kind = info?.isDirectory() === true ? 'folder' : 'file';
  // Numbers of inodes are given out again, and not their times of birth.
  const is = info === undefined ? 'missing' : `${kind} ${info.dev}:${info.ino}:${info.birthtimeMs}`;
  return [...steps, { path: at || '/', is }];
}

function firstBelow(folder: string, path: string): string {
  const end = path.indexOf('/', folder.length + 1);
  return end === -1 ? path : path.slice(0, end);
}

/** Undefined for what is not there, or in a folder that this account may not enter. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export interface Looking {
  readonly look: Look;
  /** The home folder, or empty where a link leads to it. */
  readonly real: string;
}

/**
 * Looks at each path once. Of two hundred places below the home folder most are not there: one look into it tells of nearly all of
 * them. A name may be spelled otherwise where the file system does not tell capitals apart.
 */
export function lookOnce(home: string): Looking {
  const seen = new Map<string, Stats | undefined>();
  const names = namesIn(home);
  return {
    real: isReal(home) ? home : '',
    look(path) {
      if (names !== undefined && dirname(path) === home && !names.has(path.slice(home.length + 1).toLowerCase()))
        return undefined;
      if (!seen.has(path)) seen.set(path, lookAt(path));
      return seen.get(path);
    },
  };
}

function isReal(path: string): boolean {
  try {
    return realpathSync.native(path) === path;
  } catch {
    return false;
  }
}

function namesIn(home: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(home).map((name) => name.toLowerCase()));
  } catch {
    return undefined; // One that cannot be listed may still be entered.
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
