/** What a rule is proposed for, and what is proposed. */

import type { Refusal } from '../errors.ts';
import type { GateRequest } from './gate.ts';
import type { ActionFacts } from './reading.ts';
import type { RuleBody } from './rules.ts';

export interface ProposeRequest {
  readonly request: GateRequest;
  readonly facts: ActionFacts;
  /** Where the plan works: absolute, links resolved. */
  readonly cwd: string;
  /** True if something of the action is kept from everybody else. */
  readonly masked: boolean;
}

export type Proposal = { readonly ok: true; readonly rule: RuleBody } | Refusal;
