/**
 * Folders that are shown entry by entry. A mount over a hidden file goes away when something outside puts another file in its place,
 * as git, shells and editors do; what is not mounted at all does not come into view. Only for what may not write: there nothing new
 * can be made. Each entry takes a mount, so it is done for few folders: the home folder, and those in which a hidden file lies.
 */

import { type Dirent, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';
import type { Place } from './places.ts';

/** Of all of them together. A folder that would take more is shown whole, with mounts over what is hidden in it. */
const MOST_MOUNTED = 100;

export type Entry =
  | { readonly kind: 'shown'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

export interface ListedFolder {
  readonly path: string;
  readonly entries: readonly Entry[];
}

/** All paths are absolute, links resolved. */
export function listFolders(
  home: string,
  hidden: readonly Place[],
  folders: readonly string[],
): readonly ListedFolder[] {
  const isHidden = (path: string): boolean => hidden.some((place) => isInside(place.path, path));
  const holders = hidden.filter(({ folder }) => !folder).map(({ path }) => dirname(path));
  const wanted = [...new Set([home, ...holders])].filter((path) => folders.some((folder) => isInside(folder, path)));
  const listed: ListedFolder[] = [];
  let left = MOST_MOUNTED;
  for (const path of wanted) {
    const entries = entriesOf(path)?.filter((entry) => !isHidden(entry.path));
    const mounts = entries?.filter(({ kind }) => kind === 'shown').length ?? 0;
    if (entries === undefined || mounts > left || isHidden(path)) continue;
    left -= mounts;
    listed.push({ path, entries });
  }
  return listed;
}

function entriesOf(folder: string): readonly Entry[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => entryOf(folder, entry));
  } catch {
    return undefined; // It may be entered and not listed, or is gone.
  }
}

/** Pipes and devices are left out, and sockets, to which nothing that may not write can connect. */
function entryOf(folder: string, entry: Dirent): readonly Entry[] {
  const path = join(folder, entry.name);
  if (entry.isDirectory() || entry.isFile()) return [{ kind: 'shown', path }];
  if (!entry.isSymbolicLink()) return [];
  try {
    return [{ kind: 'link', path, target: readlinkSync(path) }];
  } catch {
    return [];
  }
}
