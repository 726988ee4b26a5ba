/**
 * Lets many readers in at once, or one that needs the database for itself: while that one works, readers wait, and it waits
 * until those inside are done.
 */

export interface Gate {
  shared<T>(work: () => Promise<T>): Promise<T>;
  /** Calls must not overlap: the queue of writers sees to that. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate(): Gate {
  let inside = 0;
  let closed: Promise<void> | undefined;
  let onEmpty: (() => void) | undefined;
  return {
    async shared(work) {
      while (closed !== undefined) await closed;
      inside += 1;
      try {
        return await work();
      } finally {
        inside -= 1;
        if (inside === 0) onEmpty?.();
      }
    },
    async alone(work) {
      const opened = Promise.withResolvers<void>();
      closed = opened.promise;
      try {
        if (inside > 0) {
          const empty = Promise.withResolvers<void>();
          onEmpty = empty.resolve;
          await empty.promise;
        }
        return await work();
      } finally {
        onEmpty = undefined;
        closed = undefined;
        opened.resolve();
      }
    },
  };
}
