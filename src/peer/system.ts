/** Time, randomness and hashing of the real machine, for the engine's ports. */

import { createHash, randomBytes } from 'node:crypto';
import { type Sha256, spellId } from '../core/ids.ts';
import type { Clock, Ids } from '../engine/ports.ts';

/** setTimeout takes at most this many milliseconds. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = Math.max(0, time - Date.now());
      timer = setTimeout(() => (left > MAX_TIMEOUT_MS ? arm() : callback()), Math.min(left, MAX_TIMEOUT_MS));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};

export const systemIds: Ids = {
  next: () => spellId(randomBytes(10)),
  sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
};
