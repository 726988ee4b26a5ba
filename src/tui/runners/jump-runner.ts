// Looks for one entry anywhere in the thread: one request looks only so far, so it goes on until there is one, or no more.

import type { ControlClient } from '../../control/client/client.ts';
import { asDispatchError } from '../../core/errors.ts';
import type { RunId } from '../../core/ids.ts';
import type { EntryFound, EntrySought } from '../model/jumps.ts';

export async function seekEntry(client: ControlClient, sought: EntrySought): Promise<EntryFound> {
  const { query, missing, request } = sought;
  if (sought.run !== undefined) {
    const run = await runNamed(client, sought.run);
    if (run !== undefined) return { request, run };
  }
  const goesOn = sought.from !== undefined && 'after' in sought.from ? 'after' : 'before';
  for (let from: object = sought.from ?? {}; ; ) {
    const { entries, next } = await client.call('search', { query, ...from, limit: 1 });
    if (entries[0] !== undefined || next === undefined) return { request, entry: entries[0], missing };
    from = { [goesOn]: next };
  }
}

async function runNamed(client: ControlClient, ref: string): Promise<RunId | undefined> {
  try {
    return (await client.call('run.get', { run: ref })).run.id;
  } catch (error) {
    if (asDispatchError(error).code === 'not-found') return undefined;
    throw error;
  }
}
