// What is typed, in the editor of the person: C-x C-e. It comes back as text that is not sent yet, and undo brings back what stood there.

import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { setText } from '../terminal/editor.ts';
import { edited } from './composer-text.ts';
import { focusPane } from './panes.ts';
import { type Step, step, toast } from './step.ts';

export const startChord = (model: Model): Model => withChord(model, true);

/** Whatever the next key was: the one after it is a key of its own. */
export const endChord = (model: Model): Model => (model.composer.chord ? withChord(model, false) : model);

const withChord = (model: Model, chord: boolean): Model => ({ ...model, composer: { ...model.composer, chord } });

export const writeOutside = (model: Model): Step =>
  step(focusPane(model, 'composer'), { type: 'edit-text', text: model.composer.editor.text });

/** Undefined if the editor was left without saving. Editors end a file with a newline, tasks do not. */
export function textEdited(model: Model, text: string | undefined, failure?: Failure): Model {
  if (failure !== undefined) return toast(model, 'error', failure.message);
  if (text === undefined) return toast(model, 'info', 'the editor was left without saving: the text is as it was');
  return edited(model, setText(model.composer.editor, text.replace(/\n$/, '')));
}
