/**
 * Looks for lines with ripgrep: fast, and in linear time whatever the expression is. It runs in the sandbox of commands where there is
 * one, and what it finds in places that nobody may reach is left out in any case.
 */

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DispatchError } from '../../../core/errors.ts';
import type { FileOperation } from '../../../core/files.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { createFoundLines, withoutEnd } from './found-lines.ts';
import { MOST_IN_MEMORY } from './open-file.ts';
import type { Reach } from './reach.ts';
import type { Finding } from './searching.ts';
import { shown } from './shown.ts';
import type { Walked } from './walk.ts';

type Search = Extract<FileOperation, { op: 'search' }>;

/** What it ends with: 1 is "nothing found" (rg(1)). */
const NOTHING = 1;
/** Also for what it could not read; it is told not to complain about that. */
const TROUBLE = 2;
const MOST_LINE = 500;
const DEFAULT_LIMIT = 1000;

export function findRipgrep(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) => join(folder, 'rg'))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface RipgrepOptions {
  readonly program: string;
  readonly sandbox: Sandbox;
  readonly run: string;
  readonly artifactsDir: string;
  /** Reachable ones: absolute, links resolved. */
  readonly folders: readonly string[];
  readonly reach: Reach;
  readonly signal: AbortSignal;
  onFound(finding: Finding): Promise<void>;
}

/** True if there may be more than the limit. */
export async function searchLines(
  { real, stats }: Walked,
  operation: Search,
  options: RipgrepOptions,
): Promise<boolean> {
  const { reach, signal, onFound } = options;
  const { limit = DEFAULT_LIMIT } = operation;
  // Globs with folders in them are about those below.
  const cwd = stats?.isDirectory() === true ? real : dirname(real);
  const started = start([options.program, ...argumentsFor(real, operation)], cwd, options);
  const lines = createFoundLines(MOST_IN_MEMORY);
  const { child } = started;
  const over = new AbortController();
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, 2000);
  });
  const ended = new Promise<number | Error | null>((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => resolve(code));
  });
  let found = 0;
  try {
    for await (const line of createInterface({ input: child.stdout, signal: over.signal })) {
      const finding = parse(line);
      if (finding === undefined || reach.whyNotRead(finding.path) !== undefined) continue;
      // A glob that fits brings what begins with a dot along.
      if (operation.hidden !== true && isDotted(finding.path.slice(real.length))) continue;
      if ((await lines.line(finding.path, finding.line)) !== finding.text) continue;
      if (found >= limit) {
        stop();
        return true;
      }
      found += 1;
      await onFound({ ...finding, text: finding.text.slice(0, MOST_LINE) });
    }
    const code = await ended;
    if (code instanceof Error) {
      throw new DispatchError('conflict', `${shown(real)} cannot be searched: ripgrep did not start there`, {
        cause: code,
        hint: 'see whether it is still there, then try again',
      });
    }
    // Of what it could not read it finds nothing.
    if (signal.aborted || code === 0 || code === NOTHING || found > 0) return false;
    if (code === TROUBLE && complaint === '') return false;
    throw new DispatchError(
      'invalid',
      `ripgrep could not search: ${shown(complaint.trim().split('\n')[0] || `it ended with ${code}`)}`,
      {
        hint: operation.regex === true ? 'mend the regular expression' : 'see "dispatch doctor"',
      },
    );
  } finally {
    over.abort();
    stop();
    await ended;
    signal.removeEventListener('abort', stop);
    started.release();
  }
}

function argumentsFor(real: string, { names = [], content = '', regex, ignoreCase, hidden }: Search): string[] {
  return [
    '--json',
    '--no-config',
    '--no-messages',
    '--no-ignore',
    '--no-follow',
    '--max-columns=100000',
    `--max-filesize=${MOST_IN_MEMORY}`,
    ...(regex === true ? [] : ['--fixed-strings']),
    `--regexp=${content}`,
    ...(ignoreCase === true ? ['--ignore-case'] : ['--case-sensitive']),
    ...(hidden === true ? ['--hidden'] : []),
    ...names.flatMap((glob) => [ignoreCase === true ? '--iglob' : '--glob', glob.replace(/^!/, '\\!')]),
    '--',
    real,
  ];
}

function start(
  argv: readonly [string, ...string[]],
  cwd: string,
  { sandbox, run, artifactsDir, folders }: RipgrepOptions,
) {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  if (sandbox.kind === 'none') {
    const [program, ...rest] = argv;
    return { child: spawn(program, rest, { env, cwd, stdio: [...stdio] }), release: () => {} };
  }
  const confined = sandbox.confine({
    run: `${run}-search`,
    level: 'read-only',
    planned: { kind: sandbox.kind, writable: [], readable: folders, network: false, limits: {} },
    argv,
    cwd,
    env,
    artifactsDir,
  });
  const [program, ...rest] = confined.argv;
  const child = spawn(program, rest, { env: confined.env, cwd: confined.cwd, stdio: [...stdio] });
  return { child, release: () => confined.release() };
}

function isDotted(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'));
}

/** A line of its report (rg(1), --json): matches alone. */
function parse(line: string): Required<Finding> | undefined {
  try {
    const { type, data } = JSON.parse(line) as {
      type?: string;
      data?: { path?: Text; lines?: Text; line_number?: number };
    };
    const path = decode(data?.path);
    if (type !== 'match' || path === undefined) return undefined;
    return { path, line: data?.line_number ?? 0, text: withoutEnd(decode(data?.lines) ?? '') };
  } catch {
    return undefined;
  }
}

/** Base64 where it is no UTF-8. */
interface Text {
  readonly text?: string;
  readonly bytes?: string;
}

function decode(value: Text | undefined): string | undefined {
  return value?.text ?? (value?.bytes === undefined ? undefined : Buffer.from(value.bytes, 'base64').toString('utf8'));
}
