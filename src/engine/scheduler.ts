/** Slots: how many runs of a kind execute at once on this device. Knows nothing of what a run is. */

import type { Action } from '../core/actions.ts';
import type { RunId } from '../core/ids.ts';

type Kind = Action['kind'];

interface Job {
  readonly run: RunId;
  readonly kind: Kind;
  readonly work: () => Promise<void>;
}

export interface Scheduler {
  /** Starts the work when a slot is free. `first` goes before those that wait: a person has just said yes to it. */
  enqueue(job: Job, position: 'first' | 'last'): void;
  /** Takes a job that has not started out of the queue. */
  remove(run: RunId): boolean;
  readonly running: number;
  readonly queued: number;
  /** Starts nothing more, and resolves when what runs has ended. */
  drain(): Promise<void>;
}

export function createScheduler(options: {
  slots: Readonly<Partial<Record<Kind, number>>>;
  onLoad: () => void;
  onFault: (what: string, error: unknown) => void;
}): Scheduler {
  let queue: Job[] = [];
  const running = new Map<RunId, { kind: Kind; done: Promise<void> }>();
  let closed = false;

  const busy = (kind: Kind): number => [...running.values()].filter((job) => job.kind === kind).length;

  const start = (job: Job): void => {
    const done = job
      .work()
      .catch((error: unknown) => options.onFault(`run ${job.run}`, error))
      .finally(() => {
        running.delete(job.run);
        options.onLoad();
        startNext();
      });
    running.set(job.run, { kind: job.kind, done });
    options.onLoad();
  };

  const startNext = (): void => {
    if (closed) return;
    for (const job of [...queue]) {
      if (busy(job.kind) >= (options.slots[job.kind] ?? 1)) continue;
      queue = queue.filter((waiting) => waiting !== job);
      start(job);
    }
  };

  return {
    enqueue(job, position) {
      if (running.has(job.run) || queue.some((waiting) => waiting.run === job.run)) return;
      if (position === 'first') queue.unshift(job);
      else queue.push(job);
      startNext();
    },
    remove(run) {
      const before = queue.length;
      queue = queue.filter((job) => job.run !== run);
      return queue.length < before;
    },
    get running() {
      return running.size;
    },
    get queued() {
      return queue.length;
    },
    async drain() {
      closed = true;
      queue = [];
      await Promise.all([...running.values()].map((job) => job.done));
    },
  };
}
