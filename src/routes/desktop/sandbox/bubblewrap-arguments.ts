/** The arguments for bubblewrap: what a confined command sees, what it has for itself, and its environment. */

import { realpathSync } from 'node:fs';
import { isInside } from '../../../core/policy/paths.ts';
import type { BubblewrapSettings } from './bubblewrap-settings.ts';
import { isLauncherVariable } from './confined-environment.ts';
import { listFolders } from './entries.ts';
import type { Guards } from './guards.ts';
import type { Place } from './places.ts';
import type { Confinement } from './sandbox.ts';
import { composeView, type Mount } from './view.ts';

/** Descriptors that it is given: the filter of system calls, these arguments, and where it tells of itself. */
export const [FILTER, ARGUMENTS, STATUS] = [3, 4, 5];
const HIDDEN_BYTES = 64 * 1024;
/** For names of links, and of what is mounted. */
const LISTED_BYTES = 1024 * 1024;

export interface ProtectedPlaces {
  readonly hidden: readonly Place[];
  /** Undefined for what may not write. */
  readonly guards: Guards | undefined;
}

/** Those that bubblewrap reads from a descriptor: the environment is among them, and must not stand in the list of processes. */
export function bubblewrapArguments(
  settings: BubblewrapSettings,
  confinement: Confinement,
  places: ProtectedPlaces,
): readonly string[] {
  const { planned, cwd, env } = confinement;
  const view = viewOf(settings, confinement, places);
  const environment = Object.entries(env).filter(([name]) => !isLauncherVariable(name) && name !== 'PWD');
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(planned.network ? [] : ['--unshare-net']),
    // In the first moments the first process inside may miss the end of what started it; `reap` finds it then, by its run.
    ...['--die-with-parent', '--cap-drop', 'ALL'],
    ...['--seccomp', `${FILTER}`, '--json-status-fd', `${STATUS}`],
    ...view.flatMap((mount) => argumentsOf(mount, settings.privateBytes)),
    ...sealed(view),
    ...['--chdir', cwd, '--clearenv'],
    ...environment.flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

function viewOf(
  { home, system, writers }: BubblewrapSettings,
  { planned, level, argv, artifactsDir }: Confinement,
  { hidden, guards }: ProtectedPlaces,
): readonly Mount[] {
  const writable = level === 'workspace-write';
  const folders = writable ? planned.writable : planned.readable;
  return composeView({
    system,
    home,
    folders,
    writable,
    hidden,
    guarded: guards?.near ?? [],
    guardedFar: guards?.far ?? [],
    // An entry is mounted by its name. A run that may write could put a link to something hidden in its place just then.
    listed: writable || writers.size > 0 ? [] : listFolders(home, hidden, folders),
    alsoVisible: [realpathSync.native(argv[0]), ...(planned.network ? resolver() : [])],
    artifactsDir: realpathSync.native(artifactsDir),
  });
}

/** Where names of machines are looked up is often written below /run. */
function resolver(): readonly string[] {
  try {
    const real = realpathSync.native('/etc/resolv.conf');
    return isInside('/etc', real) ? [] : [real];
  } catch {
    return [];
  }
}

function argumentsOf(mount: Mount, privateBytes: number): readonly string[] {
  const { kind, path } = mount;
  switch (kind) {
    case 'read-only':
      return ['--ro-bind', path, path];
    case 'writable':
      return ['--bind', path, path];
    case 'link':
      return ['--symlink', mount.target, path];
    case 'private':
      return ['--perms', '1777', '--size', `${privateBytes}`, '--tmpfs', path];
    case 'processes':
      return ['--proc', path];
    case 'devices':
      return ['--dev', path];
    case 'hidden-folder':
      return ['--perms', '0111', '--size', `${HIDDEN_BYTES}`, '--tmpfs', path];
    case 'listed-folder':
      return ['--perms', '0755', '--size', `${LISTED_BYTES}`, '--tmpfs', path];
    case 'unlisted-folder':
      return ['--perms', '0111', '--dir', path];
    case 'entry':
      return ['--ro-bind-try', path, path];
    case 'hidden-file':
      // Without --dev-bind a device cannot be opened.
      return ['--ro-bind', '/dev/null', path];
  }
}

/** Made read-only at the end, when all mount points in them are there. The settings of the kernel in /proc obey root. */
function sealed(view: readonly Mount[]): readonly string[] {
  const ours = view.filter(({ kind }) => kind === 'hidden-folder' || kind === 'listed-folder').map(({ path }) => path);
  const root = view.some(({ path }) => path === '/') ? [] : ['/'];
  return [...ours, '/proc', '/dev', ...root].flatMap((path) => ['--remount-ro', path]);
}
