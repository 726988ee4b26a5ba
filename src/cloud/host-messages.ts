/** What the peer and the server that it keeps say to each other: what it is to serve, and where it does. */

import type { CodeLimits } from './code/job.ts';

export interface HostSettings {
  readonly version: string;
  readonly folders: readonly string[];
  readonly stateDir: string;
  readonly manualDir: string;
  readonly key: string;
  readonly limits?: Partial<CodeLimits>;
  /** PATH: where programs are looked for. */
  readonly path: string;
  /** Of system calls, for programs of the machine. */
  readonly filter?: Uint8Array;
}

export type FromCloudHost = { readonly port: number } | { readonly error: string };
