/**
 * What is written before it takes its own name: a part beside its place, named for the run, so that the parts of a run whose peer was
 * lost are found and taken away.
 */

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileOperation } from '../../../core/files.ts';
import type { RunId } from '../../../core/ids.ts';
import { type KeptBackups, pathsOfDone, readDone } from './backups.ts';
import { enter, type Folder } from './folder.ts';
import { removeTree } from './remove-tree.ts';
import { walk } from './walk.ts';

/** Of the name that it is to have: with dot and ending it must stay below what a disk takes, 143 bytes on the strictest. */
const MOST_BYTES = 100;
/** As many as one task makes. */
const MOST_LOOKS = 10_000;

export function partNameOf(name: string, run: RunId): string {
  return `.${firstBytes(name, MOST_BYTES)}${endOf(run)}`;
}

/** Whole characters, as many as there is room for. */
function firstBytes(text: string, most: number): string {
  let start = '';
  let room = most;
  for (const character of text) {
    room -= Buffer.byteLength(character);
    if (room < 0) return start;
    start += character;
  }
  return start;
}

function endOf(run: RunId): string {
  return `.dispatch-${run}.part`;
}

export interface Lost {
  readonly run: RunId;
  readonly operation: FileOperation;
  readonly absolute: (path: string) => string;
  readonly backups: KeptBackups;
}

/** Takes away what a lost execution had begun to write, wherever it may have been writing. Never rejects: what went is gone. */
export async function removeParts({ run, operation, absolute, backups }: Lost): Promise<void> {
  const besides = (path: string): Promise<void> => lookIn(dirname(path), run, 1);
  switch (operation.op) {
    case 'write':
    case 'edit':
    case 'receive': {
      const path = await realOf(absolute(operation.path));
      await besides(path);
      await lookIn(path, run, 1);
      return;
    }
    case 'copy': {
      const to = await realOf(absolute(operation.to));
      await besides(to);
      await lookIn(to, run, 1);
      await lookIn(join(to, basename(absolute(operation.from))), run, MOST_LOOKS);
      // A folder that the copy made itself: where another one was, so many looks end.
      await lookIn(to, run, MOST_LOOKS);
      return;
    }
    case 'undo': {
      const { done } = await readDone(operation.run, backups).catch(() => ({ done: [] }));
      for (const folder of new Set(done.flatMap(pathsOfDone).map((path) => dirname(path))))
        await lookIn(folder, run, 1);
      return;
    }
    default:
  }
}

async function realOf(path: string): Promise<string> {
  const walked = await walk(path, { follow: true }).catch(() => undefined);
  await walked?.folder.close();
  return walked?.real ?? path;
}

/** `folders`: in how many it looks, itself and those below. */
async function lookIn(path: string, run: RunId, folders: number): Promise<void> {
  const walked = await walk(path, { follow: false }).catch(() => undefined);
  if (walked === undefined) return;
  try {
    await lookBelow(walked.folder, walked.name, { end: endOf(run), left: folders });
  } finally {
    await walked.folder.close();
  }
}

async function lookBelow(parent: Folder, name: string, looking: { readonly end: string; left: number }): Promise<void> {
  if (looking.left <= 0) return;
  looking.left -= 1;
  const folder = name === '.' ? parent : await enter(parent, name).catch(() => undefined);
  if (folder === undefined) return; // no folder, or none any more
  try {
    for (const entry of await entriesOf(folder)) {
      if (entry.name.endsWith(looking.end)) await removeTree(folder, entry.name).catch(() => {});
      else if (entry.isDirectory()) await lookBelow(folder, entry.name, looking);
    }
  } finally {
    if (folder !== parent) await folder.close();
  }
}

async function entriesOf(folder: Folder): Promise<readonly Dirent[]> {
  return readdir(folder.at('.'), { withFileTypes: true }).catch(() => []);
}
