// Fetches one page of what a query finds of the thread. One request looks only so far, so each side is asked until there is something.

import type { ControlClient } from '../../control/client/client.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { PageRequest } from '../model/effects.ts';
import type { PageMore } from '../model/messages.ts';
import { THREAD_PAGE } from '../model/model.ts';
import { BEFORE_ALL, justAfter } from './load-page.ts';

interface Side {
  /** Oldest first. */
  readonly entries: readonly ThreadEntry[];
  readonly more: boolean;
}

export async function findPage(
  client: Pick<ControlClient, 'call'>,
  page: PageRequest,
  query: string,
): Promise<{ entries: readonly ThreadEntry[]; more: PageMore }> {
  const before = async (key?: string): Promise<Side> => {
    for (let from = key; ; ) {
      const place = from === undefined ? {} : { before: from };
      const { entries, next } = await client.call('search', { query, ...place, limit: THREAD_PAGE });
      if (entries.length > 0 || next === undefined) return { entries: entries.toReversed(), more: next !== undefined };
      from = next;
    }
  };
  const after = async (key: string): Promise<Side> => {
    for (let from = key; ; ) {
      const { entries, next } = await client.call('search', { query, after: from, limit: THREAD_PAGE });
      if (entries.length > 0 || next === undefined) return { entries, more: next !== undefined };
      from = next;
    }
  };
  switch (page.kind) {
    case 'older':
    case 'newest': {
      const { entries, more } = await before(page.kind === 'older' ? page.before : undefined);
      return { entries, more: { before: more } };
    }
    case 'newer':
    case 'oldest': {
      const { entries, more } = await after(page.kind === 'newer' ? page.after : BEFORE_ALL);
      return { entries, more: page.kind === 'newer' ? { after: more } : { before: false, after: more } };
    }
    case 'around': {
      const [older, newer] = await Promise.all([before(justAfter(page.key)), after(page.key)]);
      return { entries: [...older.entries, ...newer.entries], more: { before: older.more, after: newer.more } };
    }
  }
}
