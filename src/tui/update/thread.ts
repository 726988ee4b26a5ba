// The window of the thread: what comes live, what is paged in at either end, what is let go. It keeps entries in the order
// of their keys, each once, and never more of them than THREAD_WINDOW.

import { entryId, type ThreadEntry } from '../../core/thread.ts';
import type { PageRequest } from '../model/effects.ts';
import { asShown } from '../model/folded.ts';
import { gather, joined, placeOf, refreshed } from '../model/groups.ts';
import type { PageMore } from '../model/messages.ts';
import { emptyThread, type Model, type ShownEntry, THREAD_WINDOW, type ThreadWindow } from '../model/model.ts';
import { isShown } from '../rows/entry-rows.ts';
import { paneInner, paneSource } from '../rows/geometry.ts';
import { createList, layoutList, prepended, selectItem } from '../terminal/virtual-list.ts';
import { type Step, step } from './step.ts';

/** So many items from the end of what is loaded, the next page is asked for. */
const NEAR_THE_END = 30;

/** Fills the window anew: the first time, and when the end of the thread is asked for again. */
export function showNewest(thread: ThreadWindow, entries: readonly ThreadEntry[], more: boolean): ThreadWindow {
  return {
    ...emptyThread(),
    ...filterOf(thread),
    list: { ...createList({ follow: true }), seen: thread.entries.length === 0 ? 0 : thread.list.seen },
    entries: gather(entries.filter(isShown)).fresh,
    moreBefore: more,
    oldest: entries[0]?.key,
    newest: entries.at(-1)?.key,
  };
}

/** An entry as it is now: new, or in place of what was known of it. */
export function upsertEntry(model: Model, entry: ThreadEntry): Model {
  const { thread } = model;
  if (!isShown(entry)) return model;
  const whole = placeOf(thread.entries, entry);
  if (whole !== -1) {
    const entries = thread.entries.with(whole, joined(thread.entries[whole] as ShownEntry, entry));
    return withThread(model, { entries });
  }
  const known = thread.entries.findLastIndex((other) => other.kind === entry.kind && entryId(other) === entryId(entry));
  if (known !== -1) {
    const now = refreshed(thread.entries[known] as ShownEntry, entry);
    return withThread(model, { entries: thread.entries.with(known, now) });
  }
  const isNewest = thread.newest === undefined || entry.key > thread.newest;
  if (isNewest) return appendLive(model, entry);
  if (thread.oldest !== undefined && entry.key < thread.oldest) return withThread(model, { moreBefore: true });
  const at = thread.entries.findLastIndex((other) => other.key < entry.key) + 1;
  const list = at <= thread.list.cursor ? { ...thread.list, cursor: thread.list.cursor + 1 } : thread.list;
  return withThread(model, { entries: thread.entries.toSpliced(at, 0, asShown(entry)), list });
}

function appendLive(model: Model, entry: ThreadEntry): Model {
  const { thread } = model;
  const full = thread.entries.length >= THREAD_WINDOW;
  // Someone reads further up: what comes is counted, and loaded when they come back down.
  if (thread.moreAfter || (full && !thread.list.follow)) {
    return withThread(model, { moreAfter: true, newBelow: thread.newBelow + 1 });
  }
  return dropOldest(
    withThread(model, {
      entries: [...thread.entries, asShown(entry)],
      newest: entry.key,
      oldest: thread.oldest ?? entry.key,
    }),
  );
}

/** What else is known of a run goes into its entry. */
export function replaceEntries(model: Model, change: (entry: ShownEntry) => ShownEntry): Model {
  let changed = false;
  const entries = model.thread.entries.map((entry) => {
    const after = change(entry);
    if (after !== entry) changed = true;
    return after;
  });
  return changed ? withThread(model, { entries }) : model;
}

/** A page as it came: what was asked for, and the query that it was asked with. */
export interface Page {
  readonly page: PageRequest;
  readonly query?: string;
  readonly entries: readonly ThreadEntry[];
  readonly more: PageMore;
}

export function takePage(model: Model, { page, query, entries, more }: Page): Model {
  if (model.thread.loading !== page.kind || model.thread.filter?.query !== query) return model;
  const ready = withThread(model, { loading: undefined });
  switch (page.kind) {
    case 'older':
      return ready.thread.oldest === page.before ? takeOlder(ready, entries, more.before ?? false) : ready;
    case 'newer':
      return ready.thread.newest === page.after ? takeNewer(ready, entries, more.after ?? false) : ready;
    case 'newest':
      return { ...ready, thread: showNewest(ready.thread, entries, more.before ?? false) };
    case 'oldest':
    case 'around': {
      const thread = {
        ...showNewest({ ...emptyThread(), ...filterOf(ready.thread) }, entries, more.before ?? false),
        moreAfter: more.after ?? false,
        list: createList({ follow: false }),
      };
      const key = page.kind === 'around' ? page.key : '';
      return selectKey({ ...ready, thread }, key);
    }
  }
}

