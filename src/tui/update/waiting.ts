// Tasks that were typed while the peer was not there. They are sent in their order once it is, one after the other and each once, and every
// one of them is told of. Those that another dashboard left behind wait until a person says so: nothing old is run by surprise.

import type { Failure } from '../model/messages.ts';
import type { Model } from '../model/model.ts';
import { overlayOf } from '../model/select.ts';
import type { Draft, WaitingTask } from '../model/waiting-task.ts';
import { createEditor, setText } from '../terminal/editor.ts';
import { addToHistory } from '../terminal/history.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';
import { edited } from './composer-text.ts';
import { focusPane } from './panes.ts';
import { patch, pop, push, type Step, say, step, toast } from './step.ts';

/** Who types more than that into nothing has not seen that nobody is there. */
export const MOST_WAITING = 50;
const ABOUT = 'waiting';

export function takeWaiting(model: Model, task: WaitingTask): Step {
  const { waiting } = model.composer;
  const next = withWaiting(model, [...waiting, task]);
  const told = `waits to be sent: ${titleOf(task)}; ${waiting.length + 1} in all`;
  return sendNext(toast(next, 'info', told, ABOUT));
}

/** Sends the first one, if the peer is there and none is on its way. */
export function sendNext(model: Model): Step {
  const { waiting } = model.composer;
  if (model.connection.state !== 'connected' || waiting.some(({ state }) => state === 'sending')) return step(model);
  const first = waiting.find(({ state }) => state === 'waiting');
  if (first === undefined) return step(model);
  const { id, text, tty, cwd } = first;
  return step(changed(model, id, 'sending'), { type: 'submit', id, text, tty: { ...tty }, cwd });
}

/** Undefined if it is none of those that waited. */
export function waitingSent(model: Model, id: string | undefined): Step | undefined {
  const task = model.composer.waiting.find((other) => other.id === id);
  if (task === undefined) return undefined;
  const next = without(model, task.id);
  const left = next.composer.waiting.filter(({ state }) => state !== 'held').length;
  const more = left === 0 ? '' : `; ${left} more to send`;
  return sendNext(toast(next, 'success', `sent what waited: ${titleOf(task)}${more}`, ABOUT));
}

/** The same for one that could not be sent: it waits on if only the way was gone, else it is given back. */
export function waitingFailed(model: Model, id: string, { code, message }: Failure): Step | undefined {
  const task = model.composer.waiting.find((other) => other.id === id);
  if (task === undefined) return undefined;
  if (code === 'unavailable' && model.connection.state !== 'connected') return step(changed(model, id, 'waiting'));
  // The peer is there and could not take it: what was typed after it does not wait for that.
  if (code === 'unavailable')
    return sendNext(toast(changed(model, id, 'held'), 'error', `not sent: ${titleOf(task)}: ${message}`));
  const next = without(model, id);
  return sendNext(toast(next, 'error', `not sent: ${titleOf(task)}: ${message} (↑ brings it back)`));
}

/** What was on its way may not have arrived: it is sent again, with its id. */
export const waitAgain = (model: Model): Model =>
  model.composer.waiting.some(({ state }) => state === 'sending')
    ? withWaiting(
        model,
        model.composer.waiting.map((task) => (task.state === 'sending' ? { ...task, state: 'waiting' } : task)),
      )
    : model;

/** What a dashboard before this one left: its text, unless something is typed already, and its tasks. */
export function takeDraft(model: Model, { text, waiting }: Draft): Step {
  const known = new Set(model.composer.waiting.map(({ id }) => id));
  const held = waiting.filter(({ id }) => !known.has(id));
  let next = held.length === 0 ? model : withWaiting(model, [...model.composer.waiting, ...held]);
  if (held.length > 0)
    next = toast(next, 'warning', `${counted(held.length)} not sent last time: nothing runs until you say so`);
  if (text.trim() === '') return step(next);
  const { composer } = next;
  if (composer.editor.text === '')
    return step(toast(edited(next, createEditor(text)), 'info', 'what you were typing is back'));
  const history = addToHistory(composer.history, text);
  return step(
    toast({ ...next, composer: { ...composer, history } }, 'info', '↑ brings back what you were typing last time'),
    { type: 'remember', line: text },
  );
}

const counted = (count: number): string => (count === 1 ? '1 task was' : `${count} tasks were`);

// ---- the list of them

export const openWaiting = (model: Model): Step =>
  model.composer.waiting.length === 0
    ? say(model, 'info', 'nothing waits to be sent')
    : step(push(model, { kind: 'waiting', selected: 0 }));

export const moveWaiting = (model: Model, delta: 1 | -1): Model =>
  patch(model, 'waiting', (open) => {
    const last = model.composer.waiting.length - 1;
    return { ...open, selected: Math.max(0, Math.min(last, open.selected + delta)) };
  });

const selectedTask = (model: Model): WaitingTask | undefined =>
  model.composer.waiting[overlayOf(model, 'waiting')?.selected ?? 0];

/** Says that one of those from before is to be sent. */
export function sendSelected(model: Model): Step {
  const task = selectedTask(model);
  if (task === undefined) return step(model);
  const released = task.state === 'held' ? changed(model, task.id, 'waiting') : model;
  if (released.connection.state !== 'connected')
    return say(released, 'info', 'it is sent as soon as the peer is there');
  return sendNext(released);
}

/** One that is on its way may have arrived: it is no longer this device's to withdraw. */
export function withdraw(model: Model): Step {
  const task = selectedTask(model);
  if (task === undefined) return step(model);
  if (task.state === 'sending') return say(model, 'info', 'it is on its way: cancel its run');
  return say(without(remembered(model, task), task.id), 'info', `not sent: ${titleOf(task)} (↑ brings it back)`);
}

export function takeBack(model: Model): Step {
  const task = selectedTask(model);
  if (task === undefined) return step(model);
  if (task.state === 'sending') return say(model, 'info', 'it is on its way: cancel its run');
  const back = focusPane(pop(without(model, task.id, false)), 'composer');
  return step(edited(back, setText(back.composer.editor, task.text)));
}

const remembered = (model: Model, { text }: WaitingTask): Model => ({
  ...model,
  composer: { ...model.composer, history: addToHistory(model.composer.history, text) },
});

const titleOf = ({ text }: WaitingTask): string => {
  const line = sanitizeLine(text.slice(0, 60));
  return text.length > 60 ? `${line}…` : line;
};

const withWaiting = (model: Model, waiting: readonly WaitingTask[]): Model => ({
  ...model,
  composer: { ...model.composer, waiting },
});

const changed = (model: Model, id: string, state: WaitingTask['state']): Model =>
  withWaiting(
    model,
    model.composer.waiting.map((task) => (task.id === id ? { ...task, state } : task)),
  );

/** The list goes with the last of them. */
function without(model: Model, id: string, closes = true): Model {
  const next = withWaiting(
    model,
    model.composer.waiting.filter((task) => task.id !== id),
  );
  const { length } = next.composer.waiting;
  if (length === 0 && closes) return { ...next, overlays: next.overlays.filter(({ kind }) => kind !== 'waiting') };
  return patch(next, 'waiting', (open) => ({ ...open, selected: Math.max(0, Math.min(open.selected, length - 1)) }));
}
