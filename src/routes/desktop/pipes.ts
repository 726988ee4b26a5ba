/**
 * Starts a command on plain pipes: standard output and standard error are one pipe, so what it prints keeps its order, and
 * input passes unharmed and can end. The command leads a session of its own and has no terminal.
 */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { closePipe, type PipePool } from './pipe-pool.ts';
import { ENOUGH_WAITING_INPUT, type Exit, MOST_WAITING_INPUT, type Session, type StartRequest } from './session.ts';
import { startFailure } from './start-failure.ts';

export interface PipesRequest extends StartRequest {
  /** Without it the command reads end-of-file. */
  readonly stdin: boolean;
  readonly pool: PipePool;
}

/** Throws StartFailure. */
export async function startOnPipes(request: PipesRequest): Promise<Session> {
  const out = await request.pool.take();
  const into = request.stdin ? await request.pool.take() : undefined;
  const withPipes = out !== undefined && (into !== undefined || !request.stdin);
  if (!withPipes) {
    for (const pipe of [out, into]) if (pipe !== undefined) closePipe(pipe);
    return startOnSockets(request);
  }
  const child = await start(request, request.argv, [into?.readEnd ?? 'ignore', out.writeEnd, out.writeEnd], () => {
    for (const pipe of [out, into]) if (pipe !== undefined) closePipe(pipe);
  });
  closeSync(out.writeEnd);
  if (into !== undefined) closeSync(into.readEnd);
  const output = new Socket({ fd: out.readEnd, readable: true, writable: false });
  const input = into && new Socket({ fd: into.writeEnd, readable: false, writable: true });
  return sessionOf(child, output, input);
}

/** Where no pipes can be made, a small shell joins the two outputs, and the command gets the sockets that Node makes. */
async function startOnSockets(request: PipesRequest): Promise<Session> {
  const argv = ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', ...request.argv] as const;
  const child = await start(request, argv, [request.stdin ? 'pipe' : 'ignore', 'pipe', 'ignore'], () => {});
  return sessionOf(child, child.stdout as Socket, child.stdin === null ? undefined : (child.stdin as Socket));
}

interface Started {
  readonly process: ChildProcess & { readonly pid: number };
  readonly exited: Promise<Exit>;
  readonly stdin: ChildProcess['stdin'];
  readonly stdout: ChildProcess['stdout'];
}

/** `undo` lets go of what was prepared for a command that does not start. */
async function start(
  { cwd, env, argv: [executable] }: StartRequest,
  [file, ...args]: readonly [string, ...string[]],
  stdio: StdioOptions,
  undo: () => void,
): Promise<Started> {
  try {
    const child = spawn(file, args, { cwd, env, stdio, detached: true });
    // Node has no names for real-time signals, and reports an end by one of them as status 0.
    const exited = new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? { kind: 'exit', exitCode: code ?? 0 } : { kind: 'signal', signal }),
      );
    });
    if (child.pid === undefined) {
      throw await new Promise((resolve) => {
        child.once('error', resolve);
      });
    }
    // Only failing to start and failing to signal come here, and neither happens from now on.
    child.on('error', () => {});
    return { process: child as Started['process'], exited, stdin: child.stdin, stdout: child.stdout };
  } catch (cause) {
    undo();
    throw startFailure(executable, cause);
  }
}

function sessionOf({ process: { pid }, exited }: Started, output: Socket, input: Socket | undefined): Session {
  let closed = false;
  let room: Promise<void> | undefined;
  // A command that does not read its input to the end is no fault: what it did not want is dropped.
  input?.on('error', () => input.destroy());
  return {
    pid,
    exited,
    output,
    hasTerminal: false,
    input(bytes) {
      if (input === undefined || input.destroyed || input.writableEnded) return true;
      if (input.writableLength + bytes.length > MOST_WAITING_INPUT) return false;
      input.write(bytes);
      return true;
    },
    inputRoom() {
      if (input === undefined || input.destroyed || input.writableLength <= ENOUGH_WAITING_INPUT) return undefined;
      room ??= new Promise((resolve) => {
        const go = (): void => {
          room = undefined;
          input.off('drain', go);
          input.off('close', go);
          resolve();
        };
        input.on('drain', go);
        input.on('close', go);
      });
      return room;
    },
    endInput: () => void input?.end(),
    resize: () => {},
    foreground: () => (closed ? undefined : pid),
    close() {
      closed = true;
      input?.destroy();
      output.destroy();
    },
  };
}
