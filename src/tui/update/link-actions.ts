// What the key does that copies how to come back to what is selected: its id is the same for as long as the thread is, on every device.

import { entryId } from '../../core/thread.ts';
import type { LINK_KEYS } from '../keys/link-keys.ts';
import type { Model } from '../model/model.ts';
import { selectedEntry, subjectRun, topOverlay } from '../model/select.ts';
import type { Action } from './action.ts';
import { copied } from './device-actions.ts';
import { say } from './step.ts';

export const LINK_ACTIONS: Readonly<Record<(typeof LINK_KEYS)[number]['id'], Action>> = {
  'selection.link': (model) => {
    const id = idOf(model);
    return id === undefined ? say(model, 'info', 'nothing is selected') : copied(model, `dispatch show ${id}`);
  },
};

function idOf(model: Model): string | undefined {
  const top = topOverlay(model)?.kind;
  if (top === 'run' || top === 'runs' || model.focus === 'runs') return subjectRun(model)?.id;
  if (model.focus === 'approvals') return model.approvals[model.lists.approvals.cursor]?.id;
  const entry = selectedEntry(model);
  return entry === undefined ? undefined : entryId(entry);
}
