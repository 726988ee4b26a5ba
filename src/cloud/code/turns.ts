/** Who may run now: so many at once, the others in the order in which they came, and none beyond a number that may wait. */

export interface Turns {
  /** Resolves with what ends the turn; undefined where too many wait already. Rejects when the signal aborts first. */
  take(signal: AbortSignal): Promise<(() => void) | undefined>;
  readonly waiting: number;
}

export function createTurns(slots: number, mayWait: number): Turns {
  const queue: (() => void)[] = [];
  let busy = 0;

  const next = (): void => {
    const first = queue.shift();
    if (first === undefined) busy -= 1;
    else first();
  };
  const turn = (): (() => void) => {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      next();
    };
  };

  return {
    get waiting() {
      return queue.length;
    },
    async take(signal) {
      signal.throwIfAborted();
      if (busy < slots) {
        busy += 1;
        return turn();
      }
      if (queue.length >= mayWait) return undefined;
      return new Promise((resolve, reject) => {
        const start = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(turn());
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(start), 1);
          reject(signal.reason);
        };
        queue.push(start);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
