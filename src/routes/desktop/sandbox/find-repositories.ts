/**
 * Finds the repositories in folders, those near the working folder first, without looking everywhere: a few levels deep, at so many
 * folders at most, for so long at most, and not into repositories. A folder is listed again only when it has changed.
 */

import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';

const MOST_REPOSITORIES = 24;
const MOST_FOLDERS = 400;
const LONGEST_MS = 20;
/** How deep it looks below a shared folder, and below and beside the one that is worked in. */
const LEVELS = 4;
const LEVELS_NEAR = 2;
/** Clocks of file systems are coarse: what was changed so lately may change again without looking so. */
const JUST_NOW_MS = 100;
/** What packages and programs fill. */
const NOT_INTO = /^(node_modules|vendor|venv|target|build|dist|snap|__pycache__)$/;

interface Listing {
  /** Of the folder when it was listed. */
  readonly version: string;
  readonly isRepository: boolean;
  readonly folders: readonly string[];
}

export interface RepositoryFinder {
  /** Folders that hold `.git` or are bare repositories; all paths are absolute, links resolved. */
  find(cwd: string, folders: readonly string[]): readonly string[];
}

export function createRepositoryFinder(): RepositoryFinder {
  const listings = new Map<string, Listing>();
  /** Many new folders must not make it forget one that it knew. */
  const known = new Set<string>();

  const list = (folder: string): Listing | undefined => {
    try {
      const { ctimeMs, mtimeMs, dev, ino } = lstatSync(folder);
      const version = `${dev}:${ino}:${ctimeMs}:${mtimeMs}`;
      const before = listings.get(folder);
      if (before?.version === version) return before;
      const listing = { version, ...read(folder) };
      if (Date.now() - ctimeMs > JUST_NOW_MS) listings.set(folder, listing);
      return listing;
    } catch {
      listings.delete(folder);
      return undefined;
    }
  };

  return {
    find(cwd, folders) {
      const found = new Set<string>();
      const seen = new Set<string>();
      const until = performance.now() + LONGEST_MS;
      const starts = [
        { folder: cwd, levels: LEVELS_NEAR },
        { folder: dirname(cwd), levels: LEVELS_NEAR },
        ...folders.map((folder) => ({ folder, levels: LEVELS })),
      ].filter(({ folder }) => folders.some((shared) => isInside(shared, folder)));
      for (const start of starts) {
        let level = [start.folder];
        for (let depth = 0; depth <= start.levels && level.length > 0; depth++) {
          const next: string[] = [];
          for (const folder of level) {
            if (seen.size >= MOST_FOLDERS || performance.now() > until) break;
            const listing = list(folder);
            if (listing?.isRepository === true) found.add(folder);
            seen.add(folder);
            if (listing !== undefined && (!listing.isRepository || depth === 0)) next.push(...listing.folders);
          }
          level = next;
        }
      }
      for (const folder of known) if (folders.some((shared) => isInside(shared, folder))) found.add(folder);
      for (const folder of found) {
        if (list(folder)?.isRepository === true) known.add(folder);
        else found.delete(folder);
      }
      return [...found].slice(0, MOST_REPOSITORIES);
    },
  };
}

/** Of folders whose names begin with a dot only those are named that hold a repository. */
function read(folder: string): Pick<Listing, 'isRepository' | 'folders'> {
  const entries = readdirSync(folder, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  const isBare = names.has('HEAD') && names.has('objects') && names.has('refs');
  return {
    isRepository: names.has('.git') || isBare,
    folders: isBare ? [] : entries.filter(isLookedInto).map(({ name }) => join(folder, name)),
  };
}

function isLookedInto(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.startsWith('.') && !NOT_INTO.test(entry.name);
}
