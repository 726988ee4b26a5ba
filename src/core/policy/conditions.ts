/** The conditions of rules that have nothing to do with what an action does: who asks, for how much access, when. */

import { type AccessLevel, rankOfAccess } from '../access.ts';
import { routeOf } from '../actions.ts';
import type { DeviceId } from '../ids.ts';
import type { PolicyRequest } from './policy-request.ts';
import type { Requester, Rule } from './rules.ts';

/** Which of them do not hold; empty if the rule may be about the action. */
export function unmet(
  rule: Rule,
  { action, requester, device, mayApprove, now, asked }: PolicyRequest,
): readonly ('over' | 'orphaned' | 'route' | 'requester' | 'access')[] {
  const { routes, requesters, expiresAt, grantedBy } = rule;
  return [
    ...(expiresAt !== undefined && now >= expiresAt ? (['over'] as const) : []),
    ...(grantedBy !== undefined && !mayApprove(grantedBy) ? (['orphaned'] as const) : []),
    ...(routes !== undefined && !routes.includes(routeOf(action)) ? (['route'] as const) : []),
    ...(requesters !== undefined && !requesters.some((each) => isRequester(each, requester, device))
      ? (['requester'] as const)
      : []),
    ...(holdsFor(rule, asked) ? [] : (['access'] as const)),
  ];
}

/** `human`, `laptop`, or both: `human@laptop`. A device goes by its name or its id, and the one that executes also by `local`. */
function isRequester(text: string, { kind, device, name }: Requester, self: { readonly id: DeviceId }): boolean {
  const isDevice = (which: string): boolean =>
    which === device || which === name || (which === 'local' && device === self.id);
  const at = text.indexOf('@');
  return at === -1 ? text === kind || isDevice(text) : text.slice(0, at) === kind && isDevice(text.slice(at + 1));
}

/** `allow` is about its level and those below, the others about it and those above. */
function holdsFor({ decision, access }: Rule, asked: AccessLevel): boolean {
  if (decision === 'allow') return rankOfAccess(asked) <= rankOfAccess(access ?? 'workspace-write');
  return access === undefined || rankOfAccess(asked) >= rankOfAccess(access);
}
