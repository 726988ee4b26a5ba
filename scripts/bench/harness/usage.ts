// What a process uses, as the kernel counts it. A timer of a process shows as its main thread leaving a wait of its own accord.
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts processor time in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

export interface Usage {
  readonly cpuMs: number;
  /** How often the main thread, and how often any thread, gave up the processor to wait. */
  readonly mainWaits: number;
  readonly allWaits: number;
  readonly residentMB: number;
}

/** Only Linux has /proc. */
export const canReadUsage = process.platform === 'linux';

export function usageOf(pid: number): Usage {
  // After the name, which may hold anything: state is field 3, utime 14, stime 15 (proc_pid_stat(5)).
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  const waits = (task: string): number => statusNumber(`/proc/${pid}/task/${task}/status`, 'voluntary_ctxt_switches');
  const allWaits = readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + waits(task), 0);
  const residentMB = statusNumber(`/proc/${pid}/status`, 'VmRSS') / 1000;
  return { cpuMs, mainWaits: waits(String(pid)), allWaits, residentMB };
}

function statusNumber(path: string, field: string): number {
  const value = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(path, 'utf8'))?.[1];
  if (value === undefined) throw new Error(`${path} has no ${field}`);
  return Number(value);
}

/** What was used between two looks, and the memory at the second. */
export function between(from: Usage, to: Usage): Usage {
  return {
    cpuMs: to.cpuMs - from.cpuMs,
    mainWaits: to.mainWaits - from.mainWaits,
    allWaits: to.allWaits - from.allWaits,
    residentMB: to.residentMB,
  };
}
