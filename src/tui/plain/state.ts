// What the plain dashboard knows: runs, requests, devices, and which request has been printed as it is now.

import type { PendingApproval } from '../../core/approvals.ts';
import type { Device, RevokedDevice } from '../../core/devices.ts';
import type { RouteSources } from '../../core/routing/context.ts';
import type { Run } from '../../core/runs.ts';
import type { Change, KnownDevices, Snapshot } from '../../protocol/api.ts';
import type { Shown } from './guard.ts';
import type { PlainContext } from './lines.ts';

/** Older runs are let go; the peer knows them all. */
const MAX_RUNS = 500;

export interface PlainState {
  reset(snapshot: Snapshot): void;
  change(change: Change): void;
  setDevices(known: KnownDevices): void;
  /** True if it was not lost before. */
  lose(): boolean;
  /** True if it was lost before. */
  regain(): boolean;
  run(id: string): Run | undefined;
  /** By short number, or by the beginning of its id. */
  runByRef(ref: string): Run | undefined;
  /** Newest first. */
  runs(): readonly Run[];
  devices(): readonly Device[];
  /** What the peer routes by; undefined before it has told. */
  routing(): RouteSources | undefined;
  approvals(): readonly PendingApproval[];
  /** Pending, and not printed as they are now. */
  takeUnshown(): readonly PendingApproval[];
  markShown(approval: PendingApproval, at: number): void;
  shown(approval: PendingApproval): Shown | undefined;
  context(): PlainContext;
}

export function createPlainState(): PlainState {
  const runs = new Map<string, Run>();
  const approvals = new Map<string, PendingApproval>();
  const shown = new Map<string, Shown>();
  /** Commands of requests that another version took the place of. */
  const edited = new Map<string, string>();
  let devices: readonly Device[] = [];
  let revoked: readonly RevokedDevice[] = [];
  let routing: RouteSources | undefined;
  let lost = false;

  const keep = (run: Run): void => {
    runs.set(run.id, run);
    for (const oldest of runs.keys()) {
      if (runs.size <= MAX_RUNS) break;
      runs.delete(oldest);
    }
  };
  const newest = (): Run[] => [...runs.values()].sort((a, b) => b.submittedAt - a.submittedAt);

  return {
    reset(snapshot) {
      lost = false;
      ({ devices, revoked } = snapshot);
      routing = snapshot.routing;
      for (const run of snapshot.runs.toReversed()) keep(run);
      approvals.clear();
      for (const approval of snapshot.approvals) approvals.set(approval.id, approval);
    },
    change({ entry, run }) {
      if (entry.kind === 'run') keep(entry.run);
      if (run !== undefined) keep(run);
      if (entry.kind !== 'approval') return;
      if (entry.approval.status === 'pending') approvals.set(entry.approval.id, entry.approval);
      else approvals.delete(entry.approval.id);
      if (entry.approval.status === 'expired' && entry.approval.replacedBy !== undefined)
        edited.set(entry.approval.id, entry.approval.payload.command);
    },
    setDevices(known) {
      ({ devices, revoked } = known);
    },
    lose() {
      const before = lost;
      lost = true;
      return !before;
    },
    regain() {
      const before = lost;
      lost = false;
      return before;
    },
    run: (id) => runs.get(id),
    runByRef(ref) {
      if (/^\d+$/.test(ref)) return newest().find(({ number }) => number === Number(ref));
      return ref.length >= 4 ? newest().find(({ id }) => id.startsWith(ref)) : undefined;
    },
    runs: newest,
    devices: () => devices,
    routing: () => routing,
    approvals: () => [...approvals.values()],
    takeUnshown: () => [...approvals.values()].filter(({ id, digest }) => shown.get(id)?.digest !== digest),
    markShown: ({ id, digest }, at) => void shown.set(id, { digest, at }),
    shown: ({ id }) => shown.get(id),
    context: () => ({
      devices,
      revoked,
      device: devices.find(({ local }) => local),
      approvals: [...approvals.values()],
      now: Date.now(),
      runOf: (run) => runs.get(run),
      commandOf: (approval) => edited.get(approval) ?? approvals.get(approval)?.payload.command,
    }),
  };
}
