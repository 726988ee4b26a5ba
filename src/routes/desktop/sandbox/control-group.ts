/**
 * Bounds the processes of a run where RLIMIT_NPROC does not: the kernel never applies that to root. A control group of its own for
 * each run does (cgroups(7)), in version 1 beside the hierarchy of this process and in version 2 beside its group. Where none can be
 * made, as in many containers, nothing bounds the number of processes of root.
 */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = /^dispatch-(\d+)-\d+$/;
/** What makes the sandbox: two processes, and one more while it starts. */
const MAKERS = 3;
const TRY_AGAIN_MS = 50;
const MOST_TRIES = 100;

export interface ControlGroup {
  /** The file that a process writes 0 to, to join. */
  readonly joinFile: string;
  /** How often a process was refused. */
  refusals(): number;
  /** Goes away as soon as the last process has. */
  remove(): void;
}

export interface ControlGroups {
  /** Undefined where it cannot be made now. */
  create(processes: number): ControlGroup | undefined;
}

/** Undefined where this process may make none. `root` and `membership` are those of the machine but in tests. */
export function findControlGroups(
  root = '/sys/fs/cgroup',
  membership = '/proc/self/cgroup',
): ControlGroups | undefined {
  const parent = findParent(root, membership);
  if (parent === undefined) return undefined;
  sweep(parent);
  let made = 0;
  return {
    create(processes) {
      made += 1;
      const folder = join(parent, `dispatch-${process.pid}-${made}`);
      try {
        mkdirSync(folder);
        writeFileSync(join(folder, 'pids.max'), String(processes + MAKERS));
        return groupIn(folder);
      } catch {
        removeWhenEmpty(folder);
        return undefined;
      }
    },
  };
}

function groupIn(folder: string): ControlGroup {
  return {
    // A process with one thread may join by `tasks` of version 1 as well, which does not wait for all processors as the other does.
    joinFile: [join(folder, 'tasks'), join(folder, 'cgroup.procs')].find((file) => existsSync(file)) ?? folder,
    refusals: () => Number(/^max (\d+)/m.exec(readOrEmpty(join(folder, 'pids.events')))?.[1] ?? 0),
    remove: () => removeWhenEmpty(folder),
  };
}

/** The folder in which groups are made. */
function findParent(root: string, membership: string): string | undefined {
  const lines = readOrEmpty(membership).split('\n');
  const first = lines.map((line) => /^\d+:(?:[^:]*,)?pids(?:,[^:]*)?:(\/.*)$/.exec(line)?.[1]).find(Boolean);
  if (first !== undefined) return writableFolder(join(root, 'pids', first));
  const second = lines.map((line) => /^0::(\/.*)$/.exec(line)?.[1]).find(Boolean);
  if (second === undefined) return undefined;
  // A group that has processes can have none below it, so a new one goes beside it.
  const parent = join(root, second === '/' ? '/' : dirname(second));
  const bounded = readOrEmpty(join(parent, 'cgroup.subtree_control')).split(/\s+/).includes('pids');
  return bounded ? writableFolder(parent) : undefined;
}

function writableFolder(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, 'cgroup.procs'), constants.W_OK);
    return folder;
  } catch {
    return undefined;
  }
}

/** What peers left that were killed. */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const peer = NAME.exec(name)?.[1];
    if (peer !== undefined && !existsSync(`/proc/${peer}`)) removeWhenEmpty(join(parent, name), 0);
  }
}

/** The kernel refuses to remove one while a process in it is still ending. */
function removeWhenEmpty(folder: string, tries = MOST_TRIES): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || tries === 0) return;
    setTimeout(() => removeWhenEmpty(folder, tries - 1), TRY_AGAIN_MS).unref();
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
