/**
 * Slots: how many runs of a kind execute at once on this device, and whose turn it is. Devices take turns, so that none that asks for
 * much keeps the others waiting, and the others together leave one slot to this device. Knows nothing of what a run is.
 */

import type { Action } from '../core/actions.ts';
import type { DeviceId, RunId } from '../core/ids.ts';

type Kind = Action['kind'];

interface Job {
  readonly run: RunId;
  readonly kind: Kind;
  /** The device that wants it. */
  readonly origin: DeviceId;
  readonly work: () => Promise<void>;
}

interface Waiting extends Job {
  readonly first: boolean;
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
  /** This device: its own runs go first where all else is equal. */
  self: DeviceId;
  slots: Readonly<Partial<Record<Kind, number>>>;
  onLoad: () => void;
  onFault: (what: string, error: unknown) => void;
}): Scheduler {
  const { self } = options;
  /** In the order in which those of one device go. */
  let queue: Waiting[] = [];
  const running = new Map<RunId, { kind: Kind; origin: DeviceId; done: Promise<void> }>();
  /** When each device had its last turn, by kind: the number of the turn. */
  const turns = new Map<string, number>();
  let turn = 0;
  let closed = false;

  const lastTurn = ({ kind, origin }: Job): number => turns.get(`${kind} ${origin}`) ?? 0;

  /** Without a slot that others cannot fill, another device could keep this one's own runs waiting for as long as it likes. */
  const hasSlot = (kind: Kind, origin: DeviceId): boolean => {
    const slots = options.slots[kind] ?? 1;
    const busy = [...running.values()].filter((job) => job.kind === kind);
    if (busy.length >= slots) return false;
    const others = busy.filter((job) => job.origin !== self).length;
    return origin === self || others < Math.max(1, slots - 1);
  };

  /** Below zero if `one` is to go before `other`, both being the next of their devices. */
  const compare = (one: Waiting, other: Waiting): number =>
    Number(other.first) - Number(one.first) ||
    lastTurn(one) - lastTurn(other) ||
    Number(other.origin === self) - Number(one.origin === self);

  const next = (): Waiting | undefined => {
    const heads = new Map<string, Waiting>();
    for (const job of queue) {
      const lane = `${job.kind} ${job.origin}`;
      if (!heads.has(lane) && hasSlot(job.kind, job.origin)) heads.set(lane, job);
    }
    // Sorting is stable: of two that are equal in everything the one that waits longer goes.
    return [...heads.values()].sort(compare)[0];
  };

  const start = (job: Waiting): void => {
    turn += 1;
    turns.set(`${job.kind} ${job.origin}`, turn);
    const done = job
      .work()
      .catch((error: unknown) => options.onFault(`run ${job.run}`, error))
      .finally(() => {
        running.delete(job.run);
        options.onLoad();
        startNext();
      });
    running.set(job.run, { kind: job.kind, origin: job.origin, done });
    options.onLoad();
  };

  const startNext = (): void => {
    for (let job = next(); job !== undefined && !closed; job = next()) {
      const { run } = job;
      queue = queue.filter((waiting) => waiting.run !== run);
      start(job);
    }
  };

  return {
    enqueue(job, position) {
      if (closed || running.has(job.run) || queue.some((waiting) => waiting.run === job.run)) return;
      const first = position === 'first';
      const at = first ? queue.findIndex((waiting) => !waiting.first) : -1;
      queue.splice(at === -1 ? queue.length : at, 0, { ...job, first });
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
