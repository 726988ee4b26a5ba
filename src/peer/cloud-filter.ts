/**
 * The filter of system calls for programs that the embedded server runs: that of confined commands, and no memory
 * that the server could not count.
 */

import { buildFilter } from '../routes/desktop/sandbox/seccomp.ts';

/** Undefined where there is none for this kind of machine. */
export function cloudFilter(): Uint8Array | undefined {
  const { arch, platform } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return undefined;
  return buildFilter(arch, { unixSockets: true, counted: true });
}
