import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Timestamp, tick, wallTime } from '../../../src/core/clock.ts';

describe('the hybrid logical clock', () => {
  it('never goes back, whatever the wall clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 47 }), { minLength: 2, maxLength: 50 }), (times) => {
        let last: Timestamp | undefined;
        for (const now of times) {
          const next = tick(last, now);
          if (last !== undefined) expect(next > last).toBe(true);
          expect(wallTime(next)).toBeGreaterThanOrEqual(now);
          last = next;
        }
      }),
    );
  });

  it('goes on when the counter is full', () => {
    let last = tick(undefined, 5);
    for (let i = 0; i <= 0xffff; i++) last = tick(last, 5);
    expect(wallTime(last)).toBe(6);
  });
});
