// What is said of a run that did not come to its end.
import { describe, expect, it } from 'vitest';
import { complaintOf, exitStatusOf } from '../../../src/cli/exit-status.ts';
import type { Run } from '../../../src/core/runs.ts';

const cancelled = (reason: string): Run =>
  ({ number: 3, status: 'cancelled', reason, acceptedAt: 1 }) as unknown as Run;

describe('a cancelled run', () => {
  it.each(['user', 'rejected', 'expired'])('%s can be done again', (reason) => {
    expect(complaintOf(cancelled(reason))).toContain('dispatch retry 3');
  });

  it('whose permission was revoked cannot', () => {
    expect(complaintOf(cancelled('revoked'))).toBe(
      'run 3 did not run to its end: its permission was revoked: it is refused until it is allowed again',
    );
  });
});

describe('a command that failed', () => {
  it.each([
    [3, 3],
    [-1, -1],
    [256, 1],
    [1.5, 1],
    [undefined, 1],
  ])('with exit status %s never passes for one that did not: %i', (exitCode, status) => {
    expect(exitStatusOf({ status: 'failed', reason: 'exit', exitCode } as unknown as Run)).toBe(status);
  });
});
