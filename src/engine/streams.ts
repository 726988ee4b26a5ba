/** What travels raw: the output of a run, live or kept; an artifact's bytes; input towards a run. */

import { DispatchError } from '../core/errors.ts';
import type { RunId } from '../core/ids.ts';
import { type FinalRun, isFinal, type Run } from '../core/runs.ts';
import type { EngineStreams, OutputChunk, OutputParams } from '../protocol/api.ts';
import { publishArtifact } from './artifacts.ts';
import type { EngineDeps } from './context.ts';
import type { Executions } from './execution.ts';
import type { Feed } from './feed.ts';
import { keptPieces } from './kept-output.ts';
import { findArtifact, resolveRun } from './references.ts';
import type { Fetches } from './remote/fetches.ts';
import type { Outgoing } from './remote/outgoing.ts';
import { remoteInput, remoteOutput } from './remote/streams.ts';
import { removalOf } from './removed-bytes.ts';

export function createStreams(
  deps: EngineDeps & {
    feed: Feed;
    executions: Executions;
    outgoing: Pick<Outgoing, 'sent' | 'taken'>;
    fetches: Pick<Fetches, 'read' | 'mustBeKept'>;
  },
): EngineStreams {
  const { store, outputs, blobs } = deps;

  const mustRun = async (id: RunId): Promise<Run> => {
    const state = await store.run(id);
    if (state === undefined)
      throw new DispatchError('not-found', `there is no run ${id}`, { hint: 'list them with "dispatch ps"' });
    return state.run;
  };

  /** The kept output of a run that has ended, from an offset in what it printed. */
  async function* kept(run: FinalRun, offset: number, signal: AbortSignal): AsyncIterable<OutputChunk> {
    const artifact = (await store.artifactsOf(run.id)).find((candidate) => candidate.kind === 'output');
    if (artifact === undefined || run.output === undefined) return;
    const removed = removalOf(artifact);
    if (removed !== undefined) throw removed;
    for (const piece of keptPieces(run.output, artifact.sizeBytes, offset)) {
      const bytes = limited(blobs.read(artifact.sha256, piece.position, signal), piece.length);
      yield* withOffsets(bytes, piece.offset);
    }
  }

  /** The output of a run that executes now; undefined if it does not, or has just ended and put its output away. */
  const following = async (
    id: RunId,
    { offset, maxLag }: Pick<OutputParams, 'offset' | 'maxLag'>,
    signal: AbortSignal,
  ): Promise<{ size: number; chunks: AsyncIterable<OutputChunk> } | undefined> => {
    if (!deps.executions.isExecuting(id)) return undefined;
    try {
      return await outputs.follow(id, maxLag === undefined ? { offset } : { offset, maxLag }, signal);
    } catch (error) {
      if (error instanceof DispatchError && error.code === 'not-found') return undefined;
      throw error;
    }
  };

  /** Waits for the run to begin, then follows it to its end. */
  async function* later(id: RunId, params: OutputParams, signal: AbortSignal): AsyncIterable<OutputChunk> {
    const run = await begun(deps, id, signal);
    if (run === undefined) return;
    const live = await following(id, params, signal);
    if (live !== undefined) return yield* live.chunks;
    const ended = await mustRun(id);
    if (isFinal(ended)) yield* kept(ended, params.offset, signal);
  }

  return {
    async output(params, signal) {
      const run = await mustRun(await resolveRun(store, params.run));
      if (run.device !== deps.identity.device) return { run, ...(await remoteOutput(deps, run, params, signal)) };
      const live = isFinal(run) ? undefined : await following(run.id, params, signal);
      if (live !== undefined) return { run, ...live };
      const size = isFinal(run) && run.output !== undefined ? run.output.bytes : 0;
      return { run, size, chunks: later(run.id, params, signal) };
    },
    async blob({ artifact: ref, offset, fleeting = false }, signal) {
      const artifact = await findArtifact(store, ref);
      await deps.fetches.mustBeKept(artifact);
      const chunks = withOffsets(deps.fetches.read(artifact, offset, signal, { fleeting }), offset);
      return { artifact: publishArtifact(deps, artifact), chunks };
    },
    async input({ run: ref }, given) {
      const late = AbortSignal.timeout(INPUT_WAIT_MS);
      const signal = given === undefined ? late : AbortSignal.any([given, late]);
      const id = await resolveRun(store, ref);
      const known = await mustRun(id);
      if (known.device !== deps.identity.device) {
        return remoteInput(deps, known, signal);
      }
      const run = await begun(deps, id, signal);
      if (run === undefined || isFinal(run)) {
        throw new DispatchError('conflict', `run ${ref} is not executing, so it takes no input`, {
          hint: 'see "dispatch ps"',
        });
      }
      return {
        write: (bytes) => deps.executions.control(id).input(bytes),
        end: () => deps.executions.control(id).endInput(),
      };
    },
  };
}

/** A person may take a while to approve; whoever sends input waits that long. */
const INPUT_WAIT_MS = 24 * 3600 * 1000;

async function* limited(pieces: AsyncIterable<Uint8Array>, bytes: number): AsyncIterable<Uint8Array> {
  let left = bytes;
  for await (const piece of pieces) {
    yield piece.length > left ? piece.subarray(0, left) : piece;
    left -= piece.length;
    if (left <= 0) return;
  }
}

async function* withOffsets(pieces: AsyncIterable<Uint8Array>, from: number): AsyncIterable<OutputChunk> {
  let offset = from;
  for await (const bytes of pieces) {
    yield { offset, bytes };
    offset += bytes.length;
  }
}

/** The run once it executes or is over; undefined if the signal aborts first. */
export async function begun(
  deps: { store: EngineDeps['store']; feed: Feed; executions: Executions },
  id: RunId,
  signal: AbortSignal,
): Promise<Run | undefined> {
  const isThere = (run: Run): boolean => isFinal(run) || deps.executions.isExecuting(run.id);
  let stop: () => void = () => {};
  try {
    return await new Promise<Run | undefined>((resolve, reject) => {
      const check = (): void => {
        deps.store.run(id).then((state) => {
          if (state !== undefined && isThere(state.run)) resolve(state.run);
        }, reject);
      };
      const stopFeed = deps.feed.onChange((change) => {
        if (change.run !== undefined && change.run.id === id && isFinal(change.run)) resolve(change.run);
      });
      const stopBegin = deps.executions.onExecuting((run) => {
        if (run === id) check();
      });
      stop = () => {
        stopFeed();
        stopBegin();
      };
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      if (signal.aborted) resolve(undefined);
      check();
    });
  } finally {
    stop();
  }
}
