// What became of a request, in few words: who said yes or no to it, where, and how far that reaches. Pure, and sanitised.

import type { Approval, Decision } from '../../core/approvals.ts';
import { deviceNameInShort } from '../../core/devices.ts';
import type { Run } from '../../core/runs.ts';
import type { Model } from '../model/model.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { truncate } from '../terminal/width.ts';
import { howItEnded } from './ended-requests.ts';
import { formatTime } from './format.ts';

type Ended = Exclude<Approval, { status: 'pending' }>;

const MOST_NAME = 20;

/** How far a yes reaches. */
const REACH: Readonly<Record<Decision, string>> = {
  approve: '',
  'approve-for-run': ' for this run',
  'approve-always': ' always',
  reject: '',
};

/** `approved on gpu-box from laptop always`; where there was never another device there is no place to name. */
export function decisionWords(
  model: Pick<Model, 'devices' | 'revoked'>,
  approval: Ended,
  run: Run | undefined,
): string {
  const named = (id: string): string => truncate(sanitizeLine(deviceNameInShort(model, id)), MOST_NAME);
  const where = model.devices.length + model.revoked.length < 2 ? '' : ` on ${named(approval.device)}`;
  if (approval.status === 'expired') return `${howItEnded(approval, run)}${where}`;
  const { device } = approval.decidedBy;
  const by = device === approval.device ? '' : ` from ${named(device)}`;
  return `${approval.status}${where}${by}${REACH[approval.decision ?? 'approve']}`;
}

/** The same as a row under its run, with when. */
export const decisionLine = (
  model: Pick<Model, 'devices' | 'revoked' | 'now'>,
  approval: Ended,
  run: Run | undefined,
): string => `${decisionWords(model, approval, run)}, ${formatTime(approval.decidedAt, model.now)}`;
