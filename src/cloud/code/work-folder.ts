/**
 * The folder that one run works in: filled before, looked through afterwards, and then removed. A link in it is never followed, and what
 * is collected is read through the descriptor that was checked. A server that was killed leaves its folders; the next one removes them.
 */

import {
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CodeLimits, JobFile } from './job.ts';

/** In characters. A path has at most 4096 bytes, and a name 255 of them. */
const DEEP = 1000;

export interface WorkFolder {
  /** In a folder that only this account can enter. */
  readonly path: string;
  /** Files that are new or not what they were, with what was left out. */
  collect(): Promise<{ readonly files: AsyncIterable<JobFile>; readonly leftOut: () => number }>;
  remove(): void;
}

/** `owner` is whose the folder is to be, where that is somebody else. */
export function createWorkFolder(
  base: string,
  files: readonly JobFile[],
  limits: CodeLimits,
  owner: number | undefined,
): WorkFolder {
  mkdirSync(base, { recursive: true, mode: 0o700 });
  const outer = mkdtempSync(join(base, `${process.pid}-`));
  const path = join(outer, 'work');
  try {
    fill(path, files, owner);
  } catch (error) {
    removeTree(outer);
    throw error;
  }
  const given = new Map(files.map(({ name, bytes }) => [name, bytes]));
  return {
    path,
    async collect() {
      let left = 0;
      const leftOut = (): number => left;
      const collected = collectFrom(path, given, limits, () => {
        left += 1;
      });
      return { files: collected, leftOut };
    },
    remove: () => removeTree(outer),
  };
}

function fill(path: string, files: readonly JobFile[], owner: number | undefined): void {
  const made = (place: string): void => {
    if (owner !== undefined) chownSync(place, owner, owner);
  };
  mkdirSync(path, { mode: 0o700 });
  made(path);
  for (const { name, bytes } of files) {
    const parts = dirname(name) === '.' ? [] : dirname(name).split('/');
    parts.reduce((folder, part) => {
      const next = join(folder, part);
      mkdirSync(next, { recursive: true, mode: 0o700 });
      made(next);
      return next;
    }, path);
    writeFileSync(join(path, name), bytes, { mode: 0o600, flag: 'wx' });
    made(join(path, name));
  }
}

/** The filter of system calls, as a file that each run of this server opens. */
export function keepFilter(base: string, filter: Uint8Array): string {
  mkdirSync(base, { recursive: true, mode: 0o700 });
  writeFileSync(filterOf(base), filter, { mode: 0o600 });
  return filterOf(base);
}

export function dropFilter(base: string): void {
  rmSync(filterOf(base), { force: true });
}

/** Begins as the folders do: what is forgotten is found by the process. */
function filterOf(base: string): string {
  return join(base, `${process.pid}-filter`);
}

/** Those of servers that are no more. */
export function removeForgotten(base: string): void {
  for (const name of listed(base)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) removeTree(join(base, name));
  }
}

async function* collectFrom(
  root: string,
  given: ReadonlyMap<string, Uint8Array>,
  { folderBytes, folderFiles }: CodeLimits,
  leaveOut: () => void,
): AsyncGenerator<JobFile> {
  let bytesLeft = folderBytes;
  let filesLeft = folderFiles;
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    for (const entry of (await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])).sort(byName)) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== '__pycache__') folders.push(name);
      if (!entry.isFile()) continue;
      const bytes = filesLeft > 0 ? await readPlain(join(root, name), bytesLeft) : undefined;
      if (bytes === undefined) leaveOut();
      else {
        const before = given.get(name);
        if (before !== undefined && Buffer.compare(before, bytes) === 0) continue;
        bytesLeft -= bytes.length;
        filesLeft -= 1;
        yield { name, bytes };
      }
    }
  }
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** Nothing runs in the folder any more; what was left there is still no friend: a link, a pipe, a file with a second name. */
async function readPlain(path: string, limit: number): Promise<Buffer | undefined> {
  try {
    if (!(await lstat(path)).isFile()) return undefined;
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      return stat.isFile() && stat.size <= limit ? await file.readFile() : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/**
 * A run may have closed its own folders against everybody, or put them deeper than a path can say. What stays all the same is found by
 * the next server: it is no reason to end one.
 */
function removeTree(path: string): void {
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  try {
    remove();
  } catch {
    try {
      openFolders(path);
      remove();
    } catch {
      // as above
    }
  }
}

/** Makes every folder one that can be removed: those that lie deep are moved up. */
function openFolders(root: string): void {
  const folders = [root];
  let moved = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    chmodSync(next, 0o700);
    for (const entry of readdirSync(next, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const path = join(next, entry.name);
      if (path.length < DEEP) folders.push(path);
      else {
        const up = join(root, `deep-${moved}`);
        moved += 1;
        renameSync(path, up);
        folders.push(up);
      }
    }
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
