/** Whether a program asks, and no person: it says so with `--agent` or, for every command that it starts, in its environment. */

import type { Actor } from '../core/approvals.ts';
import { DispatchError } from '../core/errors.ts';

const VARIABLE = 'DISPATCH_AS';

/** Who or what can ask. */
export const REQUESTER_KINDS = ['human', 'assistant', 'agent', 'device'] as const satisfies readonly Actor['kind'][];

/** Throws `usage` for a value that means nothing: what is mistyped must not make an agent a person. */
export function isAgent(env: NodeJS.ProcessEnv): boolean {
  const as = env[VARIABLE];
  if (as === undefined || as === '' || as === 'human') return false;
  if (as === 'agent') return true;
  throw new DispatchError('usage', `${VARIABLE}=${as}: expected agent`, {
    hint: `unset ${VARIABLE}, or set it to agent`,
  });
}

/** `what` stands after "an agent may not". Throws `refused`. */
export function refuseAgent(env: NodeJS.ProcessEnv, what: string): void {
  if (!isAgent(env)) return;
  throw new DispatchError('refused', `an agent may not ${what}, and ${VARIABLE}=agent says that one asks`, {
    hint: 'a person has to',
  });
}
