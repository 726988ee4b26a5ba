/**
 * Which paths may be read and which may be changed, by where they really are. The same places are out of reach as in the sandbox of
 * commands: nothing here reads keys and tokens, and nothing here changes what runs something later.
 */

import { type Refusal, refuse } from '../../../core/errors.ts';
import { isInside } from '../../../core/policy/paths.ts';
import { GUARDED_PLACES } from '../sandbox/guarded-places.ts';
import { HIDDEN_PLACES } from '../sandbox/hidden-places.ts';
import { pathKey } from './path-key.ts';
import { realPlaces } from './real-places.ts';
import { isOfRepository, isThere } from './repositories.ts';
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
  /** Why no folder may come to be here with things in it that nobody looked at: start files would be among them. */
  whyNotBrought(real: string): Refusal | undefined;
  /** The same for one thing in a folder that comes as a whole: repositories may come, start files may not. */
  whyNotPlaced(real: string): Refusal | undefined;
  /** The first reason of all against reading it. */
  whyNotRead(real: string): Refusal | undefined;
  whyNotWrite(real: string): Refusal | undefined;
}

const HIDDEN = HIDDEN_PLACES.flatMap(({ paths }) => paths);
const GUARDED = GUARDED_PLACES.flatMap(({ paths }) => paths);

/** As it stands now: the places are looked for on the disk as well, since links may lead there. */
export function lookAtReach({ home, folders, own, hide, platform = process.platform }: ReachOptions): Reach {
  const key = (path: string): string => pathKey(path, platform);
  const keys = (paths: readonly string[]): ReadonlySet<string> => new Set(realPlaces(paths, home).map(key));
  const hidden = keys([...HIDDEN, ...own, ...hide]);
  const guarded = keys(GUARDED);
  const reachable = folders();

  // By what is written, as the gate does it: what is taken for one name here may be two on the disk.
  const isReachable = (real: string): boolean => reachable.some((folder) => isInside(folder, real));
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
    if (!isOne && !holdsOne && !isOfRepository(real, key)) return undefined;
    return carriedOut(real);
  };
  const whyNotBrought = (real: string): Refusal | undefined => {
    const path = key(real);
    return [...guarded, ...hidden].some((place) => isInside(path, place)) ? carriedOut(real) : undefined;
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
    whyNotBrought,
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
