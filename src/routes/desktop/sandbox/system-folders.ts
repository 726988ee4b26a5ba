/** The folders of the system that every confined command sees, read-only: programs and what they need. No folder of a person is among them. */

import { lstatSync, readdirSync, readlinkSync } from 'node:fs';

const FOLDERS = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/opt',
  '/nix/store',
  '/gnu/store',
];

/** Of NixOS: where its programs are named. */
const MORE = ['/run/current-system', '/nix/var/nix/profiles'];

export type SystemFolder =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

/** Those that hold something. */
export function findSystemFolders(): readonly SystemFolder[] {
  return [...FOLDERS, ...MORE].flatMap((path): SystemFolder[] => {
    const info = lstatSync(path, { throwIfNoEntry: false });
    if (info?.isSymbolicLink() === true) return [{ kind: 'link', path, target: readlinkSync(path) }];
    return info?.isDirectory() === true && !isEmpty(path) ? [{ kind: 'folder', path }] : [];
  });
}

/** As /opt often is: each mount takes time. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}
