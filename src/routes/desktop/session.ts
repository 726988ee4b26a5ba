/**
 * What a started command looks like to the rest of the route, whether it has a terminal or plain pipes. It owns the file
 * descriptors; it decides nothing about when to stop.
 */

import type { Socket } from 'node:net';

/** How the main process ended. */
export type Exit =
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'signal'; readonly signal: string };

export interface StartRequest {
  /** argv[0] is an absolute path. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Session {
  /** The main process, which leads a session of its own. */
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
  /** Standard output and standard error, merged in the order of writing. Nobody reads yet. */
  readonly output: Socket;
  readonly hasTerminal: boolean;
  /** False if the bytes were not taken, because too many wait already. */
  input(bytes: Uint8Array): boolean;
  /** Resolves when little enough input waits that more may come, or none will be read any more. Undefined: now. */
  inputRoom(): Promise<void> | undefined;
  endInput(): void;
  resize(cols: number, rows: number): void;
  /** The process group that signals from outside are meant for; undefined if there is none any more. */
  foreground(): number | undefined;
  /** Lets go of the terminal or the pipes. */
  close(): void;
}

/** Input that waits because the command does not read. More than this is not kept. */
export const MOST_WAITING_INPUT = 16 * 1024 * 1024;

/** More than this, and whoever sends should wait. */
export const ENOUGH_WAITING_INPUT = 256 * 1024;

/** Cells a terminal may have in each direction. */
export const MOST_CELLS = 1000;

/** Starting failed, and `message` says so to the person. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}
