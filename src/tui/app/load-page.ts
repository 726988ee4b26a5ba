// Fetches one page of the thread.

import type { ControlClient } from '../../control/client/client.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { PageRequest } from '../model/effects.ts';
import type { PageMore } from '../model/messages.ts';
import { THREAD_PAGE } from '../model/model.ts';

/** Sorts before every entry key, which begins with a time in hexadecimal digits. */
export const BEFORE_ALL = '0';
/** Sorts just after a key: nothing lies between, so that a page before it ends with the entry itself. */
export const justAfter = (key: string): string => `${key}~`;

export async function loadPage(
  client: ControlClient,
  page: PageRequest,
): Promise<{ entries: readonly ThreadEntry[]; more: PageMore }> {
  const limit = THREAD_PAGE;
  switch (page.kind) {
    case 'older': {
      const { entries, more } = await client.call('thread.read', { before: page.before, limit });
      return { entries, more: { before: more } };
    }
    case 'newer': {
      const { entries, more } = await client.call('thread.read', { after: page.after, limit });
      return { entries, more: { after: more } };
    }
    case 'newest': {
      const { entries, more } = await client.call('thread.read', { limit });
      return { entries, more: { before: more } };
    }
    case 'oldest': {
      const { entries, more } = await client.call('thread.read', { after: BEFORE_ALL, limit });
      return { entries, more: { before: false, after: more } };
    }
    case 'around': {
      const [before, after] = await Promise.all([
        client.call('thread.read', { before: justAfter(page.key), limit }),
        client.call('thread.read', { after: page.key, limit }),
      ]);
      return { entries: [...before.entries, ...after.entries], more: { before: before.more, after: after.more } };
    }
  }
}
