import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTicker } from '../../../src/net/ticker.ts';

describe('the ticker', () => {
  let ticks: string[];
  let ticker: ReturnType<typeof createTicker>;

  beforeEach(() => {
    vi.useFakeTimers();
    ticks = [];
    ticker = createTicker({ everyMs: 2000, onTick: () => ticks.push('tick'), onWake: () => ticks.push('wake') });
  });

  afterEach(() => {
    ticker.stop();
    vi.useRealTimers();
  });

  it('has no timer until it is started, and none after it was stopped', () => {
    expect(vi.getTimerCount()).toBe(0);
    ticker.start();
    ticker.start();
    expect(vi.getTimerCount()).toBe(1);
    ticker.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ticks, and takes no lateness of a busy machine for sleep', () => {
    ticker.start();
    vi.advanceTimersByTime(6000);
    vi.setSystemTime(Date.now() + 3000);
    vi.advanceTimersByTime(2000);
    expect(ticks).toEqual(['tick', 'tick', 'tick', 'tick']);
  });

  it('wakes where the wall clock has gone on without it', () => {
    ticker.start();
    vi.advanceTimersByTime(2000);
    vi.setSystemTime(Date.now() + 8 * 3600 * 1000);
    vi.advanceTimersByTime(4000);
    expect(ticks).toEqual(['tick', 'wake', 'tick', 'tick']);
  });
});
