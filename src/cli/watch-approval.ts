/** Tells when a request is answered elsewhere while a person is being asked about it here: a stale question must go. */

import type { ControlClient } from '../control/client/client.ts';
import type { Actor, Approval, PendingApproval } from '../core/approvals.ts';
import type { CliContext } from './context.ts';

export interface ApprovalWatch {
  /** Aborts when the request does not wait any more. */
  readonly gone: AbortSignal;
  /** What became of it; the request itself as long as it waits. */
  now(): Approval;
  /** Who or what made it so; undefined where that was not seen. */
  by(): Actor | undefined;
  close(): void;
}

/** On a connection of its own, since one connection follows once. */
export async function watchApproval(context: CliContext, approval: PendingApproval): Promise<ApprovalWatch> {
  const client = await context.connect({ start: false });
  const over = new AbortController();
  let latest: Approval = approval;
  let by: Actor | undefined;
  const see = (now: Approval): void => {
    if (now.id !== approval.id) return;
    latest = now;
    if (now.status !== 'pending') over.abort();
  };
  client.on('change', ({ event, entry }) => {
    if (entry.kind !== 'approval') return;
    if (entry.approval.id === approval.id && entry.approval.status !== 'pending') by ??= event.by;
    see(entry.approval);
  });
  await look(client, approval, see);
  return { gone: over.signal, now: () => latest, by: () => by, close: () => client.close() };
}

async function look(client: ControlClient, approval: PendingApproval, see: (now: Approval) => void): Promise<void> {
  const { cursor } = await client.call('snapshot', { entries: 1 });
  await client.call('follow', { cursor });
  const { approvals } = await client.call('run.get', { run: approval.runId });
  const now = approvals.find(({ id }) => id === approval.id);
  if (now !== undefined) see(now);
}
