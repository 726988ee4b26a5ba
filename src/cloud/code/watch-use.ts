/**
 * Looks now and then at what a job uses in all, which no limit of the kernel counts: the memory of a whole tree of processes, and what
 * lies in a folder. Between two looks a job can go beyond; how far is bounded by the limits of each process. A job that cannot be
 * looked at ends, and nothing else does.
 */

import { lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeLimits } from './job.ts';
import { memoryOf, OPEN_FILES, removedFilesOf, treeOf } from './use-of-processes.ts';

const EVERY_MS = 100;
const MIB = 1024 * 1024;

export interface Watched {
  readonly pid: number;
  readonly folder?: string;
  readonly limits: Pick<CodeLimits, 'memoryBytes' | 'folderBytes' | 'folderFiles'>;
}

/** Calls `over` once, with a sentence, when it is too much. The answer ends it. */
export function watchUse({ pid, folder, limits }: Watched, over: (why: string) => void): () => void {
  const look = (): void => {
    const why = lookAt(pid, folder, limits);
    if (why === undefined) return;
    clearInterval(timer);
    over(why);
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function lookAt(pid: number, folder: string | undefined, limits: Watched['limits']): string | undefined {
  try {
    return tooMuch(pid, folder, limits);
  } catch (error) {
    // Names that are longer than any path may be, and folders that it closed against everybody.
    const { code, message } = error as NodeJS.ErrnoException;
    return `what it made in its folder cannot be counted (${code ?? message})`;
  }
}

function tooMuch(pid: number, folder: string | undefined, limits: Watched['limits']): string | undefined {
  const pids = treeOf(pid);
  const memory = pids.reduce((sum, each) => sum + memoryOf(each), 0);
  if (memory > limits.memoryBytes) return `it needed more than ${Math.round(limits.memoryBytes / MIB)} MiB of memory`;
  if (folder === undefined) return undefined;
  const { files, bytes } = useOfFolder(folder, limits);
  if (files > limits.folderFiles) return `it made more than ${limits.folderFiles} files`;
  const removed = removedFilesOf(pids, lstatSync(folder).dev);
  if (removed.open > OPEN_FILES) return `it had more than ${OPEN_FILES} files open`;
  if (bytes + removed.bytes > limits.folderBytes)
    return `its files took more than ${Math.round(limits.folderBytes / MIB)} MiB`;
  return undefined;
}

/** Counts no further than it has to. Throws where it cannot. */
function useOfFolder(folder: string, limits: Watched['limits']): { files: number; bytes: number } {
  const folders = [folder];
  let files = 0;
  let bytes = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const { path, isFolder, size } of entriesOf(next)) {
      files += 1;
      bytes += size;
      if (isFolder) folders.push(path);
      if (files > limits.folderFiles || bytes > limits.folderBytes) return { files, bytes };
    }
  }
  return { files, bytes };
}

function* entriesOf(folder: string): Generator<{ path: string; isFolder: boolean; size: number }> {
  let opened: ReturnType<typeof opendirSync>;
  try {
    opened = opendirSync(folder);
  } catch (error) {
    // Removed meanwhile, or another thing now.
    if (/^(ENOENT|ENOTDIR|ELOOP)$/.test((error as NodeJS.ErrnoException).code ?? '')) return;
    throw error;
  }
  try {
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
      const path = join(folder, entry.name);
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat !== undefined) yield { path, isFolder: stat.isDirectory(), size: stat.blocks * 512 };
    }
  } finally {
    opened.closeSync();
  }
}
