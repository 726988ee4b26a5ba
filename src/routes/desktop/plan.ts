/** Checks a shell action and resolves it to exactly what would run, now. It changes nothing. */

import { access, constants, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { AccessLevel } from '../../core/access.ts';
import type { Plan, PlannedSandbox, ShellAction } from '../../core/actions.ts';
import { type Refusal, refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import { RESERVED_VARIABLES } from './environment.ts';
import type { FoundPrograms, ProgramSearch } from './programs.ts';
import { resolvePath } from './resolve-path.ts';
import { MOST_CELLS } from './session.ts';
import type { Shells } from './shells.ts';

/** MAX_ARG_STRLEN of Linux (execve(2)), with its closing NUL: no argument and no variable may be longer. */
const MOST_ARGUMENT_BYTES = 128 * 1024 - 1;
/** What a timer of Node can count: 24.8 days. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export interface PlanOptions {
  readonly device: DeviceId;
  readonly home: string;
  readonly shells: Shells;
  readonly enforced: AccessLevel;
  /** Absent for full access. */
  readonly sandbox?: PlannedSandbox;
  /** What every command gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Values of the secrets that the action names. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The programs and scripts that the text names. */
  readonly programs?: (named: NamedIn) => Promise<FoundPrograms>;
  /** True if a folder that is not there is found out by whoever starts it: then whoever asks is told no more than that it waits. */
  readonly folderLater?: boolean;
  readonly sha256: (text: string) => Sha256;
}

/** A command, and where and with what it runs. */
export type NamedIn = Pick<ProgramSearch, 'text' | 'values' | 'path' | 'cwd' | 'home'>;

export type Prepared = { readonly ok: true; readonly plan: Plan } | Refusal;

export async function planShell(options: PlanOptions, run: RunId, action: ShellAction): Promise<Prepared> {
  const wrong = findMistake(action);
  if (wrong !== undefined) return wrong;
  const named = action.cwd ?? options.home;
  const [shell, folder] = await Promise.all([options.shells.resolve(), resolveFolder(named)]);
  if (!shell.ok) return shell;
  if (!folder.ok && options.folderLater !== true) return folder;
  const cwd = folder.ok ? folder.path : await leadingTo(named);
  const names = Object.keys(action.env ?? {}).sort();
  const environment = { ...options.environment, ...action.env, ...options.secrets };
  const found = await options.programs?.({
    text: action.command,
    values: Object.values(action.env ?? {}),
    path: environment.PATH ?? '',
    cwd,
    home: environment.HOME ?? options.home,
  });
  const plan: Plan = {
    device: options.device,
    run,
    kind: 'shell',
    argv: [shell.path, '-c', action.command],
    cwd,
    envNames: names,
    envDigest: options.sha256(canonicalEnvironment(environment)),
    ...(action.timeoutMs === undefined ? {} : { timeoutMs: action.timeoutMs }),
    tty: action.tty !== undefined,
    stdin: action.stdin === true,
    executable: shell.executable,
    executableSha256: shell.sha256,
    enforced: options.enforced,
    ...(options.sandbox === undefined ? {} : { sandbox: options.sandbox }),
    programs: found?.programs ?? [],
    ...(found?.untold === undefined ? {} : { untold: found.untold }),
    ...(found === undefined || found.unheld.length === 0 ? {} : { unheld: found.unheld }),
    secrets: [...new Set(action.secrets)].sort(),
  };
  return { ok: true, plan };
}

function canonicalEnvironment(environment: Readonly<Record<string, string>>): string {
  const names = Object.keys(environment).sort();
  return names.map((name) => `${name}=${environment[name]}`).join('\0');
}

/** What no device could carry out; undefined if there is nothing wrong with it. */
export function findMistake({ command, cwd, env, secrets, tty, timeoutMs }: ShellAction): Refusal | undefined {
  if (command.trim() === '') return refuse('invalid', 'the command is empty', 'say what to run');
  if (command.includes('\0'))
    return refuse('invalid', 'the command holds a NUL character', 'put it into a file and run that');
  if (Buffer.byteLength(command) > MOST_ARGUMENT_BYTES) {
    return refuse(
      'too-large',
      `the command is longer than ${MOST_ARGUMENT_BYTES} bytes`,
      'put it into a file and run that',
    );
  }
  if (cwd !== undefined && (!isAbsolute(cwd) || cwd.includes('\0'))) {
    return refuse(
      'invalid',
      `the working folder ${JSON.stringify(cwd)} is not an absolute path`,
      'give the whole path',
    );
  }
  if (tty !== undefined && !(isBetween(tty.cols, 1, MOST_CELLS) && isBetween(tty.rows, 1, MOST_CELLS))) {
    return refuse(
      'invalid',
      `a terminal of ${tty.cols}×${tty.rows} cells cannot be made`,
      `use 1 to ${MOST_CELLS} of each`,
    );
  }
  if (timeoutMs !== undefined && !isBetween(timeoutMs, 1, LONGEST_TIMEOUT_MS)) {
    return refuse('invalid', `a time limit of ${timeoutMs} ms cannot be kept`, `use 1 to ${LONGEST_TIMEOUT_MS} ms`);
  }
  return findWrongSecret(secrets ?? [], env ?? {}) ?? findWrongVariable(env ?? {});
}

function findWrongSecret(secrets: readonly string[], env: Readonly<Record<string, string>>): Refusal | undefined {
  const reserved = secrets.find((name) => RESERVED_VARIABLES.includes(name));
  if (reserved !== undefined)
    return refuse('invalid', `the variable ${reserved} is set by Dispatch itself`, 'give the secret another name');
  const twice = secrets.find((name) => Object.hasOwn(env, name));
  if (twice === undefined) return undefined;
  return refuse('invalid', `${JSON.stringify(twice)} is given as a variable and as a secret`, 'leave one of them out');
}

function findWrongVariable(env: Readonly<Record<string, string>>): Refusal | undefined {
  for (const [name, value] of Object.entries(env)) {
    const shown = JSON.stringify(name);
    if (name === '' || /[=\0]/.test(name))
      return refuse('invalid', `${shown} cannot name a variable`, 'use letters, digits and _');
    if (RESERVED_VARIABLES.includes(name))
      return refuse('invalid', `the variable ${name} is set by Dispatch itself`, 'use another name');
    if (value.includes('\0'))
      return refuse('invalid', `the variable ${shown} holds a NUL character`, 'put it into a file');
    if (Buffer.byteLength(name) + Buffer.byteLength(value) + 1 > MOST_ARGUMENT_BYTES) {
      return refuse(
        'too-large',
        `the variable ${shown} is longer than ${MOST_ARGUMENT_BYTES} bytes`,
        'put it into a file',
      );
    }
  }
  return undefined;
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Where a folder is that cannot be worked in: its links resolved as far as it exists and can be seen. */
export async function leadingTo(folder: string): Promise<string> {
  return (await resolvePath('/', folder)) ?? resolve(folder);
}

/** The working folder with its links resolved. */
export async function resolveFolder(folder: string): Promise<{ readonly ok: true; readonly path: string } | Refusal> {
  const hint = 'choose another with --cwd';
  try {
    const path = await realpath(folder);
    if (!(await stat(path)).isDirectory())
      return refuse('invalid', `the working folder ${folder} is not a folder`, hint);
    await access(path, constants.X_OK);
    return { ok: true, path };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return refuse('invalid', `the working folder ${folder} does not exist`, hint);
    if (code === 'EACCES')
      return refuse('invalid', `the working folder ${folder} may not be entered by this account`, hint);
    return refuse('invalid', `the working folder ${folder} cannot be used: ${message}`, hint);
  }
}
