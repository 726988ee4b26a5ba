/**
 * What of this machine a confined command sees, as a list of mounts, the outer before the inner. Everything that is not listed is
 * not there. Pure but for looking at what exists.
 */

import { dirname } from 'node:path';
import { isInside } from '../../../core/policy/paths.ts';
import type { ListedFolder } from './entries.ts';
import type { Place } from './places.ts';
import type { SystemFolder } from './system-folders.ts';

export type Mount =
  | { readonly kind: 'read-only' | 'writable'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** Empty, private to the run, gone after it. */
  | { readonly kind: 'private'; readonly path: string }
  | { readonly kind: 'processes' | 'devices'; readonly path: string }
  /** A folder that can be neither listed nor changed; what is mounted in it can be reached. */
  | { readonly kind: 'hidden-folder'; readonly path: string }
  /** A file that cannot be opened. */
  | { readonly kind: 'hidden-file'; readonly path: string }
  /** A folder that holds what is mounted in it and nothing else; read-only. */
  | { readonly kind: 'listed-folder'; readonly path: string }
  /** The same as `hidden-folder`, in a folder of that kind, where it takes no mount. */
  | { readonly kind: 'unlisted-folder'; readonly path: string }
  /** A file or folder, read-only, if it is still there. */
  | { readonly kind: 'entry'; readonly path: string };

export interface ViewRequest {
  readonly system: readonly SystemFolder[];
  /** The person's home folder: where it is not shared there is an empty one, as programs want to write there. */
  readonly home: string;
  /** Absolute folders with their links resolved, and whether they may be written to. */
  readonly folders: readonly string[];
  readonly writable: boolean;
  readonly hidden: readonly Place[];
  readonly guarded: readonly Place[];
  /** The same, of which the folders above may be moved. */
  readonly guardedFar?: readonly Place[];
  /** Folders that are shown entry by entry; none where it may write. */
  readonly listed?: readonly ListedFolder[];
  /** Files that are to be seen wherever they lie, such as the shell itself. */
  readonly alsoVisible: readonly string[];
  readonly artifactsDir: string;
}

/** Never shared with the machine, whoever names them: processes, devices, and the sockets of everything that runs here. */
const NEVER_SHARED = ['/proc', '/dev', '/sys', '/run'];
const PRIVATE: readonly Mount[] = [
  { kind: 'private', path: '/tmp' },
  { kind: 'private', path: '/run' },
  { kind: 'processes', path: '/proc' },
  { kind: 'devices', path: '/dev' },
  { kind: 'private', path: '/dev/shm' },
];

/** The folders of the owner that can be shared at all, the outer first, each once. */
export function shareable(folders: readonly string[]): readonly string[] {
  return [...new Set(folders)].filter((folder) => !NEVER_SHARED.some((never) => isInside(never, folder))).sort();
}

export function composeView(request: ViewRequest): readonly Mount[] {
  const { system, writable, artifactsDir } = request;
  const folders = shareable(request.folders);
  const base: Mount[] = [
    ...(folders.includes('/') ? [] : system.map(ofSystem)),
    ...(folders.includes('/') ? system.flatMap((entry) => (entry.kind === 'folder' ? [ofSystem(entry)] : [])) : []),
    ...PRIVATE,
  ];
  const homeIsThere = isIn([...folders, ...NEVER_SHARED, '/tmp', '/usr', '/etc'], request.home) || request.home === '/';
  if (!homeIsThere) base.push({ kind: 'private', path: request.home });
  const listed = writable ? [] : (request.listed ?? []);
  const isListed = (path: string): boolean => listed.some((folder) => folder.path === path);
  const shared = folders
    .filter((path) => !isListed(path))
    .map((path): Mount => ({ kind: writable ? 'writable' : 'read-only', path }));
  const visible = (path: string): boolean =>
    [...folders, ...system.map((entry) => entry.path)].some((folder) => isInside(folder, path)) &&
    !NEVER_SHARED.some((never) => isInside(never, path));
  const hidden = request.hidden.filter(({ path }) => visible(path));
  const isHidden = (path: string): boolean => hidden.some((place) => isInside(place.path, path));
  const canChange = ({ path }: Place): boolean => writable && !isHidden(path) && isIn(folders, path);
  const guarded = request.guarded.filter(canChange);
  const guardedFar = (request.guardedFar ?? []).filter(canChange);
  const pinned = writable ? pins([...hidden, ...guarded], folders).filter((path) => !isHidden(path)) : [];
  const inner: Mount[] = [
    ...pinned.map((path): Mount => ({ kind: 'writable', path })),
    ...[...guarded, ...guardedFar].map(({ path }): Mount => ({ kind: 'read-only', path })),
    ...listed.flatMap(({ path, entries }) => [
      { kind: 'listed-folder', path } as const,
      ...entries.filter((entry) => !isListed(entry.path)).map(ofEntry),
    ]),
    ...hidden.flatMap(({ path, folder }): Mount[] => {
      if (!isListed(dirname(path))) return [{ kind: folder ? 'hidden-folder' : 'hidden-file', path }];
      return folder ? [{ kind: 'unlisted-folder', path }] : [];
    }),
  ];
  const also = request.alsoVisible.filter((path) => !visible(path) || isHidden(path));
  return [
    ...outerFirst([...base, ...shared, ...inner]),
    ...also.map((path): Mount => ({ kind: 'read-only', path })),
    { kind: writable ? 'writable' : 'read-only', path: artifactsDir },
  ];
}

function ofSystem(entry: SystemFolder): Mount {
  return entry.kind === 'link' ? entry : { kind: 'read-only', path: entry.path };
}

function ofEntry(entry: ListedFolder['entries'][number]): Mount {
  return entry.kind === 'link' ? entry : { kind: 'entry', path: entry.path };
}

/**
 * The folders between a shared folder and what is protected in it, which become mounts of their own: what is mounted cannot be
 * renamed, and else a command would move `~/.config` away and put another one in its place.
 */
function pins(places: readonly Place[], folders: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const { path } of places) {
    for (let folder = dirname(path); isIn(folders, folder) && !folders.includes(folder); folder = dirname(folder))
      found.add(folder);
  }
  const protectedPaths = new Set(places.map(({ path }) => path));
  return [...found].filter((path) => !protectedPaths.has(path));
}

function isIn(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => isInside(folder, path));
}

/** A mount hides what was mounted below it before. Of the same depth the later one was meant to win. */
function outerFirst(mounts: readonly Mount[]): readonly Mount[] {
  return mounts.toSorted((one, other) => depth(one.path) - depth(other.path));
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length - 1;
}
