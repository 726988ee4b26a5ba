/**
 * Keys that Dispatch was given to keep: in the keyring of the system, or, where there is none (a server without a desktop), in a file
 * that only its owner can read. Whoever stores one is told where it went.
 */

import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';

export interface KeyPlaces {
  /** Stands in for a keyring. In the folder of the config. */
  readonly keysFile: string;
}

export type KeyPlace = { readonly in: 'keyring' } | { readonly in: 'file'; readonly path: string };

const SERVICE = 'dispatch';
/** Somebody may have to unlock it; nobody may be there. */
const KEYRING_MS = 20_000;

export async function readStoredKey(name: string, { keysFile }: KeyPlaces): Promise<string | undefined> {
  const kept = await inKeyring(name, (entry, signal) => entry.getPassword(signal));
  return kept.value ?? (await readKeys(keysFile))[name];
}

export async function storeKey(name: string, key: string, { keysFile }: KeyPlaces): Promise<KeyPlace> {
  const { ok } = await inKeyring(name, (entry, signal) => entry.setPassword(key, signal));
  const { [name]: before, ...others } = await readKeys(keysFile);
  if (ok) {
    if (before !== undefined) await writeKeys(keysFile, others);
    return { in: 'keyring' };
  }
  await writeKeys(keysFile, { ...others, [name]: key });
  return { in: 'file', path: keysFile };
}

/** False if there was none. */
export async function removeKey(name: string, { keysFile }: KeyPlaces): Promise<boolean> {
  const { value } = await inKeyring(name, (entry, signal) => entry.deleteCredential(signal));
  const { [name]: before, ...others } = await readKeys(keysFile);
  if (before !== undefined) await writeKeys(keysFile, others);
  return value === true || before !== undefined;
}

type Entry = import('@napi-rs/keyring').AsyncEntry;

/** The kernel's keys on Linux are not used: they are gone when the machine starts again. */
async function inKeyring<T>(
  name: string,
  act: (entry: Entry, signal: AbortSignal) => Promise<T>,
): Promise<{ readonly ok: boolean; readonly value?: T }> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const entry = new AsyncEntry(SERVICE, name, { linux: { store: 'secret-service' } });
    return { ok: true, value: await act(entry, AbortSignal.timeout(KEYRING_MS)) };
  } catch {
    return { ok: false };
  }
}

async function readKeys(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    const why = error instanceof SyntaxError ? 'it is not JSON' : message;
    throw new DispatchError('storage', `cannot read the keys in ${file}: ${why}`, {
      hint: 'mend the file or remove it',
    });
  }
}

async function writeKeys(file: string, keys: Record<string, string>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(part, `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
    await chmod(part, 0o600);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new DispatchError('storage', `cannot keep keys in ${file}: ${(error as Error).message}`, {
      hint: 'check the folder and its permissions',
    });
  }
}
