/** Walks over all that is in a file or folder, in one order, without following links. Bounded: a plan names each of them. */

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DispatchError } from '../../../core/errors.ts';
import type { Sha256 } from '../../../core/ids.ts';
import { enter, type Folder } from './folder.ts';
import { openFile } from './open-file.ts';
import { shown } from './shown.ts';
import { explain, type Walked } from './walk.ts';

/** What one task changes at once; more is for a shell, which asks about it as a whole. */
const MOST_ENTRIES = 10_000;
const MOST_DEPTH = 100;

export type Node =
  | { readonly kind: 'file'; readonly path: string; readonly stats: Stats; readonly sha256: Sha256 }
  | { readonly kind: 'folder'; readonly path: string; readonly stats: Stats }
  | { readonly kind: 'link'; readonly path: string; readonly stats: Stats; readonly target: string };

export interface TreeOptions {
  /** Not looked at, with all that is in it. */
  readonly leaveOut?: (path: string) => boolean;
  /** Called before a file is read. Throws where it must not be. */
  readonly onFile?: (stats: Stats) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Folders before what is in them. Throws `invalid` for what is neither file, folder nor link. */
export async function readTree(walked: Walked, options: TreeOptions = {}): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  await read({ parent: walked.folder, name: walked.name, path: walked.real, depth: 0 }, nodes, options);
  return nodes;
}

interface At {
  readonly parent: Folder;
  readonly name: string;
  readonly path: string;
  readonly depth: number;
}

async function read(at: At, nodes: Node[], options: TreeOptions): Promise<void> {
  const { parent, name, path, depth } = at;
  if (options.leaveOut?.(path) === true) return;
  if (nodes.length >= MOST_ENTRIES) {
    throw new DispatchError('too-large', `there are more than ${MOST_ENTRIES} files and folders in it`, {
      hint: 'take a part of it, or use a shell command',
    });
  }
  try {
    const stats = await lstat(parent.at(name));
    if (stats.isFile()) {
      options.onFile?.(stats);
      const sha256 = await hashFile({ folder: parent, name, real: path, stats, missing: [] }, options.signal);
      nodes.push({ kind: 'file', path, stats, sha256 });
    } else if (stats.isSymbolicLink()) {
      nodes.push({ kind: 'link', path, stats, target: await readlink(parent.at(name)) });
    } else if (stats.isDirectory()) {
      nodes.push({ kind: 'folder', path, stats });
      if (depth >= MOST_DEPTH)
        throw new DispatchError('too-large', `${shown(path)} lies deeper than ${MOST_DEPTH} folders`);
      await readFolder(at, nodes, options);
    } else {
      throw new DispatchError('invalid', `${shown(path)} is neither a file nor a folder`, { hint: 'leave it out' });
    }
  } catch (error) {
    throw explain(error, path);
  }
}

async function readFolder({ parent, name, path, depth }: At, nodes: Node[], options: TreeOptions): Promise<void> {
  const folder = name === '.' ? parent : await enter(parent, name);
  try {
    for (const child of (await readdir(folder.at('.'))).sort())
      await read({ parent: folder, name: child, path: join(path, child), depth: depth + 1 }, nodes, options);
  } finally {
    if (folder !== parent) await folder.close();
  }
}

/** SHA-256 of a regular file. */
export async function hashFile(walked: Walked, signal?: AbortSignal): Promise<Sha256> {
  const { handle } = await openFile(walked);
  try {
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 })) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
    return hash.digest('hex') as Sha256;
  } catch (error) {
    throw explain(error, walked.real);
  } finally {
    await handle.close();
  }
}

/** Tells a file or folder from another one that took its place. */
export function identityOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}
