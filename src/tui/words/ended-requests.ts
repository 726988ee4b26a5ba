// What became of a request that nobody answered, in words: another version took its place, its run ended first, or its time
// was over. Pure.

import type { Approval } from '../../core/approvals.ts';
import type { Run } from '../../core/runs.ts';
import { describeStatus } from './format.ts';

/** `run`: the one that asked, if it is known. */
export function howItEnded(
  { replacedBy, decidedAt, expiresAt }: Extract<Approval, { status: 'expired' }>,
  run: Run | undefined,
): string {
  if (replacedBy !== undefined) return 'replaced by an edited version';
  if (decidedAt >= expiresAt || (run?.status === 'cancelled' && run.reason === 'expired')) return 'expired';
  const how = run?.status === 'cancelled' || run?.status === 'failed' ? ` (${describeStatus(run)})` : '';
  return `its run ended first${how}`;
}
