/** Tells the person at this desktop of the approvals that this device may answer, from the thread as any other client follows it. */

import type { Approval } from '../core/approvals.ts';
import { deviceName } from '../core/devices.ts';
import type { Run } from '../core/runs.ts';
import type { EngineApi, KnownDevices } from '../protocol/api.ts';
import type { AskedNames, Notifier } from './notifications.ts';

/** Resolves when it follows. Ends when the signal aborts; what it shows then is for whoever owns the notifier to take away. */
export async function notifyApprovals(
  api: Pick<EngineApi, 'snapshot' | 'follow' | 'onDevices'>,
  notifier: Notifier,
  signal: AbortSignal,
): Promise<void> {
  const snapshot = await api.snapshot({ entries: 1 });
  let known: KnownDevices = { devices: snapshot.devices, revoked: snapshot.revoked };
  const runs = new Map<string, Run>(snapshot.runs.map((run) => [run.id, run]));
  const look = (approval: Approval, run: Run | undefined): void => {
    if (approval.status !== 'pending') notifier.withdrawn(approval.id);
    else if (mayAnswer(known, approval)) notifier.requested(approval, namesIn(known, approval, run));
  };
  for (const approval of snapshot.approvals) look(approval, runs.get(approval.runId));
  runs.clear();
  const stopListening = api.onDevices((now) => {
    known = now;
  });
  signal.addEventListener('abort', stopListening, { once: true });
  if (signal.aborted) stopListening();
  await api.follow(
    snapshot.cursor,
    ({ entry, run }) => {
      if (entry.kind === 'approval') look(entry.approval, run);
    },
    signal,
  );
}

function mayAnswer({ devices }: KnownDevices, { device }: Approval): boolean {
  const executor = devices.find(({ id }) => id === device);
  return executor !== undefined && (executor.local || executor.grants?.held.includes('approve') === true);
}

function namesIn(known: KnownDevices, { device }: Approval, run: Run | undefined): AskedNames {
  const nameOf = (id: string): string => deviceName(known, id);
  if (run === undefined) return { device: nameOf(device), by: 'somebody' };
  const { kind, device: from } = run.by;
  const local = known.devices.some(({ id, local }) => local && id === from);
  if (kind === 'assistant' || kind === 'agent') return { device: nameOf(device), by: `an ${kind} on ${nameOf(from)}` };
  return { device: nameOf(device), by: kind === 'human' && local ? 'you' : nameOf(from) };
}
