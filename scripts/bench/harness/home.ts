// A home of Dispatch for measuring: its folder, its environment and its peer. It is gone when the benchmark is over,
// unless it is one that was named to be kept.
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../../src/cli/version.ts';
import { findPaths, type Paths } from '../../../src/config/paths.ts';
import { type ControlClient, connectControl } from '../../../src/control/client/client.ts';
import { loadIdentity } from '../../../src/peer/identity.ts';
import { PEER_NODE_FLAGS } from '../../../src/peer/node-flags.ts';
import { seedThread } from '../seed-thread.ts';
import { environment, LAUNCHER, start, stop } from './processes.ts';

const SERVING_MS = 60_000;
/** Nobody but this machine is to learn of a peer that is measured. */
/** Commands are measured where the benchmarks are started. */
const FOLDERS = `[permissions]\nreachable_folders = ["~", ${[process.cwd(), tmpdir()].map((folder) => JSON.stringify(folder)).join(', ')}]\n`;
const NETWORK = '[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n';

export interface Peer {
  readonly pid: number;
  /** Milliseconds from just before its start until it said that it serves. */
  readonly startedIn: number;
  stop(): Promise<void>;
}

export interface Home {
  readonly entries: number;
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  startPeer(): Promise<Peer>;
  connect(): Promise<ControlClient>;
  /** Removes the folder, unless it is to be kept. */
  remove(): void;
}

export interface HomeOptions {
  /** Where temporary homes are made. */
  readonly under?: string;
  /** A folder that is kept; the thread in it is used if it is there. */
  readonly keptIn?: string;
  readonly entries: number;
  readonly config?: string;
  readonly say: (line: string) => void;
}

export async function makeHome({ under = tmpdir(), keptIn, entries, config = '', say }: HomeOptions): Promise<Home> {
  const folder = keptIn ?? mkdtempSync(join(under, 'dispatch-bench-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const env = environment({ DISPATCH_HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') });
  const paths = findPaths(env);
  const remove = (): void => {
    if (keptIn === undefined) rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  if (!existsSync(paths.configFile)) writeFileSync(paths.configFile, `${NETWORK}${FOLDERS}${config}`);
  const { device } = loadIdentity(paths.identityFile);
  if (entries > 0 && !existsSync(join(paths.thread, 'CURRENT'))) {
    say(`making a thread of ${entries} entries in ${folder}`);
    await seedThread({ location: paths.thread, device, entries });
  }
  return {
    entries,
    paths,
    env,
    startPeer: () => startPeer(paths, env),
    connect: () => connectControl({ path: paths.socket, client: 'bench', version: VERSION }),
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}

async function startPeer(paths: Paths, env: NodeJS.ProcessEnv): Promise<Peer> {
  mkdirSync(join(paths.logFile, '..'), { recursive: true, mode: 0o700 });
  const log = openSync(paths.logFile, 'a', 0o600);
  const startedAt = performance.now();
  const child = start(process.execPath, [...PEER_NODE_FLAGS, LAUNCHER, 'peer', '--background'], {
    env,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const startedIn = (await firstLine(child, paths)) - startedAt;
  return { pid: child.pid as number, startedIn, stop: () => stop(child) };
}

/** Gives the time at which the peer said that it serves. */
function firstLine(child: ChildProcess, paths: Paths): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = '';
  const timer = setTimeout(() => child.kill('SIGKILL'), SERVING_MS);
  child.stdout?.on('data', (text: Buffer) => {
    const at = performance.now();
    said += text.toString();
    if (!said.includes('\n')) return;
    clearTimeout(timer);
    if (said.includes('"serving":true')) resolve(at);
    else reject(new Error(`the peer cannot serve: ${said}`));
  });
  child.once('exit', (code, signal) => {
    clearTimeout(timer);
    reject(new Error(`the peer ended with ${code ?? signal} before it served: ${said} (log: ${paths.logFile})`));
  });
  return promise;
}
