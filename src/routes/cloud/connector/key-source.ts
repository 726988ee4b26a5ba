/** Where the key of a connector comes from: looks there each time, and says so in words. It never keeps a key, and none is in an error. */

import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Connector, KeySource } from '../../../core/connectors.ts';
import { DispatchError } from '../../../core/errors.ts';
import { type KeyPlaces, readStoredKey } from './stored-keys.ts';

export interface KeyDeps extends KeyPlaces {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `~` means. */
  readonly home: string;
}

const LARGEST_FILE = 65_536;

export function describeKey(source: KeySource): string {
  if ('env' in source) return `the environment variable ${source.env}`;
  if ('file' in source) return `the file ${source.file}`;
  return `the entry "${source.keyring}" of the keyring`;
}

/** The key, or undefined if there is none. Throws a DispatchError if what is there cannot be a key. */
export async function readKey(source: KeySource, deps: KeyDeps, signal?: AbortSignal): Promise<string | undefined> {
  const text = (await readRaw(source, deps, signal))?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^[\x20-\x7e\xa0-\xff]+$/.test(text)) return text;
  const what = /[\r\n]/.test(text) ? 'has more than one line' : 'has characters that no header may have';
  throw new DispatchError('config', `the key in ${describeKey(source)} ${what}`, {
    hint: 'put the key there, and nothing else',
  });
}

/** Why a connector cannot be used as it is, as a phrase; undefined if it has its key or needs none. */
export async function keyTrouble({ auth }: Connector, deps: KeyDeps): Promise<string | undefined> {
  if (auth === undefined) return undefined;
  try {
    if ((await readKey(auth.key, deps)) !== undefined || auth.optional) return undefined;
    return `no key: ${describeKey(auth.key)} is not set`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function readRaw(source: KeySource, deps: KeyDeps, signal?: AbortSignal): Promise<string | undefined> {
  if ('env' in source) return deps.env[source.env];
  if ('keyring' in source) return readStoredKey(source.keyring, deps, signal);
  try {
    const bytes = await readFile(atHome(source.file, deps.home), { signal });
    if (bytes.length > LARGEST_FILE) throw new Error('it is larger than any key');
    return bytes.toString('utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new DispatchError('config', `cannot read the key in ${describeKey(source)}: ${code ?? message}`, {
      hint: 'check the file and its permissions',
    });
  }
}

export function atHome(path: string, home = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
