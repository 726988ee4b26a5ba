/** What stands around a request: who asked for its run and how that went on, and what an edit made of it, by whom. */

import type { ControlClient } from '../control/client/client.ts';
import type { Actor, Approval } from '../core/approvals.ts';
import type { ApprovalId } from '../core/ids.ts';
import type { Run } from '../core/runs.ts';

export interface ApprovalStory {
  readonly run: Run;
  /** All requests of the run, oldest first. */
  readonly approvals: readonly Approval[];
  /** By request: who replaced it by an edited version, where that is known. */
  readonly editors: ReadonlyMap<ApprovalId, Actor>;
}

export async function readStory(client: ControlClient, ref: string): Promise<ApprovalStory> {
  return storyOf(client, await client.call('run.get', { run: ref }));
}

export async function storyOf(
  client: ControlClient,
  { run, approvals }: { readonly run: Run; readonly approvals: readonly Approval[] },
): Promise<ApprovalStory> {
  const replaced = approvals.filter((approval) => approval.status === 'expired' && approval.replacedBy !== undefined);
  return { run, approvals, editors: replaced.length === 0 ? new Map() : await editorsOf(client, run, replaced) };
}

/** A request does not say who edited it, but the log does, in the order in which that was done. */
async function editorsOf(
  client: ControlClient,
  { id }: Run,
  replaced: readonly Approval[],
): Promise<ReadonlyMap<ApprovalId, Actor>> {
  // To be shown without a name is better than not to be shown.
  const { records } = await client.call('audit', { run: id, limit: 1 }).catch(() => ({ records: [] }));
  const edits = (records[0]?.steps ?? []).filter(({ type }) => type === 'approval.edited');
  if (edits.length !== replaced.length) return new Map();
  return new Map(replaced.map((approval, index) => [approval.id, (edits[index] as (typeof edits)[number]).by]));
}
