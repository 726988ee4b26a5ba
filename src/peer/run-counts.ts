/** How many runs are open in which status, and how the others ended: counted from what the thread tells, not by reading it again. */

import type { DeviceId, RunId } from '../core/ids.ts';
import { isFinal, type Run, type RunStatus } from '../core/runs.ts';
import type { Change, EngineApi } from '../protocol/api.ts';

type OpenStatus = Exclude<RunStatus, 'completed' | 'failed' | 'cancelled'>;
const OPEN: readonly OpenStatus[] = ['queued', 'running', 'waiting_approval'];
const PAGE = 200;

export interface RunCounts {
  /** Open runs, those that this device executes or will, and those of other devices. */
  open(): readonly { status: OpenStatus; executor: 'here' | 'elsewhere'; count: number }[];
}

/** Follows the thread until the signal aborts; resolves when the open runs are known. `onChange` hears of what is new. */
export async function countRuns(
  api: Pick<EngineApi, 'follow' | 'snapshot' | 'runs.list'>,
  self: DeviceId,
  onChange: (change: Change) => void,
  signal: AbortSignal,
): Promise<RunCounts> {
  const open = new Map<RunId, Run>();
  const told = new Set<RunId>();
  let reading = true;
  const take = (run: Run): void => {
    if (isFinal(run)) open.delete(run.id);
    else open.set(run.id, run);
  };
  const { cursor } = await api.snapshot({ entries: 1 });
  await api.follow(
    cursor,
    (change) => {
      const run = change.run ?? (change.entry.kind === 'run' ? change.entry.run : undefined);
      if (run !== undefined) {
        if (reading) told.add(run.id);
        take(run);
      }
      onChange(change);
    },
    signal,
  );
  for (let before: string | undefined; ; ) {
    const { runs, more } = await api['runs.list']({
      status: [...OPEN],
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    // What has been told meanwhile is newer.
    for (const run of runs) if (!told.has(run.id)) take(run);
    before = runs.at(-1)?.id;
    if (!more || before === undefined) break;
  }
  reading = false;
  told.clear();

  return {
    open: () =>
      (['here', 'elsewhere'] as const).flatMap((executor) =>
        OPEN.map((status) => ({
          status,
          executor,
          count: [...open.values()].filter(
            (run) => run.status === status && (run.device === self) === (executor === 'here'),
          ).length,
        })),
      ),
  };
}
