/** Paths that people give for config.toml: absolute, or under `~`, which stays as they write it. */

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** What was typed, in the form that config.toml keeps. */
export function pathForConfig(typed: string, cwd: string): string {
  return typed === '~' || typed.startsWith('~/') ? trimEnd(typed) : resolve(cwd, typed);
}

/** A glob of a rule, where a last `/.` means something; it has to be absolute then. */
export function globForConfig(typed: string, cwd: string): string {
  if (typed === '/.') return typed;
  if (!typed.endsWith('/.')) return pathForConfig(typed, cwd);
  const folder = pathForConfig(typed.slice(0, -2), cwd);
  return `${folder.startsWith('~') ? absolutePath(folder) : folder}/.`;
}

/** Absolute, for comparing what is written in different ways. */
export function absolutePath(path: string): string {
  return path === '~' ? homedir() : path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(path);
}

function trimEnd(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '~' : trimmed;
}
