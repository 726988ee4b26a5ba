/** Checks a shell action and resolves it to exactly what would run, now. It changes nothing. */

import { access, constants, realpath, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import type { AccessLevel, Plan, ShellAction } from '../../core/actions.ts';
import { type Refusal, refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import { RESERVED_VARIABLES } from './environment.ts';
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
  /** What every command gets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sha256: (text: string) => Sha256;
}

export type Prepared = { readonly ok: true; readonly plan: Plan } | Refusal;

export async function planShell(options: PlanOptions, run: RunId, action: ShellAction): Promise<Prepared> {
  const wrong = findMistake(action);
  if (wrong !== undefined) return wrong;
  const [shell, folder] = await Promise.all([options.shells.resolve(), resolveFolder(action.cwd ?? options.home)]);
  if (!shell.ok) return shell;
  if (!folder.ok) return folder;
  const names = Object.keys(action.env ?? {}).sort();
  const plan: Plan = {
    device: options.device,
    run,
    kind: 'shell',
    argv: [shell.path, '-c', action.command],
    cwd: folder.path,
    envNames: names,
    envDigest: options.sha256(canonicalEnvironment({ ...options.environment, ...action.env })),
    ...(action.timeoutMs === undefined ? {} : { timeoutMs: action.timeoutMs }),
    tty: action.tty !== undefined,
    stdin: action.stdin === true,
    executable: shell.executable,
    executableSha256: shell.sha256,
    enforced: options.enforced,
  };
  return { ok: true, plan };
}

function canonicalEnvironment(environment: Readonly<Record<string, string>>): string {
  const names = Object.keys(environment).sort();
  return names.map((name) => `${name}=${environment[name]}`).join('\0');
}

/** How the plan is no longer what it was, as a sentence; undefined if it is the same. */
export function whatChanged(before: Plan, now: Plan): string | undefined {
  if (before.executable !== now.executable || before.executableSha256 !== now.executableSha256) {
    return `the shell ${now.argv[0]} is not the one that was checked; retry the run`;
  }
  if (before.cwd !== now.cwd)
    return `the working folder leads to ${now.cwd} now, and was ${before.cwd} when it was checked; retry the run`;
  const same =
    before.envDigest === now.envDigest && before.run === now.run && before.argv.join('\0') === now.argv.join('\0');
  return same ? undefined : 'what would run is not what was checked; retry the run';
}

function findMistake({ command, cwd, env, tty, timeoutMs }: ShellAction): Refusal | undefined {
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
  return findWrongVariable(env ?? {});
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

async function resolveFolder(folder: string): Promise<{ readonly ok: true; readonly path: string } | Refusal> {
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
