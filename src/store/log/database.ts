/**
 * Opens, repairs and speaks for the LevelDB database: every trouble that it reports leaves here as a DispatchError that says
 * what happened and what to do. It knows nothing of what is stored.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Level } from 'level';
import { DispatchError } from '../../core/errors.ts';
import { REBUILD_KEY, SCHEMA, SCHEMA_KEY } from './keys.ts';
import { REPAIR_HINT } from './records.ts';

export type Database = Level<string, string>;
export type Snapshot = ReturnType<Database['snapshot']>;

/** `level` gives ClassicLevel on Node, and its types leave out what only that one can. */
type Repairer = { repair(location: string): Promise<void> };

/** What must be free on the disk beyond the unfinished log before a failed database is opened again. */
const SPARE_BYTES = 64 * 1024;

/** Opens the database, making it if there is none, in a folder for nobody else. */
export async function openDatabase(location: string): Promise<Database> {
  const { Level } = await import('level');
  const db: Database = new Level(location, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
  try {
    await makeFolder(location);
    await db.open();
    return db;
  } catch (error) {
    // A database that could not be opened must not try again by itself.
    await db.close().catch(() => undefined);
    throw explain(error, location, `the database at ${location} cannot be opened`);
  }
}

async function makeFolder(location: string): Promise<void> {
  // Not recursive at first: that one says ENOENT where the truth is a read-only file system.
  await mkdir(location, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') await mkdir(location, { recursive: true, mode: 0o700 });
    else if (error.code !== 'EEXIST') throw error;
  });
}

/**
 * Saves what can be saved of a database that LevelDB cannot read; what it could not read is moved to the folder `lost` in it.
 * The projections are made anew from the log when it is opened next. Throws `locked` while a peer uses it.
 */
export async function repairThreadStore(location: string): Promise<void> {
  if (!existsSync(location)) {
    throw new DispatchError('not-found', `there is no database at ${location}`, {
      hint: 'nothing needs to be repaired',
    });
  }
  await refuseIfLocked(location);
  const { Level } = await import('level');
  try {
    await (Level as unknown as Repairer).repair(location);
  } catch (error) {
    throw explain(error, location, `the database at ${location} cannot be repaired`);
  }
  const db = await openDatabase(location);
  try {
    const marks = { [SCHEMA_KEY]: String(SCHEMA), [REBUILD_KEY]: 'repaired' };
    await db.batch(
      Object.entries(marks).map(([key, value]) => ({ type: 'put', key, value })),
      { sync: true },
    );
  } finally {
    await db.close();
  }
}

/** One moment of the database for several reads. */
export async function withSnapshot<T>(db: Database, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const snapshot = db.snapshot();
  try {
    return await read(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** LevelDB repairs without asking for its own lock; opening asks. */
async function refuseIfLocked(location: string): Promise<void> {
  try {
    const db = await openDatabase(location);
    await db.close();
  } catch (error) {
    if (error instanceof DispatchError && error.code === 'locked') throw error;
  }
}

/** Throws `storage` if the disk has no room for opening the database again. */
export async function requireRoom(location: string): Promise<void> {
  const { bavail, bsize } = await statfs(location);
  const files = (await readdir(location)).filter((name) => name.endsWith('.log'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(location, name))).size));
  const needed = sizes.reduce((sum, size) => sum + size, SPARE_BYTES);
  if (bavail * bsize >= needed) return;
  throw new DispatchError(
    'storage',
    `the disk of ${location} is still too full to write on: ${needed} bytes must be free`,
    {
      hint: 'free some space and try again',
      retryable: true,
    },
  );
}

/** Any error of LevelDB or the file system as one that a person can act on. `what` is what did not work. */
export function explain(error: unknown, location: string, what: string): DispatchError {
  if (error instanceof DispatchError) return error;
  const root = rootOf(error);
  const { code, message } = root;
  if (code === 'LEVEL_LOCKED') {
    return new DispatchError('locked', `another process holds the database at ${location}: ${message}`, {
      hint: 'see it with "dispatch peer status", or stop it with "dispatch peer stop"',
      cause: error,
    });
  }
  const storage = (reason: string, hint: string, retryable = false): DispatchError =>
    new DispatchError('storage', `${what}: ${reason}`, { hint, retryable, cause: error });
  // A table that was cut short is no corruption to LevelDB: it asks the system for bytes beyond the end of the file.
  if (code === 'LEVEL_CORRUPTION' || message.includes('Invalid argument')) {
    return storage(`it is damaged (${message})`, REPAIR_HINT);
  }
  if (isAbout(root, 'ENOSPC', 'No space left on device')) {
    return storage('the disk is full', 'free some space and try again', true);
  }
  if (isAbout(root, 'EDQUOT', 'Disk quota exceeded')) {
    return storage('the disk quota is used up', 'free some space and try again', true);
  }
  if (isAbout(root, 'EACCES', 'Permission denied') || code === 'EPERM') {
    return storage(`no permission (${message})`, 'check who owns the folder and its modes');
  }
  if (isAbout(root, 'EROFS', 'Read-only file system')) {
    return storage('its file system is read-only', 'mount it writable, or set DISPATCH_HOME to a folder elsewhere');
  }
  return storage(message, 'look at the disk and the folder, then try again; "dispatch doctor" checks both');
}

interface RootCause {
  readonly code: string | undefined;
  readonly message: string;
}

/** abstract-level wraps what LevelDB said as the cause of its own error. */
function rootOf(error: unknown): RootCause {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  if (error.cause instanceof Error) return rootOf(error.cause);
  return { code: (error as NodeJS.ErrnoException).code, message: error.message };
}

/** LevelDB gives the text of the system's error and not its name. */
function isAbout({ code, message }: RootCause, name: string, text: string): boolean {
  return code === name || message.includes(text);
}

export function closed(location: string): DispatchError {
  return new DispatchError('unavailable', `the thread store at ${location} is closed`, { hint: 'open it again' });
}

/** What LevelDB or the system says as a failure; bugs as they are. */
export function explained(error: unknown, location: string): unknown {
  const { code } = error as { code?: unknown };
  const isTrouble = typeof code === 'string' && /^(LEVEL_|E[A-Z]+$)/.test(code);
  if (error instanceof DispatchError || !isTrouble) return error;
  return explain(error, location, `the database at ${location} did not answer`);
}
