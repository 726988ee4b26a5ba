// An OpenSSH server on loopback for comparing: its own configuration, port and keys in a folder of its own, the user who runs
// the benchmark as its only user. It touches nothing of ~/.ssh or /etc/ssh, and is ended by its id.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../lib/free-port.ts';
import { environment, start, stop, timeToEnd } from './processes.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

const SSHD = '/usr/sbin/sshd';
const LISTENING_MS = 10_000;
/** Where a sshd of root changes its root to before it knows who speaks. */
const EMPTY_FOLDER = '/run/sshd';

export interface OpenSsh {
  readonly env: NodeJS.ProcessEnv;
  /** What ssh needs before the command: a connection of its own, authenticated with a key. `far` is the host. */
  readonly fresh: readonly string[];
  /** The same through a connection that is open already (ControlMaster). */
  readonly shared: readonly string[];
  /** What scp needs before its two files; the host is `far`. */
  readonly copy: readonly string[];
  /** Milliseconds from the start of ssh until it says that it is authenticated. */
  authenticate(): Promise<number>;
  close(): Promise<void>;
}

export function hasOpenSsh(): boolean {
  return existsSync(SSHD);
}

export async function startOpenSsh(): Promise<OpenSsh> {
  const { path: folder, remove } = makeTemporaryFolder('ssh');
  const env = environment();
  const port = await freePort();
  const config = writeConfigs(folder, port);
  if (userInfo().uid === 0) mkdirSync(EMPTY_FOLDER, { recursive: true, mode: 0o755 });
  const server = start(SSHD, ['-D', '-e', '-f', config.server], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const listening = waitFor(port, () => (server.exitCode === null ? undefined : `sshd ended: ${said}`));
  const master = ['-F', config.client, 'far-shared'];
  try {
    await listening;
    await timeToEnd('ssh', ['-f', '-N', '-o', 'ControlMaster=yes', ...master], env);
  } catch (error) {
    await stop(server);
    remove();
    throw error;
  }
  return {
    env,
    fresh: ['-F', config.client, 'far'],
    shared: master,
    copy: ['-q', '-F', config.client],
    authenticate: () => authenticate(config.client, env),
    async close() {
      spawnSync('ssh', ['-O', 'exit', ...master], { env, stdio: 'ignore', timeout: 5000 });
      await stop(server);
      remove();
    },
  };
}

function writeConfigs(folder: string, port: number): { server: string; client: string } {
  const keys = { host: join(folder, 'host-key'), user: join(folder, 'user-key') };
  for (const file of Object.values(keys)) makeKey(file);
  copyFileSync(`${keys.user}.pub`, join(folder, 'authorized-keys'));
  const server = join(folder, 'sshd_config');
  writeFileSync(
    server,
    lines({
      Port: port,
      ListenAddress: '127.0.0.1',
      HostKey: keys.host,
      PidFile: 'none',
      AuthorizedKeysFile: join(folder, 'authorized-keys'),
      StrictModes: 'no',
      UsePAM: 'no',
      PasswordAuthentication: 'no',
      KbdInteractiveAuthentication: 'no',
      PermitRootLogin: 'prohibit-password',
      PrintMotd: 'no',
      PrintLastLog: 'no',
      // A bash that sshd starts reads ~/.bashrc only at the first level: what the user keeps there is not to be measured.
      SetEnv: 'SHLVL=1',
      MaxStartups: 100,
      LogLevel: 'ERROR',
      Subsystem: 'sftp internal-sftp',
    }),
  );
  const client = join(folder, 'ssh_config');
  const host = {
    HostName: '127.0.0.1',
    Port: port,
    User: userInfo().username,
    IdentityFile: keys.user,
    IdentitiesOnly: 'yes',
    BatchMode: 'yes',
    StrictHostKeyChecking: 'accept-new',
    UserKnownHostsFile: join(folder, 'known-hosts'),
    GlobalKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  const shared = { ...host, ControlPath: join(folder, 'control') };
  writeFileSync(client, `Host far\n${lines(host)}Host far-shared\n${lines(shared)}`);
  return { server, client };
}

function makeKey(file: string): void {
  const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`ssh-keygen made no key: ${stderr}`);
}

function lines(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

async function waitFor(port: number, failed: () => string | undefined): Promise<void> {
  const deadline = performance.now() + LISTENING_MS;
  while (!(await listens(port))) {
    const why = failed() ?? (performance.now() > deadline ? `sshd does not listen at port ${port}` : undefined);
    if (why !== undefined) throw new Error(why);
    await delay(20);
  }
}

function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

/** `-N` asks for no command, so that what is measured ends with the answer to the key. */
async function authenticate(config: string, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = start('ssh', ['-F', config, '-N', '-o', 'LogLevel=VERBOSE', 'far'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
    if (said.includes('Authenticated to')) resolve(performance.now() - startedAt);
  });
  child.once('exit', () => reject(new Error(`ssh ended before it was authenticated: ${said}`)));
  const took = await promise;
  await stop(child);
  return took;
}
