// Looking for what was typed before: a list that narrows with every key, over the composer. Nothing is sent by it, and until something is
// taken the text of the composer stays as it is.

import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import { createEditor, setText } from '../terminal/editor.ts';
import { searchHistory } from '../terminal/history.ts';
import { edited } from './composer-text.ts';
import { focusPane } from './panes.ts';
import { patch, pop, push } from './step.ts';

export const startRecall = (model: Model): Model =>
  push(model, { kind: 'recall', editor: createEditor(), selected: 0 });

export function moveRecall(model: Model, delta: 1 | -1): Model {
  return patch(model, 'recall', (open) => {
    const last = searchHistory(model.composer.history, open.editor.text).length - 1;
    return { ...open, selected: Math.max(0, Math.min(last, open.selected + delta)) };
  });
}

/** What stood in the composer before comes back with undo. */
export function takeRecall(model: Model): Model {
  const open = overlayOf(model, 'recall');
  const found = open && searchHistory(model.composer.history, open.editor.text)[open.selected];
  if (found === undefined) return model;
  const back = focusPane(pop(model), 'composer');
  return edited(back, setText(back.composer.editor, found));
}
