// The attempts to get past the rules, and what must not be asked about.
import { describe, expect, it } from 'vitest';
import type { AccessLevel } from '../../../../src/core/access.ts';
import type { Rule } from '../../../../src/core/policy/rules.ts';
import { BYPASSES } from '../../../fixtures/policy/bypasses.ts';
import { EVERYDAY } from '../../../fixtures/policy/everyday.ts';
import { judge, own } from '../../../helpers/policy.ts';

/** What people let through when they are asked a few times too often. */
const typical = (access: AccessLevel): Rule[] =>
  [
    ['npm', 'test'],
    ['npm', 'test', '...'],
    ['git', 'status'],
    ['git', 'log', '...'],
    ['ls', '...'],
    ['cat', '...'],
    ['cd', '...'],
    ['grep', '...'],
    ['rg', '...'],
    ['sort', '...'],
    ['find', '...'],
    ['echo', '...'],
    ['true'],
    [':'],
    ['test', '...'],
    ['[', '...'],
    ['rsync', '...'],
    ['tar', '...'],
    ['make', '...'],
  ].map((command) => own({ decision: 'allow', access, command }));

describe('attempts', () => {
  it('are many, and each is another', () => {
    expect(BYPASSES.length).toBeGreaterThan(250);
    expect(new Set(BYPASSES.map(([, text]) => text)).size).toBe(BYPASSES.length);
  });

  it.each(BYPASSES)('%s: %j is not let through', (_how, text) => {
    for (const alone of [false, true]) {
      expect(judge(text, { rules: typical('workspace-write'), alone }).verdict).not.toBe('allow');
      expect(judge(text, { rules: typical('full-access'), alone, sandbox: false }).verdict).not.toBe('allow');
    }
    expect(judge(text).verdict).not.toBe('allow');
    expect(judge(text, { access: 'full-access', rules: typical('full-access') }).verdict).not.toBe('allow');
  });

  it('the same rules let through what they are for', () => {
    for (const text of [
      'npm test',
      'npm test -- --grep a',
      'ls -R /',
      'cat a > out',
      'cd x && npm test',
      'tar -tf a',
      'make all',
    ]) {
      expect([text, judge(text, { rules: typical('workspace-write'), alone: true }).verdict]).toEqual([text, 'allow']);
    }
  });
});

describe('everyday commands', () => {
  it('are many', () => expect(new Set(EVERYDAY).size).toBeGreaterThan(60));

  it.each(EVERYDAY)('%j runs at once, in the sandbox where it can write nothing', (text) => {
    expect(judge(text)).toMatchObject({ verdict: 'allow', access: 'read-only' });
  });
});
