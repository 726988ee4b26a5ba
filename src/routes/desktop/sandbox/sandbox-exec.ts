/**
 * Confines commands on macOS with sandbox-exec, by a profile in its own language (SBPL): everything is denied that is not listed.
 * It has no view of its own: what may not be read is there, and cannot be opened.
 */

import { realpathSync } from 'node:fs';
import { isInside } from '../../../core/policy/paths.ts';
import type { RepositoryFinder } from './find-repositories.ts';
import { findGuards } from './guards.ts';
import { findHidden } from './hidden-places.ts';
import { limitsInside, limitsOutside } from './limits.ts';
import type { Place } from './places.ts';
import type { Confined, ConfinedLevel, Confinement } from './sandbox.ts';
import type { Watcher } from './watch.ts';

export const SANDBOX_EXEC = '/usr/bin/sandbox-exec';

export interface ProfileRequest {
  readonly level: ConfinedLevel;
  readonly folders: readonly string[];
  readonly network: boolean;
  readonly hidden: readonly Place[];
  readonly guarded: readonly Place[];
  readonly artifactsDir: string;
  /** Files that may be read and run wherever they lie. */
  readonly alsoVisible: readonly string[];
}

const SYSTEM = [
  '/usr',
  '/bin',
  '/sbin',
  '/System',
  '/Library',
  '/private/etc',
  '/opt',
  '/Applications',
  '/private/var/db/timezone',
];
const DEVICES = ['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom', '/dev/tty', '/dev/ptmx', '/dev/fd'];

/** Of several rules that fit the last one counts, so what is hidden comes at the end, and the run's own folder after it. */
export function buildProfile(request: ProfileRequest): string {
  const { level, folders, network, hidden, guarded, artifactsDir, alsoVisible } = request;
  const writable = level === 'workspace-write';
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork)',
    '(allow process-exec)',
    '(allow signal (target same-sandbox))',
    '(allow process-info* (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow pseudo-tty)',
    '(allow ipc-posix-sem)',
    '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") (global-name "com.apple.system.logger"))',
    '(allow file-read-metadata)',
    rule('allow', 'file-read*', [...SYSTEM, ...DEVICES, ...folders, ...alsoVisible]),
    '(allow file-read* (literal "/"))',
    rule('allow', 'file-write* file-ioctl', DEVICES),
    '(allow file-read* file-write* file-ioctl (regex #"^/dev/ttys[0-9]+$"))',
    ...(writable ? [rule('allow', 'file-write*', folders)] : []),
    ...(writable && network
      ? [
          '(allow network-outbound (remote ip))',
          '(allow network-bind network-inbound (local ip))',
          '(allow system-socket)',
        ]
      : []),
    ...(writable && network ? ['(allow mach-lookup (global-name "com.apple.dnssd.service"))'] : []),
    ...(writable && guarded.length > 0
      ? [
          rule(
            'deny',
            'file-write*',
            guarded.map(({ path }) => path),
          ),
        ]
      : []),
    ...(hidden.length > 0
      ? [
          rule(
            'deny',
            'file-read* file-write* process-exec network*',
            hidden.map(({ path }) => path),
          ),
        ]
      : []),
    rule('allow', writable ? 'file-read* file-write*' : 'file-read*', [artifactsDir]),
    '',
  ].join('\n');
}

function rule(verdict: 'allow' | 'deny', operations: string, paths: readonly string[]): string {
  return `(${verdict} ${operations} ${paths.map((path) => `(subpath ${quote(path)})`).join(' ')})`;
}

/** A string of SBPL: what could end it is written with a backslash. */
function quote(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`;
}

export interface SandboxExecSettings {
  readonly home: string;
  /** Absolute. */
  readonly hidden: readonly string[];
  readonly repositories: RepositoryFinder;
  readonly watcher: Watcher;
}

export function confineWithSandboxExec(
  { home, hidden: more, repositories, watcher }: SandboxExecSettings,
  { run, level, planned, argv, cwd, env, artifactsDir }: Confinement,
): Confined {
  const writable = level === 'workspace-write';
  const hidden = findHidden(home, more);
  const guards = findGuards(repositories, { home, cwd, writable: planned.writable });
  const profile = buildProfile({
    level,
    folders: writable ? planned.writable : planned.readable,
    network: planned.network,
    hidden,
    guarded: [...guards.near, ...guards.far],
    artifactsDir: realpathSync.native(artifactsDir),
    alsoVisible: [realpathSync.native(argv[0])],
  });
  const watch = watcher.begin({
    run,
    places: writable ? guards.watched : [],
    secret: (path) => hidden.some((place) => isInside(place.path, path)),
    writable: planned.writable,
    artifactsDir,
  });
  const script = `${limitsOutside(planned.limits)}; ${limitsInside(planned.limits)}; exec "$@"`;
  return {
    argv: [SANDBOX_EXEC, '-p', profile, '/bin/sh', '-c', script, 'sh', ...argv],
    cwd,
    // sandbox-exec is a program of the system: the loader takes no variables for it or for /bin/sh.
    env,
    outcome: (exitCode) => ({ kind: 'exit', exitCode }),
    keeps: false,
    settle: () => watch.settle(),
    release: () => {},
  };
}
