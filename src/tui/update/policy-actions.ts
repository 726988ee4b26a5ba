// What the keys of the pages do that are about what is allowed: one entry a binding, and nothing else.

import type { POLICY_KEYS } from '../keys/policy-keys.ts';
import type { Action } from './action.ts';
import { verifyAudit } from './audit.ts';
import { close } from './device-actions.ts';
import * as limits from './limits.ts';
import * as policy from './policy.ts';
import { step } from './step.ts';

const PAGE = 10;

const moving =
  (move: (at: number, last: number) => number): Action =>
  (model) =>
    step(policy.movePolicy(model, move));

export const POLICY_ACTIONS: Readonly<Record<(typeof POLICY_KEYS)[number]['id'], Action>> = {
  'policy.open': (model) => policy.openPolicy(model),
  'audit.verify': (model) => verifyAudit(model),
  'limits.change': (model) => limits.changeLimit(model),
  'limits.next': (model) => step(limits.moveLimit(model, 1)),
  'limits.previous': (model) => step(limits.moveLimit(model, -1)),
  'limits.add': (model) => step(limits.askFolder(model)),
  'limits.policy': (model) => policy.openPolicy(model),
  'access.choose': (model) => limits.chooseAccess(model),
  'access.down': (model) => step(limits.moveAccess(model, 1)),
  'access.up': (model) => step(limits.moveAccess(model, -1)),
  'access.close': close,
  'folder.send': (model) => limits.sendFolder(model),
  'folder.close': close,
  'policy.down': moving((at) => at + 1),
  'policy.up': moving((at) => at - 1),
  'policy.page-down': moving((at) => at + PAGE),
  'policy.page-up': moving((at) => at - PAGE),
  'policy.first': moving(() => 0),
  'policy.last': moving((_at, last) => last),
  'policy.check': (model) => step(policy.openCheck(model)),
  'policy.remove': (model) => step(policy.askRemove(model)),
  'policy.close': close,
  'check.send': (model) => policy.sendCheck(model),
  'check.close': close,
};
