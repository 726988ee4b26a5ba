// A frame comes at once for a key, and at its time for what a run prints; and one frame shows all that has come until then.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFrames, type Frames } from '../../../../src/tui/app/frames.ts';

let drawn: number[];
let frames: Frames;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] });
  drawn = [];
  frames = createFrames(() => drawn.push(Math.round(performance.now())));
});
afterEach(() => {
  frames.close();
  vi.useRealTimers();
});

/** Draws a first frame, and lets time go by. */
function drawnBefore(milliseconds: number): number {
  frames.now();
  const at = drawn.pop() as number;
  vi.advanceTimersByTime(milliseconds);
  return at;
}

it('draws at once what comes after a pause, once for all of it', () => {
  drawnBefore(1_000);
  for (const cause of ['tail', 'input', 'change', 'output'] as const) frames.request(cause);
  vi.advanceTimersByTime(100);
  expect(drawn).toHaveLength(1);
});

it('lets output wait for its turn, thirty times a second', () => {
  const at = drawnBefore(5);
  frames.request('tail');
  vi.advanceTimersByTime(20);
  expect(drawn).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(drawn).toEqual([at + 33]);
});

it('does not let a key wait for what a run prints', () => {
  const at = drawnBefore(5);
  frames.request('tail');
  frames.request('input');
  vi.advanceTimersByTime(1);
  expect(drawn).toEqual([at + 5]);
  // It has shown the output too.
  vi.advanceTimersByTime(100);
  expect(drawn).toHaveLength(1);
});

it('shares frames among keys that come faster than anybody types', () => {
  drawnBefore(1_000);
  for (let key = 0; key < 100; key += 1) {
    frames.request('input');
    vi.advanceTimersByTime(1);
  }
  expect(drawn.length).toBeGreaterThan(10);
  expect(drawn.length).toBeLessThanOrEqual(26);
});

it('draws nothing after it was closed', () => {
  drawnBefore(1);
  frames.request('input');
  frames.close();
  vi.advanceTimersByTime(1_000);
  expect(drawn).toEqual([]);
});
