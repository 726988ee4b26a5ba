// Runs the project's own tools as child processes. It never reads from the terminal.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a tool of node_modules/.bin in `cwd`; its stdout comes back on its own, for those that print JSON. */
export async function runTool(
  name: string,
  args: readonly string[],
  options: { cwd?: string; show?: boolean; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome & { stdout: string }> {
  const bin = join(PROJECT, 'node_modules', '.bin');
  const show = options.show === true ? 'inherit' : 'pipe';
  const child = spawn(join(bin, name), args, {
    cwd: options.cwd ?? PROJECT,
    stdio: ['ignore', show, show],
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, ...options.env },
  });
  let stdout = '';
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('error', (error) => {
    output += `${name}: ${error.message}: run npm install\n`;
    resolve(null);
  });
  child.on('close', resolve);
  return { ok: (await promise) === 0, output, stdout };
}
