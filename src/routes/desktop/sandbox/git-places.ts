/**
 * What git carries out, or is told to carry out, of a repository: its hooks, its settings, and the files that lead git to other
 * ones. Of a tree that was added with `git worktree`, and of a submodule, they lie elsewhere: git follows two small files there.
 */

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** In the folder that all trees of a repository have in common. What lies in `modules` are such folders themselves. */
const IN_COMMON = ['hooks', 'config', 'config.worktree', 'commondir', 'info/attributes', 'modules'];
/** In the folder that one tree has for itself. */
const IN_OWN = ['config.worktree', 'commondir'];
/** More than any file of git that holds one path, and than most that name submodules. */
const MOST_BYTES = 64 * 1024;
const MOST_SUBMODULES = 50;

/** Absolute paths, of things that may be missing. `folder` holds `.git`, or is a bare repository itself. */
export function gitPlaces(folder: string): readonly string[] {
  const dotGit = join(folder, '.git');
  const leads = /^gitdir: (.+)/.exec(read(dotGit))?.[1]?.trim();
  const own = leads === undefined ? (isThere(dotGit) ? dotGit : folder) : resolve(folder, leads);
  const common = resolve(own, read(join(own, 'commondir')).trim());
  const trees = namesIn(join(common, 'worktrees')).map((name) => join(common, 'worktrees', name));
  return [
    ...(leads === undefined ? [] : [dotGit]),
    ...IN_COMMON.map((name) => join(common, name)),
    ...[own, ...trees].filter((each) => each !== common).flatMap((each) => IN_OWN.map((name) => join(each, name))),
    ...submodules(folder).map((path) => join(folder, path, '.git')),
  ];
}

/** The repositories that a folder belongs to, as git finds them: upwards. The nearest first. */
export function repositoriesAround(folder: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, '.git'))) found.push(at);
    if (at === dirname(at)) return found;
  }
}

function submodules(folder: string): readonly string[] {
  const paths = [...read(join(folder, '.gitmodules')).matchAll(/^\s*path\s*=\s*(.+)$/gm)].map(
    (match) => match[1] ?? '',
  );
  return paths.filter((path) => !path.split('/').includes('..')).slice(0, MOST_SUBMODULES);
}

function read(path: string): string {
  try {
    const info = lstatSync(path, { throwIfNoEntry: false });
    return info?.isFile() === true && info.size <= MOST_BYTES ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
