/**
 * What keeps a command in its bounds, whichever program of the system does it. It is tried once at the start, by really running
 * it: one that is installed may still be forbidden. Where it does not work, nothing pretends that it does.
 */

import type { AccessLevel } from '../../../core/access.ts';
import type { PlannedSandbox, SandboxKind } from '../../../core/actions.ts';
import type { SandboxReport } from '../../../core/devices.ts';

/** A level that is kept by a sandbox. */
export type ConfinedLevel = Exclude<AccessLevel, 'full-access'>;

export interface Confinement {
  /** No other run that goes on has the same name. */
  readonly run: string;
  readonly level: ConfinedLevel;
  readonly planned: PlannedSandbox;
  /** argv[0] is an absolute path. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute, links resolved, in one of the planned folders. */
  readonly cwd: string;
  /** The environment of the command itself. */
  readonly env: Readonly<Record<string, string>>;
  readonly artifactsDir: string;
}

/** What really is to be started. */
export interface Confined {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** Of the program that confines: nothing in it comes from whoever asked for the command. */
  readonly env: Readonly<Record<string, string>>;
  /** True if what is started only makes the sandbox and stays: the command is below it, and ends with it. */
  readonly keeps: boolean;
  /** How the command itself ended or why it never began, by the exit status of the program that confines. */
  outcome(exitCode: number): ConfinedEnd;
  /** To be called once all of its processes are gone: puts away what would run outside later, and says so in sentences. */
  settle(): readonly string[];
  /** To be called when it has ended, or did not start. */
  release(): void;
}

export type ConfinedEnd =
  | {
      readonly kind: 'exit';
      readonly exitCode: number /** Which limit it met, where that is known. */;
      readonly message?: string;
    }
  | { readonly kind: 'signal'; readonly signal: string }
  /** The sandbox could not be made: the command did not run. */
  | { readonly kind: 'unconfined' };

export interface WorkingSandbox {
  readonly kind: SandboxKind;
  /** What it hides besides the list: absolute paths, or with `~` for the home folder. */
  readonly hidden?: readonly string[];
  report(): SandboxReport;
  /** To be awaited before `confine` for a run that may write. Throws StartFailure. */
  mayWrite(run: string): Promise<void>;
  /** To be called when that run has ended, or did not start. */
  writesNoMore(run: string): void;
  /** Throws StartFailure. */
  confine(confinement: Confinement): Confined;
  /** Settles a run that a lost peer had started, when all of its processes are gone. */
  settleLost(run: string): void;
}

export interface NoSandbox {
  readonly kind: 'none';
  report(): SandboxReport;
}

export type Sandbox = WorkingSandbox | NoSandbox;

/** `detail`: why there is none and what to do about it, as a sentence. */
export function noSandbox(detail: string): NoSandbox {
  return { kind: 'none', report: () => ({ kind: 'none', detail }) };
}

/** The level if it can be kept; else nothing is. */
export function enforcedBy(sandbox: Sandbox | undefined, requested: AccessLevel): AccessLevel {
  return sandbox === undefined || sandbox.kind === 'none' ? 'full-access' : requested;
}
