// Looks at processes of this machine as a test needs it: whether one lives, and which belong to a home.
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A zombie is gone: whoever should reap it is not our affair. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !/^\d+ \(.*\) [ZX]/s.test(read(`/proc/${pid}/stat`));
}

export async function gone(pid: number): Promise<void> {
  await until(`end of process ${pid}`, () => !isAlive(pid));
}

/** Those that carry the variable in their environment. Linux only: elsewhere none are found. */
export function processesWith(variable: string): number[] {
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && read(`/proc/${pid}/environ`).split('\0').includes(variable));
}

function entries(folder: string): string[] {
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

/** The processes that this one has started and not yet reaped. Linux only. */
export const childrenOf = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);

/** The most memory that the process has had at once, in bytes. Linux only. */
export const peakMemory = (pid: number): number =>
  1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? Number.NaN);
