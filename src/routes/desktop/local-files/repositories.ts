/** What of a repository git carries out, or is told to: hooks and settings, also of one without a working tree. By names and what is there. */

import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import { shown } from './shown.ts';

const CARRIED_OUT: ReadonlySet<string> = new Set([
  'hooks',
  'config',
  'config.worktree',
  'commondir',
  'info',
  'modules',
  'worktrees',
]);
/** What makes a folder one without a working tree (is_git_directory() of git). */
const PARTS = ['HEAD', 'objects', 'refs'];

export function isOfRepository(real: string, key: (path: string) => string): boolean {
  const names = key(real).split('/');
  if (names.some((name) => name.toLowerCase() === '.git')) return true;
  for (let at = real; at !== dirname(at); at = dirname(at)) {
    if (CARRIED_OUT.has(basename(at).toLowerCase()) && isRepository(dirname(at), new Set())) return true;
  }
  return false;
}

/** Why these must not come to be: git would carry out settings that were put into a folder before it was a repository. */
export function whyNoRepository(made: readonly string[]): DispatchError | undefined {
  const repository = repositoryMadeBy(made);
  if (repository === undefined) return undefined;
  return new DispatchError(
    'refused',
    `${shown(repository)} would become a repository, of which git carries out things`,
    { hint: 'use a shell command with full access (!!)' },
  );
}

/** The folder that would become one by what comes. */
export function repositoryMadeBy(made: readonly string[]): string | undefined {
  const coming = new Set(made);
  return made
    .filter((path) => PARTS.some((part) => part.toLowerCase() === basename(path).toLowerCase()))
    .map((path) => dirname(path))
    .find((folder) => isRepository(folder, coming));
}

function isRepository(folder: string, coming: ReadonlySet<string>): boolean {
  return PARTS.map((part) => join(folder, part)).every((path) => coming.has(path) || isThere(path));
}

export function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
