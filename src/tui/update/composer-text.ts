// The text of the composer is another: its completion goes, and what is said of it is found anew. Whoever changes it does it here.

import type { Composer, Model } from '../model/model.ts';
import type { EditorState } from '../terminal/editor.ts';
import { refreshHint } from './hint.ts';

export const NOT_CONNECTED = 'not connected yet: the text is kept, send it again';

export function edited(model: Model, editor: EditorState, change: Partial<Composer> = {}): Model {
  const { composer } = model;
  const next = { ...model, composer: { ...composer, completion: undefined, ...change, editor } };
  return editor.text === composer.editor.text ? next : refreshHint(next);
}
