// The composer: typing, history, completion and sending. A text is never lost: what could not be sent comes back, with the id
// that it was given, so that sending it again submits it once.

import { isCommand, parseCommand } from '../keys/commands.ts';
import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { composerWidth, runOutputRect, ttySize } from '../rows/geometry.ts';
import { createEditor, editorKey, insert, moveDown, moveTextEnd, moveUp, newline } from '../terminal/editor.ts';
import { addToHistory, recallNewer, recallOlder } from '../terminal/history.ts';
import { leftOutWords } from '../words/left-out.ts';
import { complete } from './completion.ts';
import { edited, NOT_CONNECTED } from './composer-text.ts';
import { startEdit } from './file-edit.ts';
import { refreshHint } from './hint.ts';
import { move } from './panes.ts';
import { completePlace } from './place-completion.ts';
import { runCommand } from './run-command.ts';
import { andThen, type Step, say, step, toast } from './step.ts';
import { MOST_WAITING } from './waiting.ts';

export function typeKey(model: Model, key: string, text: string | undefined): Model {
  const editor = editorKey(model.composer.editor, key, text, composerWidth(model));
  return editor === undefined ? model : edited(model, editor);
}

/** Pasted text goes in whole; its newlines are lines of the text, never a key. */
export const paste = (model: Model, text: string): Model => edited(model, insert(model.composer.editor, text));

export const startNewline = (model: Model): Model => edited(model, newline(model.composer.editor));

export function older(model: Model): Model {
  const { editor, history } = model.composer;
  const up = moveUp(editor, composerWidth(model));
  if (up !== undefined) return edited(model, up);
  const recalled = recallOlder(history, editor.text);
  if (recalled === undefined) return model;
  return edited(model, moveTextEnd(createEditor(recalled.text)), { history: recalled.history });
}

export function newer(model: Model): Model {
  const { editor, history } = model.composer;
  const down = moveDown(editor, composerWidth(model));
  if (down !== undefined) return edited(model, down);
  const recalled = recallNewer(history, editor.text);
  if (recalled === undefined) return model;
  return edited(model, moveTextEnd(createEditor(recalled.text)), { history: recalled.history });
}

/** Undefined if there is nothing to complete. */
export function completeText(model: Model): Step | undefined {
  const done = complete(model);
  if (done !== undefined) return step(edited(model, done.editor, { completion: done.completion }));
  const asked = completePlace(model);
  return asked === undefined ? undefined : andThen(asked, (next) => step(refreshHint(next)));
}

/** Empties the text; it can be recalled. */
export function clear(model: Model): Model {
  const { editor, history } = model.composer;
  return edited(model, createEditor(), { history: addToHistory(history, editor.text), failed: undefined });
}

export function send(model: Model): Step {
  const { text } = model.composer.editor;
  if (text.trim() === '') return step(model);
  const { hint } = model.composer;
  if (hint.kind === 'refused') return say(model, 'warning', withHint(hint.reason, hint.hint));
  if (isCommand(text)) {
    const command = parseCommand(text);
    if (!command.ok) return say(model, 'warning', withHint(command.reason, command.hint));
    if (command.name === 'say' || command.name === 'note') return sendMessage(model, command.argument);
    return runCommand(taken(model), command);
  }
  const edits = hint.kind === 'route' && hint.answer.edit !== undefined;
  if (edits && model.connection.state !== 'connected') return say(model, 'warning', NOT_CONNECTED);
  if (hint.kind === 'route' && hint.answer.edit !== undefined && hint.answer.device !== undefined) {
    const { device, edit } = hint.answer;
    return andThen(step(taken(model), { type: 'remember', line: text }), (next) =>
      startEdit(next, device.id, edit.path),
    );
  }
  const { failed } = model.composer;
  const id = failed?.text === text ? { id: failed.id } : {};
  const tty = ttySize(runOutputRect(model));
  // What is typed later is not sent earlier.
  const waits = model.composer.waiting.filter(({ state }) => state !== 'held').length;
  if (model.connection.state !== 'connected' || waits > 0) {
    if (waits >= MOST_WAITING) return say(model, 'warning', `${waits} tasks wait to be sent already: the text is kept`);
    return step(taken(model), { type: 'let-wait', text, tty, ...id }, { type: 'remember', line: text });
  }
  const leftOut = hint.kind === 'route' ? (hint.leftOut ?? []) : [];
  const after = leftOut.length === 0 ? taken(model) : toast(taken(model), 'warning', leftOutWords(leftOut));
  const sending = { ...after, composer: { ...after.composer, sending: after.composer.sending + 1 } };
  return andThen(step(sending, { type: 'submit', text, tty, ...id }, { type: 'remember', line: text }), toTheEnd);
}

function sendMessage(model: Model, text: string): Step {
  if (model.connection.state !== 'connected') return say(model, 'warning', NOT_CONNECTED);
  const line = model.composer.editor.text;
  return andThen(step(taken(model), { type: 'say', text }, { type: 'remember', line }), toTheEnd);
}

/** To see what comes of what was sent. */
const toTheEnd = (model: Model): Step => move(model, 'thread', { kind: 'last' });

/** The text is on its way: a clean line. */
function taken(model: Model): Model {
  const { editor, history } = model.composer;
  return edited(model, createEditor(), { history: addToHistory(history, editor.text), failed: undefined });
}

export function submitted(model: Model): Model {
  const { composer } = model;
  return { ...model, composer: { ...composer, sending: Math.max(0, composer.sending - 1) } };
}

export function submitFailed(model: Model, id: string, text: string, failure: Failure): Model {
  const { composer } = model;
  const sending = Math.max(0, composer.sending - 1);
  const failed = { id, text, message: failure.message };
  const back = composer.editor.text.trim() === '';
  const next = back ? edited(model, createEditor(text)) : model;
  const kept = { ...next, composer: { ...next.composer, sending, failed } };
  const where = back ? 'the text is kept' : '↑ brings the text back';
  return toast(kept, 'error', `not sent: ${failure.message} (${where})`);
}

const withHint = (reason: string, hint: string | undefined): string =>
  hint === undefined ? reason : `${reason}: ${hint}`;
