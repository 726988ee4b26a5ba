/** What a process and all that came of it hold: memory, and files that no folder names any more. Linux only: nothing elsewhere. */

import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';

const PAGE_BYTES = 4096;
/** More than any interpreter has, and few enough to be looked at again and again. */
export const OPEN_FILES = 4096;

/** The process and its descendants. Those that end meanwhile are in it or not. */
export function treeOf(root: number): readonly number[] {
  const pids = [root];
  for (let at = 0; at < pids.length; at += 1) pids.push(...childrenOf(pids[at] as number));
  return pids;
}

/** Each thread has children of its own. */
function childrenOf(pid: number): readonly number[] {
  return listed(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** In bytes. */
export function memoryOf(pid: number): number {
  // Pages of its own: those of libraries are shared, and a process is not to pay for them again.
  const [, resident = 0, shared = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number);
  return (resident - shared) * PAGE_BYTES + sharedOf(pid);
}

/** Memory that no file stands for, and that is shared or may be. */
function sharedOf(pid: number): number {
  const kib = /^RssShmem:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return kib === undefined ? 0 : Number(kib) * 1024;
}

/** What lies on this device in files that were removed while they were open, and how many files are open in all. */
export function removedFilesOf(pids: readonly number[], device: number): { bytes: number; open: number } {
  const seen = new Set<number>();
  let bytes = 0;
  let open = 0;
  for (const pid of pids) {
    for (const descriptor of listed(`/proc/${pid}/fd`)) {
      open += 1;
      if (open > OPEN_FILES) return { bytes, open };
      const stat = statOf(`/proc/${pid}/fd/${descriptor}`);
      if (stat === undefined || stat.nlink > 0 || !stat.isFile() || stat.dev !== device || seen.has(stat.ino)) continue;
      seen.add(stat.ino);
      bytes += stat.blocks * 512;
    }
  }
  return { bytes, open };
}

// What is not there has ended meanwhile, or belongs to the sandbox itself, which nobody may look into.

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
