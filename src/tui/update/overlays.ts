// The overlays that any place can open: palette, search, help, texts and questions; and the text fields in them.

import type { ThreadEntry } from '../../core/thread.ts';
import { helpRows } from '../keys/help-rows.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import type { PaletteMatch, TextDialog } from '../model/overlay-model.ts';
import { overlayOf, topOverlay } from '../model/select.ts';
import type { Row } from '../preview/frame.ts';
import { inner, overlayRect, searchRect } from '../rows/geometry.ts';
import { laidOut } from '../rows/preview-layout.ts';
import { exactRows, proseRows } from '../rows/rows.ts';
import { createEditor, type EditorState, editorKey, insert } from '../terminal/editor.ts';
import { createList, moveCursor, movePage } from '../terminal/virtual-list.ts';
import { setSought } from './output-find.ts';
import { pairField, pasteInPair, setPairField } from './pairing.ts';
import { paletteItems } from './palette-items.ts';
import { DEAF_MS } from './reading.ts';
import { limit } from './runs.ts';
import { nextRequest, patch, pop, push, type Step, say, step } from './step.ts';
import { load, selectKey } from './thread.ts';

const SEARCH_LIMIT = 100;

// ---- palette

export function openPalette(model: Model): Step {
  if (topOverlay(model)?.kind === 'palette') return step(model);
  const items = paletteItems(model);
  const palette = {
    editor: createEditor(),
    items,
    matches: [],
    selected: 0,
    request: -1,
    pending: false,
    entered: false,
  };
  return rank(push(model, { kind: 'palette', ...palette }));
}

/** Without a query everything is shown as it is; ranking is not needed, and its library not loaded. */
function rank(model: Model): Step {
  const palette = overlayOf(model, 'palette');
  if (palette === undefined) return step(model);
  const [next, request] = nextRequest(model);
  const query = palette.editor.text;
  if (query.trim() === '') {
    const matches = palette.items.map((item) => ({ item, positions: [] }));
    return step(patch(next, 'palette', (open) => ({ ...open, matches, selected: 0, request, pending: false })));
  }
  const asked = patch(next, 'palette', (open) => ({ ...open, request, pending: true, entered: false }));
  return step(asked, { type: 'rank', query, items: palette.items, request });
}

/** What Enter takes is never what cannot be done, while something else fits. */
const possibleFirst = (matches: readonly PaletteMatch[]): readonly PaletteMatch[] => [
  ...matches.filter(({ item }) => item.disabled === undefined),
  ...matches.filter(({ item }) => item.disabled !== undefined),
];

export const takeRanked = (model: Model, request: number, matches: readonly PaletteMatch[]): Model =>
  patch(model, 'palette', (open) =>
    open.request === request
      ? { ...open, matches: possibleFirst(matches), selected: 0, pending: false, entered: false }
      : open,
  );

export const movePalette = (model: Model, delta: number): Model =>
  patch(model, 'palette', (open) => ({ ...open, selected: limit(open.selected + delta, open.matches.length - 1) }));

// ---- search

export function startSearch(model: Model, query = ''): Step {
  const opened = push(
    { ...model, search: { query: '', results: [], more: false, state: 'idle', index: -1 } },
    { kind: 'search', editor: createEditor(query), list: createList({ follow: false }), request: -1, entered: false },
  );
  return query.trim() === '' ? step(opened) : ask(opened);
}

function ask(model: Model): Step {
  const overlay = overlayOf(model, 'search');
  if (overlay === undefined) return step(model);
  const query = overlay.editor.text.trim();
  const [next, request] = nextRequest(model);
  const asked = patch(next, 'search', (open) => ({ ...open, request, entered: false }));
  if (query === '') return step({ ...asked, search: { query, results: [], more: false, state: 'idle', index: -1 } });
  if (model.connection.state !== 'connected') {
    const message = 'not connected to the peer';
    return step({ ...asked, search: { ...model.search, query, results: [], more: false, state: 'failed', message } });
  }
  // What was found before stays on the screen until the answer is there.
  const { message: _, ...search } = model.search;
  return step(
    { ...asked, search: { ...search, query, state: 'searching', index: -1 } },
    { type: 'search', query, request },
  );
}

export function takeFound(model: Model, request: number, entries: readonly ThreadEntry[], more: boolean): Step {
  const overlay = overlayOf(model, 'search');
  if (overlay?.request !== request) return step(model);
  const found: Model = {
    ...model,
    search: { ...model.search, results: entries.slice(0, SEARCH_LIMIT), more, state: 'done' },
  };
  const shown = patch(found, 'search', (open) => ({ ...open, list: createList({ follow: false }), entered: false }));
  return overlay.entered && topOverlay(shown)?.kind === 'search' ? showResult(shown) : step(shown);
}

export function searchFailed(model: Model, request: number, { message }: Failure): Model {
  if (overlayOf(model, 'search')?.request !== request) return model;
  return { ...model, search: { ...model.search, results: [], more: false, state: 'failed', message } };
}

