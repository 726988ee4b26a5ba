/** What a run is to do, as data: one union over all routes. An action says what was asked, never how a device will carry it out. */

import { type AccessLevel, highestAccess } from './access.ts';
import { accessOfStep, type BrowserAction, describeStep } from './browser.ts';
import { canonicalJson } from './canonical.ts';
import { type CodeAction, describeCode, describeKnowledge, type KnowledgeAction } from './cloud.ts';
import { accessOfDesktopStep, type DesktopAction, describeDesktopStep } from './desktop.ts';
import { accessOfFiles, describeFiles, type FilesAction } from './files.ts';
import type { Sha256 } from './ids.ts';

export const ROUTES = ['cloud-knowledge', 'cloud-code', 'desktop-local', 'inline'] as const;
export type Route = (typeof ROUTES)[number];

/** A command line for the device's shell. */
export interface ShellAction {
  readonly kind: 'shell';
  /** Shell text, given to the shell with `-c`. */
  readonly command: string;
  /** What the requester asks for; the device may only enforce less where it has no sandbox, and says so. */
  readonly access: AccessLevel;
  /** Absolute working folder; the device's home folder if absent. */
  readonly cwd?: string;
  /** Names of secrets that the device's owner keeps for runs, in `[secrets]` of its config; the device sets them as variables. */
  readonly secrets?: readonly string[];
  /** Added to the device's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Wall-clock limit in milliseconds, from the start of the process. */
  readonly timeoutMs?: number;
  /** A terminal of this size. Without it the command sees a pipe-like terminal: no echo, no colours asked for. */
  readonly tty?: { readonly cols: number; readonly rows: number };
  /** True if the requester will send input; otherwise the command reads end-of-file. */
  readonly stdin?: boolean;
}

/** An expression or a small script for the sandboxed interpreter of the current session. */
export interface InlineAction {
  readonly kind: 'inline';
  readonly language: 'expression' | 'script';
  readonly source: string;
  readonly timeoutMs?: number;
}

export type Action =
  | ShellAction
  | FilesAction
  | BrowserAction
  | DesktopAction
  | KnowledgeAction
  | CodeAction
  | InlineAction;
export type ActionKind = Action['kind'];

/** The route that carries out an action. */
export function routeOf(action: Action): Route {
  switch (action.kind) {
    case 'knowledge':
      return 'cloud-knowledge';
    case 'code':
      return 'cloud-code';
    case 'inline':
      return 'inline';
    case 'shell':
    case 'files':
    case 'browser':
    case 'desktop':
      return 'desktop-local';
  }
}

/** How far the action reaches: what was asked for, or what it does. */
export function accessOf(action: Action): AccessLevel {
  switch (action.kind) {
    case 'shell':
      return action.access;
    case 'files':
      return accessOfFiles(action);
    case 'browser':
      return highestAccess(action.steps.map(accessOfStep));
    case 'desktop':
      return highestAccess(action.steps.map(accessOfDesktopStep));
    case 'knowledge':
    case 'code':
    case 'inline':
      return 'read-only';
  }
}

/** What it does, one entry for each step, as rules name it: `files.list`, `browser.browser_click`. None where rules read the text itself. */
export function operationsOf(action: Action): readonly string[] {
  switch (action.kind) {
    case 'files':
      return [`files.${action.operation.op}`];
    case 'browser':
      return action.steps.map(({ tool }) => `browser.${tool}`);
    case 'desktop':
      return action.steps.map(({ action: name }) => `desktop.${name}`);
    case 'knowledge':
      return [action.assistant === true ? 'cloud.assist' : 'cloud.ask'];
    case 'code':
      return ['cloud.code'];
    case 'shell':
    case 'inline':
      return [];
  }
}

/** All of what will run, as text for people: a command, a source, or one line for each step. */
export function textOf(action: Action): string {
  switch (action.kind) {
    case 'shell':
      return action.command;
    case 'inline':
      return action.source;
    case 'knowledge':
      return describeKnowledge(action);
    case 'code':
      return describeCode(action);
    case 'files':
      return describeFiles(action.operation);
    case 'browser':
      return action.steps.map(describeStep).join('\n');
    case 'desktop':
      return action.steps.map(describeDesktopStep).join('\n');
  }
}

