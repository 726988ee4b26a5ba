/**
 * Starts a command in a pseudo-terminal of its own, as a terminal window would. Loads the native module on first use. It
 * reads and writes the terminal itself, so that no byte depends on when the process ends.
 */

import { closeSync, constants, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { ReadStream } from 'node:tty';
import type { NativePty } from 'node-pty/lib/utils.js';
import { type Exit, MOST_CELLS, type Session, StartFailure, type StartRequest } from './session.ts';
import { sendSignal, signalName } from './signals.ts';
import { createTerminalInput } from './terminal-input.ts';

interface Loaded {
  readonly pty: NativePty;
  /** The program that macOS needs to start a process in a terminal. */
  readonly helper: string;
}

let loading: Promise<Loaded> | undefined;

/** Loads the native module if it is not loaded yet: about 5 ms, once. */
export function loadTerminals(): Promise<Loaded> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Loaded> {
  const { loadNativeModule } = await import('node-pty/lib/utils.js');
  const { dir, module } = loadNativeModule('pty');
  const home = dirname(createRequire(import.meta.url).resolve('node-pty/lib/utils.js'));
  return { pty: module, helper: resolve(home, dir, 'spawn-helper') };
}

/** The end-of-file character: what a person types to end input. */
const END_OF_INPUT = Buffer.from([4]);

export interface TerminalRequest extends StartRequest {
  readonly cols: number;
  readonly rows: number;
  /** The foreground process group of the terminal that this process leads. */
  readonly foregroundOf: (pid: number) => number | undefined;
}

/** Throws StartFailure. */
export async function startInTerminal(request: TerminalRequest): Promise<Session> {
  const { pty, helper } = await loadTerminals().catch((cause: unknown) => {
    throw new StartFailure(
      'terminals are not available: the native part of node-pty does not load; run "npm rebuild node-pty"',
      { cause },
    );
  });
  const [file, ...args] = request.argv;
  const env = Object.entries(request.env).map(([name, value]) => `${name}=${value}`);
  const exit = Promise.withResolvers<Exit>();
  let over = false;
  let slave: number | undefined;
  const release = (): void => {
    if (slave !== undefined) closeSync(slave);
    slave = undefined;
  };
  const onExit = (exitCode: number, signal: number): void => {
    over = true;
    release();
    exit.resolve(signal === 0 ? { kind: 'exit', exitCode } : { kind: 'signal', signal: signalName(signal) });
  };
  const started = fork(() =>
    pty.fork(file, args, env, request.cwd, request.cols, request.rows, -1, -1, true, helper, onExit),
  );
  const { output, ...opened } = open(started);
  slave = opened.slave;
  const input = createTerminalInput(started.fd);
  output.once('close', input.close);
  return {
    pid: started.pid,
    exited: exit.promise,
    output,
    hasTerminal: true,
    input: (bytes) => input.push(bytes),
    inputRoom: () => input.room(),
    endInput: () => void input.push(END_OF_INPUT),
    resize(cols, rows) {
      if (!output.destroyed && !over) pty.resize(started.fd, cells(cols), cells(rows));
    },
    foreground: () => (over ? undefined : request.foregroundOf(started.pid)),
    close() {
      release();
      input.close();
      output.destroy();
    },
  };
}

function fork<T>(start: () => T): T {
  try {
    return start();
  } catch (cause) {
    // The native module gives no errno.
    throw new StartFailure(
      'no terminal could be opened: too many files, terminals or processes are open; wait for other runs to end and retry',
      { cause },
    );
  }
}

/**
 * The other side stays open here until the main process has ended. When the last process lets go of it, reading fails, the
 * terminal is closed, and the main process hears SIGHUP: even programs as plain as touch let go a moment before they end.
 */
function open({ fd, pid, pty }: { fd: number; pid: number; pty: string }): { output: ReadStream; slave: number } {
  let slave: number | undefined;
  try {
    slave = openSync(pty, constants.O_RDWR | constants.O_NOCTTY);
    return { output: new ReadStream(fd), slave };
  } catch (cause) {
    sendSignal(-pid, 9);
    for (const opened of [fd, slave]) if (opened !== undefined) closeSync(opened);
    throw new StartFailure('the terminal could not be read; wait for other runs to end and retry', { cause });
  }
}

function cells(count: number): number {
  return Math.min(Math.max(Math.trunc(count) || 1, 1), MOST_CELLS);
}
