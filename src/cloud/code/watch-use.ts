/**
 * Looks now and then at what a job uses in all, which no limit of the kernel counts: the memory of a whole tree of processes, and what
 * lies in a folder. Between two looks a job can go beyond; how far is bounded by the limits of each process.
 */

import { lstatSync, opendirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeLimits } from './job.ts';

const EVERY_MS = 100;
const PAGE_BYTES = 4096;
const MIB = 1024 * 1024;

export interface Watched {
  readonly pid: number;
  readonly folder?: string;
  readonly limits: Pick<CodeLimits, 'memoryBytes' | 'folderBytes' | 'folderFiles'>;
}

/** Calls `over` once, with a sentence, when it is too much. The answer ends it. */
export function watchUse({ pid, folder, limits }: Watched, over: (why: string) => void): () => void {
  const look = (): void => {
    const why = tooMuch(pid, folder, limits);
    if (why === undefined) return;
    clearInterval(timer);
    over(why);
  };
  const timer = setInterval(look, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function tooMuch(pid: number, folder: string | undefined, limits: Watched['limits']): string | undefined {
  if (memoryOfTree(pid) > limits.memoryBytes)
    return `it needed more than ${Math.round(limits.memoryBytes / MIB)} MiB of memory`;
  if (folder === undefined) return undefined;
  const { files, bytes } = useOfFolder(folder, limits);
  if (files > limits.folderFiles) return `it made more than ${limits.folderFiles} files`;
  if (bytes > limits.folderBytes) return `its files took more than ${Math.round(limits.folderBytes / MIB)} MiB`;
  return undefined;
}

/** What the process and its descendants have in memory. Linux only: 0 elsewhere. */
function memoryOfTree(root: number): number {
  const pids = [root];
  let bytes = 0;
  for (let at = 0; at < pids.length; at += 1) {
    const pid = pids[at] as number;
    const { resident, children } = readProcess(pid);
    bytes += resident;
    pids.push(...children);
  }
  return bytes;
}

function readProcess(pid: number): { readonly resident: number; readonly children: readonly number[] } {
  try {
    // Pages of its own: those of libraries are shared, and a process is not to pay for them again.
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return { resident: (resident - shared) * PAGE_BYTES + sharedOf(pid), children };
  } catch {
    return { resident: 0, children: [] }; // it has ended meanwhile
  }
}

/** Memory that no file stands for, and that is shared or may be. */
function sharedOf(pid: number): number {
  const kib = /^RssShmem:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kib === undefined ? 0 : Number(kib) * 1024;
}

/** Counts no further than it has to. */
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
  } catch {
    return; // removed meanwhile, or closed by the job: what is in it is counted by nobody, and collected by nobody
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
