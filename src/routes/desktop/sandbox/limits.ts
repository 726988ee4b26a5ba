/**
 * What binds the resources of a confined command.
 *
 * - Core dumps: RLIMIT_CORE of 0, always. The kernel may hand a core to a program outside of the sandbox.
 * - Memory of each process: RLIMIT_DATA, which counts private writable memory since Linux 4.7 (getrlimit(2)), and unlike RLIMIT_AS
 *   not the addresses that Node, Java and sanitizers only reserve. Memory that is shared, such as files in /tmp, is bounded by the
 *   size of that.
 * - Processes: RLIMIT_NPROC, set inside. Since Linux 5.14 it counts the processes of the account in that user namespace, so it is
 *   the limit of one run. The kernel does not apply it to root: there a control group does, where one can be made
 *   (control-group.ts).
 */

import type { ResourceLimits } from '../../../core/actions.ts';

const KIB = 1024;

/** Shell text for the program outside that starts the sandbox. */
export function limitsOutside({ memoryBytes }: ResourceLimits): string {
  const memory = memoryBytes === undefined ? '' : ` && ulimit -d ${Math.max(1, Math.floor(memoryBytes / KIB))}`;
  return `ulimit -c 0${memory} || exit 125`;
}

/** Shell text for inside, before the command. bash says `-u` and dash `-p`. */
export function limitsInside({ processes }: ResourceLimits): string {
  if (processes === undefined) return ':';
  return `{ ulimit -u ${processes} || ulimit -p ${processes}; } 2>/dev/null || { echo 'dispatch: the number of processes cannot be limited' >&2; exit 125; }`;
}
