// The search over the whole thread: it asks as one types, has more come as one goes down, and shows a result in the thread. What comes
// for an older query is let go.

import type { EntryKey } from '../../core/ids.ts';
import { readQuery } from '../../core/search/query.ts';
import type { ThreadEntry } from '../../core/thread.ts';
import type { Failure } from '../model/messages.ts';
import type { Model, SearchState } from '../model/model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import { searchRect } from '../rows/geometry.ts';
import { createEditor } from '../terminal/editor.ts';
import { createList, moveCursor, movePage } from '../terminal/virtual-list.ts';
import { nextRequest, patch, pop, push, type Step, say, step } from './step.ts';
import { load, selectKey } from './thread.ts';
import { clearFilter, passesFilter } from './thread-filter.ts';

/** Nobody goes down further, row by row. */
const MOST_RESULTS = 5000;

const NOTHING: SearchState = { query: '', results: [], next: undefined, paging: false, state: 'idle', index: -1 };

export function startSearch(model: Model, query = ''): Step {
  const opened = push(
    { ...model, search: NOTHING },
    { kind: 'search', editor: createEditor(query), list: createList({ follow: false }), request: -1, entered: false },
  );
  return query.trim() === '' ? step(opened) : askSearch(opened);
}

export function askSearch(model: Model): Step {
  const overlay = overlayOf(model, 'search');
  if (overlay === undefined) return step(model);
  const query = overlay.editor.text.trim();
  const [next, request] = nextRequest(model);
  const asked = patch(next, 'search', (open) => ({ ...open, request, entered: false }));
  const failed = (message: string): Step => step({ ...asked, search: { ...NOTHING, query, state: 'failed', message } });
  if (query === '') return step({ ...asked, search: NOTHING });
  const read = readQuery(query, model.now);
  if (!read.ok) return failed(read.hint === undefined ? read.reason : `${read.reason}: ${read.hint}`);
  if (model.connection.state !== 'connected') return failed('not connected to the peer');
  // What was found before stays on the screen until the answer is there.
  const { message: _, ...search } = model.search;
  const searching: SearchState = { ...search, query, state: 'searching', next: undefined, paging: true, index: -1 };
  return step({ ...asked, search: searching }, { type: 'search', query, request });
}

export interface Found {
  readonly request: number;
  /** Where it was to go on; absent of the first page. */
  readonly before?: EntryKey;
  readonly entries: readonly ThreadEntry[];
  readonly next?: EntryKey;
}

export function takeFound(model: Model, { request, before, entries, next }: Found): Step {
  const overlay = overlayOf(model, 'search');
  if (overlay?.request !== request) return step(model);
  const results = before === undefined ? entries : [...model.search.results, ...entries];
  // One request looks only so far: that nothing was found yet does not mean that there is nothing.
  const state = results.length === 0 && next !== undefined ? 'searching' : 'done';
  const found: Model = { ...model, search: { ...model.search, results, next, paging: false, state } };
  if (before !== undefined && model.search.results.length > 0) return seekMore(found);
  const shown = patch(found, 'search', (open) => ({ ...open, list: createList({ follow: false }) }));
  if (state === 'searching' || !overlay.entered) return seekMore(shown);
  const settled = patch(shown, 'search', (open) => ({ ...open, entered: false }));
  return topOverlay(settled)?.kind === 'search' ? showResult(settled) : step(settled);
}

/** Has the next page come while there are not two screens more below the cursor. */
function seekMore(model: Model): Step {
  const overlay = overlayOf(model, 'search');
  const { query, results, next, paging } = model.search;
  if (overlay === undefined || next === undefined || paging || results.length >= MOST_RESULTS) return step(model);
  if (results.length > overlay.list.cursor + 2 * searchRect(model).height) return step(model);
  return step(
    { ...model, search: { ...model.search, paging: true } },
    { type: 'search', query, before: next, request: overlay.request },
  );
}

export function searchFailed(model: Model, request: number, { message }: Failure): Model {
  if (overlayOf(model, 'search')?.request !== request) return model;
  return { ...model, search: { ...NOTHING, query: model.search.query, state: 'failed', message } };
}

export function moveSearch(model: Model, move: 1 | -1, page: boolean): Step {
  const source = { count: model.search.results.length, height: () => 1 };
  const { height } = searchRect(model);
  return seekMore(
    patch(model, 'search', (open) => ({
      ...open,
      list: page ? movePage(open.list, source, height, move) : moveCursor(open.list, source, height, move),
    })),
  );
}

/** Leaves search and shows the selected result in the thread; what was found for an older query is not meant. */
export function showResult(model: Model): Step {
  const overlay = overlayOf(model, 'search');
  if (model.search.state === 'searching') return step(patch(model, 'search', (open) => ({ ...open, entered: true })));
  if (overlay === undefined || model.search.results.length === 0) return step(model);
  return showIndex(pop(model), overlay.list.cursor);
}

/** n and N: round and round through the results. */
export function nextResult(model: Model, delta: 1 | -1): Step {
  const { results, index } = model.search;
  if (results.length === 0) return step(model);
  const from = index === -1 && delta === -1 ? 0 : index;
  return showIndex(model, (from + delta + results.length) % results.length);
}

function showIndex(model: Model, index: number): Step {
  const entry = model.search.results[index];
  if (entry === undefined) return step(model);
  return showEntry({ ...model, search: { ...model.search, index } }, entry);
}

/** Goes to an entry in the thread, wherever it is. */
export function showEntry(model: Model, entry: ThreadEntry): Step {
  const { key } = entry;
  // What the filter does not show is shown without it.
  const shown: Model = {
    ...(passesFilter(model, entry) ? model : clearFilter(model)),
    focus: 'thread',
    pane: 'thread',
  };
  const isLoaded = shown.thread.entries.some((other) => other.key === key);
  if (isLoaded) return step(selectKey(shown, key));
  if (model.connection.state !== 'connected')
    return say(shown, 'warning', 'not connected: that part of the thread is not here');
  return load(shown, { kind: 'around', key });
}
