// Runs the real program in a home of its own, as a user or a script would: the bundle if it is fresh, else the sources.
// Whatever it leaves running is ended with the home.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isStale } from '../../scripts/build.js';
import { findPaths, type Paths } from '../../src/config/paths.ts';
import { type ControlClient, connectControl } from '../../src/control/client/client.ts';
import { gone, processesWith } from './processes.ts';
import { until } from './until.ts';

export const LAUNCHER = fileURLToPath(new URL('../../bin/dispatch.js', import.meta.url));
const TIMEOUT_MS = 25_000;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** Standard output as it came. */
  readonly bytes: Buffer;
}

export interface StartOptions {
  /** Sent to standard input, which then ends. Without it, standard input is at its end from the start. */
  readonly stdin?: string | Uint8Array;
  /** Leaves standard input open; see `Running.child`. */
  readonly openStdin?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  out(): string;
  err(): string;
  /** Resolves when standard output holds the text; `err` looks at standard error. */
  printed(text: string, where?: 'out' | 'err'): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly done: Promise<Finished>;
}

export interface CliHome {
  /** DISPATCH_HOME. */
  readonly path: string;
  /** The home folder of its person, where commands start: runs may reach it, and nothing of Dispatch is in it. */
  readonly work: string;
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  cli(args: readonly string[], options?: StartOptions): Promise<Finished>;
  start(args: readonly string[], options?: StartOptions): Running;
  /** The JSON document that the command prints; fails unless it exits with 0. */
  json(args: readonly string[], options?: StartOptions): Promise<unknown>;
  /** Starts a peer in the foreground and waits until it serves. */
  startPeer(args?: readonly string[]): Promise<Running>;
  /** A client of the peer that runs; starts none. Closed with the home. */
  client(): Promise<ControlClient>;
  /** The process of the peer that runs. */
  peerPid(): Promise<number>;
  /** kill -9, and waits until it is gone. */
  killPeer(): Promise<void>;
  writeConfig(text: string): void;
  /** Ends everything that carries this home in its environment, and removes it. */
  dispose(): Promise<void>;
}

export interface HomeOptions {
  /** A folder that stays; a new one that goes with the home if absent. */
  readonly at?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What every process is started through, such as `ip netns exec NAME`: a command that becomes the one after it. */
  readonly through?: readonly string[];
}

/** In a new folder that goes with the home, or `at` a folder that stays. */
export function createHome(options: HomeOptions = {}): CliHome {
  const path = options.at ?? realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-cli-')));
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-work-')));
  const env = { ...cleanEnvironment(), HOME: work, DISPATCH_HOME: path, ...options.env };
  const paths = findPaths(env);
  const clients: ControlClient[] = [];
  const running = new Set<Running>();
  const { through = [] } = options;

  const start: CliHome['start'] = (args, options = {}) => {
    const process = launch(args, { cwd: work, ...options, env: { ...env, ...options.env } }, through);
    running.add(process);
    void process.done.finally(() => running.delete(process)).catch(() => {});
    return process;
  };
  const cli: CliHome['cli'] = (args, options) => start(args, options).done;
  const client = async (): Promise<ControlClient> => {
    const made = await connectControl({ path: paths.socket, client: 'test', version: '0' });
    clients.push(made);
    return made;
  };
  const peerPid = async (): Promise<number> => (await (await client()).peer).pid;
  return {
    path,
    work,
    paths,
    env,
    start,
    cli,
    client,
    peerPid,
    async json(args, options) {
      const { code, out, err } = await cli(args, options);
      if (code !== 0) throw new Error(`dispatch ${args.join(' ')} exited with ${code}: ${err}`);
      return JSON.parse(out);
    },
    async startPeer(args = []) {
      const peer = start(['peer', '--background', ...args], { timeoutMs: 600_000 });
      await peer.printed('\n');
      if (peer.out() !== '{"serving":true}\n') throw new Error(`the peer does not serve: ${peer.out()}${peer.err()}`);
      return peer;
    },
    async killPeer() {
      const pid = await peerPid();
      process.kill(pid, 'SIGKILL');
      await gone(pid);
    },
    writeConfig: (text) => writeFileSync(paths.configFile, text),
    async dispose() {
      for (const made of clients) made.close();
      const ended = [...running].map(({ done }) => done.catch(() => {}));
      // One that is being started may start another before it ends.
      await until('end of all processes of the home', () => endAll(path, running));
      await Promise.all(ended);
      rmSync(work, { recursive: true, force: true });
      if (options.at === undefined) rmSync(path, { recursive: true, force: true });
    },
  };
}

function endAll(home: string, running: ReadonlySet<Running>): boolean {
  const pids = [...processesWith(`DISPATCH_HOME=${home}`), ...[...running].map(({ pid }) => pid)];
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return pids.length === 0;
}

/** Nothing of whoever runs the tests changes what the program does. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(DISPATCH_|VITEST|NODE_(ENV|OPTIONS|EXTRA_CA_CERTS|V8_COVERAGE)|TEST$|TINYPOOL|NO_COLOR|FORCE_COLOR)/.test(
        name,
      ),
  );
  return { ...Object.fromEntries(kept), ...(isStale() ? { DISPATCH_DEV: '1' } : {}) };
}

function launch(args: readonly string[], options: StartOptions, through: readonly string[]): Running {
  const [program, ...words] = [...through, process.execPath, LAUNCHER, ...args] as [string, ...string[]];
  const child = spawn(program, words, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: [options.stdin === undefined && options.openStdin !== true ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${LAUNCHER} did not start`);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const watchers = new Set<() => void>();
  const collect = (parts: Buffer[]) => (bytes: Buffer) => {
    parts.push(bytes);
    for (const watcher of [...watchers]) watcher();
  };
  child.stdout?.on('data', collect(out));
  child.stderr?.on('data', collect(err));
  child.stdin?.on('error', () => {}); // the program may read no more
  if (options.stdin !== undefined) child.stdin?.end(options.stdin);
  const text = (parts: Buffer[]): string => Buffer.concat(parts).toString('utf8');
  const said = (): string =>
    `it said ${JSON.stringify(text(out).slice(-2000))} and ${JSON.stringify(text(err).slice(-2000))}`;

  const done = new Promise<Finished>((resolve, reject) => {
    const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`dispatch ${args.join(' ')} took longer than ${timeoutMs} ms; ${said()}`));
    }, timeoutMs);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      for (const watcher of [...watchers]) watcher();
      resolve({ code, signal, out: text(out), err: text(err), bytes: Buffer.concat(out) });
    });
  });
  done.catch(() => {}); // told to whoever awaits it
  return {
    pid,
    child,
    out: () => text(out),
    err: () => text(err),
    kill: (signal) => void child.kill(signal),
    done,
    printed(wanted, where = 'out') {
      const parts = where === 'out' ? out : err;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(new Error(`no "${wanted}" in time; ${said()}`)), TIMEOUT_MS);
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          watchers.delete(look);
          error === undefined ? resolve() : reject(error);
        };
        const look = (): void => {
          if (text(parts).includes(wanted)) settle();
          else if (child.exitCode !== null || child.signalCode !== null) {
            done.then(
              () =>
                settle(text(parts).includes(wanted) ? undefined : new Error(`it ended without "${wanted}"; ${said()}`)),
              settle,
            );
          }
        };
        watchers.add(look);
        look();
      });
    },
  };
}