export function moveSearch(model: Model, move: 1 | -1, page: boolean): Model {
  const source = { count: model.search.results.length, height: () => 1 };
  const { height } = searchRect(model);
  return patch(model, 'search', (open) => ({
    ...open,
    list: page ? movePage(open.list, source, height, move) : moveCursor(open.list, source, height, move),
  }));
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
  const shown: Model = { ...model, search: { ...model.search, index }, focus: 'thread', pane: 'thread' };
  const isLoaded = model.thread.entries.some(({ key }) => key === entry.key);
  if (isLoaded) return step(selectKey(shown, entry.key));
  if (model.connection.state !== 'connected')
    return say(shown, 'warning', 'not connected: that part of the thread is not here');
  return load(shown, { kind: 'around', key: entry.key });
}

// ---- text, help, questions

export const showText = (
  model: Model,
  title: string,
  text: string,
  read: Pick<TextDialog, 'of' | 'document'> = {},
): Model =>
  push(model, {
    kind: 'text',
    title,
    text,
    scroll: 0,
    loading: false,
    footnote: undefined,
    request: undefined,
    ...read,
  });

export const openHelp = (model: Model): Model =>
  topOverlay(model)?.kind === 'help' ? model : push(model, { kind: 'help', scroll: 0 });

/** The rows of a text overlay: what it says, and then that there is more. */
export function textRows(dialog: TextDialog, width: number): readonly Row[] {
  const { document, text, exact, footnote } = dialog;
  const rows =
    document === undefined
      ? (exact === true ? exactRows(text, width) : proseRows(text, width)).map((row): Row => [[row, 'text']])
      : laidOut(document, { width, height: 1, tier: 'mono', ascii: false });
  if (footnote === undefined) return rows;
  return [...rows, [], ...proseRows(footnote, width).map((row): Row => [[row, 'muted']])];
}

export function scrollText(model: Model, move: (scroll: number, page: number, last: number) => number): Model {
  const top = topOverlay(model);
  if (top?.kind !== 'text' && top?.kind !== 'help') return model;
  const { width, height } = inner(overlayRect(model, top));
  const count = top.kind === 'text' ? textRows(top, width).length : helpRows(model, width).length;
  const last = Math.max(0, count - height);
  const scroll = limit(move(Math.min(top.scroll, last), height, last), last);
  return top.kind === 'text'
    ? patch(model, 'text', (dialog) => ({ ...dialog, scroll }))
    : patch(model, 'help', (dialog) => ({ ...dialog, scroll }));
}

export const askQuit = (model: Model): Model =>
  push(model, { kind: 'confirm', question: { type: 'quit' }, deafUntil: model.clock + DEAF_MS });

export function confirmed(model: Model, held: boolean): Step {
  const top = topOverlay(model);
  if (top?.kind !== 'confirm' || held) return step(model);
  const { question } = top;
  switch (question.type) {
    case 'quit':
      return step(model, { type: 'quit' });
    case 'cancel':
      return step(pop(model), { type: 'cancel', run: question.run });
    case 'cancel-all':
      return step(pop(model), ...question.runs.map((run) => ({ type: 'cancel', run }) as const));
    case 'limits':
      return step(pop(model), { type: 'set-limits', change: question.change, told: question.told });
    case 'remove-rule':
      return step(pop(model), { type: 'remove-rule', name: question.name });
    case 'edit-file':
      return step(pop(model), { type: 'edit-file', file: question.file });
    case 'write-file':
      return step(pop(model), { type: 'write-file', file: question.file, text: question.text });
  }
}

// ---- text fields

/** The text field of the overlay on top, if it has one. */
function fieldOf(model: Model): EditorState | undefined {
  const top = topOverlay(model);
  if (top?.kind === 'pair') return pairField(top);
  if (top?.kind === 'proposal' && top.proposal.askedWord === undefined) return undefined;
  return top !== undefined && 'editor' in top ? top.editor : undefined;
}

export function typeInField(model: Model, key: string, text: string | undefined): Step {
  const field = fieldOf(model);
  const editor = field === undefined ? undefined : editorKey(field, key, text, Number.MAX_SAFE_INTEGER);
  // One line: a field has no room for a second.
  return editor === undefined || editor.text.includes('\n') ? step(model) : setField(model, editor);
}

export function pasteInField(model: Model, text: string): Step {
  if (topOverlay(model)?.kind === 'pair') return step(pasteInPair(model, text));
  const field = fieldOf(model);
  return field === undefined ? step(model) : setField(model, insert(field, text.replace(/\s*\n\s*/g, ' ')));
}

function setField(model: Model, editor: EditorState): Step {
  const top = topOverlay(model);
  const changed = fieldOf(model)?.text !== editor.text;
  if (top?.kind === 'palette') {
    const next = patch(model, 'palette', (open) => ({ ...open, editor }));
    return changed ? rank(next) : step(next);
  }
  if (top?.kind === 'search') {
    const next = patch(model, 'search', (open) => ({ ...open, editor }));
    return changed ? ask(next) : step(next);
  }
  if (top?.kind === 'recall')
    return step(patch(model, 'recall', (open) => ({ ...open, editor, selected: changed ? 0 : open.selected })));
  if (top?.kind === 'seek') return step(setSought(model, editor));
  if (top?.kind === 'pair') return step(setPairField(model, editor));
  for (const kind of ['reason', 'save', 'rename', 'revoke', 'proposal', 'folder', 'check', 'find'] as const) {
    if (top?.kind === kind) return step(patch(model, kind, (open) => ({ ...open, editor, notice: undefined })));
  }
  return step(model);
}
