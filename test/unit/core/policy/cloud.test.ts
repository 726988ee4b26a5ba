import { describe, expect, it } from 'vitest';
import { type Action, operationsOf } from '../../../../src/core/actions.ts';
import type { DeviceId } from '../../../../src/core/ids.ts';
import { evaluatePolicy } from '../../../../src/core/policy/evaluate.ts';
import type { GateRequest } from '../../../../src/core/policy/gate.ts';
import { proposeRule } from '../../../../src/core/policy/propose.ts';
import type { Requester, Rule } from '../../../../src/core/policy/rules.ts';
import { own, requestOf } from '../../../helpers/policy.ts';

const QUESTION: Action = { kind: 'knowledge', question: 'why?' };
const ASSIST: Action = { kind: 'knowledge', question: 'why?', assistant: true };
const CODE: Action = { kind: 'code', language: 'python', source: 'print(1)' };
const base = requestOf('');
const HERE: Requester = { kind: 'human', device: base.device.id, name: 'here' };
const THERE: Requester = { kind: 'human', device: 'elsewhere' as DeviceId, name: 'laptop' };

const ask = (
  action: Action,
  requester: Requester,
  rules: readonly Rule[] = [],
  origins = ['https://api.example.org'],
) =>
  evaluatePolicy({
    ...base,
    rules: [...base.rules, ...rules],
    requester,
    action,
    asked: 'read-only',
    facts: { paths: [], operations: operationsOf(action), origins },
  });

describe('what goes to a connector', () => {
  it.each([
    [QUESTION, 'own-questions'],
    [ASSIST, 'own-questions'],
    [CODE, 'own-code'],
  ])('%o of the person on this device goes at once', (action, rule) => {
    expect(ask(action, HERE)).toMatchObject({ verdict: 'allow', rule });
  });

  it.each<[string, Requester]>([
    ['a person on another device', THERE],
    ['an agent here', { ...HERE, kind: 'agent' }],
    ['the assistant', { ...HERE, kind: 'assistant' }],
    ['a device', { ...THERE, kind: 'device' }],
  ])('is asked about for %s', (_who, requester) => {
    for (const action of [QUESTION, ASSIST, CODE]) expect(ask(action, requester).verdict).toBe('ask');
  });

  it('goes where a rule of the owner lets it, and nowhere else', () => {
    const rule = own({
      name: 'ask-there',
      decision: 'allow',
      operations: ['cloud.ask'],
      origins: ['https://*.example.org'],
    });
    expect(ask(QUESTION, THERE, [rule])).toMatchObject({ verdict: 'allow', rule: 'ask-there' });
    expect(ask(QUESTION, THERE, [rule], ['https://example.net']).verdict).toBe('ask');
    expect(ask(ASSIST, THERE, [rule]).verdict).toBe('ask');
    expect(ask(CODE, THERE, [rule]).verdict).toBe('ask');
  });

  it('is forbidden to everybody by a rule that says so', () => {
    const rule = own({ name: 'no-cloud', decision: 'deny', routes: ['cloud-knowledge'], operations: ['cloud.*'] });
    expect(ask(QUESTION, HERE, [rule])).toMatchObject({ verdict: 'deny', rule: 'no-cloud' });
    expect(ask(CODE, HERE, [rule]).verdict).toBe('allow');
  });

  it('has a rule of its own for "always", about that route and site', () => {
    const requester = { ...HERE, kind: 'agent' as const };
    const request = { ...base, action: CODE, requester, grants: [] } as unknown as GateRequest;
    const facts = { paths: [], operations: ['cloud.code'], origins: ['https://api.example.org'] };
    const proposal = proposeRule({ request, facts, cwd: '', masked: false });
    expect(proposal).toMatchObject({
      ok: true,
      rule: {
        decision: 'allow',
        routes: ['cloud-code'],
        requesters: ['agent@local'],
        operations: ['cloud.code'],
        origins: ['https://api.example.org'],
      },
    });
  });
});
