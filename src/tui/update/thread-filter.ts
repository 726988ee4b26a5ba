// The filter of the thread: only what a query finds is shown. The peer finds what was; what comes is held against the query here, and
// where only the peer can tell, it is asked again. The whole thread is kept aside meanwhile, as it would be.

import type { Run } from '../../core/runs.ts';
import { isFoundBy, type SearchTerms } from '../../core/search/found-by.ts';
import { isEmpty, readQuery, resolveQuery } from '../../core/search/query.ts';
import { entryId, type ThreadEntry } from '../../core/thread.ts';
import { membersOf, placeOf, withMember } from '../model/groups.ts';
import { emptyThread, type Model, type ShownEntry, type ThreadFilter, type ThreadWindow } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import { NOT_CONNECTED } from './composer-text.ts';
import { remove, type Step, say, step } from './step.ts';
import { load, replaceEntries, upsertEntry, withThread } from './thread.ts';

/** Shows only what the query finds; nothing typed: everything again. */
export function filterBy(model: Model, typed: string): Step {
  const query = typed.trim();
  if (query === '') return step(clearFilter(focused(model)));
  const read = termsOf(model, query);
  if (!read.ok) return say(model, 'warning', read.hint === undefined ? read.reason : `${read.reason}: ${read.hint}`);
  if (isEmpty(read.terms)) return say(model, 'warning', `"${query}" asks for nothing`);
  if (model.connection.state !== 'connected') return say(model, 'warning', NOT_CONNECTED);
  const whole = clearFilter(focused(model));
  const filter: ThreadFilter = { query, aside: { ...whole.thread, loading: undefined }, stale: false };
  return load({ ...whole, thread: { ...emptyThread(), filter } }, { kind: 'newest' });
}

/** What is typed in the search becomes the filter. */
export function keepSearch(model: Model): Step {
  const query = overlayOf(model, 'search')?.editor.text ?? '';
  if (query.trim() === '') return say(model, 'info', 'type first what to look for');
  const kept = filterBy(model, query);
  return kept.model.thread.filter === undefined
    ? kept
    : { ...kept, model: remove(kept.model, ({ kind }) => kind === 'search') };
}

/** Shows the whole thread again, where it was. */
export function clearFilter(model: Model): Model {
  const { filter } = model.thread;
  return filter === undefined ? model : { ...model, thread: filter.aside };
}

const focused = (model: Model): Model => ({ ...model, focus: 'thread', pane: 'thread' });

type Terms = { readonly ok: true; readonly terms: SearchTerms } | { readonly ok: false; reason: string; hint?: string };

function termsOf(model: Model, query: string): Terms {
  const read = readQuery(query, model.now);
  return read.ok ? resolveQuery(read.query, model) : read;
}

/** Whether what the thread shows now is to show this entry too. */
export function passesFilter(model: Model, entry: ThreadEntry): boolean {
  const { filter } = model.thread;
  if (filter === undefined) return true;
  const read = termsOf(model, filter.query);
  return read.ok && isFoundBy(entry, read.terms);
}

/** An entry as it is now, in the thread and in what is shown of it. */
export function takeEntryNow(model: Model, entry: ThreadEntry): Model {
  const { filter } = model.thread;
  if (filter === undefined) return upsertEntry(model, entry);
  const kept = withAside(model, filter, (whole) => upsertEntry(whole, entry));
  if (passesFilter(model, entry)) return upsertEntry(mayMiss(model) ? askedAgain(kept) : kept, entry);
  // A part of what is shown, such as the request of a run, is shown with it.
  if (entry.kind !== 'run' && placeOf(model.thread.entries, entry) !== -1) return upsertEntry(kept, entry);
  return entry.kind === 'run' ? kept : without(kept, (shown) => entryId(shown) === entryId(entry));
}

/** What comes before the page does that was asked for may be missing from it. */
const mayMiss = ({ thread: { loading } }: Model): boolean =>
  loading === 'newest' || loading === 'oldest' || loading === 'around';

/** A run as it is now, in every entry that shows it; one that is no longer found goes, one that is found now comes. */
export function takeRunNow(model: Model, run: Run): Model {
  const now = (entry: ShownEntry): ShownEntry => (isOf(entry, run) ? withMember(entry, run) : entry);
  const { filter } = model.thread;
  const known = replaceEntries(model, now);
  if (filter === undefined) return known;
  const kept = withAside(known, filter, (whole) => replaceEntries(whole, now));
  const isShown = kept.thread.entries.some((entry) => isOf(entry, run));
  return isShown ? without(kept, (entry) => isOf(entry, run) && !isFound(kept, entry)) : kept;
}

/** A run that changed with something else, and whose place is not told: if it may be found now, the peer is asked where. */
export function lookForRun(model: Model, run: Run): Model {
  if (model.thread.filter === undefined || model.thread.entries.some((entry) => isOf(entry, run))) return model;
  return passesAnywhere(model, run) ? askedAgain(model) : model;
}

const isOf = (entry: ShownEntry, { id }: Run): boolean => membersOf(entry).some((member) => member.id === id);

const isFound = (model: Model, entry: ShownEntry): boolean =>
  membersOf(entry).some((run) => passesFilter(model, { key: entry.key, kind: 'run', run }));

/** When it began is not looked at, so that this errs on the side of asking. */
function passesAnywhere(model: Model, run: Run): boolean {
  const read = termsOf(model, model.thread.filter?.query ?? '');
  return read.ok && isFoundBy({ key: '', kind: 'run', run }, { words: read.terms.words, marks: read.terms.marks });
}

function withAside(model: Model, filter: ThreadFilter, change: (whole: Model) => Model): Model {
  const aside = change({ ...model, thread: filter.aside }).thread;
  return withThread(model, { filter: { ...filter, aside } });
}

/** What is shown of a filtered thread is to be asked for again. */
export function askedAgain(model: Model): Model {
  const { filter } = model.thread;
  return filter === undefined ? model : withThread(model, { filter: { ...filter, stale: true } });
}

function without(model: Model, goes: (entry: ShownEntry) => boolean): Model {
  const { entries, list } = model.thread;
  const at = entries.findIndex(goes);
  if (at === -1) return model;
  const { cursor, top, seen } = list;
  return withThread(model, {
    entries: entries.toSpliced(at, 1),
    list: {
      ...list,
      cursor: at < cursor ? cursor - 1 : cursor,
      top: at < top.index ? { ...top, index: top.index - 1 } : top,
      seen: at < seen ? seen - 1 : seen,
    },
  });
}

/** The thread after a snapshot: what is shown of it is asked for again. */
export function filteredAgain(thread: ThreadWindow, aside: ThreadWindow): ThreadWindow {
  const { filter } = thread;
  return filter === undefined ? aside : { ...thread, loading: undefined, filter: { ...filter, aside, stale: true } };
}
