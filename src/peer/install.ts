/**
 * Makes the peer a service of its user, or stops it being one: writes the file, and tells the service manager where one can be
 * reached. It starts no second peer beside one that runs, and changes nothing outside the user's own folders.
 */

import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../config/make-folder.ts';
import { homeFolder, type Paths } from '../config/paths.ts';
import { DispatchError } from '../core/errors.ts';
import { AGENT_LABEL, launchdAgent, type ServiceOptions, systemdUnit, UNIT_NAME } from './service-files.ts';

const MANAGER_MS = 30_000;

export interface Service {
  readonly manager: 'systemd' | 'launchd';
  readonly file: string;
  readonly text: string;
}

/** What is, or would be, installed. Throws `unavailable` where there is neither systemd nor launchd. */
export function describeService(options: {
  paths: Paths;
  env: NodeJS.ProcessEnv;
  /** What comes after `peer`. */
  args: readonly string[];
  platform?: NodeJS.Platform;
}): Service {
  const { paths, env, args, platform = process.platform } = options;
  const home = homeFolder(env);
  const common: ServiceOptions = {
    node: process.execPath,
    launcher: fileURLToPath(
      new URL(import.meta.url.endsWith('.ts') ? '../../bin/dispatch.js' : '../bin/dispatch.js', import.meta.url),
    ),
    args,
    path: env.PATH ?? '',
    ...(env.DISPATCH_HOME ? { home: dirname(paths.configFile) } : {}),
  };
  if (platform === 'darwin') {
    const file = join(home, 'Library', 'LaunchAgents', `${AGENT_LABEL}.plist`);
    return { manager: 'launchd', file, text: launchdAgent({ ...common, logFile: paths.logFile }) };
  }
  if (platform === 'linux') {
    const config = env.XDG_CONFIG_HOME || join(home, '.config');
    const notify = isOnPath('systemd-notify', env);
    return {
      manager: 'systemd',
      file: join(config, 'systemd', 'user', UNIT_NAME),
      text: systemdUnit({ ...common, notify }),
    };
  }
  throw new DispatchError('unavailable', `"peer install" knows systemd and launchd, and this is ${platform}`, {
    hint: 'have "dispatch peer" started by what starts services here; SIGTERM ends it',
  });
}

export interface InstallReport {
  readonly file: string;
  /** True if the service manager has started it, or had it running. */
  readonly running: boolean;
  /** What is left to do, each with the command for it. */
  readonly next: readonly { readonly what: string; readonly command: string }[];
}

/** `servedBy`: the process of a peer that runs already; a second one would be turned away. */
export async function installService(
  service: Service,
  options: { env: NodeJS.ProcessEnv; servedBy: number | undefined },
): Promise<InstallReport> {
  const { env, servedBy } = options;
  requireManager(service, env);
  write(service);
  return service.manager === 'systemd'
    ? startUnit(service.file, env, servedBy)
    : startAgent(service.file, env, servedBy);
}

/** False if none was installed. */
export async function uninstallService({ manager, file }: Service, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (!existsSync(file)) return false;
  // Without a manager that answers nothing of it runs, and nothing needs to be forgotten.
  if (manager === 'systemd') await tell(env, 'systemctl', '--user', 'disable', '--now', UNIT_NAME);
  else await tell(env, 'launchctl', 'bootout', `gui/${userInfo().uid}/${AGENT_LABEL}`);
  remove(file);
  if (manager === 'systemd') await tell(env, 'systemctl', '--user', 'daemon-reload');
  return true;
}

async function startUnit(file: string, env: NodeJS.ProcessEnv, servedBy: number | undefined): Promise<InstallReport> {
  const systemctl = (...args: string[]): Promise<boolean> => tell(env, 'systemctl', '--user', ...args);
  const step = (what: string, ...args: string[]) => ({ what, command: `systemctl --user ${args.join(' ')}` });
  const stay = lingers()
    ? []
    : [{ what: 'start it at boot, and keep it when you log out', command: 'loginctl enable-linger' }];
  if (!(await systemctl('daemon-reload'))) {
    const next = [
      step('have systemd read it, once you are logged in', 'daemon-reload'),
      step('start it now and with every login', 'enable', '--now', UNIT_NAME),
    ];
    return { file, running: false, next: [...next, ...stay] };
  }
  if (await systemctl('is-active', '--quiet', UNIT_NAME)) {
    await systemctl('enable', UNIT_NAME);
    return { file, running: true, next: [step('have it obey the new file', 'restart', UNIT_NAME), ...stay] };
  }
  if (servedBy !== undefined) {
    const enabled = await systemctl('enable', UNIT_NAME);
    const next = [
      ...(enabled ? [] : [step('start it with every login', 'enable', UNIT_NAME)]),
      { what: `stop the peer that runs on its own, process ${servedBy}`, command: 'dispatch peer stop' },
      step('start the service in its place', 'start', UNIT_NAME),
    ];
    return { file, running: false, next: [...next, ...stay] };
  }
  const running = await systemctl('enable', '--now', UNIT_NAME);
  const next = running ? [] : [step('see why it did not start', 'status', UNIT_NAME)];
  return { file, running, next: [...next, ...stay] };
}

async function startAgent(file: string, env: NodeJS.ProcessEnv, servedBy: number | undefined): Promise<InstallReport> {
  const domain = `gui/${userInfo().uid}`;
  const start = {
    what: 'start it now; it starts with every login',
    command: `launchctl bootstrap ${domain} '${file}'`,
  };
  if (await tell(env, 'launchctl', 'print', `${domain}/${AGENT_LABEL}`)) {
    const stop = { what: 'stop the one of the old file', command: `launchctl bootout ${domain}/${AGENT_LABEL}` };
    return { file, running: true, next: [stop, start] };
  }
  if (servedBy !== undefined) {
    const what = `stop the peer that runs on its own, process ${servedBy}`;
    return { file, running: false, next: [{ what, command: 'dispatch peer stop' }, start] };
  }
  const running = await tell(env, 'launchctl', 'bootstrap', domain, file);
  return { file, running, next: running ? [] : [start] };
}

/** Whether the user's services start at boot and outlive the last session: what `loginctl enable-linger` leaves. */
function lingers(): boolean {
  return existsSync(join('/var/lib/systemd/linger', userInfo().username));
}

function requireManager({ manager }: Service, env: NodeJS.ProcessEnv): void {
  const program = manager === 'systemd' ? 'systemctl' : 'launchctl';
  if (isOnPath(program, env)) return;
  throw new DispatchError(
    'unavailable',
    `there is no ${program} on this machine, so ${manager} does not start services here`,
    {
      hint: 'have "dispatch peer" started by what does; "dispatch peer install --print" shows the file all the same',
    },
  );
}

/** Whether the program did what it was told. */
function tell(env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: MANAGER_MS, killSignal: 'SIGKILL' }, (error) => resolve(error === null));
  });
}

function write({ file, text }: Service): void {
  try {
    makeFolder(dirname(file));
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
    const temporary = `${file}.${process.pid}`;
    try {
      writeFileSync(temporary, text, { mode: 0o644 });
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw unwritable(`cannot write ${file}`, error);
  }
}

function remove(file: string): void {
  try {
    rmSync(file);
  } catch (error) {
    throw unwritable(`cannot remove ${file}`, error);
  }
}

function unwritable(what: string, error: unknown): DispatchError {
  return new DispatchError('storage', `${what}: ${(error as Error).message}`, {
    cause: error,
    hint: 'mend the permissions of its folder',
  });
}

function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
