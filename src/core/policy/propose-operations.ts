/** The narrowest rule for what is done without a shell: the same operations on the same files or sites, and nothing else. */

import { accessOf, routeOf } from '../actions.ts';
import { acts } from '../desktop.ts';
import { type Refusal, refuse } from '../errors.ts';
import { evaluatePolicy } from './evaluate.ts';
import { operationsIn } from './operations.ts';
import { literalPath, literalWord } from './patterns.ts';
import type { Proposal, ProposeRequest } from './proposal.ts';
import { nameFor } from './rule-names.ts';
import type { RuleBody } from './rules.ts';

/** A rule about more places than these is no rule about one task. */
const MOST_PLACES = 20;

export function proposeOperations({ request, facts, masked }: ProposeRequest): Proposal {
  const { action, device, rules, requester } = request;
  if (masked) return no('it holds something secret, which no rule may hold');
  if (action.kind === 'browser' && (action.secrets ?? []).length > 0)
    return no('it is given secrets, and a person decides about those each time');
  if (action.kind === 'desktop' && action.steps.some(acts))
    return no('what acts on a screen is asked about each time, as it touches whatever is there');
  if (action.kind === 'files' && action.operation.op === 'undo') return no('what is undone is different each time');
  const operations = operationsIn(action, facts);
  const paths = [...new Set(facts.paths.map(({ real }) => real))];
  const origins = [...new Set(facts.origins ?? [])];
  if (operations.length === 0) return no('it does nothing that a rule could name');
  if (paths.length > MOST_PLACES || origins.length > MOST_PLACES) return no(`it names more than ${MOST_PLACES} places`);
  if (action.kind === 'browser' && (origins.length === 0 || facts.furtherOrigins === true))
    return no('it is not known which site it works on, and a rule is about a site');
  const access = accessOf(action);
  const rule: RuleBody = {
    name: nameFor(operations, rules),
    decision: 'allow',
    routes: [routeOf(action)],
    requesters: [`${requester.kind}@${requester.device === device.id ? 'local' : requester.device}`],
    access,
    operations: operations.map(literalWord),
    ...(paths.length === 0 ? {} : { paths: paths.map(literalPath) }),
    ...(origins.length === 0 ? {} : { origins }),
  };
  const answer = evaluatePolicy({ ...request, asked: access, facts, rules: [...rules, { ...rule, source: 'config' }] });
  if (answer.verdict !== 'allow') return no(`a rule would not let it through: ${answer.because.join('; ')}`);
  return { ok: true, rule };
}

function no(reason: string): Refusal {
  return refuse('refused', reason, 'approve it once');
}
