// What is said of a request that nobody answered.
import { expect, it } from 'vitest';
import { describeApproval } from '../../../src/tui/rows/asked-rows.ts';
import { howItEnded } from '../../../src/tui/words/ended-requests.ts';
import { aDevice, anApproval, aRun } from '../../helpers/tui-model.ts';

const asked = anApproval(1);
const ended = (change: object) =>
  ({ ...asked, status: 'expired', decidedAt: asked.expiresAt - 1, ...change }) as Parameters<typeof howItEnded>[0];
const cancelled = (reason: string) => ({ ...aRun(1, { status: 'cancelled' }), reason }) as never;

it('tells another version, an end of the run and an end of the time apart', () => {
  expect(howItEnded(ended({ replacedBy: 'next' }), aRun(1))).toBe('replaced by an edited version');
  expect(howItEnded(ended({}), cancelled('revoked'))).toBe('its run ended first (cancelled: revoked)');
  expect(howItEnded(ended({}), undefined)).toBe('its run ended first');
  expect(howItEnded(ended({ decidedAt: asked.expiresAt }), undefined)).toBe('expired');
  // The clock of the device may have been set back since.
  expect(howItEnded(ended({}), cancelled('expired'))).toBe('expired');
});

it('is told with the request', () => {
  const model = { devices: [aDevice()], revoked: [], now: asked.expiresAt };
  expect(describeApproval(model, ended({ replacedBy: 'next' }), aRun(1))).toMatch(
    /^task 1: replaced by an edited version, \d/,
  );
});
