/**
 * Finds the processes that belong to a run, wherever they have moved: what descends from its main process, what is in its
 * session, and what carries its name in its environment, as daemons do that cut all other ties. Never this process or what
 * it descends from.
 */

import type { RunId } from '../../core/ids.ts';
import { RUN_VARIABLE } from './environment.ts';
import type { ProcessEntry, ProcessTable } from './process-table.ts';

export interface RunProcessesOptions {
  readonly table: ProcessTable;
  readonly run: RunId;
  /** The main process, if it is known: what started before it does not belong to the run. */
  readonly main?: Pick<ProcessEntry, 'pid' | 'started'>;
}

/** Those that are alive now. It remembers whom it found, so keep it while they are being stopped. */
export function findRunProcesses({ table, run, main }: RunProcessesOptions): () => Promise<readonly ProcessEntry[]> {
  const members = new Set<string>();
  const strangers = new Set<string>();
  if (main !== undefined) members.add(identityOf(main));

  const belongs = async (entry: ProcessEntry): Promise<boolean> => {
    const identity = identityOf(entry);
    if (members.has(identity)) return true;
    if (main !== undefined && entry.started < main.started) return false;
    if (main !== undefined && entry.session === main.pid && entry.pid !== main.pid) return true;
    if (strangers.has(identity)) return false;
    if (await table.carries(entry, `${RUN_VARIABLE}=${run}`)) return true;
    // What is no member now is none later: members are born to members.
    strangers.add(identity);
    return false;
  };

  return async () => {
    const entries = await table.list();
    const untouchable = ourselves(entries);
    const others = entries.filter((entry) => !untouchable.has(entry.pid));
    for (const entry of others) if (!entry.ended && (await belongs(entry))) members.add(identityOf(entry));
    addDescendants(others, members);
    return others.filter((entry) => !entry.ended && members.has(identityOf(entry)));
  };
}

export function identityOf({ pid, started }: Pick<ProcessEntry, 'pid' | 'started'>): string {
  return `${pid}@${started}`;
}

function addDescendants(entries: readonly ProcessEntry[], members: Set<string>): void {
  const byPid = new Map(entries.map((entry) => [entry.pid, entry]));
  for (let added = 1; added > 0; ) {
    added = 0;
    for (const entry of entries) {
      const parent = byPid.get(entry.parent);
      if (parent === undefined || members.has(identityOf(entry)) || !members.has(identityOf(parent))) continue;
      members.add(identityOf(entry));
      added += 1;
    }
  }
}

function ourselves(entries: readonly ProcessEntry[]): ReadonlySet<number> {
  const parents = new Map(entries.map(({ pid, parent }) => [pid, parent]));
  const found = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && !found.has(pid); pid = parents.get(pid))
    found.add(pid);
  return found;
}
