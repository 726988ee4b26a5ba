/**
 * The folders that runs leave their artifacts in: one a run, private. Listing follows no link, and never fails for what a run
 * left there: what is passed over is told in words.
 */

import type { Stats } from 'node:fs';
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import type { FileIdentity, LeftFile, Workspaces } from '../engine/ports.ts';
import { storageError } from './disk-errors.ts';

const MAX_DEPTH = 32;
const SLASH = Buffer.from('/');

interface Found {
  files: LeftFile[];
  notes: string[];
}

interface Folder {
  readonly path: Buffer;
  /** Relative, ending in a slash; empty for the root. */
  readonly prefix: string;
  readonly depth: number;
  readonly identity: FileIdentity;
}

export function createWorkspaces(root: string): Workspaces {
  const folder = (run: RunId): string => join(root, run, 'artifacts');
  const made = new Map<RunId, FileIdentity>();
  return {
    async create(run) {
      const path = folder(run);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        made.set(run, identityOf(await lstat(path)));
      } catch (error) {
        throw new DispatchError('storage', `cannot make the artifacts folder ${path}: ${(error as Error).message}`, {
          cause: error,
          hint: 'free space or mend the permissions of its parent folder',
        });
      }
      return path;
    },
    async list(run) {
      const found: Found = { files: [], notes: [] };
      try {
        await listRoot(folder(run), made.get(run), found);
      } catch (error) {
        // A run may take its whole folder away: then it left nothing.
        if (!isGone(error)) found.notes.push(storageError('the artifacts folder cannot be listed', error).message);
      }
      found.files.sort((a, b) => (a.name < b.name ? -1 : 1));
      return found;
    },
    async remove(run) {
      made.delete(run);
      const path = join(root, run);
      await rm(path, { recursive: true, force: true }).catch(async () => {
        // A command may have left folders without write permission.
        await unlock(Buffer.from(path), 0);
        await rm(path, { recursive: true, force: true });
      });
    },
  };
}

async function listRoot(path: string, made: FileIdentity | undefined, found: Found): Promise<void> {
  const stats = await lstat(path);
  const identity = identityOf(stats);
  if (!stats.isDirectory() || (made !== undefined && !isSame(made, identity))) {
    const what = stats.isDirectory() ? 'another folder' : kindOf(stats);
    found.notes.push(
      `no file was kept: the run replaced its artifacts folder by ${what}; leave files in the one given`,
    );
    return;
  }
  await walk({ path: Buffer.from(path), prefix: '', depth: 0, identity }, found);
}

async function walk(folder: Folder, found: Found): Promise<void> {
  const before = found.files.length;
  const names = await readdir(folder.path, { encoding: 'buffer' });
  for (const bytes of names) {
    const name = folder.prefix + shown(bytes);
    try {
      await look(folder, bytes, name, found);
    } catch (error) {
      found.notes.push(isGone(error) ? `"${name}" vanished before it was kept` : unreadable(name, error));
    }
  }
  // A link that took the folder's place meanwhile has led somewhere else.
  const after = await lstat(folder.path).catch(() => undefined);
  if (after !== undefined && isSame(identityOf(after), folder.identity)) return;
  found.files.length = before;
  found.notes.push(`"${folder.prefix || '.'}" was not kept: it was replaced while it was listed`);
}

async function look(folder: Folder, bytes: Buffer, name: string, found: Found): Promise<void> {
  const path = Buffer.concat([folder.path, SLASH, bytes]);
  const stats = await lstat(path);
  const identity = identityOf(stats);
  if (stats.isFile()) {
    const text = path.toString();
    found.files.push({ name, path: Buffer.from(text).equals(path) ? text : path, sizeBytes: stats.size, identity });
  } else if (!stats.isDirectory()) {
    found.notes.push(`"${name}" was not kept: it is ${kindOf(stats)}, not a file`);
  } else if (folder.depth >= MAX_DEPTH) {
    found.notes.push(`"${name}/" was not kept: it is more than ${MAX_DEPTH} folders deep`);
  } else {
    await walk({ path, prefix: `${name}/`, depth: folder.depth + 1, identity }, found);
  }
}

/** Bytes that are no UTF-8 as `\xff`, so that the name can be stored and typed. */
function shown(bytes: Buffer): string {
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isFile() ? 'a file' : 'a device';
}

function unreadable(name: string, error: unknown): string {
  return storageError(`"${name}" was not kept`, error).message;
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function identityOf({ dev, ino }: FileIdentity): FileIdentity {
  return { dev, ino };
}

function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

async function unlock(path: Buffer, depth: number): Promise<void> {
  if (depth > MAX_DEPTH || !(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path, { encoding: 'buffer' }))
    await unlock(Buffer.concat([path, SLASH, name]), depth + 1);
}
