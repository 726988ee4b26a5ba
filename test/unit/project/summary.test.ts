// The count at the end of a test run: nothing that went wrong may look like a success.
import { expect, test } from 'vitest';
import { summarize, tally, type VitestReport } from '../../../scripts/lib/vitest.ts';

const GOOD: VitestReport = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{}, {}, {}] }],
};

test('all is well', () => {
  expect(summarize(tally(GOOD, true))).toBe('3 passed, 0 failed');
});

test('skipped and to-do tests are told', () => {
  expect(summarize(tally({ ...GOOD, numPendingTests: 2, numTodoTests: 1 }, true))).toBe(
    '3 passed, 0 failed, 3 skipped',
  );
});

test('a failed test counts once', () => {
  const report = { ...GOOD, numFailedTests: 1, testResults: [{ status: 'failed', assertionResults: [{}] }] };
  expect(tally(report, false)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});

test('a file that does not load counts as a failure', () => {
  const report = { ...GOOD, testResults: [...GOOD.testResults, { status: 'failed', assertionResults: [] }] };
  expect(tally(report, false).failed).toBe(1);
});

test('an error outside of any test counts as a failure', () => {
  expect(tally(GOOD, false).failed).toBe(1);
});

test('no report at all counts as a failure', () => {
  expect(summarize(tally(undefined, false))).toBe('0 passed, 1 failed');
});
