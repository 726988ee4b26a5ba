// Going to an entry that may be anywhere in the thread: the next one of a kind, or one that is named. The peer looks for it.

import type { JUMP_KEYS } from '../keys/jump-keys.ts';
import type { EntryFound, EntrySought } from '../model/jumps.ts';
import type { Model } from '../model/model.ts';
import { findRunByRef } from '../model/select.ts';
import type { Action } from './action.ts';
import { openRun } from './runs.ts';
import { showEntry } from './search.ts';
import { nextRequest, type Step, say, step } from './step.ts';

/** From the selected entry on: `next` is newer. */
const jumping =
  (query: string, what: string, to: 'next' | 'previous'): Action =>
  (model) => {
    const { entries, list } = model.thread;
    const key = entries[list.cursor]?.key;
    if (key === undefined) return say(model, 'info', 'the thread is empty');
    const from = to === 'next' ? { after: key } : { before: key };
    const missing = `nothing ${to === 'next' ? 'newer' : 'older'} ${what}`;
    return seekEntry(model, { query, from, missing });
  };

export const JUMP_ACTIONS: Readonly<Record<(typeof JUMP_KEYS)[number]['id'], Action>> = {
  'jump.next-failed': jumping('is:failed', 'failed', 'next'),
  'jump.previous-failed': jumping('is:failed', 'failed', 'previous'),
  'jump.next-waiting': jumping('is:waiting', 'waits for a person', 'next'),
  'jump.previous-waiting': jumping('is:waiting', 'waits for a person', 'previous'),
  'jump.next-mine': jumping('by:me', 'is yours', 'next'),
  'jump.previous-mine': jumping('by:me', 'is yours', 'previous'),
};

/** By number or id: a run in its detail, anything else in the thread. */
export function openByRef(model: Model, typed: string): Step {
  const ref = typed.replace(/^#/, '');
  const run = findRunByRef(model, ref);
  if (run !== undefined) return openRun(model, run.id);
  if (model.connection.state !== 'connected') return say(model, 'warning', `not connected: "${ref}" is not in sight`);
  return seekEntry(model, { query: `"${ref}"`, run: ref, missing: `there is no run and no entry "${ref}"` });
}

/** The newest request alone counts: whoever presses on wants no more of the one before. */
function seekEntry(model: Model, sought: Omit<EntrySought, 'request'>): Step {
  const [next, request] = nextRequest(model);
  return step({ ...next, jump: request }, { type: 'seek-entry', ...sought, request });
}

export function takeEntry(model: Model, message: EntryFound): Step {
  if (model.jump !== message.request) return step(model);
  const over: Model = { ...model, jump: undefined };
  if ('run' in message) return openRun(over, message.run);
  return message.entry === undefined ? say(over, 'info', message.missing) : showEntry(over, message.entry);
}
