/** Runs one of the programs that reach the screen: bounded in time and in what it prints, and gone when the run is over. */

import { spawn } from 'node:child_process';
import { DispatchError } from '../../../core/errors.ts';
import { missingTool, type ToolName } from './tools.ts';

export interface ToolOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** For its standard input: what it is to type stands in no list of processes. */
  readonly input?: string;
}

export interface ToolResult {
  readonly output: Buffer;
  /** What it complained of; some tools succeed all the same. */
  readonly complaint: string;
}

/** A picture of a large screen. */
const MOST_OUTPUT = 256 * 1024 * 1024;
const MOST_COMPLAINT = 4000;

/** Throws what the signal was aborted with, `timeout`, or `unavailable` with what the tool said. */
export function runTool(name: ToolName, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const { env, signal, timeoutMs, input } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(name, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let size = 0;
    let complaint = '';
    let ended: unknown;

    const stop = (why: unknown): void => {
      ended ??= why;
      child.kill('SIGKILL');
    };
    const onAbort = (): void => stop(signal.reason);
    const late = new DispatchError('timeout', `${name} did not end within ${timeoutMs / 1000} s`, { hint: 'retry it' });
    const timer = setTimeout(() => stop(late), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };

    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > MOST_OUTPUT) stop(new DispatchError('too-large', `${name} gave more than ${MOST_OUTPUT} bytes`));
      else output.push(piece);
    });
    child.stderr.on('data', (piece: Buffer) => {
      if (complaint.length < MOST_COMPLAINT) complaint += piece.toString();
    });
    child.stdin.on('error', () => {}); // it ended before it read all, and its status tells why
    child.stdin.end(input ?? '');
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      reject(ended ?? notStarted(name, error));
    });
    child.on('close', (code) => {
      settle();
      if (ended !== undefined) reject(ended);
      else if (code === 0) resolve({ output: Buffer.concat(output), complaint });
      else reject(new DispatchError('unavailable', `${name} failed: ${firstLine(complaint)}`));
    });
  });
}

function notStarted(name: ToolName, error: NodeJS.ErrnoException): DispatchError {
  if (error.code !== 'ENOENT')
    return new DispatchError('unavailable', `${name} could not be started: ${error.message}`);
  const { reason, fix } = missingTool(name);
  return new DispatchError('unavailable', reason, { hint: fix });
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] || 'it said nothing of why';
}
