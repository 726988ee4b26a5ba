// Looking for a text in the output of a run: over everything of it that is kept, above and below what is shown.

import type { Model } from '../model/model.ts';
import { type OutputView, rowsBelow } from '../model/output-view.ts';
import type { RunDialog } from '../model/overlay-model.ts';
import { overlayOf } from '../model/select.ts';
import { runOutputRect } from '../rows/geometry.ts';
import type { Rect } from '../terminal/cells.ts';
import { createEditor, type EditorState } from '../terminal/editor.ts';
import { patch, pop, push, type Step, say, step } from './step.ts';

/** Opens the field, with what was looked for before. */
export function askWhatToFind(model: Model): Model {
  const dialog = overlayOf(model, 'run');
  if (dialog === undefined) return model;
  const shown = patch(model, 'run', (open) => ({ ...open, section: 'output' as const }));
  return setSought(push(shown, { kind: 'seek', editor: createEditor(), count: 0, notice: undefined }), createEditor());
}

export function setSought(model: Model, editor: EditorState): Model {
  const { output } = overlayOf(model, 'run') ?? {};
  const count = output === undefined ? 0 : findIn(output, editor.text, runOutputRect(model)).length;
  return patch(model, 'seek', (field) => ({ ...field, editor, count, notice: undefined }));
}

/** While what was printed long ago is read, what is found of it grows; of what runs, a key press counts anew. */
export const recount = (model: Model): Model => {
  const field = overlayOf(model, 'seek');
  const state = overlayOf(model, 'run')?.output.state;
  return field === undefined || state === 'live' ? model : setSought(model, field.editor);
};

/** To the newest place where it follows the end, else to the first from what is shown on; without a text to the next of before. */
export function findSought(model: Model): Step {
  const text = overlayOf(model, 'seek')?.editor.text ?? '';
  const dialog = overlayOf(model, 'run');
  if (dialog === undefined) return step(pop(model));
  if (text === '') return dialog.find === undefined ? step(pop(model)) : findNext(pop(model), 1);
  const rect = runOutputRect(model);
  const rows = findIn(dialog.output, text, rect);
  if (rows.length === 0)
    return step(patch(model, 'seek', (field) => ({ ...field, notice: 'it is not in what is kept' })));
  const first = firstShown(dialog, rect);
  const at =
    dialog.anchor === undefined
      ? rows.length - 1
      : Math.max(
          0,
          rows.findIndex((row) => row >= first),
        );
  return step(patch(pop(model), 'run', (open) => goTo({ ...open, find: { text, rows, at } }, rect)));
}

/** Round and round; what has come since is looked through as well. */
export function findNext(model: Model, delta: 1 | -1): Step {
  const dialog = overlayOf(model, 'run');
  if (dialog?.find === undefined) return step(model);
  const { text, rows: before, at: was } = dialog.find;
  const rect = runOutputRect(model);
  const rows = findIn(dialog.output, text, rect);
  if (rows.length === 0) return say(model, 'info', 'it is not in what is kept');
  const from = before[was] ?? 0;
  const at = delta === 1 ? rows.findIndex((row) => row > from) : rows.findLastIndex((row) => row < from);
  const found = at !== -1 ? at : delta === 1 ? 0 : rows.length - 1;
  return step(
    patch(model, 'run', (open) => goTo({ ...open, section: 'output', find: { text, rows, at: found } }, rect)),
  );
}

export const forgetFound = (model: Model): Model => patch(model, 'run', ({ find: _, ...dialog }) => dialog);

export const follow = (model: Model): Model =>
  patch(model, 'run', (dialog) => ({ ...dialog, section: 'output', anchor: undefined }));

const findIn = ({ port }: OutputView, text: string, { width }: Rect): readonly number[] =>
  port?.find(text, width) ?? [];

function firstShown({ output, anchor }: RunDialog, rect: Rect): number {
  const { width, height } = rect;
  return (output.port?.behind(width, height) ?? 0) - rowsBelow(output, anchor, rect) - height;
}

/** What is on the screen already is left where it is; else it comes a third from the top. It holds on either way: nothing moves it. */
function goTo(dialog: RunDialog, rect: Rect): RunDialog {
  const { output, find } = dialog;
  const { width, height } = rect;
  const row = find?.rows[find.at];
  if (row === undefined || output.port === undefined) return dialog;
  const behind = output.port.behind(width, height);
  const first = firstShown(dialog, rect);
  const top = row >= first && row < first + height ? first : row - Math.floor(height / 3);
  const least = behind - output.port.rows(width, height);
  return { ...dialog, anchor: Math.min(behind, Math.max(least, top) + height) };
}
