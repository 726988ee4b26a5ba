/**
 * What the rules make of an action: the strictest rule that matches decides, and where none does a person is asked. An `allow` counts
 * where it is certain and of every command, an `ask` or a `deny` wherever it could be meant.
 */

import { allowAction } from './allow.ts';
import { unmet } from './conditions.ts';
import { newEffort } from './match-command.ts';
import { shownPhrase } from './phrases.ts';
import type { PolicyAnswer, PolicyRequest } from './policy-request.ts';
import { type CompiledRule, indexOf, type RuleTable } from './rule-index.ts';
import { candidates, couldApply, type Doubt } from './strict-rules.ts';

export function evaluatePolicy(request: PolicyRequest): PolicyAnswer {
  const index = indexOf(request.rules);
  const strict = strictest(request, index.strict);
  if (strict !== undefined) return strict;
  const answer = allowAction(request, index.allow, (compiled) => unmet(compiled.rule, request).length === 0);
  if (answer.access === request.asked || answer.access !== 'full-access') return answer;
  // It would get more than was asked for: what the owner says of that counts too, and at most makes it ask.
  const raised = strictest({ ...request, asked: 'full-access' }, index.strict);
  return raised === undefined
    ? answer
    : {
        verdict: 'ask',
        access: request.asked,
        ...(raised.rule === undefined ? {} : { rule: raised.rule }),
        because: raised.because,
      };
}

/** What `deny` and `ask` rules say; undefined if nothing. */
function strictest(request: PolicyRequest, table: RuleTable): PolicyAnswer | undefined {
  let found: { compiled: CompiledRule; doubt: Doubt; verdict: 'ask' | 'deny' } | undefined;
  const effort = newEffort();
  for (const compiled of candidates(table, request.facts)) {
    const { decision } = compiled.rule;
    if (decision === 'allow' || found?.verdict === 'deny' || (found !== undefined && decision === 'ask')) continue;
    if (unmet(compiled.rule, request).length > 0) continue;
    const doubt = couldApply(compiled, request.facts, request.action, effort);
    if (doubt === undefined) continue;
    const verdict = doubt.certain ? decision : 'ask';
    if (found === undefined || verdict === 'deny') found = { compiled, doubt, verdict };
  }
  if (found === undefined) return undefined;
  const { name, decision } = found.compiled.rule;
  const why = decision === 'deny' ? (found.doubt.certain ? 'forbids' : 'may forbid') : 'wants a person to decide about';
  return {
    verdict: found.verdict,
    access: request.asked,
    rule: name,
    because: [`the rule "${name}" ${why} ${shownPhrase(found.doubt.what)}`],
    ...(found.verdict === 'deny'
      ? { hint: `only the owner of that device can change its rules, there: "dispatch policy remove ${name}"` }
      : {}),
  };
}
