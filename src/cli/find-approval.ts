/** Which pending request a person means, with the digest that an answer to it must carry; and which others are the same but for their run. */

import type { ControlClient } from '../control/client/client.ts';
import type { Approval, PendingApproval } from '../core/approvals.ts';
import { canonicalJson } from '../core/canonical.ts';
import { DispatchError } from '../core/errors.ts';
import type { Run } from '../core/runs.ts';
import { whyOver } from './print-approval.ts';

/** What one answer to the peer lists at most. */
const LIST_MAX = 1000;

export interface FoundApproval {
  readonly approval: PendingApproval;
  readonly run: Run;
}

/** By the number of its run, its id, or the beginning of one. Throws `not-found`, `ambiguous`, or `conflict` if it is answered already. */
export async function findApproval(client: ControlClient, ref: string): Promise<FoundApproval> {
  if (/^[0-9]{1,9}$/.test(ref)) {
    const numbered = await client.call('run.get', { run: ref }).catch(ifMissing);
    if (numbered?.run.number === Number(ref)) {
      const newest = numbered.approvals.at(-1);
      if (newest === undefined) {
        throw new DispatchError('not-found', `run ${ref} never asked for an approval`, {
          hint: 'list them with "dispatch approvals"',
        });
      }
      return { approval: mustBePending(newest, numbered.run), run: numbered.run };
    }
  }
  const found = (await pendingApprovals(client)).filter(({ id }) => id.startsWith(ref));
  const [only, second] = found;
  if (only === undefined) {
    throw new DispatchError('not-found', `there is no pending approval "${ref}"`, {
      hint: 'list them with "dispatch approvals"',
    });
  }
  if (second !== undefined) {
    throw new DispatchError('ambiguous', `"${ref}" fits several approvals: ${found.map(({ id }) => id).join(', ')}`, {
      hint: 'write more of the id',
    });
  }
  return { approval: only, run: (await client.call('run.get', { run: only.runId })).run };
}

/** Who names a run by its number means what it was when it was looked at. Throws `conflict` if its command was edited since. */
export function mustBeNamed(approval: PendingApproval, ref: string): void {
  if (approval.edits === undefined || approval.id.startsWith(ref)) return;
  throw new DispatchError('conflict', 'the command was changed after it was asked about', {
    hint: `look at it with "dispatch approvals", then answer with its own id: ${approval.id}`,
  });
}

/** The pending requests that show the same as this one and are the same to the device that executes them; itself first. */
export async function findAlike(client: ControlClient, approval: PendingApproval): Promise<PendingApproval[]> {
  const others = (await pendingApprovals(client)).filter(({ id }) => id !== approval.id);
  return [approval, ...others.filter((other) => isAlike(approval, other))];
}

/** The likeness is the word of the device that executes; what a person would be shown has to be the same as well. */
export function isAlike(one: Approval, other: Approval): boolean {
  const { likeness } = one.payload;
  if (likeness === undefined || other.payload.likeness !== likeness) return false;
  return shown(one) === shown(other) && (one.approvers ?? 1) === (other.approvers ?? 1);
}

function shown({ payload: { rule: _, ...payload } }: Approval): string {
  return canonicalJson(payload);
}

async function pendingApprovals(client: ControlClient): Promise<PendingApproval[]> {
  const { approvals } = await client.call('approvals.list', { limit: LIST_MAX });
  return approvals.filter((approval) => approval.status === 'pending');
}

function mustBePending(approval: Approval, run: Run): PendingApproval {
  if (approval.status === 'pending') return approval;
  const what =
    approval.status !== 'expired'
      ? `it was already ${approval.status}`
      : {
          edited: 'the request for it was edited',
          ended: 'the request ended with it',
          late: 'the request for it has expired',
        }[whyOver(approval, run)];
  throw new DispatchError('conflict', `run ${run.number} does not wait for an answer: ${what}`, {
    hint: `see it with "dispatch show ${run.number}"`,
  });
}

function ifMissing(error: unknown): undefined {
  if (error instanceof DispatchError && error.code === 'not-found') return undefined;
  throw error;
}
