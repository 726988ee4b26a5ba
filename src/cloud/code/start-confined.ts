/** Starts a command line of the sandbox. The filter of system calls goes along as a descriptor, which every start reads from its beginning. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/** The descriptor that the sandbox finds the filter at. */
export const FILTER = 3;

export type ConfinedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export function startConfined(
  [program, ...args]: readonly [string, ...string[]],
  filter: string | undefined,
): ConfinedProcess {
  const descriptor = filter === undefined ? undefined : openSync(filter, 'r');
  try {
    // With an empty environment, and where nothing is held by it.
    return spawn(program, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'pipe', descriptor] }) as ConfinedProcess;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
