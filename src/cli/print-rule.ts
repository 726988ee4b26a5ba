/** Rules as people read them: what one is about, who gave it, and how long it counts. */

import { knownDeviceName, type NamedDevices } from '../core/devices.ts';
import { ruleSubject as subjectOf } from '../core/policy/rule-words.ts';
import type { Rule, RuleBody } from '../core/policy/rules.ts';
import { formatTime } from '../tui/words/format.ts';
import { safe } from './print.ts';
import { namesOf } from './print-device.ts';

/** `npm test, at most workspace-write, in ~/src`. `whole`: however long it is. */
export function ruleSubject(rule: Omit<Rule, 'source'>, known: NamedDevices, whole: boolean): string {
  return safe(subjectOf(rule, (id) => knownDeviceName(known, id) ?? id, { whole }));
}

/** ` given on laptop, until 14:05`; empty where neither is so. */
export function ruleOrigin({ grantedBy, expiresAt }: RuleBody, known: NamedDevices, now: number): string {
  const until =
    expiresAt === undefined ? undefined : `${expiresAt <= now ? 'expired' : 'until'} ${formatTime(expiresAt, now)}`;
  const given = grantedBy === undefined ? undefined : `given on ${namesOf(known)(grantedBy)}`;
  return [given, until].filter((part) => part !== undefined).join(', ');
}
