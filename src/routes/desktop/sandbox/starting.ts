/**
 * Sandboxes whose folders are being mounted by their names just now. A run that may write must not begin meanwhile: it could put a
 * link to something hidden in the place of such a name.
 */

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFailure } from '../session.ts';

const LOOK_AGAIN_MS = 2;
const LONGEST_MS = 10_000;

export interface Starting {
  /** `told` gives what bubblewrap has told of itself so far. To be called with the function that it gives, when it has ended. */
  add(told: () => string): () => void;
  /** Resolves when all of them are made. Throws StartFailure where that takes too long. */
  made(): Promise<void>;
}

export function createStarting(): Starting {
  const starting = new Set<() => string>();
  return {
    add(told) {
      starting.add(told);
      return () => void starting.delete(told);
    },
    async made() {
      const until = performance.now() + LONGEST_MS;
      for (;;) {
        for (const told of starting) if (isMade(told())) starting.delete(told);
        if (starting.size === 0) return;
        if (performance.now() > until)
          throw new StartFailure('another command has been starting for too long; end it and retry');
        await sleep(LOOK_AGAIN_MS);
      }
    },
  };
}

/** The first process inside starts the command when all is mounted. */
function isMade(told: string): boolean {
  const first = /"child-pid":\s*(\d+)/.exec(told)?.[1];
  if (first === undefined) return false;
  try {
    return readFileSync(`/proc/${first}/task/${first}/children`, 'latin1').trim() !== '';
  } catch {
    return !existsSync(`/proc/${first}`);
  }
}