/** Puts the cursor on the entry with this key, or on the first one after it. */
export function selectKey(model: Model, key: string): Model {
  const found = model.thread.entries.findIndex((entry) => entry.key >= key);
  const index = found === -1 ? model.thread.entries.length - 1 : found;
  const height = paneInner(model, 'thread').height;
  const list = selectItem(
    { ...model.thread.list, tail: false, follow: false },
    paneSource(model, 'thread'),
    height,
    index,
  );
  return withThread(model, { list });
}

function takeOlder(model: Model, page: readonly ThreadEntry[], more: boolean): Model {
  const { thread } = model;
  const first = thread.entries[0]?.key;
  const older = page.filter((entry) => isShown(entry) && (first === undefined || entry.key < first));
  const { fresh, around } = gather(older, thread.entries);
  const all = [...fresh, ...around];
  const entries = all.slice(0, THREAD_WINDOW);
  const cut = entries.length < all.length;
  return withThread(model, {
    entries,
    // An empty page is the beginning, whatever was said: else it would be asked for again and again.
    moreBefore: more && page.length > 0,
    oldest: page[0]?.key ?? thread.oldest,
    list: prepended(thread.list, fresh.length),
    ...(cut ? { moreAfter: true, newest: entries.at(-1)?.key } : {}),
  });
}

function takeNewer(model: Model, page: readonly ThreadEntry[], more: boolean): Model {
  const { thread } = model;
  const last = thread.entries.at(-1)?.key;
  const newer = page.filter((entry) => isShown(entry) && (last === undefined || entry.key > last));
  const { fresh, around } = gather(newer, thread.entries);
  return dropOldest(
    withThread(model, {
      entries: [...around, ...fresh],
      moreAfter: more && page.length > 0,
      newest: page.at(-1)?.key ?? thread.newest,
      newBelow: more ? thread.newBelow : 0,
    }),
  );
}

function dropOldest(model: Model): Model {
  const { thread } = model;
  const extra = thread.entries.length - THREAD_WINDOW;
  if (extra <= 0) return model;
  const entries = thread.entries.slice(extra);
  return withThread(model, {
    entries,
    moreBefore: true,
    oldest: entries[0]?.key,
    list: prepended(thread.list, -extra),
  });
}

/** Corrects the list for what there is, and asks for the next page when the window comes near an end of what is loaded. */
export function settleThread(model: Model): Step {
  const { thread } = model;
  const list = { ...thread.list, tail: !thread.moreAfter, follow: thread.list.follow && !thread.moreAfter };
  const layout = layoutList(list, paneSource(model, 'thread'), paneInner(model, 'thread').height);
  const settled = same(layout.state, thread.list) ? model : withThread(model, { list: layout.state });
  if (model.connection.state !== 'connected' || thread.loading !== undefined || thread.stalled) return step(settled);
  const page = thread.filter?.stale === true ? pageAgain(thread) : pageWanted(thread, layout.before, layout.after);
  return page === undefined ? step(settled) : load(settled, page);
}

/** What is shown, as it is now. */
function pageAgain({ entries, list }: ThreadWindow): PageRequest {
  const key = list.follow ? undefined : entries[list.cursor]?.key;
  return key === undefined ? { kind: 'newest' } : { kind: 'around', key };
}

function pageWanted(thread: ThreadWindow, before: number, after: number): PageRequest | undefined {
  if (thread.moreBefore && thread.oldest !== undefined && before < NEAR_THE_END)
    return { kind: 'older', before: thread.oldest };
  if (thread.moreAfter && thread.newest !== undefined && after < NEAR_THE_END)
    return { kind: 'newer', after: thread.newest };
  return undefined;
}

export function load(model: Model, page: PageRequest): Step {
  const { filter } = model.thread;
  if (filter === undefined) return step(withThread(model, { loading: page.kind }), { type: 'load', page });
  const isFresh = page.kind !== 'older' && page.kind !== 'newer';
  const asked = { ...filter, stale: filter.stale && !isFresh };
  return step(withThread(model, { loading: page.kind, filter: asked }), { type: 'load', page, query: filter.query });
}

const filterOf = ({ filter }: ThreadWindow): Pick<ThreadWindow, 'filter'> => (filter === undefined ? {} : { filter });

export const withThread = (model: Model, change: Partial<ThreadWindow>): Model => ({
  ...model,
  thread: { ...model.thread, ...change },
});

const same = (a: ThreadWindow['list'], b: ThreadWindow['list']): boolean =>
  a.cursor === b.cursor &&
  a.follow === b.follow &&
  a.tail === b.tail &&
  a.seen === b.seen &&
  a.top.index === b.top.index &&
  a.top.row === b.top.row;
