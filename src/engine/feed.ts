/** Tells followers what happens, in log order, without a gap or a repeat, from wherever they stand. */

import type { Cursor } from '../core/thread.ts';
import type { LoggedChange, ThreadStore } from './ports.ts';

const PAGE = 500;

export interface Feed {
  /** Called by the journal, in log order, after the write. */
  publish(changes: readonly LoggedChange[]): void;
  /** Every change after the cursor, then every new one, until the signal aborts. Resolves when it has caught up. */
  follow(cursor: Cursor, listener: (change: LoggedChange) => void, signal: AbortSignal): Promise<void>;
  /** New changes only. */
  onChange(listener: (change: LoggedChange) => void): () => void;
}

export function createFeed(store: Pick<ThreadStore, 'changesAfter' | 'device'>): Feed {
  const listeners = new Set<(change: LoggedChange) => void>();
  const onChange = (listener: (change: LoggedChange) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    onChange,
    publish(changes) {
      for (const change of changes) for (const listener of [...listeners]) listener(change);
    },
    async follow(cursor, listener, signal) {
      const reached: Record<string, number> = { ...cursor };
      // The newest page: what is published late was read in it at the earliest.
      let told: ReadonlySet<string> = new Set();
      const isTold = (change: LoggedChange): boolean => {
        const { device, seq } = change.event;
        // This device writes in order. What another one told late, when more of it may be seen, has an old place and is news.
        return device === store.device ? seq <= (reached[device] ?? 0) : told.has(placeOf(change));
      };
      // Listen before reading, so that nothing falls between the last page and the first live change.
      let waiting: LoggedChange[] | undefined = [];
      const stop = onChange((change) => (waiting === undefined ? listener(change) : waiting.push(change)));
      signal.addEventListener('abort', stop, { once: true });
      try {
        for (let more = true; more && !signal.aborted; ) {
          const page = await store.changesAfter(reached, PAGE);
          for (const change of page.items) {
            reached[change.event.device] = change.event.seq;
            listener(change);
          }
          if (page.items.length > 0) told = new Set(page.items.map(placeOf));
          more = page.more;
        }
      } catch (error) {
        stop();
        throw error;
      }
      for (const change of waiting) if (!isTold(change)) listener(change);
      waiting = undefined;
    },
  };
}

function placeOf({ event }: LoggedChange): string {
  return `${event.device}/${event.seq}`;
}
