/**
 * Artifacts that lie on other devices: one fetch for each content, however many ask for it. It goes on while anybody waits for it;
 * what had come when the last one left stays for the next. Progress is told while it goes.
 */

import type { Artifact } from '../../core/artifacts.ts';
import { DispatchError } from '../../core/errors.ts';
import type { ArtifactId, DeviceId, Sha256 } from '../../core/ids.ts';
import type { Notifications } from '../../protocol/api.ts';
import type { Network, PairingStore } from '../peer-ports.ts';
import type { BlobReading, BlobStore, Clock, IncomingBlob } from '../ports.ts';
import { removalOf } from '../removed-bytes.ts';
import { createFetchSlots } from './fetch-slots.ts';
import { transfer } from './fetch-transfer.ts';
import { notThere } from './fetch-words.ts';

type Progress = Notifications['fetch'];

export interface Fetches {
  /**
   * Resolves when the bytes are here and have proved right. A link that breaks is waited for until the signal aborts. Without
   * `wait`, rejects with `unavailable` at once if the device is not there to begin with.
   */
  fetch(artifact: Artifact, signal: AbortSignal, options: { wait: boolean }): Promise<void>;
  /** Rejects where the bytes were removed for good. */
  mustBeKept(artifact: Artifact): Promise<void>;
  /** The bytes from an offset as they come. The last one is given only once all have proved right. As `fetch` without `wait`. */
  read(artifact: Artifact, offset: number, signal: AbortSignal, options?: BlobReading): AsyncIterable<Uint8Array>;
  /** Calls back a few times a second while bytes come, and when all are here. */
  onProgress(listener: (progress: Progress) => void): () => void;
  /** Ends every fetch. What has come stays. */
  close(): Promise<void>;
}

export interface FetchDeps {
  readonly blobs: BlobStore;
  readonly network: Network;
  readonly pairings: Pick<PairingStore, 'revoked'>;
  readonly clock: Clock;
  /** This device: what it does not have of its own, nobody has. */
  readonly self: DeviceId;
}

/** Transfers from one device at once. */
const MOST_AT_ONCE = 4;
const PROGRESS_MS = 100;

interface Job {
  readonly sizeBytes: number;
  /** The artifacts that are asked for, all of the same content. */
  readonly sources: Artifact[];
  readonly wake: Set<() => void>;
  readonly abort: AbortController;
  askers: number;
  /** Set while none of the devices is there. */
  waiting: boolean;
  /** Resolves when it is known whether a device is there. */
  readonly begun: PromiseWithResolvers<void>;
  readonly incoming: PromiseWithResolvers<void>;
  blob?: IncomingBlob;
  isHere: boolean;
  readonly done: Promise<void>;
}

