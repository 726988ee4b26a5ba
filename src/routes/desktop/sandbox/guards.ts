/** What of the folders that a run may write to it must not change: what is there, and is covered by a mount, and what is only watched. */

import { join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';
import type { RepositoryFinder } from './find-repositories.ts';
import { gitPlaces, repositoriesAround } from './git-places.ts';
import { GUARDED_PLACES } from './guarded-places.ts';
import { findPlaces, type Place } from './places.ts';

const ALWAYS = GUARDED_PLACES.filter(({ ifThere }) => ifThere !== true).flatMap(({ paths }) => paths);
const ALL = GUARDED_PLACES.flatMap(({ paths }) => paths);
/** Of repositories that it does not work in, as each mount takes time. The rest is watched. */
const ELSEWHERE = /\/(hooks|config|\.git)$/;

export interface Guards {
  /** With them the folders above must stay where they are. */
  readonly near: readonly Place[];
  /** Those of other repositories. */
  readonly far: readonly Place[];
  /** Absolute paths, of all of them and of what is missing. */
  readonly watched: readonly string[];
}

export function findGuards(
  finder: RepositoryFinder,
  { home, cwd, writable }: { readonly home: string; readonly cwd: string; readonly writable: readonly string[] },
): Guards {
  const isWritable = (path: string): boolean => writable.some((folder) => isInside(folder, path));
  const around = repositoriesAround(cwd).flatMap(gitPlaces);
  const isNear = new Set(around);
  const elsewhere = finder
    .find(cwd, writable)
    .flatMap(gitPlaces)
    .filter((path) => !isNear.has(path));
  const near = findPlaces([...ALL, ...around], home);
  const watched = ALWAYS.map((path) => join(home, path.slice(2)));
  return {
    near,
    far: findPlaces(
      elsewhere.filter((path) => ELSEWHERE.test(path)),
      home,
    ).filter(({ path }) => !near.some((place) => isInside(place.path, path))),
    watched: [...new Set([...watched, ...around, ...elsewhere].filter(isWritable))],
  };
}
