/**
 * The output and the input of a run that another device executes. Output is read by offset, so a broken link is a pause: on the next
 * one it goes on where it stopped, without a gap or a repeat.
 */

import { asDispatchError, DispatchError } from '../../core/errors.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { OutputChunk, OutputParams } from '../../protocol/api.ts';
import type { EngineDeps } from '../context.ts';
import { nameOf } from '../devices.ts';
import type { Feed } from '../feed.ts';
import type { PeerLink, RemoteInput } from '../peer-ports.ts';
import type { Outgoing } from './outgoing.ts';

type Deps = Pick<EngineDeps, 'network' | 'identity' | 'owner' | 'pairings' | 'store'> & {
  feed: Pick<Feed, 'onChange'>;
  outgoing: Pick<Outgoing, 'sent' | 'taken'>;
};

type Opened = Awaited<ReturnType<PeerLink['output']>>;

/** Throws `unavailable` if the run is over and its device is not there: nobody knows when it comes back. */
export async function remoteOutput(
  deps: Deps,
  run: Run,
  params: Pick<OutputParams, 'offset' | 'maxLag'>,
  signal: AbortSignal,
): Promise<Opened> {
  const link = deps.network.link(run.device);
  if (link === undefined && isFinal(run) && (run.output?.bytes ?? 0) > 0) throw away(deps, run, 'its output');
  // What printed nothing has nothing to be read, wherever its device is.
  if (isFinal(run) && (run.acceptedAt === undefined || (run.output?.bytes ?? 0) === 0))
    return { size: 0, chunks: nothing() };
  if (isFinal(run)) return { size: run.output?.bytes ?? 0, chunks: follow(deps, run, params, signal) };
  // Only its device knows how much there is so far; of one that has not begun there is nothing to be known.
  const begun =
    run.startedAt === undefined || link === undefined ? undefined : await openNow(link, run, params, signal);
  return { size: begun?.size ?? 0, chunks: follow(deps, run, params, signal, begun) };
}

interface Begun extends Opened {
  readonly link: PeerLink;
}

/** Undefined where it does not come about at once: that is what following is for. */
async function openNow(
  link: PeerLink,
  run: Run,
  params: Pick<OutputParams, 'offset' | 'maxLag'>,
  signal: AbortSignal,
): Promise<Begun | undefined> {
  try {
    return { link, ...(await open(link, run, params, signal)) };
  } catch {
    return undefined;
  }
}

function open(
  link: PeerLink,
  { id }: Run,
  { offset, maxLag }: Pick<OutputParams, 'offset' | 'maxLag'>,
  signal: AbortSignal,
): Promise<Opened> {
  const request = { run: id, offset, ...(maxLag === undefined ? {} : { maxLag }) };
  return link.output(request, AbortSignal.any([signal, link.down]));
}

async function* follow(
  deps: Deps,
  run: Run,
  { offset, maxLag }: Pick<OutputParams, 'offset' | 'maxLag'>,
  signal: AbortSignal,
  begun?: Begun,
): AsyncIterable<OutputChunk> {
  let opened = begun;
  // In the same breath as the offer: the executor has the run by the time it looks for its output, or says that it has not.
  await deps.outgoing.sent(run.id, signal);
  let isTaken = false;
  for (let at = offset; !signal.aborted; ) {
    const state = await deps.store.run(run.id);
    if (state !== undefined && isFinal(state.run) && state.run.acceptedAt === undefined) return;
    const link = opened?.link ?? (await nextLink(deps, run, signal));
    if (link === undefined) return;
    try {
      const lag = maxLag === undefined ? {} : { maxLag };
      const { chunks } = opened ?? (await open(link, run, { offset: at, ...lag }, signal));
      opened = undefined;
      for await (const chunk of chunks) {
        at = chunk.offset + chunk.bytes.length;
        yield chunk;
      }
      if (!link.down.aborted) return;
    } catch (thrown) {
      if (signal.aborted) return;
      const error = asDispatchError(thrown);
      if (link.down.aborted || (error.code === 'unavailable' && error.retryable)) continue;
      if (error.code !== 'not-found' || isTaken) throw error;
      isTaken = true;
      await deps.outgoing.taken(run.id, signal);
    }
  }
}

export async function remoteInput(deps: Deps, run: Run, signal: AbortSignal): Promise<RemoteInput> {
  await deps.outgoing.taken(run.id, signal);
  const link = deps.network.link(run.device);
  if (link === undefined) throw away(deps, run, 'its terminal');
  return link.input({ run: run.id });
}

/** What is to be said where something lies on a device that is not there. */
export function away(
  deps: Pick<EngineDeps, 'network' | 'identity' | 'owner' | 'pairings'>,
  run: Run,
  what: string,
): DispatchError {
  const name = nameOf(deps, run.device);
  return new DispatchError('unavailable', `${what} is on ${name}, which is not connected`, {
    retryable: true,
    hint: `try again when it is there: "dispatch devices" tells`,
  });
}

/** Its device gives nothing of it any more. */
function isRevoked(run: Run): boolean {
  return run.status === 'cancelled' && run.reason === 'revoked';
}

/** The link to the executor, now or when it is there; undefined if none is to be expected any more or the signal aborts. */
function nextLink({ network, feed, store }: Deps, run: Run, signal: AbortSignal): Promise<PeerLink | undefined> {
  const link = network.link(run.device);
  if (link !== undefined && !link.down.aborted) return Promise.resolve(link);
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stopLinks();
      stopDevices();
      stopFeed();
      signal.removeEventListener('abort', give);
    };
    const settle = (found: PeerLink | undefined): void => {
      stop();
      resolve(found);
    };
    const give = (): void => settle(undefined);
    let stopLinks = (): void => {};
    let stopDevices = (): void => {};
    const stopFeed = feed.onChange((change) => {
      if (change.run?.id === run.id && isRevoked(change.run)) give();
    });
    stopLinks = network.onLink((candidate) => {
      if (candidate.device === run.device && !candidate.down.aborted) queueMicrotask(() => settle(candidate));
    });
    // A device that is not paired any more never comes back.
    stopDevices = network.onDevices(() => {
      if (!network.devices().some(({ id }) => id === run.device)) settle(undefined);
    });
    signal.addEventListener('abort', give);
    if (signal.aborted) give();
    // It may have been told of before anybody listened.
    store.run(run.id).then(
      (state) => {
        if (state !== undefined && isRevoked(state.run)) give();
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

async function* nothing(): AsyncIterable<OutputChunk> {}
