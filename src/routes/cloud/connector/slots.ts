/** How much is asked of one service at once. Who comes first is first; who is stopped waits no longer. */

export interface Slots {
  /** Resolves with what gives the slot back, once. Rejects with the reason of the signal. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createSlots(most: number): Slots {
  let free = most;
  const waiting = new Set<() => void>();

  const slot = (): (() => void) => {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const [next] = waiting;
      if (next === undefined) free++;
      else next();
    };
  };

  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free--;
        return slot();
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stop = (): void => reject(signal.reason);
      waiting.add(resolve);
      signal.addEventListener('abort', stop, { once: true });
      try {
        await promise;
        return slot();
      } finally {
        waiting.delete(resolve);
        signal.removeEventListener('abort', stop);
      }
    },
  };
}
