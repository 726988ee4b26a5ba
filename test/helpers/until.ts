// Waits for something that nobody tells of: a process that ends, a file that appears. Bounded, and it says what it waited for.
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_AGAIN_MS = 10;

/** What `look` gives once that is neither undefined nor false; rejects after `withinMs`. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (performance.now() > deadline) throw new Error(`no ${what} within ${withinMs} ms`);
    await delay(LOOK_AGAIN_MS);
  }
}
