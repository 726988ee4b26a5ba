/** Lists what is to be sent, once, with what tells each file from another that takes its place later. */

import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DispatchError } from '../../../../core/errors.ts';
import { enter, type Folder } from '../folder.ts';
import type { Reach } from '../reach.ts';
import { shown } from '../shown.ts';
import { explain, type Walked } from '../walk.ts';
import { MOST_DEPTH, MOST_ENTRIES } from './entries.ts';

export interface Listed {
  readonly names: readonly string[];
  readonly kind: 'file' | 'folder' | 'link';
  readonly stats: Stats;
  readonly target?: string;
}

export interface Listing {
  readonly entries: readonly Listed[];
  readonly bytes: number;
}

/** So many are looked at before others have their turn. */
const BATCH = 1000;

/** Throws where there is more than one transfer takes. What nobody may read is not there. */
export async function listTree(walked: Walked, reach: Reach, signal: AbortSignal): Promise<Listing> {
  const entries: Listed[] = [];
  let bytes = 0;
  const add = async (parent: Folder, name: string, names: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    const path = join(walked.real, ...names);
    if (reach.whyHidden(path) !== undefined) return;
    if (entries.length >= MOST_ENTRIES) {
      throw new DispatchError('too-large', `there are more than ${MOST_ENTRIES} things in it`, {
        hint: 'send it in parts',
      });
    }
    if (names.length > MOST_DEPTH) {
      throw new DispatchError('too-large', `${shown(path)} lies deeper than ${MOST_DEPTH} folders`, {
        hint: 'send it in parts',
      });
    }
    if (entries.length % BATCH === BATCH - 1) await turn();
    const stats = look(parent.at(name), path);
    if (stats === undefined) return; // it went meanwhile
    if (stats.isFile()) {
      bytes += stats.size;
      entries.push({ names, kind: 'file', stats });
    } else if (stats.isSymbolicLink()) {
      entries.push({ names, kind: 'link', stats, target: readlinkSync(parent.at(name)) });
    } else if (stats.isDirectory()) {
      entries.push({ names, kind: 'folder', stats });
      const folder = name === '.' ? parent : await enter(parent, name);
      try {
        for (const child of readdirSync(folder.at('.')).sort())
          await add(folder, child, [...names, nameOf(child, path)]);
      } finally {
        if (folder !== parent) await folder.close();
      }
    }
    // Sockets and the like are nothing that can be sent.
  };
  try {
    await add(walked.folder, walked.name, []);
  } catch (error) {
    throw explain(error, walked.real);
  }
  return { entries, bytes };
}

function look(way: string, path: string): Stats | undefined {
  try {
    return lstatSync(way, { throwIfNoEntry: false });
  } catch (error) {
    throw explain(error, path);
  }
}

function nameOf(name: string, folder: string): string {
  if (!name.includes('\ufffd')) return name;
  throw new DispatchError('invalid', `a name in ${shown(folder)} is no UTF-8: ${shown(name)}`, {
    hint: 'rename it, or leave it out',
  });
}
