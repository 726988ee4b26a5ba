// Where input goes: to the attached run, to a dialog, to a text field, or to a key of the keymap. A paste is text wherever
// text can be typed and nothing anywhere else: it never presses a key.

import { keyLabel } from '../keys/keymap.ts';
import type { RunInput } from '../model/effects.ts';
import { type Model, PANES } from '../model/model.ts';
import type { AttachDialog } from '../model/overlay-model.ts';
import { findRun, topOverlay } from '../model/select.ts';
import { editRect, insideRect, layoutOf, overlayRect } from '../rows/geometry.ts';
import { backgroundFromReply } from '../terminal/detect-theme.ts';
import type { InputEvent } from '../terminal/input.ts';
import type { MouseInput } from '../terminal/input-event.ts';
import { whyNotSent } from '../words/presence.ts';
import { press } from './actions.ts';
import * as composer from './composer.ts';
import { endChord } from './edit-text.ts';
import { pasteInEdit, typeInEdit } from './editing.ts';
import { pasteInField, typeInField } from './overlays.ts';
import { click, focusPane, move } from './panes.ts';
import { ALONE_MS, ignoredWhileDeaf, notice, REPEAT_MS } from './reading.ts';
import { detach, scrollAttached } from './runs.ts';
import { patch, type Step, step } from './step.ts';

const WHEEL_ROWS = 3;
const NO_PASTE = 'a paste does not answer: press a key';

export function takeInput(model: Model, event: InputEvent, raw: Uint8Array, burst: boolean): Step {
  switch (event.type) {
    case 'key':
      return takeKey(model, event, raw, burst);
    case 'paste':
      return takePaste(model, event.text);
    case 'mouse':
      return takeMouse(model, event);
    case 'reply': {
      const background = event.kind === 'other' ? undefined : backgroundFromReply(event.value);
      return step(background === undefined ? model : { ...model, settings: { ...model.settings, background } });
    }
    case 'focus':
      return step({ ...model, unfocused: !event.focused });
  }
}

function takeKey(before: Model, event: Extract<InputEvent, { type: 'key' }>, raw: Uint8Array, together: boolean): Step {
  const done = pressKey(before, event, raw, together);
  return before.composer.chord ? { ...done, model: endChord(done.model) } : done;
}

function pressKey(
  before: Model,
  event: Extract<InputEvent, { type: 'key' }>,
  raw: Uint8Array,
  together: boolean,
): Step {
  const { key, text } = event;
  const { lastKey, clock } = before;
  const held = lastKey !== undefined && lastKey.key === key && clock - lastKey.at < REPEAT_MS;
  const burst = together || (lastKey !== undefined && clock - lastKey.at < ALONE_MS);
  // What was looked for before is not to come between keys.
  let model: Model = { ...before, lastKey: { key, at: clock }, jump: undefined };
  const top = topOverlay(model);
  if (top?.kind === 'attach') return takeAttachedKey(model, key, raw);
  if (key === 'escape' && model.toasts.length > 0) model = { ...model, toasts: [] };
  // What leaves everything as it is may come at any time.
  if (key !== 'C-c' && key !== 'escape') {
    const deaf = ignoredWhileDeaf(model);
    if (deaf !== undefined) return step(deaf);
  }
  const done = press(model, { key, held, burst });
  if (done !== undefined) return done;
  if (top === undefined) return step(model.focus === 'composer' ? composer.typeKey(model, key, text) : model);
  if (top.kind === 'approval' || top.kind === 'assent')
    return step(notice(model, `${keyLabel(key)} does nothing here`));
  if (top.kind === 'edit') return step(typeInEdit(model, key, text, editRect(model).width));
  return typeInField(model, key, text);
}

/** Every key but a few goes to the run; when that is over, what was still meant for it does nothing. */
function takeAttachedKey(model: Model, key: string, raw: Uint8Array): Step {
  const top = topOverlay(model);
  if (top?.kind !== 'attach') return step(model);
  if (top.phase === 'ended' || top.phase === 'failed') {
    const done = press(model, { key, held: false, burst: false });
    if (done !== undefined) return done;
    if (model.clock < top.deafUntil)
      return step(patch(model, 'attach', (dialog) => ({ ...dialog, deafUntil: model.clock + REPEAT_MS })));
    return key === 'enter' || key === 'escape' ? detach(model) : step(model);
  }
  const done = press(model, { key, held: false, burst: false });
  if (done !== undefined) return done;
  if (top.phase !== 'open') return step(model);
  return sendTyped(model, top, { kind: 'key', key, raw });
}

/** To the run, if it can be reached; what was typed in vain is never sent later. */
function sendTyped(model: Model, { run: id, sends, unsentSince }: AttachDialog, input: RunInput): Step {
  const run = findRun(model, id);
  const blocked = !sends || (run !== undefined && whyNotSent(model, run) !== undefined);
  const since = blocked ? (unsentSince ?? model.now) : undefined;
  const after = patch(model, 'attach', (dialog) =>
    dialog.anchor === undefined && dialog.unsentSince === since
      ? dialog
      : { ...dialog, anchor: undefined, unsentSince: since },
  );
  return blocked ? step(after) : step(after, { type: 'input', run: id, input });
}

function takePaste(before: Model, text: string): Step {
  const model: Model = { ...before, lastKey: { key: 'paste', at: before.clock }, jump: undefined };
  if (model.clock < model.deafUntil) return step(ignoredWhileDeaf(model) ?? model);
  const top = topOverlay(model);
  if (top === undefined) return step(composer.paste(focusPane(model, 'composer'), text));
  if (top.kind === 'attach') {
    return top.phase === 'open' ? sendTyped(model, top, { kind: 'paste', text }) : step(model);
  }
  if (top.kind === 'approval' || top.kind === 'assent') return step(notice(model, NO_PASTE));
  if (top.kind === 'edit') return step(pasteInEdit(model, text));
  if (top.kind === 'proposal') return step(patch(model, 'proposal', (open) => ({ ...open, notice: NO_PASTE })));
  return pasteInField(model, text);
}

function takeMouse(model: Model, event: MouseInput): Step {
  const wheel = event.action === 'wheelup' ? -1 : event.action === 'wheeldown' ? 1 : 0;
  const top = topOverlay(model);
  if (top !== undefined) {
    if (wheel === 0 || !insideRect(overlayRect(model, top), event)) return step(model);
    if (top.kind === 'attach') return step(scrollAttached(model, wheel === 1 ? 1 : -1));
    const key = wheel === 1 ? 'down' : 'up';
    if (ignoredWhileDeaf(model) !== undefined) return step(model);
    return press(model, { key, held: false, burst: false }) ?? step(model);
  }
  const { panes, composer: text } = layoutOf(model);
  const pane = PANES.find((id) => panes[id] !== undefined && insideRect(panes[id], event));
  if (pane !== undefined && wheel !== 0) return move(model, pane, { kind: 'rows', delta: wheel * WHEEL_ROWS });
  if (event.action !== 'down' || event.button !== 'left') return step(model);
  if (insideRect(text, event)) return step(focusPane(model, 'composer'));
  return pane === undefined ? step(model) : click(model, pane, event.y);
}
