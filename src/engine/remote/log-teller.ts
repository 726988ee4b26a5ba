/**
 * Tells another device the log of this one, as far as its grants go: what is there, in pages, then what comes, as it comes. A slow
 * reader costs no memory: what it has not taken is read from the log again. Nothing is told that a power cut could take back.
 */

import { type Grant, maySee, scopeOf } from '../../core/grants.ts';
import type { DeviceId } from '../../core/ids.ts';
import type { LogBatch } from '../../protocol/peer-api.ts';
import type { Feed } from '../feed.ts';
import type { Grants } from '../peer-ports.ts';
import type { LoggedChange, ThreadStore } from '../ports.ts';

const PAGE = 500;
/** Of events in a page; what belongs to them comes to a few times that in memory. */
const PAGE_BYTES = 1024 * 1024;
/** Changes that may wait in memory for a reader that is not ready. */
const MOST_WAITING = 100;

interface Teller {
  readonly store: ThreadStore;
  readonly feed: Feed;
  readonly grants: Grants;
  readonly self: DeviceId;
}

/** Ends when the caller may see more, or less, than when it began. */
export async function* tellLog(
  teller: Teller,
  caller: DeviceId,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<LogBatch> {
  const { store, grants, self } = teller;
  const scope = scopeOf(grants.of(caller));
  const same = (): boolean => !signal.aborted && scopeOf(grants.of(caller)) === scope;
  const live = listen(teller, signal);
  let after = from;
  try {
    // What may be seen is told first: a reader that saw less before begins anew.
    yield { events: [], upTo: from, scope };
    while (same()) {
      // Who may see nothing is told nothing, not even how much there is.
      const found =
        scope === '' ? [] : (live.take(after) ?? (await store.ownChangesAfter(after, PAGE, PAGE_BYTES)).items);
      const last = found.at(-1);
      if (last === undefined) {
        if (scope === '') live.forget();
        if (same()) await live.next();
        continue;
      }
      after = last.event.seq;
      const events = visible(grants.of(caller), caller, self, found);
      // What may not be seen is passed over in silence, but for a word now and then of how far it is.
      if (events.length === 0 && found.length < PAGE) continue;
      await store.flush();
      if (same()) yield { events, upTo: after, scope };
    }
  } finally {
    live.stop();
  }
}

function visible(grants: readonly Grant[], caller: DeviceId, self: DeviceId, changes: readonly LoggedChange[]) {
  return changes.filter(({ event, run }) => maySee(grants, caller, self, event, run)).map(({ event }) => event);
}

/** What is written while somebody reads, kept at hand as long as there is little of it. */
function listen({ feed, grants, self }: Teller, signal: AbortSignal) {
  let waiting: LoggedChange[] = [];
  let wake: () => void = () => {};
  const stopFeed = feed.onChange((change) => {
    if (change.event.device !== self) return;
    waiting.push(change);
    if (waiting.length > MOST_WAITING) waiting = [];
    wake();
  });
  const stopGrants = grants.onChange(() => wake());
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  return {
    /** What follows the place without a gap; undefined if the log has to be read. */
    take(after: number): readonly LoggedChange[] | undefined {
      const found = waiting.filter(({ event }) => event.seq > after);
      waiting = [];
      return found[0]?.event.seq === after + 1 ? found : undefined;
    },
    forget() {
      waiting = [];
    },
    next(): Promise<void> {
      if (waiting.length > 0 || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        wake = () => {
          wake = () => {};
          resolve();
        };
      });
    },
    stop() {
      stopFeed();
      stopGrants();
      signal.removeEventListener('abort', onAbort);
    },
  };
}
