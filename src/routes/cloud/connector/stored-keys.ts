/**
 * Keys that Dispatch was given to keep: in the keyring of the system, or, where there is none (a server without a desktop), in a file
 * that only its owner can read. Whoever stores one is told where it went.
 */

import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { KEY_NAME } from '../../../core/connectors.ts';
import { DispatchError } from '../../../core/errors.ts';

export interface KeyPlaces {
  /** Stands in for a keyring. In the folder of the config. */
  readonly keysFile: string;
}

export type KeyPlace = { readonly in: 'keyring' } | { readonly in: 'file'; readonly path: string };

const SERVICE = 'dispatch';
/** Somebody may have to unlock it; nobody may be there. */
const KEYRING_MS = 20_000;
/** One that did not answer is not asked again for so long: nobody unlocks it, and each would wait. */
const FORGIVEN_MS = 5 * 60_000;

export async function readStoredKey(
  name: string,
  { keysFile }: KeyPlaces,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const kept = await inKeyring(name, (entry, given) => entry.getPassword(given), signal);
  return kept.value ?? (await readKeys(keysFile)).get(name);
}

export async function storeKey(name: string, key: string, { keysFile }: KeyPlaces): Promise<KeyPlace> {
  checkName(name);
  // Whoever stores a key is there to unlock it.
  silentUntil = 0;
  const { ok } = await inKeyring(name, (entry, signal) => entry.setPassword(key, signal));
  const keys = await readKeys(keysFile);
  const wasInFile = keys.delete(name);
  if (ok) {
    if (wasInFile) await writeKeys(keysFile, keys);
    return { in: 'keyring' };
  }
  await writeKeys(keysFile, keys.set(name, key));
  return { in: 'file', path: keysFile };
}

/** False if there was none. */
export async function removeKey(name: string, { keysFile }: KeyPlaces): Promise<boolean> {
  checkName(name);
  silentUntil = 0;
  const { value } = await inKeyring(name, (entry, signal) => entry.deleteCredential(signal));
  const keys = await readKeys(keysFile);
  const wasInFile = keys.delete(name);
  if (wasInFile) await writeKeys(keysFile, keys);
  return value === true || wasInFile;
}

/** The keyring is one for the whole process, and so is what is known of it. */
let silentUntil = 0;

type Entry = import('@napi-rs/keyring').AsyncEntry;

/** The kernel's keys on Linux are not used: they are gone when the machine starts again. */
async function inKeyring<T>(
  name: string,
  act: (entry: Entry, signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<{ readonly ok: boolean; readonly value?: T }> {
  stop?.throwIfAborted();
  if (performance.now() < silentUntil) return { ok: false };
  const late = AbortSignal.timeout(KEYRING_MS);
  const signal = stop === undefined ? late : AbortSignal.any([late, stop]);
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const entry = new AsyncEntry(SERVICE, name, { linux: { store: 'secret-service' } });
    // What it does with a signal is up to the system: nobody waits for it longer than that.
    return { ok: true, value: await Promise.race([act(entry, signal), over]) };
  } catch {
    stop?.throwIfAborted();
    silentUntil = performance.now() + FORGIVEN_MS;
    return { ok: false };
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function checkName(name: string): void {
  if (KEY_NAME.test(name)) return;
  throw new DispatchError('usage', `${JSON.stringify(name.slice(0, 100))} cannot be the name of a key`, {
    hint: 'letters, digits, ".", "_" and "-", up to 100 of them',
  });
}

const keysInFile = z.record(z.string(), z.string());

/** A map, so that no name means anything but itself. */
async function readKeys(file: string): Promise<Map<string, string>> {
  try {
    return new Map(Object.entries(keysInFile.parse(JSON.parse(await readFile(file, 'utf8')))));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return new Map();
    const isOther = error instanceof z.ZodError ? 'it is not an object of names and keys' : message;
    const why = error instanceof SyntaxError ? 'it is not JSON' : isOther;
    throw new DispatchError('storage', `cannot read the keys in ${file}: ${why}`, {
      hint: 'mend the file or remove it',
    });
  }
}

async function writeKeys(file: string, keys: ReadonlyMap<string, string>): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(part, `${JSON.stringify(Object.fromEntries(keys), undefined, 2)}\n`, { mode: 0o600 });
    await chmod(part, 0o600);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw new DispatchError('storage', `cannot keep keys in ${file}: ${(error as Error).message}`, {
      hint: 'check the folder and its permissions',
    });
  }
}
