/**
 * Real pipes without names. What Node gives a child are sockets, and with those `/dev/stdin`, `/dev/stdout` and `/dev/stderr`
 * cannot be opened; nor can Node give one end to both stdout and stderr. So named pipes are made, opened at both ends and
 * unlinked at once, a few at a time and one batch ahead.
 */

import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BATCH = 4;

/** Two descriptors, both blocking and both closed on exec. Whoever takes the pipe closes them. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

export interface PipePool {
  /** Makes the first pipes, so that the first command need not wait. */
  warm(): void;
  /** Undefined where pipes cannot be made: no mkfifo, no place for temporary files, no descriptors left. */
  take(): Promise<Pipe | undefined>;
}

export function createPipePool(folder: string = tmpdir()): PipePool {
  const spare: Pipe[] = [];
  let filling: Promise<void> | undefined;

  const fill = (): Promise<void> => {
    filling ??= makePipes(folder)
      .then(
        (pipes) => void spare.push(...pipes),
        () => undefined,
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
      if (spare.length === 0) await fill();
      const pipe = spare.shift();
      if (spare.length === 0 && pipe !== undefined) void fill();
      return pipe;
    },
  };
}

async function makePipes(folder: string): Promise<Pipe[]> {
  const place = await mkdtemp(join(folder, 'dispatch-pipes-'));
  const pipes: Pipe[] = [];
  try {
    const names = Array.from({ length: BATCH }, (_, index) => join(place, `${index}`));
    await run('mkfifo', ['-m', '600', ...names]);
    for (const name of names) pipes.push(openBothEnds(name));
    return pipes;
  } catch (error) {
    for (const { readEnd, writeEnd } of pipes) for (const end of [readEnd, writeEnd]) closeSync(end);
    throw error;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** A reader that does not wait lets the writer open, and the writer lets the reader open that is kept. */
function openBothEnds(name: string): Pipe {
  const opened: number[] = [];
  const open = (flags: number): number => {
    const fd = openSync(name, flags);
    opened.push(fd);
    return fd;
  };
  try {
    const opener = open(constants.O_RDONLY | constants.O_NONBLOCK);
    const writeEnd = open(constants.O_WRONLY);
    const readEnd = open(constants.O_RDONLY);
    closeSync(opener);
    return { readEnd, writeEnd };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
}
