// The overlays that any place can open: palette, help, texts and questions; and the text fields in them.

import { helpRows } from '../keys/help-rows.ts';
import type { Model } from '../model/model.ts';
import type { PaletteMatch, TextDialog } from '../model/overlay-model.ts';
import { findRun, overlayOf, topOverlay } from '../model/select.ts';
import type { Row } from '../preview/frame.ts';
import { inner, overlayRect } from '../rows/geometry.ts';
import { laidOut } from '../rows/preview-layout.ts';
import { exactRows, proseRows } from '../rows/rows.ts';
import { createEditor, type EditorState, editorKey, insert } from '../terminal/editor.ts';
import { setSought } from './output-find.ts';
import { pairField, pasteInPair, setPairField } from './pairing.ts';
import { paletteItems } from './palette-items.ts';
import { limit, retry } from './runs.ts';
import { askSearch } from './search.ts';
import { andThen, nextRequest, patch, pop, push, type Step, step } from './step.ts';

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
  push(model, { kind: 'confirm', question: { type: 'quit' }, deafUntil: model.clock });

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
    case 'retry-all':
      return question.runs.reduce(
        (done, id) => {
          const run = findRun(done.model, id);
          return run === undefined ? done : andThen(done, (next) => retry(next, run));
        },
        step(pop(model)),
      );
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
    return changed ? askSearch(next) : step(next);
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
