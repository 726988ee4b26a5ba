/**
 * One timer for all links, which also notices that the machine slept or the process was stopped: more time has passed than between
 * two of its ticks, by one clock or the other.
 */

/** A busy machine may be so late; a longer gap is one that nobody lived through. */
const LATE_MS = 4000;

export interface Ticker {
  start(): void;
  stop(): void;
}

export function createTicker(options: { everyMs: number; onTick(): void; onWake(): void }): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let wall = 0;
  let steady = 0;
  const look = (): void => {
    wall = Date.now();
    steady = performance.now();
  };
  const tick = (): void => {
    // The steady clock stands still while a machine sleeps; the wall clock may also be set by hand, which costs one look too many.
    const passed = Math.max(Date.now() - wall, performance.now() - steady);
    look();
    if (passed > options.everyMs + LATE_MS) options.onWake();
    options.onTick();
  };
  return {
    start() {
      if (timer !== undefined) return;
      look();
      timer = setInterval(tick, options.everyMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
