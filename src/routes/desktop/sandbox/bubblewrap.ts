/**
 * Confines commands with bubblewrap and the two small steps around it, one outside that keeps bubblewrap alive while signals are meant
 * for the command, and one inside that sets limits.
 */

import { isInside } from '../../../core/policy/paths.ts';
import { StartFailure } from '../session.ts';
import { ARGUMENTS, bubblewrapArguments, FILTER, STATUS } from './bubblewrap-arguments.ts';
import type { BubblewrapSettings } from './bubblewrap-settings.ts';
import { isLauncherVariable } from './confined-environment.ts';
import type { ControlGroup } from './control-group.ts';
import { endingSignal } from './ending-signal.ts';
import { findGuards, type Guards } from './guards.ts';
import { findHidden } from './hidden-places.ts';
import { limitsInside, limitsOutside } from './limits.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';
import type { Place } from './places.ts';
import type { Confined, ConfinedEnd, Confinement } from './sandbox.ts';
import type { Watch } from './watch.ts';

/** All but SIGKILL, SIGSTOP, which cannot be ignored, SIGCHLD, which bubblewrap waits for, and the two that the C library keeps. */
const SIGNALS = Array.from({ length: 64 }, (_, index) => index + 1).filter(
  (number) => ![9, 17, 19, 32, 33].includes(number),
);

/** Throws StartFailure where the system has no descriptors left. */
export function confineWithBubblewrap(settings: BubblewrapSettings, confinement: Confinement): Confined {
  const { planned, level, argv, env } = confinement;
  const { network, limits } = planned;
  if (argv[0].includes('='))
    throw new StartFailure(`${argv[0]} cannot be started in the sandbox: its path holds "="; configure another shell`);
  // In a network of its own a command meets only itself. Where it may write nothing it must not ask others to, either.
  const unixSockets = level === 'workspace-write' && !network;
  const filter = unixSockets ? settings.filters.withUnixSockets : settings.filters.without;
  const hidden = findHidden(settings.home, settings.hidden);
  const guards = level === 'workspace-write' ? guard(settings, confinement, hidden) : undefined;
  const group = limits.processes === undefined ? undefined : settings.groups?.create(limits.processes);
  const status = nameless(bubblewrapArguments(settings, confinement, { hidden, guards }));
  const ended = level === 'read-only' ? settings.starting.add(() => status.added()) : () => {};
  const launcher = Object.entries({ ...env }).filter(([name]) => isLauncherVariable(name));
  const inside = [
    ...[
      '/usr/bin/env',
      '--default-signal',
      '/bin/sh',
      '-c',
      `PWD=$1 && export PWD; shift; ${limitsInside(limits)}; exec "$@"`,
    ],
    ...['sh', env.PWD ?? confinement.cwd],
    ...(launcher.length === 0 ? [] : ['/usr/bin/env', ...launcher.map(([name, value]) => `${name}=${value}`)]),
    ...argv,
  ];
  const closing = settings.inherited.map((descriptor) => `exec ${descriptor}>&-; `).join('');
  const joining = group === undefined ? '' : 'echo 0 > "$3" || exit 125; ';
  const outside = `${limitsOutside(limits)}; ${joining}trap '' ${SIGNALS.join(' ')}; ${closing}exec ${FILTER}<"$1" ${ARGUMENTS}<"$2" ${STATUS}>>"$2" && shift 3 && exec "$@"`;
  return {
    argv: [
      ...settings.shell,
      '-c',
      outside,
      'sh',
      filter.path,
      status.path,
      group?.joinFile ?? '',
      settings.program,
      '--args',
      `${ARGUMENTS}`,
      '--',
      ...inside,
    ],
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    outcome: (exitCode) => explain(readOutcome(status.added(), exitCode), group, limits.processes),
    keeps: true,
    settle: () => guards?.watch.settle() ?? [],
    release() {
      ended();
      status.close();
      group?.remove();
    },
  };
}

function guard(
  { home, repositories, watcher }: BubblewrapSettings,
  { run, cwd, planned: { writable }, artifactsDir }: Confinement,
  hidden: readonly Place[],
): Guards & { readonly watch: Watch } {
  const guards = findGuards(repositories, { home, cwd, writable });
  const secret = (path: string): boolean => hidden.some((place) => isInside(place.path, path));
  try {
    const watch = watcher.begin({ run, places: guards.watched, secret, writable, artifactsDir });
    return { ...guards, watch };
  } catch (cause) {
    throw new StartFailure(
      `the sandbox could not start: what the run must not change could not be written down (${(cause as Error).message}); free space and retry`,
      { cause },
    );
  }
}

function nameless(args: readonly string[]): MemoryFile {
  try {
    return createMemoryFile(Buffer.from(args.map((arg) => `${arg}\0`).join('')));
  } catch (cause) {
    throw new StartFailure(
      'the sandbox could not start: Dispatch has too many files open or no space for temporary files; end something and retry',
      { cause },
    );
  }
}

function explain(end: ConfinedEnd, group: ControlGroup | undefined, processes = 0): ConfinedEnd {
  if (end.kind !== 'exit' || end.exitCode === 0 || (group?.refusals() ?? 0) === 0) return end;
  return { ...end, message: `it wanted more than the ${processes} processes that it may have at once` };
}

/** bubblewrap tells the status of a command only when it ran, and gives a signal as shells do. */
function readOutcome(told: string, exitCode: number): ConfinedEnd {
  if (!told.includes('"exit-code"')) return { kind: 'unconfined' };
  const signal = endingSignal(exitCode);
  return signal === undefined ? { kind: 'exit', exitCode } : { kind: 'signal', signal };
}