/** One line for lists: the first line of what will run. */
export function titleOf(action: Action): string {
  const text = textOf(action);
  const newline = text.indexOf('\n');
  return newline === -1 ? text : `${text.slice(0, newline)} …`;
}

/** A change of one file that a plan makes. */
export interface PlannedChange {
  /** Absolute, links resolved. */
  readonly path: string;
  /** Of the content; absent where there is no file before, or none after. */
  readonly before?: Sha256;
  readonly after?: Sha256;
}

/** A program or script that a shell text names, as it was found when the plan was made. */
export interface PlannedProgram {
  /** As it was written. */
  readonly name: string;
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Of the content; of inode, size and times where `Plan.unheld` says so. */
  readonly sha256: Sha256;
}

/** What limits the processes of a plan, besides the access level. Absent values are not limited. */
export interface ResourceLimits {
  /** Of each process, in bytes. */
  readonly memoryBytes?: number;
  readonly processes?: number;
}

/** The sandbox that a plan is carried out in. */
export interface PlannedSandbox {
  readonly kind: SandboxKind;
  /** Absolute folders that may be written to, links resolved; none for `read-only`. */
  readonly writable: readonly string[];
  /** Absolute folders of the owner that may be read, besides those of the system. */
  readonly readable: readonly string[];
  readonly network: boolean;
  readonly limits: ResourceLimits;
}

/** What keeps a command in its bounds: bubblewrap on Linux, sandbox-exec on macOS. */
export const SANDBOX_KINDS = ['bubblewrap', 'sandbox-exec'] as const;
export type SandboxKind = (typeof SANDBOX_KINDS)[number];

/**
 * What exactly will run, resolved on the executing device. Its canonical form is hashed; the hash is what an approval binds
 * and what is checked again just before acting.
 */
export interface Plan {
  readonly device: string;
  readonly run: string;
  readonly kind: ActionKind;
  /** Of a program; of anything else what is done, in words and JSON. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Names of the variables that the action adds. */
  readonly envNames: readonly string[];
  /**
   * SHA-256 over the sorted name=value pairs of the whole environment, the device's own and the added: a changed PATH changes
   * the plan, and no value is shown.
   */
  readonly envDigest: Sha256;
  readonly timeoutMs?: number;
  /** Whether it gets a terminal, and whether it gets input. */
  readonly tty: boolean;
  readonly stdin: boolean;
  /** Absolute path of argv[0] with links resolved, and the hash of its content; for interpreters inside Dispatch, its name. */
  readonly executable: string;
  readonly executableSha256?: Sha256;
  /** The access that this device will really enforce. */
  readonly enforced: AccessLevel;
  /** How it enforces it; absent for `full-access` and for interpreters inside Dispatch. */
  readonly sandbox?: PlannedSandbox;
  /** Programs and scripts that the command names, where they could be found: a change of one changes the plan. */
  readonly programs: readonly PlannedProgram[];
  /** A keyed hash over those that whoever asks may not know of: out of reach, hidden, or named by the value of a variable. */
  readonly untold?: Sha256;
  /** What may be another file when it runs, or is not held by its content, as phrases; absent if nothing is. */
  readonly unheld?: readonly string[];
  /** The files that it changes, with their content before and after. */
  readonly changes?: readonly PlannedChange[];
  /** What it touches that has no path: windows of the screen, by what does not change while they are there. */
  readonly targets?: readonly string[];
  /** Names of the secrets that are set as variables; their values are part of `envDigest`. */
  readonly secrets: readonly string[];
}

/** What of a plan is written down when it starts, for whoever asks later what ran: nothing secret is in it. */
export interface StartedPlan {
  readonly cwd: string;
  readonly executable: string;
  readonly executableSha256?: Sha256;
  readonly enforced: AccessLevel;
  readonly sandbox?: PlannedSandbox;
  readonly envNames: readonly string[];
  readonly secrets: readonly string[];
  readonly programs: readonly PlannedProgram[];
}

/** The bytes that tell whether two plans are the same but for the run and the device: what may be answered together. */
export function canonicalLikeness({ run: _run, device: _device, ...plan }: Plan): string {
  return canonicalJson(plan);
}

/** The bytes that are hashed for the plan's digest: JSON with keys in alphabetical order at every level. */
export function canonicalPlan(plan: Plan): string {
  return canonicalJson(plan);
}
