/** Whether a yes still counts at the moment of acting: in its time, from those who may still say it, and from as many as are needed now. */

import type { Plan } from '../core/actions.ts';
import type { Approval } from '../core/approvals.ts';
import type { DeviceId } from '../core/ids.ts';
import type { EngineDeps } from './context.ts';
import { nameOf } from './devices.ts';

/** Why it counts no more, as a phrase; undefined if it does. `all`: the requests of its run. */
export function whyLapsed(
  deps: EngineDeps,
  approval: Approval,
  all: readonly Approval[],
  { enforced }: Plan,
): string | undefined {
  const { grants, identity, owner, clock } = deps;
  if (clock.now() >= approval.expiresAt) return 'the time of the request was over before it could start';
  const devices = sayers(approval, all);
  const gone = devices.find((device) => device !== identity.device && !grants.of(device).includes('approve'));
  if (gone !== undefined) return `${nameOf(deps, gone)}, which said yes, may not answer here any more`;
  const needed = enforced === 'full-access' ? owner.fullAccessApprovers() : 1;
  return devices.length < needed ? `${needed} devices must say yes now` : undefined;
}

/** Those that said yes; of one that was covered, those that gave the answer that covers it. */
function sayers(approval: Approval, all: readonly Approval[]): readonly DeviceId[] {
  if (approval.status !== 'approved') return [];
  const origin = approval.under === undefined ? undefined : all.find(({ id }) => id === approval.under);
  const answered = origin?.status === 'approved' ? origin : approval;
  return [...new Set([...(answered.agreed ?? []).map(({ by }) => by.device), answered.decidedBy.device])];
}
