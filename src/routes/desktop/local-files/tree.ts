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

/** Folders before what is in them. Throws `invalid` for what is neither file, folder nor link. */
export async function readTree(walked: Walked): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  await read(walked.folder, walked.name, walked.real, nodes, 0);
  return nodes;
}

async function read(parent: Folder, name: string, path: string, nodes: Node[], depth: number): Promise<void> {
  if (nodes.length >= MOST_ENTRIES) {
    throw new DispatchError('too-large', `there are more than ${MOST_ENTRIES} files and folders in it`, {
      hint: 'take a part of it, or use a shell command',
    });
  }
  try {
    const stats = await lstat(parent.at(name));
    if (stats.isFile()) {
      const sha256 = await hashFile({ folder: parent, name, real: path, stats, missing: [] });
      nodes.push({ kind: 'file', path, stats, sha256 });
    } else if (stats.isSymbolicLink()) {
      nodes.push({ kind: 'link', path, stats, target: await readlink(parent.at(name)) });
    } else if (stats.isDirectory()) {
      nodes.push({ kind: 'folder', path, stats });
      if (depth >= MOST_DEPTH)
        throw new DispatchError('too-large', `${shown(path)} lies deeper than ${MOST_DEPTH} folders`);
      await readFolder(parent, name, path, nodes, depth);
    } else {
      throw new DispatchError('invalid', `${shown(path)} is neither a file nor a folder`, { hint: 'leave it out' });
    }
  } catch (error) {
    throw explain(error, path);
  }
}

async function readFolder(parent: Folder, name: string, path: string, nodes: Node[], depth: number): Promise<void> {
  const folder = name === '.' ? parent : await enter(parent, name);
  try {
    for (const child of (await readdir(folder.at('.'))).sort())
      await read(folder, child, join(path, child), nodes, depth + 1);
  } finally {
    if (folder !== parent) await folder.close();
  }
}

/** SHA-256 of a regular file. */
export async function hashFile(walked: Walked): Promise<Sha256> {
  const { handle } = await openFile(walked);
  try {
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 }))
      hash.update(chunk as Buffer);
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
