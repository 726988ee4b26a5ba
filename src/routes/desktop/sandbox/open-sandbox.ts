/** Finds the sandbox of this machine and tries it, once: what does not really run here is no sandbox. */

import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import type { PlannedSandbox } from '../../../core/actions.ts';
import { confineWithBubblewrap } from './bubblewrap.ts';
import type { BubblewrapSettings } from './bubblewrap-settings.ts';
import { findControlGroups } from './control-group.ts';
import { createRepositoryFinder } from './find-repositories.ts';
import { inheritedDescriptors } from './inherited-descriptors.ts';
import { createMemoryFile } from './memory-file.ts';
import { type Confined, noSandbox, type Sandbox, type WorkingSandbox } from './sandbox.ts';
import { confineWithSandboxExec, SANDBOX_EXEC } from './sandbox-exec.ts';
import { buildFilter, type FilterArchitecture } from './seccomp.ts';
import { createStarting } from './starting.ts';
import { findSystemFolders } from './system-folders.ts';
import { createWatcher } from './watch.ts';

const run = promisify(execFile);
/** What the probe may take on a machine that is very busy. */
const PROBE_MS = 10_000;
const PRIVATE_BYTES = 1024 * 1024 * 1024;
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/bin', '/run/current-system/sw/bin'];

export interface OpenSandboxOptions {
  /** The person's home folder. */
  readonly home: string;
  /** Folders of Dispatch itself: key, database, control socket, working files of runs. Hidden from every confined command. */
  readonly own: readonly string[];
  /**
   * A private folder for itself, which is hidden as well: for notes about runs that go on, and what was put away after them. Without
   * one nothing outlives this process, and what would be put away is removed.
   */
  readonly state?: string;
  /** What else the owner wants hidden. Absolute. */
  readonly hide?: readonly string[];
  /** Of each folder in memory that a confined command gets for itself, such as /tmp; 1 GiB if absent. */
  readonly privateBytes?: number;
  /** Where bubblewrap is looked for; PATH of this process and the usual folders if absent. */
  readonly path?: string;
  readonly platform?: NodeJS.Platform;
}

/** Never rejects: where there is no sandbox, the report says why. */
export async function openSandbox(options: OpenSandboxOptions): Promise<Sandbox> {
  const { platform = process.platform } = options;
  if (platform === 'linux') return openBubblewrap(options);
  if (platform === 'darwin') return openSandboxExec(options);
  return noSandbox(`there is no sandbox for ${platform} yet: every command runs with full access, and asks first`);
}

async function openBubblewrap(options: OpenSandboxOptions): Promise<Sandbox> {
  const { home, privateBytes = PRIVATE_BYTES, path = process.env.PATH ?? '' } = options;
  const watcher = createWatcher(home, options.state);
  const architecture = arch();
  if (architecture !== 'x64' && architecture !== 'arm64')
    return noSandbox(`the sandbox knows the system calls of x64 and arm64, and this machine is ${architecture}`);
  const program = findProgram('bwrap', [...path.split(delimiter), ...USUAL_FOLDERS]);
  if (program === undefined)
    return noSandbox('bubblewrap is not installed: install the package "bubblewrap" and restart the peer');
  const inherited = inheritedDescriptors();
  const shell = inherited.some((descriptor) => descriptor > 9)
    ? findProgram('bash', ['/usr/bin', '/bin', ...path.split(delimiter)])
    : '/bin/sh';
  if (shell === undefined)
    return noSandbox('this peer was started with open files, which only bash could close: install bash and restart it');
  try {
    const version =
      /\d[\w.]*/.exec((await run(program, ['--version'], { timeout: PROBE_MS })).stdout)?.[0] ?? 'unknown';
    const settings: BubblewrapSettings = {
      program,
      home,
      privateBytes,
      hidden: hiddenBy(options),
      repositories: createRepositoryFinder(),
      watcher,
      writers: new Set(),
      starting: createStarting(),
      system: findSystemFolders(),
      ...groupsForRoot(),
      // Else bash takes a socket for its input for a login from afar, and reads the start file of the account.
      shell: shell.endsWith('bash') ? [shell, '--norc'] : [shell],
      inherited,
      filters: filtersFor(architecture),
    };
    const sandbox: WorkingSandbox = {
      kind: 'bubblewrap',
      hidden: settings.hidden,
      report: () => ({ kind: 'bubblewrap', version }),
      async mayWrite(run) {
        settings.writers.add(run);
        await settings.starting.made();
      },
      writesNoMore: (run) => void settings.writers.delete(run),
      confine: (confinement) => confineWithBubblewrap(settings, confinement),
      settleLost: (run) => watcher.settleLost(run),
    };
    await tryOut(sandbox);
    return sandbox;
  } catch (error) {
    return noSandbox(explain(program, error));
  }
}

