/** The output store: a folder of files by run id, and the streams of the runs that are alive in this process. */

import { mkdir } from 'node:fs/promises';
import { DispatchError } from '../../core/errors.ts';
import type { RunId } from '../../core/ids.ts';
import type { OutputStore, SealedOutput } from '../../engine/ports.ts';
import { storageError } from '../disk-errors.ts';
import { assemble } from './assemble.ts';
import { OutputFiles, outputPaths, removeFiles } from './files.ts';
import { follow } from './follower.ts';
import { OUTPUT_LIMITS, type OutputLimits, OutputStream, summaryOf } from './stream.ts';

interface OutputStoreOptions {
  /** Told once for each output that the disk refuses, when it happens; the run goes on. */
  readonly onFault?: (error: Error) => void;
  /** Smaller ones show at a few kilobytes what else takes megabytes. */
  readonly limits?: OutputLimits;
}

export function createOutputStore(
  dir: string,
  { onFault = () => {}, limits = OUTPUT_LIMITS }: OutputStoreOptions = {},
): OutputStore {
  const streams = new Map<RunId, OutputStream>();
  return {
    async create(run, capBytes) {
      requireCount('the cap of an output', capBytes);
      const files = await createFiles(dir, run, capBytes);
      const stream = new OutputStream(files, limits, onFault);
      streams.set(run, stream);
      return stream;
    },
    async follow(run, options, signal) {
      requireCount('the offset to follow from', options.offset);
      if (options.maxLag !== undefined) requireCount('the lag of a follower', options.maxLag);
      const stream = streams.get(run);
      if (stream === undefined)
        throw new DispatchError('not-found', `run ${run} has no output here`, { hint: 'see "dispatch show"' });
      return { size: stream.size, chunks: follow(stream, options, signal) };
    },
    async recover(run) {
      if (streams.has(run))
        throw new DispatchError('conflict', `the output of run ${run} is being written, so it needs no recovery`);
      return recoverFiles(dir, run);
    },
    async remove(run) {
      const stream = streams.get(run);
      streams.delete(run);
      await stream?.finish();
      try {
        await removeFiles(outputPaths(dir, run));
      } catch (error) {
        throw storageError(`cannot remove the output files of run ${run} in ${dir}`, error);
      } finally {
        await stream?.release();
      }
    },
  };
}

async function createFiles(dir: string, run: RunId, capBytes: number): Promise<OutputFiles> {
  const paths = outputPaths(dir, run);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return await OutputFiles.create(paths, capBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new DispatchError('conflict', `run ${run} already has an output in ${paths.head}`, {
        hint: 'a run executes once: retry it instead',
        cause: error,
      });
    }
    throw storageError(`cannot make the output file ${paths.head}`, error);
  }
}

async function recoverFiles(dir: string, run: RunId): Promise<SealedOutput | undefined> {
  const paths = outputPaths(dir, run);
  try {
    const files = await OutputFiles.reopen(paths);
    if (files === undefined) return undefined;
    try {
      const size = files.end;
      const gaps = await assemble(files, size);
      return { path: paths.head, summary: summaryOf(size, gaps) };
    } finally {
      await files.close();
    }
  } catch (error) {
    throw storageError(`cannot recover the output in ${paths.head}`, error);
  }
}

function requireCount(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new DispatchError('invalid', `${what} is a whole number of bytes from 0, not ${value}`);
}
