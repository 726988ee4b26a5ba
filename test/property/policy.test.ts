// Whatever rules and texts there are: what forbids never lets anything through, and more commands never make a text more allowed.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccessLevel } from '../../src/core/access.ts';
import type { DeviceId } from '../../src/core/ids.ts';
import type { Rule, Verdict } from '../../src/core/policy/rules.ts';
import { BYPASSES } from '../fixtures/policy/bypasses.ts';
import { DODGES } from '../fixtures/policy/dodges.ts';
import { EVERYDAY } from '../fixtures/policy/everyday.ts';
import { judge } from '../helpers/policy.ts';

const STRICTNESS: readonly Verdict[] = ['allow', 'ask', 'deny'];
const strictness = (verdict: Verdict): number => STRICTNESS.indexOf(verdict);

const short = ({ length }: string): boolean => length < 500;
const text = fc.oneof(
  fc.constantFrom(...EVERYDAY),
  fc.constantFrom(...BYPASSES.map(([, each]) => each).filter(short)),
  fc.constantFrom(...DODGES.flatMap(([, texts]) => texts)),
  fc.constantFrom('npm test', 'git push', 'rm x', 'make', 'ls', 'npm test > out', 'cat /etc/x'),
);
const access = fc.constantFrom<AccessLevel>('read-only', 'workspace-write', 'full-access');
const word = fc.constantFrom(
  'ls',
  'cat',
  'npm',
  'test',
  'git',
  'status',
  'rm',
  'canary',
  '*',
  '{ls,cat}',
  'c*',
  '-l',
  'x',
);
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const rule = fc
  .record({
    decision: fc.constantFrom<Verdict>(...STRICTNESS),
    command: some(
      fc
        .tuple(word, fc.array(word, { maxLength: 2 }), fc.boolean())
        .map(([name, words, more]) => [name, ...words, ...(more ? ['...'] : [])]),
    ),
    without: some(fc.constantFrom(['-l'], ['-*'], ['x', '*t'])),
    access: some(access),
    paths: some(fc.constantFrom(['/srv'], ['/srv/project/**'], ['/etc'], ['/'])),
    requesters: some(fc.constantFrom(['human'], ['agent'], ['laptop', 'desk'])),
    expiresAt: some(fc.constantFrom(500, 1000, 1001)),
    grantedBy: some(fc.constantFrom('phone' as DeviceId, 'gone' as DeviceId)),
  })
  .map(({ command, without, ...rest }): Omit<Rule, 'name'> => {
    const body = { ...rest, command, without: command === undefined ? undefined : without, source: 'config' };
    return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as unknown as Omit<
      Rule,
      'name'
    >;
  });
const rules = fc
  .array(rule, { maxLength: 6 })
  .map((list) => list.map((each, at): Rule => ({ ...each, name: `rule-${at}` })));
const asked = fc.record({ rules, access, sandbox: fc.boolean(), alone: fc.boolean() });
const request = { mayApprove: (device: DeviceId) => device === 'phone' };

it('a rule that forbids never lets anything through', () => {
  let changed = 0;
  fc.assert(
    fc.property(text, asked, rule, fc.nat(6), (command, around, more, at) => {
      const strict: Rule = { ...more, name: 'more', decision: more.decision === 'allow' ? 'deny' : more.decision };
      const before = judge(command, { ...around, request });
      const after = judge(command, { ...around, request, rules: around.rules.toSpliced(at, 0, strict) });
      expect(strictness(after.verdict)).toBeGreaterThanOrEqual(strictness(before.verdict));
      if (after.verdict !== before.verdict) changed += 1;
    }),
    { numRuns: 3000 },
  );
  expect(changed).toBeGreaterThan(20);
});

it('another command never widens what a text may do', () => {
  const joint = fc.constantFrom('; ', ' && ', ' || ', ' | ', '\n');
  let allowed = 0;
  fc.assert(
    fc.property(text, joint, text, asked, (first, between, second, around) => {
      const verdict = (command: string): number => strictness(judge(command, { ...around, request }).verdict);
      // Two texts that mean nothing by themselves may mean something together; at read-only anything may run.
      fc.pre(verdict(first) < 2 || verdict(second) < 2 || around.access === 'read-only');
      const both = judge(`${first}${between}${second}`, { ...around, request });
      if (both.verdict !== 'allow' || both.rule === 'read-only-sandbox' || around.access === 'read-only') return;
      allowed += 1;
      // Beside another command something may be allowed that alone is not; but some rule allows each of them.
      expect(Math.min(verdict(first), verdict(second))).toBe(0);
    }),
    { numRuns: 3000 },
  );
  expect(allowed).toBeGreaterThan(20);
});

it('what no rule knows is asked', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{12}( -?[a-z]{1,9}){0,3}$/),
      fc.constantFrom<AccessLevel>('workspace-write', 'full-access'),
      fc.boolean(),
      (command, level, sandbox) => {
        expect(judge(command, { access: level, sandbox }).verdict).toBe('ask');
      },
    ),
  );
});

it('rules that are over, or whose giver is gone, are as if they were not there', () => {
  fc.assert(
    fc.property(text, asked, rule, (command, around, more) => {
      const over: Rule = { ...more, name: 'over', expiresAt: 1000 };
      const orphaned: Rule = { ...more, name: 'orphaned', grantedBy: 'gone' as DeviceId };
      // But for the reason: it may say that one of them would have allowed it.
      const { because: _, ...without } = judge(command, { ...around, request });
      const { because: __, ...beside } = judge(command, {
        ...around,
        request,
        rules: [over, ...around.rules, orphaned],
      });
      expect(beside).toEqual(without);
    }),
    { numRuns: 1000 },
  );
});

it('the order of rules changes no verdict', () => {
  fc.assert(
    fc.property(text, asked, (command, around) => {
      const { verdict, access: level } = judge(command, { ...around, request });
      expect(judge(command, { ...around, request, rules: around.rules.toReversed() })).toMatchObject({
        verdict,
        access: level,
      });
    }),
    { numRuns: 1000 },
  );
});

it("any text at all gets an answer, and nothing that cannot be read is let through by the owner's rules", () => {
  const everything: Rule[] = [
    { name: 'all', decision: 'allow', access: 'full-access', source: 'config', command: ['npm', 'test', '...'] },
  ];
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 })), (command) => {
      expect(STRICTNESS).toContain(judge(command, { rules: everything, alone: true }).verdict);
      expect(judge(`npm test ${command}\u0007`, { rules: everything, alone: true }).verdict).toBe('ask');
    }),
    { numRuns: 2000 },
  );
});
