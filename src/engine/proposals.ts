/** The rule that an answer "always" to a request would add: the same while a person looks at it and when the answer comes. */

import type { Action } from '../core/actions.ts';
import type { Proposal } from '../core/policy/proposal.ts';
import { proposeRule } from '../core/policy/propose.ts';
import type { ActionFacts } from '../core/policy/reading.ts';
import type { Run } from '../core/runs.ts';
import { gateRequest, requesterOf } from './checks.ts';
import type { EngineDeps } from './context.ts';

export function proposalFor(
  deps: EngineDeps,
  run: Pick<Run, 'by' | 'origin'>,
  asked: {
    readonly action: Action;
    readonly facts: ActionFacts;
    readonly cwd: string;
    /** True if something of the action is kept out of the log. */
    readonly masked: boolean;
  },
): Proposal {
  const { action, facts, cwd, masked } = asked;
  return proposeRule({ request: gateRequest(deps, action, requesterOf(deps, run)), facts, cwd, masked });
}
