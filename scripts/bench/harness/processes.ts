// Child processes of the benchmarks, and the certainty that none of them outlives us. All are ended by their own id.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const LAUNCHER = fileURLToPath(new URL('../../../bin/dispatch.js', import.meta.url));
const LONGEST_MS = 120_000;

const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) end(pid, 'SIGKILL');
});

/** Remembers a process until the function that this gives is called: it is killed if we end before. */
export function watchOver(pid: number): () => void {
  running.add(pid);
  return () => void running.delete(pid);
}

/** A quiet signal: the process may be gone. */
export function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** What every measured process sees: no terminal of ours, no extra certificates (reading them slows every start), no options. */
export function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;
  for (const name of Object.keys(env)) if (/^(npm_|DISPATCH_|NODE_)/.test(name)) delete env[name];
  return { ...env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', ...extra };
}

export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const forget = watchOver(child.pid);
  child.once('exit', forget);
  return child;
}

/** Runs to its end; gives milliseconds from just before the start to the end. Throws if it did not exit with 0. */
export async function timeToEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return (await runToEnd(command, args, env)).took;
}

export interface Ended {
  /** Milliseconds from just before the start to the end. */
  readonly took: number;
  readonly out: string;
}

/** The same, and what it printed. `input` is what it reads; nothing if absent. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: string,
): Promise<Ended> {
  const started = performance.now();
  const child = start(command, args, { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout?.on('data', (text: Buffer) => {
    out += text.toString();
  });
  child.stderr?.on('data', (text: Buffer) => {
    err += text.toString();
  });
  child.stdin?.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    const took = performance.now() - started;
    clearTimeout(timer);
    if (code === 0) resolve({ took, out });
    else reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}: ${out}${err}`));
  });
  return promise;
}

/** Asks with SIGTERM, insists with SIGKILL. */
export async function stop(child: ChildProcess, graceMs = 10_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}
