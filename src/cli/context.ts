/** What every command works with: where it prints, where the peer is, how to reach it. */

import type { Paths } from '../config/paths.ts';
import type { ControlClient } from '../control/client/client.ts';

/** What can stand on the command line after a command's name. */
export interface CommandOutline {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly string[];
  /** What the positional arguments name, or the words that they can be. */
  readonly completes?: Completed;
  /** By the first positional argument: what those after it name, or can be. */
  readonly completesAfter?: Readonly<Record<string, Completed>>;
  /** The words that the values of options can be. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** What names something that there is, or the words themselves. */
export type Completed = 'runs' | 'approvals' | 'artifacts' | 'devices' | 'rules' | 'places' | readonly string[];

export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  readonly paths: Paths;
  readonly version: string;
  /** All commands, loaded: for completion. */
  commands(): Promise<readonly CommandOutline[]>;
  /** Print JSON. */
  readonly json: boolean;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The peer of this machine, started if none runs. The client is closed when the command ends. */
  connect(options?: { start?: boolean }): Promise<ControlClient>;
  /** A line on standard output. */
  print(line: string): void;
  /** One JSON document on a line. */
  printJson(value: unknown): void;
  /** A line on standard error, for people. */
  note(line: string): void;
  /** What is still to be done if nobody reads standard output any more, which ends the command. */
  beforeLeaving(work: () => Promise<unknown>): void;
  /** Aborts at Ctrl-C, once; a second Ctrl-C ends the process, as the first does if nobody has asked for this. */
  readonly interrupted: AbortSignal;
}
