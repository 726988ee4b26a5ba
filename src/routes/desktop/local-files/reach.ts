/**
 * Which paths may be read and which may be changed, by where they really are. The same places are out of reach as in the sandbox of
 * commands: nothing here reads keys and tokens, and nothing here changes what runs something later.
 */

import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Refusal, refuse } from '../../../core/errors.ts';
import { isInside } from '../../../core/policy/paths.ts';
import { GUARDED_PLACES } from '../sandbox/guarded-places.ts';
import { findHidden, HIDDEN_PLACES } from '../sandbox/hidden-places.ts';
import { pathKey } from './path-key.ts';
import { shown } from './shown.ts';

export interface ReachOptions {
  /** Links resolved. */
  readonly home: string;
  /** Absolute, links resolved. */
  readonly folders: () => readonly string[];
  readonly own: readonly string[];
  readonly hide: readonly string[];
  readonly platform?: NodeJS.Platform;
}

export interface Reach {
  /** Whether it is in one of the folders that the owner made reachable. */
  isReachable(real: string): boolean;
  /** Why it is kept from everybody; undefined if it is not. */
  whyHidden(real: string): Refusal | undefined;
  /** Why it may not be changed, or anything in it; undefined if it may. */
  whyGuarded(real: string): Refusal | undefined;
  /** The same for one thing in a folder that comes as a whole: repositories may come, start files may not. */
  whyNotPlaced(real: string): Refusal | undefined;
  /** The first reason of all against reading it. */
  whyNotRead(real: string): Refusal | undefined;
  whyNotWrite(real: string): Refusal | undefined;
}

/** As it stands now: what is hidden is looked for on the disk as well, since links may lead there. */
export function lookAtReach({ home, folders, own, hide, platform = process.platform }: ReachOptions): Reach {
  const key = (path: string): string => pathKey(path, platform);
  const expand = (path: string): string => (path.startsWith('~') ? join(home, path.slice(1)) : path);
  const named = [...HIDDEN_PLACES.flatMap(({ paths }) => paths).map(expand), ...own, ...hide];
  const found = findHidden(home, [...own, ...hide]).map(({ path }) => path);
  const hidden = new Set([...named, ...found].map(key));
  const guarded = new Set(GUARDED_PLACES.flatMap(({ paths }) => paths).map((path) => key(expand(path))));
  const reachable = folders().map(key);

  const isReachable = (real: string): boolean => reachable.some((folder) => isInside(folder, key(real)));
  const whyHidden = (real: string): Refusal | undefined =>
    isInAny(hidden, key(real))
      ? refuse(
          'refused',
          `${shown(real)} is where keys, tokens or Dispatch itself are kept, which no task may reach`,
          'leave it out',
        )
      : undefined;
  const whyGuarded = (real: string): Refusal | undefined => {
    const path = key(real);
    const isOne = isInAny(guarded, path);
    // A folder takes what is in it along.
    const holdsOne = [...guarded, ...hidden].some((place) => isInside(path, place) && isThere(place));
    if (!isOne && !holdsOne && !isOfGit(real)) return undefined;
    return carriedOut(real);
  };
  const whyNotPlaced = (real: string): Refusal | undefined => {
    const path = key(real);
    return isInAny(guarded, path) ? carriedOut(real) : whyHidden(real);
  };
  const outside = (real: string): Refusal =>
    refuse('refused', `${shown(real)} is in none of the folders that may be reached`, 'see "dispatch permissions"');

  const whyNotRead = (real: string): Refusal | undefined => (isReachable(real) ? whyHidden(real) : outside(real));
  return {
    isReachable,
    whyHidden,
    whyGuarded,
    whyNotPlaced,
    whyNotRead,
    whyNotWrite: (real) => whyNotRead(real) ?? whyGuarded(real),
  };
}

function carriedOut(real: string): Refusal {
  return refuse(
    'refused',
    `${shown(real)} is, or holds, something that is carried out later, and is not changed without a person at a shell`,
    'use a shell command with full access (!!)',
  );
}

/** Whether it is one of the places or in one: as many looks as it has folders above it, however many places there are. */
function isInAny(places: ReadonlySet<string>, path: string): boolean {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/'))) {
    if (places.has(at)) return true;
    if (!at.includes('/')) return false;
  }
}

/** What of a repository git carries out, or is told to: hooks and settings, also of one without a working tree. */
const OF_GIT: ReadonlySet<string> = new Set([
  'hooks',
  'config',
  'config.worktree',
  'commondir',
  'info',
  'modules',
  'worktrees',
]);

function isOfGit(real: string): boolean {
  const names = real.split('/');
  if (names.some((name) => name.toLowerCase() === '.git')) return true;
  for (let at = real; at !== dirname(at); at = dirname(at)) {
    if (OF_GIT.has(basename(at).toLowerCase()) && isBare(dirname(at))) return true;
  }
  return false;
}

function isBare(folder: string): boolean {
  return isThere(join(folder, 'HEAD')) && isThere(join(folder, 'objects')) && isThere(join(folder, 'refs'));
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
