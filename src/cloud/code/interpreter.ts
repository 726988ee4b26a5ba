/** What an interpreter is given, and what it gives back, in the process that it runs in. */

import type { JobEnd, OutputStream } from './job.ts';

/** What an interpreter writes to. */
export interface RunnerOutput {
  /** False when all that it may print is printed. */
  print(stream: OutputStream, bytes: Uint8Array): boolean;
  readonly full: boolean;
}

export interface Interpretation {
  readonly end: JobEnd;
  readonly files: Iterable<readonly [name: string, bytes: Uint8Array]>;
  /** Nothing of the job is left in this process, so it can take another. */
  readonly reusable: boolean;
}
