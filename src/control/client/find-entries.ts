/** All that a search finds, up to a number: one request looks only so far, so this one goes on until there is enough. */

import type { ThreadEntry } from '../../core/thread.ts';
import type { Params } from '../../protocol/api.ts';
import type { ControlClient } from './client.ts';

/** Newest first. `more`: there may be others. */
export async function findEntries(
  client: Pick<ControlClient, 'call'>,
  query: string,
  limit: number,
): Promise<{ entries: ThreadEntry[]; more: boolean }> {
  const found: ThreadEntry[] = [];
  let from: Pick<Params<'search'>, 'before'> = {};
  for (;;) {
    const { entries, next } = await client.call('search', { query, ...from, limit: limit - found.length });
    found.push(...entries);
    if (next === undefined || found.length >= limit) return { entries: found, more: next !== undefined };
    from = { before: next };
  }
}
