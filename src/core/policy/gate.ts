/**
 * The one place that decides whether an action may run on this device: capability, permission and policy, in this order, the
 * first that says no being final. An approval is what `ask` leads to; it never changes a `deny`.
 */

import type { AccessLevel, Action } from '../actions.ts';
import type { Capabilities, Permissions } from '../devices.ts';
import { DEFAULT_RULES, type Rule, type Verdict } from './rules.ts';

export interface GateAnswer {
  readonly verdict: Verdict;
  /** The rule that decided, if one did. */
  readonly rule?: string;
  /** Which check, and why: phrases for people. */
  readonly because: readonly string[];
}

export interface GateRequest {
  readonly action: Action;
  readonly capabilities: Capabilities;
  readonly permissions: Permissions;
  /** The access that the device will really enforce for this action. */
  readonly enforced: AccessLevel;
  readonly rules?: readonly Rule[];
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };

export function checkGate(request: GateRequest): GateAnswer {
  return checkDevice(request) ?? checkPolicy(request);
}

/** Capability, then permission. */
function checkDevice({ action, capabilities, permissions }: GateRequest): GateAnswer | undefined {
  if (action.kind !== 'shell') return undefined;
  if (!capabilities.shell) {
    return { verdict: 'deny', because: ['capability: this device has no shell that Dispatch can start'] };
  }
  if (!permissions.shell) {
    return {
      verdict: 'deny',
      because: ['permission: the owner of this device does not allow "shell"; it is set in config.toml, [permissions]'],
    };
  }
  return undefined;
}

function checkPolicy({ action, enforced, rules = DEFAULT_RULES }: GateRequest): GateAnswer {
  let answer: GateAnswer | undefined;
  for (const rule of rules) {
    const why = rule.concerns(action, enforced);
    if (why === undefined) continue;
    if (answer === undefined || STRICTNESS[rule.verdict] > STRICTNESS[answer.verdict]) {
      answer = { verdict: rule.verdict, rule: rule.name, because: [`policy: ${why}`] };
    }
  }
  return answer ?? { verdict: 'ask', because: ['policy: no rule allows it, so a person decides'] };
}
