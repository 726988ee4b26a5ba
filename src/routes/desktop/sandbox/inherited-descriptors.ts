/**
 * The open files that this process was started with and would pass on to whatever it starts: through an open folder a command would
 * leave its sandbox. What Node opens itself is closed on exec. Linux only.
 */

import { readdirSync, readFileSync } from 'node:fs';

/** O_CLOEXEC of include/uapi/asm-generic/fcntl.h, in octal as /proc/PID/fdinfo writes it (proc_pid_fdinfo(5)). */
const CLOSE_ON_EXEC = 0o2000000;

/** Their numbers, without the three standard ones. */
export function inheritedDescriptors(): readonly number[] {
  return readdirSync('/proc/self/fdinfo')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && passedOn(descriptor));
}

function passedOn(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // The one that listed the folder.
  }
}
