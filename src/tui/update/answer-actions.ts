// What the keys of the dialogs do in which a request is answered: one entry a binding, and nothing else.

import type { ANSWER_KEYS } from '../keys/answer-keys.ts';
import type { Action } from './action.ts';
import * as approvals from './approvals.ts';
import * as assents from './assents.ts';
import { close } from './device-actions.ts';
import * as editing from './editing.ts';
import { step } from './step.ts';

export const ANSWER_ACTIONS: Readonly<Record<(typeof ANSWER_KEYS)[number]['id'], Action>> = {
  'approval.approve': (model, press) => approvals.answer(model, { decision: 'approve' }, press),
  'approval.for-run': (model, press) => assents.askTerm(model, press),
  'approval.always': (model, press) => assents.askRule(model, press),
  'approval.alike': (model, press) => assents.askAlike(model, press),
  'approval.edit': (model, press) => editing.askEdit(model, press),
  'approval.reject': (model, press) => approvals.answer(model, { decision: 'reject' }, press),
  'approval.reject-reason': (model, press) => approvals.askReason(model, press),
  'approval.full': (model) => approvals.showFullText(model),
  'approval.picture': (model, { held, burst }) => (held || burst ? step(model) : approvals.openPicture(model)),
  'approval.leave': close,
  'term.longer': (model) => step(assents.chooseTerm(model, 1)),
  'term.shorter': (model) => step(assents.chooseTerm(model, -1)),
  'assent.yes': (model, press) => assents.assent(model, press),
  'assent.leave': (model) => assents.leaveAssent(model),
  'edit.send': (model) => editing.sendEdit(model),
  'edit.newline': (model) => step(editing.newlineInEdit(model)),
  'edit.chord': (model) => step(editing.startChord(model)),
  'edit.outside': (model) => editing.editOutside(model),
  'edit.close': close,
  'reason.send': (model) => approvals.rejectWithReason(model),
  'reason.close': close,
};
