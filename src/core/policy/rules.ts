/** Rules: each says of an action whether it concerns it, and what is to be done then. The strictest that concerns it decides. */

import type { AccessLevel, Action } from '../actions.ts';
import { harmlessCommand } from './harmless.ts';

export type Verdict = 'allow' | 'ask' | 'deny';

export interface Rule {
  /** Stable and unique: people see it, events record it. */
  readonly name: string;
  readonly verdict: Verdict;
  /** Why the rule concerns the action, as a phrase; undefined if it does not. */
  readonly concerns: (action: Action, enforced: AccessLevel) => string | undefined;
}

export const DEFAULT_RULES: readonly Rule[] = [
  {
    name: 'inline-sandbox',
    verdict: 'allow',
    concerns: (action) =>
      action.kind === 'inline' ? 'inline code runs in a sandbox that can only read the thread' : undefined,
  },
  {
    name: 'harmless-commands',
    verdict: 'allow',
    concerns: (action) => {
      if (action.kind !== 'shell' || action.env !== undefined) return undefined;
      const words = harmlessCommand(action.command);
      return words === undefined ? undefined : `"${words[0]}" with these arguments only reads`;
    },
  },
];
