/**
 * Brings the bytes of one blob here, over as many links as it takes: each one goes on where the one before broke off. Waits for
 * a device that is away. Ends when the bytes have proved right, or when it is clear that they will not come.
 */

import type { Artifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { OutputChunk } from '../../protocol/api.ts';
import type { Network, PairingStore, PeerLink } from '../peer-ports.ts';
import type { BlobStore, Clock, IncomingBlob } from '../ports.ts';
import type { FetchSlots } from './fetch-slots.ts';
import { givesNothing, notThere, saidNo, wrongBytes } from './fetch-words.ts';

export interface TransferDeps {
  readonly blobs: BlobStore;
  readonly network: Network;
  readonly pairings: Pick<PairingStore, 'revoked'>;
  readonly clock: Clock;
  readonly slots: FetchSlots;
}

export interface Transfer {
  /** Artifacts with these bytes, on one device or several; more may come while it goes on. The first is there from the start. */
  readonly sources: readonly Artifact[];
  readonly signal: AbortSignal;
  onSource(listener: () => void): () => void;
  /** What comes is in there; called again if it has to begin anew. */
  onIncoming(blob: IncomingBlob): void;
  /** None of the devices is there now. */
  onWaiting(): void;
  /** A device gives bytes, from this many on. */
  onReceiving(): void;
  onProgress(bytes: number): void;
}

/** A link that looks fine but brings nothing may be a broken one that is not yet known to be: time for that to be found out. */
const EMPTY_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export async function transfer(deps: TransferDeps, job: Transfer): Promise<void> {
  const [{ sha256, sizeBytes }] = job.sources as readonly [Artifact];
  // What an earlier try left may be damaged; what came whole from another device should not be.
  for (let tries = 1; ; tries += 1) {
    const blob = await deps.blobs.receive(sha256, sizeBytes);
    try {
      job.onIncoming(blob);
      job.onProgress(blob.received);
      const from = await fill(deps, job, blob, sizeBytes);
      if (await blob.settle()) return;
      if (tries > 1) throw wrongBytes(deps, from, `what came has another hash than ${sha256}, twice`);
    } catch (error) {
      await blob.close(error);
      throw error;
    }
  }
}

/** Resolves when all bytes have come; gives whom they came from last. */
async function fill(deps: TransferDeps, job: Transfer, blob: IncomingBlob, sizeBytes: number): Promise<Artifact> {
  let from = job.sources[0] as Artifact;
  for (let empty = 0; blob.received < sizeBytes; ) {
    const { link, source } = await reach(deps, job);
    from = source;
    const before = blob.received;
    const trouble = await attempt(deps, job, { link, source, blob });
    if (link.down.aborted || blob.received > before) empty = 0;
    else {
      empty += 1;
      if (empty === EMPTY_ATTEMPTS) throw givesNothing(deps, source, trouble);
      await pause(deps.clock, Math.min(FIRST_PAUSE_MS * 2 ** (empty - 1), LONGEST_PAUSE_MS), link.down, job.signal);
    }
  }
  return from;
}

/** One stream, as far as it goes. Gives what broke it, if that may be over soon; throws what will not. */
async function attempt(
  deps: TransferDeps,
  job: Transfer,
  { link, source, blob }: { link: PeerLink; source: Artifact; blob: IncomingBlob },
): Promise<unknown> {
  const release = await deps.slots.take(source.device, job.signal);
  try {
    if (link.down.aborted) return undefined;
    const { sizeBytes, chunks } = await link
      .blob({ artifact: source.id, offset: blob.received }, job.signal)
      .catch((error: unknown) => throwAsTold(deps, source, error));
    if (sizeBytes !== source.sizeBytes)
      throw wrongBytes(deps, source, `it has ${sizeBytes} bytes there, and should have ${source.sizeBytes}`);
    job.onReceiving();
    await pour(deps, job, { chunks: asTold(deps, source, chunks), source, blob });
    return undefined;
  } catch (error) {
    job.signal.throwIfAborted();
    if (mayPass(error)) return error;
    throw error;
  } finally {
    release();
  }
}

type Chunks = Awaited<ReturnType<PeerLink['blob']>>['chunks'];

async function* asTold(deps: TransferDeps, source: Artifact, chunks: Chunks): AsyncGenerator<OutputChunk> {
  try {
    yield* chunks;
  } catch (error) {
    throwAsTold(deps, source, error);
  }
}

function throwAsTold(deps: TransferDeps, source: Artifact, error: unknown): never {
  throw mayPass(error) ? error : saidNo(deps, source, error);
}

async function pour(
  deps: TransferDeps,
  job: Transfer,
  { chunks, source, blob }: { chunks: Chunks; source: Artifact; blob: IncomingBlob },
): Promise<void> {
  for await (const { offset, bytes } of chunks) {
    job.signal.throwIfAborted();
    if (offset !== blob.received)
      throw wrongBytes(deps, source, `it went on at byte ${offset} instead of ${blob.received}`);
    if (offset + bytes.length > source.sizeBytes)
      throw wrongBytes(deps, source, `more came than the ${source.sizeBytes} bytes that it announced`);
    const room = blob.append(bytes);
    if (room !== undefined) await room;
    job.onProgress(blob.received);
  }
  job.signal.throwIfAborted();
}

/** A link to one of the devices that hold the bytes, as soon as there is one. */
async function reach(deps: TransferDeps, job: Transfer): Promise<{ link: PeerLink; source: Artifact }> {
  const { network } = deps;
  for (;;) {
    job.signal.throwIfAborted();
    for (const source of job.sources) {
      const link = network.link(source.device);
      if (link !== undefined && !link.down.aborted) return { link, source };
    }
    const paired = new Set(network.devices().map(({ id }) => id));
    if (!job.sources.some(({ device }) => paired.has(device))) throw notThere(deps, job.sources[0] as Artifact);
    job.onWaiting();
    await somethingNew(network, job);
  }
}

/** Resolves when a link comes up, a device comes or goes, another device turns out to have it, or the signal aborts. */
async function somethingNew(network: Network, { signal, onSource }: Transfer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Links that are up already are told of at once, and those have been looked at.
  let looking = false;
  const stopLinks = network.onLink(() => looking && resolve());
  const stopDevices = network.onDevices(resolve);
  const stopSources = onSource(resolve);
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  looking = true;
  try {
    await promise;
  } finally {
    stopLinks();
    stopDevices();
    stopSources();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Resolves after the time, or when the link is down or nobody waits any more. */
async function pause(clock: Clock, ms: number, ...signals: AbortSignal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = clock.at(clock.now() + ms, resolve);
  const onAbort = (): void => resolve();
  for (const signal of signals) signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (!signals.some(({ aborted }) => aborted)) await promise;
  } finally {
    stop();
    for (const signal of signals) signal.removeEventListener('abort', onAbort);
  }
}

/** What another link, or the same one a moment later, may not do again. */
function mayPass(error: unknown): boolean {
  return error instanceof DispatchError && (error.code === 'unavailable' || error.code === 'timeout');
}
