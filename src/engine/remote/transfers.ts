/**
 * Transfers of files between two devices: one run sends, another one receives and reads from it over their link, or from here where both
 * ends know each other. What one of the two runs becomes, the other one must not outlive. No bytes are kept here.
 */

import type { Actor } from '../../core/approvals.ts';
import { DispatchError } from '../../core/errors.ts';
import type { FilesAction, TransferEnd } from '../../core/files.ts';
import type { DeviceId, RunId } from '../../core/ids.ts';
import { isFinal, type Run } from '../../core/runs.ts';
import type { EngineDeps } from '../context.ts';
import type { Executions } from '../execution.ts';
import type { Feed } from '../feed.ts';
import { readOpenRuns } from '../open-runs.ts';
import type { TransferRequest } from '../peer-ports.ts';
import { begun } from '../streams.ts';

/** The run that sends, for the device that it is for; of all others nobody hears. */
async function sendingTo(deps: Pick<EngineDeps, 'store' | 'identity'>, caller: DeviceId, id: RunId): Promise<Run> {
  const state = await deps.store.run(id);
  const action = state?.run.action;
  const isFor = action?.kind === 'files' && action.operation.op === 'send' && action.operation.to === caller;
  if (state === undefined || state.run.device !== deps.identity.device || !isFor) {
    // It may be on its way: the two runs of a transfer come to their devices one after the other.
    throw new DispatchError('unavailable', `no run ${id} sends anything to you`, {
      retryable: true,
      hint: 'it is asked for again; see "dispatch ps"',
    });
  }
  return state.run;
}

export interface Transfers {
  /** What a run here gives to the device that it is for, once it executes. Rejects if it is over, or for somebody else. */
  read(caller: DeviceId, request: TransferRequest, signal: AbortSignal): Promise<{ chunks: AsyncIterable<Uint8Array> }>;
  /** How the transfer ended at the device that it is for. */
  ended(caller: DeviceId, run: RunId, end: TransferEnd): Promise<void>;
  /** Looks after transfers that an earlier peer left. */
  start(): Promise<void>;
  close(): void;
}

export function createTransfers(
  deps: EngineDeps & {
    feed: Feed;
    executions: Executions;
    self: Actor;
    cancel: (run: Run, by: Actor) => Promise<unknown>;
  },
): Transfers {
  const { store, executions, feed } = deps;
  const self = deps.identity.device;

  /** The one that sends for a run that receives, and the other way round; only of those that were submitted here. */
  const otherEnd = async (run: Run): Promise<Run | undefined> => {
    const operation = transferOf(run);
    if (operation === undefined || run.origin !== self || run.group === undefined) return undefined;
    if (operation.op === 'receive') return (await store.run(operation.from.run))?.run;
    // The run that receives gave the group its id.
    const other = (await store.run(run.group))?.run;
    return other === undefined || transferOf(other)?.op !== 'receive' ? undefined : other;
  };

  /** A run whose other end is over has nothing left to do: it is told by its own end where it completed, and ended otherwise. */
  const settle = async (run: Run): Promise<void> => {
    if (!isFinal(run) || run.status === 'completed') return;
    const other = await otherEnd(run);
    if (other !== undefined && !isFinal(other)) await deps.cancel(other, deps.self);
  };
  const look = (run: Run): void => {
    settle(run).catch((error: unknown) => {
      if (error instanceof DispatchError && error.code === 'conflict') return; // it ended by itself
      deps.onFault(`the other end of the transfer of run ${run.id}`, error);
    });
  };
  const stop = feed.onChange(({ run }) => {
    if (run !== undefined && transferOf(run) !== undefined && isFinal(run)) look(run);
  });

  return {
    async read(caller, { run: id, ...position }, signal) {
      await sendingTo(deps, caller, id);
      const run = await begun({ store, feed, executions }, id, signal);
      if (run === undefined || isFinal(run)) throw notSending(id, run);
      // Asked again: what the run is for cannot change, but the pairing may have gone meanwhile.
      if (!deps.pairings.get(caller)) throw notSending(id, run);
      const { give } = executions.control(id);
      if (give === undefined) throw notSending(id, run);
      return { chunks: give.read(position, signal) };
    },
    async ended(caller, id, end) {
      await sendingTo(deps, caller, id);
      if (executions.isExecuting(id)) executions.control(id).give?.end(end);
    },
    async start() {
      const open = await readOpenRuns(store, (run) => transferOf(run) !== undefined && run.origin === self);
      for (const run of open) {
        const other = await otherEnd(run);
        if (other !== undefined && isFinal(other)) look(other);
      }
    },
    close: stop,
  };
}

function transferOf({
  action,
}: Pick<Run, 'action'>): Extract<FilesAction['operation'], { op: 'send' | 'receive' }> | undefined {
  if (action.kind !== 'files') return undefined;
  const { operation } = action;
  return operation.op === 'send' || operation.op === 'receive' ? operation : undefined;
}

function notSending(id: RunId, run: Run | undefined): DispatchError {
  const why = run !== undefined && isFinal(run) && run.status === 'failed' ? `: ${run.message}` : '';
  return new DispatchError('conflict', `the run that sends is over${why}`, {
    hint: `see it on its device with "dispatch show ${id}", and start the transfer again`,
  });
}
