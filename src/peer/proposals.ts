/** How the assistant's proposals become runs, and what it learns of them: what any client of this device could. */

import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import { type FinalRun, isFinal } from '../core/runs.ts';
import type { Engine } from '../engine/engine.ts';
import type { SecretFinder } from '../engine/ports.ts';
import type { OutputChunk } from '../protocol/api.ts';
import type { Proposals } from '../routes/cloud/ports.ts';
import { systemIds } from './system.ts';

/** `engine` is asked for late: it needs its executors before it exists. */
export function createProposals(engine: () => Engine, finder: SecretFinder): Proposals {
  return {
    devices: async () => (await engine().api.devices({})).devices,
    propose: ({ by, task, action, device }) =>
      engine().propose({
        id: systemIds.next(),
        task,
        action,
        ...(action.kind === 'inline' ? {} : { devices: [device] }),
        proposedBy: by,
      }),
    ended: (run, signal) => ended(engine, run, signal),
    async printed(run, maxBytes, signal) {
      const { text, bytes } = await printed(engine, run, maxBytes, signal);
      // It goes to somebody else's machine: what looks like a secret does not.
      return { text: await finder.mask(text), bytes };
    },
    async left(run) {
      const { artifacts } = await engine().api['artifacts.list']({ run, limit: 100 });
      return artifacts.flatMap(({ kind, name }) => (kind === 'output' || kind === 'backup' ? [] : [name]));
    },
    async cancel(run) {
      await engine().api.cancel({ run });
    },
  };
}

async function ended(engine: () => Engine, id: RunId, signal: AbortSignal): Promise<FinalRun> {
  const stopped = Promise.withResolvers<never>();
  const onAbort = (): void => stopped.reject(new DispatchError('cancelled', 'the assistant was stopped'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { runs } = await Promise.race([engine().api.wait({ runs: [id] }), stopped.promise]);
    const [run] = runs;
    if (run === undefined || !isFinal(run)) throw new Error(`run ${id} was waited for, and is not over`);
    return run;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The beginning and the end of it: what a model needs most of a long output is at one of them. */
async function printed(
  engine: () => Engine,
  run: RunId,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly bytes: number }> {
  const reading = new AbortController();
  const stopped = AbortSignal.any([reading.signal, signal]);
  try {
    const { chunks } = await engine().api.output({ run, offset: 0 }, stopped);
    return await clip(chunks, maxBytes);
  } catch (error) {
    if (error instanceof DispatchError && error.code === 'not-found') return { text: '', bytes: 0 };
    throw error;
  } finally {
    reading.abort();
  }
}

async function clip(
  chunks: AsyncIterable<OutputChunk>,
  maxBytes: number,
): Promise<{ readonly text: string; readonly bytes: number }> {
  const half = Math.floor(maxBytes / 2);
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let bytes = 0;
  for await (const { offset, bytes: piece } of chunks) {
    bytes = offset + piece.length;
    const fits = Math.max(0, half - head.length);
    head = Buffer.concat([head, piece.subarray(0, fits)]);
    tail = Buffer.concat([tail, piece.subarray(fits)]).subarray(-half);
  }
  const left = bytes - head.length - tail.length;
  const gap = left > 0 ? `\n[dispatch: ${left} bytes left out]\n` : '';
  return { text: `${head.toString()}${gap}${tail.toString()}`, bytes };
}
