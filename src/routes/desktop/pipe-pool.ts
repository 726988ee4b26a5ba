/**
 * Real pipes. What Node gives a child are sockets, and on Linux `/dev/stdin`, `/dev/stdout` and `/dev/stderr` cannot be opened
 * then; nor can Node give one end to both stdout and stderr. Node cannot make a pipe, but a shell does for each here-document,
 * and /proc opens the pipes of another process. (A named pipe will not do: opened by name after its writer has gone, it
 * waits for ever.) A few are made at a time and one batch ahead.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const DOCUMENT = '.\n';
/** Descriptors with one digit: more than that not every shell understands. */
const NUMBERS = [3, 4, 5, 6];
const SCRIPT = `exec ${NUMBERS.map((number) => `${number}<<'END'`).join(' ')}\n${`${DOCUMENT}END\n`.repeat(NUMBERS.length)}echo made; read done`;

/** Two descriptors, both blocking and both closed on exec. Whoever takes the pipe closes them. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

export interface PipePool {
  /** Makes the first pipes, so that the first command need not wait. */
  warm(): void;
  /** Undefined where pipes cannot be made: no /proc, a shell with other here-documents, no descriptors left. */
  take(): Promise<Pipe | undefined>;
}

/** `maker` is a shell. */
export function createPipePool(maker = '/bin/sh'): PipePool {
  const spare: Pipe[] = [];
  let filling: Promise<boolean> | undefined;

  /** False if it gave none. */
  const fill = (): Promise<boolean> => {
    filling ??= makePipes(maker)
      .then(
        (pipes) => {
          spare.push(...pipes);
          return pipes.length > 0;
        },
        () => false,
      )
      .finally(() => {
        filling = undefined;
      });
    return filling;
  };

  return {
    warm() {
      if (spare.length === 0) void fill();
    },
    async take() {
      // Others may wait for the same batch and empty it first.
      while (spare.length === 0) if (!(await fill())) return undefined;
      const pipe = spare.shift();
      if (spare.length === 0 && pipe !== undefined) void fill();
      return pipe;
    },
  };
}

async function makePipes(maker: string): Promise<Pipe[]> {
  if (process.platform !== 'linux') return [];
  const shell = spawn(maker, ['-c', SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
  // It may be gone before it is told to go.
  shell.stdin.on('error', () => {});
  const pipes: Pipe[] = [];
  try {
    await saidSomething(shell);
    for (const number of NUMBERS) pipes.push(openPipe(`/proc/${shell.pid}/fd/${number}`));
    return pipes;
  } catch (error) {
    for (const pipe of pipes) closePipe(pipe);
    throw error;
  } finally {
    shell.stdin.end();
    shell.stdout?.resume();
  }
}

function saidSomething(shell: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    shell.once('error', reject);
    shell.once('exit', () => reject(new Error('the shell ended before it had made the pipes')));
    shell.stdout?.once('data', () => resolve());
  });
}

/** Opens both ends of what is one pipe, and empties it. */
function openPipe(path: string): Pipe {
  const readEnd = openSync(path, constants.O_RDONLY);
  try {
    if (!fstatSync(readEnd).isFIFO()) throw new Error('the here-documents of this shell are no pipes');
    if (readSync(readEnd, Buffer.alloc(DOCUMENT.length)) !== DOCUMENT.length)
      throw new Error('a here-document came in pieces');
    return { readEnd, writeEnd: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(readEnd);
    throw error;
  }
}

export function closePipe({ readEnd, writeEnd }: Pipe): void {
  closeSync(readEnd);
  closeSync(writeEnd);
}