function hiddenBy({ own, hide = [], state }: OpenSandboxOptions): readonly string[] {
  return [...own, ...hide, ...(state === undefined ? [] : [state])];
}

/** For everybody else the limit of the account is enough. */
function groupsForRoot(): Pick<BubblewrapSettings, 'groups'> {
  const groups = process.getuid?.() === 0 ? findControlGroups() : undefined;
  return groups === undefined ? {} : { groups };
}

function filtersFor(architecture: FilterArchitecture): BubblewrapSettings['filters'] {
  return {
    withUnixSockets: createMemoryFile(buildFilter(architecture, { unixSockets: true })),
    without: createMemoryFile(buildFilter(architecture, { unixSockets: false })),
  };
}

async function openSandboxExec(options: OpenSandboxOptions): Promise<Sandbox> {
  const { home, state } = options;
  const watcher = createWatcher(home, state);
  const settings = { home, hidden: hiddenBy(options), repositories: createRepositoryFinder(), watcher };
  const sandbox: WorkingSandbox = {
    kind: 'sandbox-exec',
    hidden: settings.hidden,
    report: () => ({ kind: 'sandbox-exec', version: 'of the system' }),
    mayWrite: async () => {},
    writesNoMore: () => {},
    confine: (confinement) => confineWithSandboxExec(settings, confinement),
    settleLost: (run) => watcher.settleLost(run),
  };
  try {
    await tryOut(sandbox);
    return sandbox;
  } catch (error) {
    return noSandbox(explain(SANDBOX_EXEC, error));
  }
}

/** Runs `true` at both levels, as commands will be run, and throws where it does not. */
async function tryOut(sandbox: WorkingSandbox): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dispatch-sandbox-'));
  try {
    for (const level of ['read-only', 'workspace-write'] as const) {
      const planned: PlannedSandbox = {
        kind: sandbox.kind,
        readable: level === 'read-only' ? [folder] : [],
        writable: level === 'read-only' ? [] : [folder],
        network: false,
        limits: { processes: 4096 },
      };
      const argv = ['/bin/sh', '-c', 'exit 0'] as const;
      await runOnce(
        sandbox.confine({ run: 'probe', level, planned, argv, cwd: folder, env: {}, artifactsDir: folder }),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runOnce(confined: Confined): Promise<void> {
  try {
    const [program, ...args] = confined.argv;
    await run(program, args, { cwd: confined.cwd, env: confined.env, timeout: PROBE_MS });
    if (confined.outcome(0).kind !== 'exit') throw new Error('it did not say how its command ended');
  } finally {
    confined.settle();
    confined.release();
  }
}

function findProgram(name: string, folders: readonly string[]): string | undefined {
  return folders
    .filter(isAbsolute)
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Explanation {
  readonly says: RegExp;
  readonly means: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    says: /uid map|user namespace|unshare|clone|No permissions to create|Operation not permitted/i,
    means:
      'this account may not make user namespaces; let it, with "sysctl -w kernel.unprivileged_userns_clone=1", or on Ubuntu with an AppArmor profile for bwrap (kernel.apparmor_restrict_unprivileged_userns), or in a container with the right to do so',
  },
  { says: /Can't mount proc/i, means: 'this container does not let it mount /proc; give the container that right' },
  { says: /Unknown option/i, means: 'bubblewrap 0.8 or newer is needed; update it' },
  {
    says: /default-signal|unrecognized option/i,
    means: 'the "env" of coreutils 8.31 or newer is needed; update coreutils',
  },
  {
    says: /number of processes/i,
    means: 'the shell /bin/sh cannot limit the number of processes; use bash or dash for it',
  },
];

function explain(program: string, error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const why = said === '' ? String(error instanceof Error ? error.message : error) : said;
  const line = (why.split('\n')[0] ?? '').slice(0, 200);
  const means = EXPLANATIONS.find(({ says }) => says.test(why))?.means;
  return `${program} is installed and does not work here (${line})${means === undefined ? '' : `: ${means}`}; then restart the peer`;
}
