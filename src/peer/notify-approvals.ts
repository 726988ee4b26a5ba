/** Tells the person at this desktop of the approvals that this device may answer, from the thread as any other client follows it. */

import type { Approval } from '../core/approvals.ts';
import type { Device } from '../core/devices.ts';
import { shortDeviceId } from '../core/devices.ts';
import type { Run } from '../core/runs.ts';
import type { EngineApi } from '../protocol/api.ts';
import type { AskedNames, Notifier } from './notifications.ts';

/** Resolves when it follows. Ends when the signal aborts; what it shows then is for whoever owns the notifier to take away. */
export async function notifyApprovals(
  api: Pick<EngineApi, 'snapshot' | 'follow' | 'onDevices'>,
  notifier: Notifier,
  signal: AbortSignal,
): Promise<void> {
  const snapshot = await api.snapshot({ entries: 1 });
  let devices: readonly Device[] = snapshot.devices;
  const runs = new Map<string, Run>(snapshot.runs.map((run) => [run.id, run]));
  const look = (approval: Approval, run: Run | undefined): void => {
    if (approval.status !== 'pending') notifier.withdrawn(approval.id);
    else if (mayAnswer(devices, approval)) notifier.requested(approval, namesIn(devices, approval, run));
  };
  for (const approval of snapshot.approvals) look(approval, runs.get(approval.runId));
  runs.clear();
  const stopListening = api.onDevices((known) => {
    ({ devices } = known);
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

function mayAnswer(devices: readonly Device[], { device }: Approval): boolean {
  const executor = devices.find(({ id }) => id === device);
  return executor !== undefined && (executor.local || executor.grants?.held.includes('approve') === true);
}

function namesIn(devices: readonly Device[], { device }: Approval, run: Run | undefined): AskedNames {
  const nameOf = (id: Device['id']): string => devices.find((known) => known.id === id)?.name ?? shortDeviceId(id);
  if (run === undefined) return { device: nameOf(device), by: 'somebody' };
  const { kind, device: from } = run.by;
  const local = devices.some((known) => known.local && known.id === from);
  if (kind === 'assistant' || kind === 'agent') return { device: nameOf(device), by: `an ${kind} on ${nameOf(from)}` };
  return { device: nameOf(device), by: kind === 'human' && local ? 'you' : nameOf(from) };
}