export function createFetches(deps: FetchDeps): Fetches {
  const { blobs, network, clock, self } = deps;
  const slots = createFetchSlots(MOST_AT_ONCE);
  const jobs = new Map<Sha256, Job>();
  const listeners = new Set<(progress: Progress) => void>();
  let closed = false;

  const tell = ({ sources, sizeBytes }: Job, bytes: number): void => {
    const told = new Set<ArtifactId>();
    for (const { id: artifact } of sources) {
      if (told.has(artifact)) continue;
      told.add(artifact);
      for (const listener of [...listeners]) listener({ artifact, bytes, sizeBytes });
    }
  };

  const begin = (artifact: Artifact): Job => {
    const { sha256, sizeBytes } = artifact;
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    let toldAt = Number.NEGATIVE_INFINITY;
    const job: Job = {
      sizeBytes,
      sources: [artifact],
      wake: new Set(),
      abort: new AbortController(),
      askers: 0,
      waiting: false,
      begun: Promise.withResolvers(),
      incoming: Promise.withResolvers(),
      isHere: false,
      done,
    };
    jobs.set(sha256, job);
    const work = transfer(
      { ...deps, slots },
      {
        sources: job.sources,
        signal: job.abort.signal,
        onSource(listener) {
          job.wake.add(listener);
          return () => job.wake.delete(listener);
        },
        onIncoming(blob) {
          job.blob = blob;
          job.incoming.resolve();
        },
        onWaiting() {
          job.waiting = true;
          job.begun.resolve();
        },
        onReceiving() {
          job.waiting = false;
          job.begun.resolve();
        },
        onProgress(bytes) {
          const now = clock.now();
          if (now - toldAt < PROGRESS_MS && now >= toldAt) return;
          toldAt = now;
          tell(job, bytes);
        },
      },
    );
    const over = (end: () => void): void => {
      jobs.delete(sha256);
      job.begun.resolve();
      job.incoming.resolve();
      end();
    };
    work.then(
      () => {
        job.isHere = true;
        over(resolve);
        tell(job, sizeBytes);
      },
      (error: unknown) => over(() => reject(error)),
    );
    done.catch(() => {}); // everybody may have left
    return job;
  };

  /** The fetch of the content, with this artifact as another that it is fetched for. To be left again. */
  const join = async (artifact: Artifact): Promise<Job> => {
    const { sha256, sizeBytes } = artifact;
    for (;;) {
      if (closed) throw stopping();
      const found = jobs.get(sha256);
      if (found === undefined || (found.sizeBytes === sizeBytes && !found.abort.signal.aborted)) {
        const job = found ?? begin(artifact);
        job.askers += 1;
        if (!job.sources.some(({ id, device }) => id === artifact.id && device === artifact.device)) {
          job.sources.push(artifact);
          for (const listener of [...job.wake]) listener();
        }
        return job;
      }
      // One that ends now, or that somebody announced with another size.
      await found.done.catch(() => {});
    }
  };

  const leave = (job: Job): void => {
    job.askers -= 1;
    if (job.askers === 0 && !job.isHere)
      job.abort.abort(new DispatchError('cancelled', 'nobody waits for it any more', { hint: 'ask for it again' }));
  };

  /** Throws if the device is not there to begin with. */
  const mustBegin = async (job: Job, artifact: Artifact): Promise<void> => {
    await job.begun.promise;
    const isThere = network.link(artifact.device)?.down.aborted === false;
    if (job.waiting && !isThere) throw notThere(deps, artifact);
  };

  /** What this device removed is gone, even while other artifacts have the same bytes; a copy outlives what it is a copy of. */
  const isHere = async (artifact: Artifact): Promise<boolean> => {
    const removed = removalOf(artifact);
    if (removed !== undefined && artifact.device === self) throw removed;
    if (await blobs.has(artifact.sha256)) return true;
    if (removed !== undefined) throw removed;
    return false;
  };

  const mustBeElsewhere = ({ device, name }: Artifact): void => {
    if (device !== self) return;
    throw new DispatchError('not-found', `the bytes of "${name}" are not on this device any more`, {
      hint: 'run "dispatch doctor"',
    });
  };

  return {
    async fetch(artifact, signal, { wait }) {
      throwIfAborted(signal);
      if (await isHere(artifact)) return;
      mustBeElsewhere(artifact);
      const job = await join(artifact);
      try {
        await orAborted(signal, [job.done, ...(wait ? [] : [mustBegin(job, artifact).then(() => job.done)])]);
      } finally {
        leave(job);
      }
    },
    async mustBeKept(artifact) {
      await isHere(artifact);
    },
    async *read(artifact, offset, signal, options) {
      if (await isHere(artifact)) return yield* blobs.read(artifact.sha256, offset, signal, options);
      mustBeElsewhere(artifact);
      const job = await join(artifact);
      try {
        await orAborted(signal, [mustBegin(job, artifact).then(() => job.incoming.promise)]);
        if (job.isHere) yield* blobs.read(artifact.sha256, offset, signal);
        // Where it could not even begin, `done` says why.
        else if (job.blob === undefined) await job.done;
        else yield* job.blob.follow(offset, signal);
      } finally {
        leave(job);
      }
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closed = true;
      const ending = [...jobs.values()];
      for (const { abort } of ending) abort.abort(stopping());
      await Promise.allSettled(ending.map(({ done }) => done));
    },
  };
}

/** What comes first of the promises; `cancelled` if the signal aborts before. */
async function orAborted(signal: AbortSignal, promises: readonly Promise<void>[]): Promise<void> {
  throwIfAborted(signal);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, ...promises]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

function cancelled(signal: AbortSignal): DispatchError {
  return new DispatchError('cancelled', 'fetching was cancelled before the end', { cause: signal.reason });
}

function stopping(): DispatchError {
  return new DispatchError('unavailable', 'the peer is stopping', { retryable: true, hint: 'try again' });
}
