/**
 * How a program of this machine is confined: bubblewrap with every namespace of its own, no capability, the system read-only, and one
 * folder to write in. The number of processes is limited by the account inside, which the kernel does not do for root: where the
 * server is root, the program runs as an account that nobody has, one for each run.
 */

import { randomInt } from 'node:crypto';
import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { CodeLimits } from './job.ts';
import { FILTER, startConfined } from './start-confined.ts';

const BUBBLEWRAP = '/usr/bin/bwrap';
const LIMITER = '/usr/bin/prlimit';
const SWITCHER = '/usr/bin/setpriv';
/** Accounts that no system gives away: from the end of what systemd leaves unused, or, in a small namespace, of the 16-bit range. */
const ACCOUNTS = [
  [1_900_000_000, 2_000_000_000],
  [64_000, 65_000],
] as const;
const PROBE_MS = 5000;
const PRIVATE_BYTES = 64 * 1024 * 1024;
/** Where a program that is none of the system's is put: its own folder is not there. */
const OUTSIDE = '/run';
const SYSTEM = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** What interpreters need to start: where their libraries are, and their own settings. */
const SETTINGS = ['alternatives', 'ld.so.cache', 'localtime', 'perl', 'php', 'R'];

export type Confinement =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'bubblewrap';
      readonly accounts?: readonly [from: number, to: number];
      /** A file with the filter of system calls. */
      readonly filter?: string;
    };

export interface Confined {
  /** The program, with its real path. */
  readonly argv: readonly [string, ...string[]];
  readonly workFolder?: string;
  readonly account?: number;
  /** True if it is started with a filter of system calls. */
  readonly filtered: boolean;
  readonly limits: CodeLimits;
}

/** The account for one more run. */
export function newAccount(confinement: Confinement): number | undefined {
  return confinement.kind === 'bubblewrap' && confinement.accounts !== undefined
    ? randomInt(...confinement.accounts)
    : undefined;
}

/** The whole command line. */
export function confine({ argv, workFolder, account, filtered, limits }: Confined): readonly [string, ...string[]] {
  const [program] = argv;
  const isOurs = /^\/(usr|bin|sbin|lib)\//.test(program);
  const inside = isOurs ? program : `${OUTSIDE}/${basename(program)}`;
  return [
    BUBBLEWRAP,
    ...(account === undefined
      ? ['--unshare-all', '--cap-drop', 'ALL']
      : ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try', ...switching()]),
    ...(filtered ? ['--seccomp', `${FILTER}`] : []),
    ...['--die-with-parent', '--new-session', '--clearenv', '--hostname', 'sandbox'],
    ...['--ro-bind', '/usr', '/usr', ...SYSTEM.flatMap(asOutside)],
    ...['--perms', '0755', '--dir', '/etc'],
    ...SETTINGS.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--size', `${PRIVATE_BYTES}`, '--tmpfs', '/dev/shm'],
    ...['--perms', '1777', '--size', `${PRIVATE_BYTES}`, '--tmpfs', '/tmp'],
    ...(isOurs ? [] : ['--perms', '0755', '--dir', OUTSIDE, '--ro-bind', program, inside]),
    ...(workFolder === undefined ? ['--dir', '/work'] : ['--bind', workFolder, '/work']),
    ...['--remount-ro', '/dev', '--remount-ro', '/proc', '--remount-ro', '/', '--chdir', '/'],
    ...environment(),
    ...['--', LIMITER, '--core=0', `--data=${limits.memoryBytes}`, `--fsize=${limits.folderBytes}`, '--nofile=1024'],
    `--nproc=${limits.processes}`,
    ...(account === undefined ? [] : switchTo(account)),
    // Whose folder it is may enter it, and nobody before.
    ...['/usr/bin/env', '--chdir=/work', inside, ...argv.slice(1)],
  ];
}

/** All that is needed to become somebody without any of it. */
function switching(): readonly string[] {
  return ['--cap-drop', 'ALL', ...['SETUID', 'SETGID', 'SETPCAP'].flatMap((name) => ['--cap-add', `CAP_${name}`])];
}

function switchTo(account: number): readonly string[] {
  return [
    SWITCHER,
    ...[`--reuid=${account}`, `--regid=${account}`, '--clear-groups', '--no-new-privs'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--'],
  ];
}

function asOutside(path: string): readonly string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
}

function environment(): readonly string[] {
  const variables = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONUNBUFFERED: '1',
  };
  return Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]);
}

/** Finds out by doing it. `filter` is a file with a filter of system calls. */
export async function findConfinement(limits: CodeLimits, filter: string | undefined): Promise<Confinement> {
  if (process.platform !== 'linux') return { kind: 'none', why: 'bubblewrap is for Linux' };
  const missing = [BUBBLEWRAP, LIMITER, SWITCHER].find((program) => !existsSync(program));
  if (missing !== undefined) return { kind: 'none', why: `there is no ${missing}` };
  const more = filter === undefined ? {} : { filter };
  const ways: readonly Confinement[] =
    process.getuid?.() === 0
      ? ACCOUNTS.map((accounts) => ({ kind: 'bubblewrap', accounts, ...more }))
      : [{ kind: 'bubblewrap', ...more }];
  let why = '';
  for (const way of ways) {
    const failed = await attempt(way, ['/usr/bin/true'], limits);
    if (failed === undefined) return way;
    why = failed;
  }
  return { kind: 'none', why };
}

/** Undefined if it works; else why it does not. */
export function attempt(
  confinement: Confinement,
  argv: readonly [string, ...string[]],
  limits: CodeLimits,
): Promise<string | undefined> {
  const account = newAccount(confinement);
  const filter = confinement.kind === 'bubblewrap' ? confinement.filter : undefined;
  const filtered = filter !== undefined;
  const child = startConfined(
    confine({ argv, limits, filtered, ...(account === undefined ? {} : { account }) }),
    filter,
  );
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), PROBE_MS);
    const said: Buffer[] = [];
    child.stdin.on('error', () => {});
    child.stdin.end();
    child.stdout.resume();
    child.stderr.on('data', (bytes: Buffer) => said.push(bytes));
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code) => {
      clearTimeout(timer);
      const line = Buffer.concat(said).toString('utf8').trim().split('\n').at(-1) ?? '';
      resolve(code === 0 ? undefined : line || `it ended with status ${code}`);
    });
  });
}
