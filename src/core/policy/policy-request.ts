/** What the rules are asked, and what they answer. */

import type { AccessLevel } from '../access.ts';
import type { Action } from '../actions.ts';
import type { DeviceId } from '../ids.ts';
import type { ActionFacts } from './reading.ts';
import type { Requester, Rule, Verdict } from './rules.ts';

export interface PolicyRequest {
  readonly action: Action;
  readonly requester: Requester;
  readonly device: {
    readonly id: DeviceId;
    readonly enforces: readonly AccessLevel[];
    /** The highest that its owner allows; absent, it is not known to be the highest of all. */
    readonly maxAccess?: AccessLevel;
    /** Those that runs may reach: absolute, links resolved. */
    readonly folders: readonly string[];
  };
  /** The access that the device would enforce for what was asked. */
  readonly asked: AccessLevel;
  readonly facts: ActionFacts;
  /** The same list each time is faster than a copy of it. Their paths have no `~` left. */
  readonly rules: readonly Rule[];
  readonly mayApprove: (device: DeviceId) => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface PolicyAnswer {
  readonly verdict: Verdict;
  /**
   * The access to be enforced: that which was asked for, or a lower one that a rule wants; `full-access` where a built-in rule lets a
   * harmless command see the machine.
   */
  readonly access: AccessLevel;
  readonly rule?: string;
  readonly because: readonly string[];
  readonly hint?: string;
}
