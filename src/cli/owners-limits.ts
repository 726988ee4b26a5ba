/** What an owner wants changed of what is allowed on a device, from words such as `shell=off`, `max-access=read-only` and `reach+=~/src`. */

import type { AccessLevel } from '../core/access.ts';
import { closest } from '../core/closest.ts';
import type { Permissions } from '../core/devices.ts';
import { DispatchError } from '../core/errors.ts';
import type { Params } from '../protocol/api.ts';
import { accessLevel } from './access-level.ts';
import { absolutePath, pathForConfig } from './own-paths.ts';

export const PERMISSION_NAMES: readonly (keyof Permissions)[] = [
  'local_files',
  'shell',
  'browser_automation',
  'desktop_automation',
];
export const MAX_ACCESS = 'max-access';
export const REACH = 'reach';
const NAMES: readonly string[] = [...PERMISSION_NAMES, MAX_ACCESS, REACH];
const HELP = 'dispatch permissions --help';

export type LimitsChange =
  | { readonly kind: 'permission'; readonly name: keyof Permissions; readonly allowed: boolean }
  | { readonly kind: 'max-access'; readonly level: AccessLevel }
  /** Paths as config.toml keeps them. */
  | { readonly kind: 'reach'; readonly how: '=' | '+=' | '-='; readonly paths: readonly string[] };

/** Throws `usage`. `cwd`: what relative paths begin at. */
export function parseLimits(words: readonly string[], cwd: string): LimitsChange[] {
  if (words.length === 0)
    throw new DispatchError('usage', 'there is nothing to set', { hint: 'dispatch permissions set shell=off' });
  return words.map((word) => parseChange(word, cwd));
}

function parseChange(word: string, cwd: string): LimitsChange {
  const [, name = '', how, value = ''] = /^([^=+]*?)(\+=|-=|=)(.*)$/s.exec(word) ?? [undefined, word];
  if (name === REACH) return parseReach(word, how, value, cwd);
  const allowed = PERMISSION_NAMES.find((permission) => permission === name);
  if (allowed !== undefined) {
    if (how === '=' && (value === 'on' || value === 'off'))
      return { kind: 'permission', name: allowed, allowed: value === 'on' };
    throw new DispatchError('usage', `"${word}": expected ${allowed}=on or ${allowed}=off`, { hint: HELP });
  }
  if (name === MAX_ACCESS || name === 'max_access') {
    if (how === '=') return { kind: 'max-access', level: accessLevel(`${MAX_ACCESS}`, value, HELP) };
    throw new DispatchError('usage', `"${word}": expected ${MAX_ACCESS}=LEVEL`, { hint: HELP });
  }
  const close = closest(name, NAMES);
  throw new DispatchError('usage', `"${name}" is no permission: expected one of ${NAMES.join(', ')}`, {
    hint: close === undefined ? HELP : `did you mean ${close}?`,
  });
}

function parseReach(word: string, how: string | undefined, value: string, cwd: string): LimitsChange {
  if (how === '=') {
    const typed = value === '' ? [] : value.split(',');
    if (!typed.includes('')) return { kind: 'reach', how, paths: typed.map((path) => pathForConfig(path, cwd)) };
  } else if ((how === '+=' || how === '-=') && value !== '') {
    return { kind: 'reach', how, paths: [pathForConfig(value, cwd)] };
  }
  throw new DispatchError('usage', `"${word}": expected ${REACH}+=PATH, ${REACH}-=PATH or ${REACH}=PATH,…`, {
    hint: HELP,
  });
}

/**
 * The changes together, for the peer. `written`: the reachable folders as they stand in config.toml; asked for only where some are
 * added or taken away. Throws `not-found` for a folder that is not among them.
 */
export function limitsParams(
  changes: readonly LimitsChange[],
  written: () => readonly string[],
): Params<'permissions.set'> {
  const permissions: { -readonly [K in keyof Permissions]?: boolean } = {};
  let maxAccess: AccessLevel | undefined;
  let folders: readonly string[] | undefined;
  for (const change of changes) {
    if (change.kind === 'permission') permissions[change.name] = change.allowed;
    else if (change.kind === 'max-access') maxAccess = change.level;
    else folders = change.how === '=' ? change.paths : changeFolders(folders ?? written(), change.how, change.paths);
  }
  return {
    ...(Object.keys(permissions).length === 0 ? {} : { permissions }),
    ...(maxAccess === undefined ? {} : { maxAccess }),
    ...(folders === undefined ? {} : { reachableFolders: unique(folders) }),
  };
}

function changeFolders(folders: readonly string[], how: '+=' | '-=', paths: readonly string[]): readonly string[] {
  if (how === '+=') return [...folders, ...paths];
  const gone = new Set(paths.map(absolutePath));
  const missing = paths.find((path) => !folders.some((folder) => absolutePath(folder) === absolutePath(path)));
  if (missing === undefined) return folders.filter((folder) => !gone.has(absolutePath(folder)));
  const close = closest(missing, folders);
  throw new DispatchError('not-found', `${missing} is none of the reachable folders`, {
    hint: close === undefined ? `they are ${folders.join(', ') || 'none'}` : `did you mean ${close}?`,
  });
}

function unique(folders: readonly string[]): string[] {
  const seen = new Set<string>();
  return folders.filter((folder) => {
    const path = absolutePath(folder);
    if (seen.has(path)) return false;
    seen.add(path);
    return true;
  });
}
