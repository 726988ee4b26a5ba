/** How many transfers from one device go on at once: more would only share the same line. First come, first served. */

export interface FetchSlots {
  /** Resolves with the way to give the slot back; rejects with the reason of the signal if that aborts first. */
  take(key: string, signal: AbortSignal): Promise<() => void>;
}

export function createFetchSlots(most: number): FetchSlots {
  const taken = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();

  const give = (key: string): void => {
    const next = waiting.get(key)?.shift();
    if (waiting.get(key)?.length === 0) waiting.delete(key);
    if (next !== undefined) {
      next(); // the slot passes on
      return;
    }
    const left = (taken.get(key) ?? 1) - 1;
    if (left === 0) taken.delete(key);
    else taken.set(key, left);
  };
  const once = (key: string): (() => void) => {
    let given = false;
    return () => {
      if (!given) give(key);
      given = true;
    };
  };

  return {
    async take(key, signal) {
      signal.throwIfAborted();
      const count = taken.get(key) ?? 0;
      if (count < most) {
        taken.set(key, count + 1);
        return once(key);
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const queue = waiting.get(key) ?? [];
      waiting.set(key, queue);
      queue.push(resolve);
      const leave = (): void => {
        const at = queue.indexOf(resolve);
        if (at !== -1) queue.splice(at, 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      try {
        await promise;
      } finally {
        signal.removeEventListener('abort', leave);
      }
      return once(key);
    },
  };
}
