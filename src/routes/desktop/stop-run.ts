/**
 * Stops everything that belongs to one started command. Where a sandbox holds it, what makes the sandbox is held still meanwhile: it
 * would end with the first process of the command, and take with it those that are still tidying up.
 */

import type { StopReceipt } from '../../core/events.ts';
import type { RunId } from '../../core/ids.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';
import { findRunProcesses } from './run-processes.ts';
import { sendSignal, signalNumber } from './signals.ts';
import { stopProcesses } from './stop-processes.ts';

export interface StopRunOptions {
  readonly table: ProcessTable;
  readonly run: RunId;
  /** The main process, if it was there to be looked at. */
  readonly main: ProcessEntry | undefined;
  /** True if the main process only makes a sandbox, in which the command is. */
  readonly kept: boolean;
  readonly graceMs: number;
  readonly secrets: readonly string[];
}

export async function stopRun({ table, run, main, kept, graceMs, secrets }: StopRunOptions): Promise<StopReceipt> {
  const all = findRunProcesses({ table, run, ...(main === undefined ? {} : { main }) });
  if (!kept || main === undefined) return stopProcesses({ table, alive: all, graceMs, secrets });
  // The main process, and its only child: the first process of the sandbox, which the others there depend on.
  const keeps = (entry: ProcessEntry): boolean => entry.pid === main.pid || entry.parent === main.pid;
  send(table, main, 'SIGSTOP');
  const alive = async (): Promise<readonly ProcessEntry[]> => (await all()).filter((entry) => !keeps(entry));
  const receipt = await stopProcesses({ table, alive, graceMs, secrets });
  const keepers = (await all()).filter(keeps);
  for (const entry of keepers.toSorted((one) => (one.pid === main.pid ? 1 : -1))) send(table, entry, 'SIGKILL');
  return receipt;
}

function send(table: ProcessTable, entry: ProcessEntry, name: string): void {
  if (table.one(entry.pid)?.started === entry.started) sendSignal(entry.pid, signalNumber(name) ?? 0);
}
