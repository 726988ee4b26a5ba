// A device of the demo: a home of its own in a folder for temporary files, a peer on loopback that belongs to it, and the commands
// that somebody types there. The peer is ended by its id, and the home is removed, however the demo ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PREFIX, rememberProcess } from './leftovers.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/dispatch.js', import.meta.url));
/** Nothing of the demo takes longer; a machine that does not get there is told why. */
const LONGEST_MS = 30_000;
const GRACE_MS = 8000;

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Typed {
  /** Resolves with all that it has printed once that holds the text. */
  printed(text: string): Promise<string>;
  readonly done: Promise<Said>;
}

export interface DemoPeer {
  readonly name: string;
  readonly home: string;
  start(): Promise<void>;
  /** A command of Dispatch on this device; `input` is what it reads. */
  type(args: readonly string[], input?: string): Typed;
  /** The same, to its end; throws if it failed. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** The dashboard in this terminal, until it is left. */
  dashboard(): Promise<void>;
  end(): Promise<void>;
}

export interface DemoPeerOptions {
  /** Further lines of its config.toml. */
  readonly config?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function createDemoPeer(name: string, options: DemoPeerOptions = {}): DemoPeer {
  const home = mkdtempSync(join(tmpdir(), `${PREFIX}${name}-`));
  rememberProcess(home, process.pid);
  writeFileSync(
    join(home, 'config.toml'),
    `[device]\nname = "${name}"\n[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n${options.config ?? ''}`,
  );
  const env = { ...environment(home), ...options.env };
  const log = join(home, 'demo.log');
  const children = new Set<ChildProcess>();
  let peer: ChildProcess | undefined;
  // Should the demo end in a way that leaves no time for a polite end.
  const endNow = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', endNow);
  const launch = (args: readonly string[], stdio: Parameters<typeof spawn>[2]['stdio']): ChildProcess => {
    // The home of the device is hidden from its runs; these are typed in the home of the person.
    const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: homedir(), env, stdio });
    children.add(child);
    if (child.pid !== undefined) rememberProcess(home, child.pid);
    child.once('exit', () => children.delete(child));
    return child;
  };
  const type: DemoPeer['type'] = (args, input) => {
    const child = launch(args, ['pipe', 'pipe', 'pipe']);
    child.stdin?.end(input);
    return watch(child, `dispatch ${args.join(' ')}`);
  };
  return {
    name,
    home,
    async start() {
      const file = openSync(log, 'a', 0o600);
      peer = launch(['peer', '--background'], ['ignore', 'pipe', file]);
      closeSync(file);
      const said = await watch(peer, 'dispatch peer', Number.POSITIVE_INFINITY).printed('\n');
      if (!said.includes('"serving":true')) {
        throw new Error(`the peer of ${name} cannot serve: ${said}${readFileSync(log, 'utf8')}`);
      }
    },
    type,
    async run(args, input) {
      const { code, out, err } = await type(args, input).done;
      if (code !== 0) throw new Error(`"dispatch ${args.join(' ')}" on ${name} exited with ${code}: ${out}${err}`);
      return out;
    },
    dashboard: () => ended(launch([], 'inherit')),
    async end() {
      if (peer !== undefined && children.has(peer)) {
        const gone = ended(peer);
        peer.kill('SIGTERM');
        const timer = setTimeout(() => peer?.kill('SIGKILL'), GRACE_MS);
        await gone;
        clearTimeout(timer);
      }
      process.off('exit', endNow);
      endNow();
    },
  };
}

/** Nothing of the machine's own Dispatch, and no colours in what is printed again. */
function environment(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(DISPATCH_(?!DEV$)|npm_|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(kept), DISPATCH_HOME: home };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function watch(child: ChildProcess, what: string, withinMs = LONGEST_MS): Typed {
  let [out, err] = ['', ''];
  const lookers = new Set<() => void>();
  const look = (): void => {
    for (const looker of [...lookers]) looker();
  };
  child.stdout?.on('data', (text: Buffer) => {
    out += text.toString();
    look();
  });
  child.stderr?.on('data', (text: Buffer) => {
    err += text.toString();
    look();
  });
  child.stdin?.on('error', () => {}); // it may read no more
  const timer = Number.isFinite(withinMs) ? setTimeout(() => child.kill('SIGKILL'), withinMs) : undefined;
  const done = new Promise<Said>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
      look();
    });
  });
  done.catch(() => {}); // told to whoever awaits it
  return {
    done,
    printed(text) {
      return new Promise((resolve, reject) => {
        const looker = (): void => {
          const over = child.exitCode !== null || child.signalCode !== null;
          if (`${out}${err}`.includes(text)) resolve(`${out}${err}`);
          else if (over) void done.then(() => reject(new Error(`"${what}" ended without "${text}": ${out}${err}`)));
          else return;
          lookers.delete(looker);
        };
        lookers.add(looker);
        looker();
      });
    },
  };
}
