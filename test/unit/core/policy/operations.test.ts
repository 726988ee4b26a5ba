// What is done without a shell: what lets it through, what makes it ask, what forbids it, and which checks come before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from '../../../../src/core/actions.ts';
import type { Capabilities, Permissions, Probe } from '../../../../src/core/devices.ts';
import type { FileOperation } from '../../../../src/core/files.ts';
import type { DeviceId } from '../../../../src/core/ids.ts';
import { BUILT_IN_RULES } from '../../../../src/core/policy/builtin.ts';
import { checkExamples } from '../../../../src/core/policy/check-examples.ts';
import { checkGate, type GateAnswer, type GateRequest } from '../../../../src/core/policy/gate.ts';
import { compileOrigin, fitsOrigin, isOriginPattern } from '../../../../src/core/policy/origins.ts';
import { proposeRule } from '../../../../src/core/policy/propose.ts';
import type { ActionFacts } from '../../../../src/core/policy/reading.ts';
import type { Rule, RuleBody } from '../../../../src/core/policy/rules.ts';

const HERE = '12D3KooWHere' as DeviceId;
const NAS = '12D3KooWNas' as DeviceId;
const ALL: Permissions = { shell: true, local_files: true, browser_automation: true, desktop_automation: true };
const ABLE: Capabilities = {
  shell: true,
  local_files: true,
  browserAutomation: true,
  desktopAutomation: true,
  reachableFolders: ['/home/me'],
};

interface Asked {
  readonly rules?: readonly RuleBody[];
  readonly facts?: Partial<ActionFacts>;
  readonly permissions?: Partial<Permissions>;
  readonly capabilities?: Partial<Capabilities>;
  readonly probes?: readonly Probe[];
  readonly maxAccess?: GateRequest['device']['maxAccess'];
  readonly by?: DeviceId;
}

function requestFor(
  action: Action,
  { rules = [], permissions, capabilities, probes, maxAccess, by = HERE }: Asked,
): GateRequest {
  return {
    action,
    requester: { kind: 'human', device: by, name: by === HERE ? 'here' : 'nas' },
    grants: ['run'],
    device: {
      id: HERE,
      name: 'here',
      capabilities: { ...ABLE, ...capabilities },
      permissions: { ...ALL, ...permissions },
      maxAccess: maxAccess ?? 'full-access',
      folders: ['/home/me'],
      enforces: ['read-only', 'workspace-write', 'full-access'],
      ...(probes === undefined ? {} : { probes }),
    },
    rules: [...BUILT_IN_RULES, ...rules.map((rule): Rule => ({ ...rule, source: 'config' }))],
    mayApprove: () => true,
    now: 0,
  };
}

const files = (operation: FileOperation): Action => ({ kind: 'files', operation });
const list = files({ op: 'list', path: '~/a' });
const write = files({ op: 'write', path: '~/a', content: 'x' });
const browse = (...tools: ('browser_navigate' | 'browser_click' | 'browser_evaluate')[]): Action => ({
  kind: 'browser',
  steps: tools.map((tool) => ({ tool, params: {} })),
});
const touch: Action = { kind: 'desktop', steps: [{ action: 'left_click', coordinate: [1, 1] }] };
const lookAt: Action = { kind: 'desktop', steps: [{ action: 'screenshot' }] };
const inside: Partial<ActionFacts> = { paths: [{ written: '~/a', real: '/home/me/a', use: 'file' }] };

function ask(action: Action, asked: Asked = {}): GateAnswer {
  const facts: ActionFacts = { paths: [], ...(action.kind === 'files' ? inside : {}), ...asked.facts };
  return checkGate(requestFor(action, asked), facts);
}

describe('without rules of the owner', () => {
  it('reading files in reachable folders is allowed, and nothing else', () => {
    for (const op of ['list', 'stat'] as const)
      expect(ask(files({ op, path: '~/a' }))).toMatchObject({ verdict: 'allow', rule: 'files-reading' });
    expect(ask(files({ op: 'send', path: '~/a', to: NAS }))).toMatchObject({ verdict: 'allow' });
    for (const action of [write, browse('browser_navigate'), browse('browser_click'), lookAt, touch])
      expect(ask(action).verdict, JSON.stringify(action)).toBe('ask');
  });

  it('what is sent to a third device is asked about', () => {
    const facts = { ...inside, operations: ['files.send', 'files.send-elsewhere'] };
    expect(ask(files({ op: 'send', path: '~/a', to: NAS }), { facts }).verdict).toBe('ask');
  });

  it('a person may bring something new to where they sit; over something else, or from afar, they are asked', () => {
    const receive = files({ op: 'receive', path: '~/a', from: { device: NAS, run: 'r' as never, name: 'a' } });
    expect(ask(receive)).toMatchObject({ verdict: 'allow', rule: 'own-receiving' });
    expect(ask(receive, { facts: { ...inside, operations: ['files.receive', 'files.overwrite'] } }).verdict).toBe(
      'ask',
    );
    expect(ask(receive, { by: NAS }).verdict).toBe('ask');
  });

  it('the access is what the action does', () => {
    expect(ask(list).access).toBe('read-only');
    expect(ask(write).access).toBe('workspace-write');
    expect(ask(browse('browser_click', 'browser_evaluate')).access).toBe('full-access');
    expect(ask(touch).access).toBe('full-access');
  });
});

describe('the checks before the rules', () => {
  it.each([
    [write, 'local_files', 'local_files'],
    [browse('browser_navigate'), 'browserAutomation', 'browser_automation'],
    [lookAt, 'desktopAutomation', 'desktop_automation'],
  ] as const)('want the capability with its reason, and the permission', (action, capability, permission) => {
    const probes = [
      { name: 'thing', ok: false, detail: 'the thing is not there', fix: 'install it', needed: capability },
    ];
    expect(ask(action, { capabilities: { [capability]: false }, probes })).toMatchObject({
      verdict: 'deny',
      check: 'capability',
      because: [expect.stringContaining('the thing is not there')],
      hint: 'install it',
    });
    expect(ask(action, { permissions: { [permission]: false } })).toMatchObject({
      verdict: 'deny',
      check: 'permission',
    });
  });

  it('the highest access is for all kinds', () => {
    expect(ask(list, { maxAccess: 'read-only' }).verdict).toBe('allow');
    expect(ask(write, { maxAccess: 'read-only' })).toMatchObject({ verdict: 'deny', check: 'permission' });
    expect(ask(touch, { maxAccess: 'workspace-write' })).toMatchObject({ verdict: 'deny', check: 'permission' });
  });

  it('every path has to be reachable, and others are told only what they said', () => {
    const facts: Partial<ActionFacts> = {
      paths: [...(inside.paths ?? []), { written: '~/link', real: '/etc/shadow', use: 'file' }],
    };
    expect(ask(list, { facts })).toMatchObject({
      verdict: 'deny',
      check: 'folders',
      because: [expect.stringContaining('/etc/shadow')],
    });
    const told = ask(list, { facts, by: NAS });
    expect(told).toMatchObject({ verdict: 'deny', check: 'folders' });
    expect(JSON.stringify(told)).not.toContain('/etc/shadow');
  });
});

describe('rules', () => {
  const allow = (more: Partial<RuleBody>): RuleBody => ({
    name: 'mine',
    decision: 'allow',
    access: 'full-access',
    ...more,
  });

  it('let through what they name, all of it', () => {
    expect(ask(write, { rules: [allow({ operations: ['files.write'] })] }).verdict).toBe('allow');
    expect(ask(write, { rules: [allow({ operations: ['files.*'], paths: ['/home/me/a'] })] }).verdict).toBe('allow');
    expect(ask(write, { rules: [allow({ operations: ['files.*'], paths: ['/home/me/b'] })] }).verdict).toBe('ask');
    const two = browse('browser_navigate', 'browser_click');
    const facts = { origins: ['https://a.example.org'] };
    expect(ask(two, { facts, rules: [allow({ operations: ['browser.browser_navigate'] })] }).verdict).toBe('ask');
    expect(
      ask(two, { facts, rules: [allow({ operations: ['browser.*'], origins: ['https://*.example.org'] })] }).verdict,
    ).toBe('allow');
    expect(
      ask(two, { rules: [allow({ operations: ['browser.*'], origins: ['https://*.example.org'] })] }).verdict,
    ).toBe('ask');
    const further = { ...facts, furtherOrigins: true as const };
    expect(
      ask(two, { facts: further, rules: [allow({ operations: ['browser.*'], origins: ['https://*.example.org'] })] })
        .verdict,
    ).toBe('ask');
    const elsewhere = { origins: ['https://a.example.org', 'https://evil.test'] };
    expect(
      ask(two, { facts: elsewhere, rules: [allow({ operations: ['browser.*'], origins: ['https://*.example.org'] })] })
        .verdict,
    ).toBe('ask');
  });

  it('that name no operation let nothing through but shell commands', () => {
    for (const action of [write, touch, browse('browser_navigate')])
      expect(
        ask(action, {
          rules: [
            allow({}),
            allow({ name: 'two', paths: ['/home/me'] }),
            allow({ name: 'three', command: ['ls', '...'] }),
          ],
        }).verdict,
      ).toBe('ask');
  });

  it('that forbid count where some of it fits, by operation, path or site, and by nothing at all', () => {
    const deny = (more: Partial<RuleBody>): RuleBody => ({ name: 'no', decision: 'deny', ...more });
    expect(ask(list, { rules: [deny({ operations: ['files.list'] })] }).verdict).toBe('deny');
    expect(ask(list, { rules: [deny({ paths: ['/home/me/a'] })] }).verdict).toBe('deny');
    expect(ask(list, { rules: [deny({ paths: ['/home/me/b'] })] }).verdict).toBe('allow');
    expect(ask(list, { rules: [deny({})] }).verdict).toBe('deny');
    expect(ask(list, { rules: [deny({ command: ['ls', '...'] })] }).verdict).toBe('allow');
    const site = deny({ origins: ['https://bank.test'] });
    const rules = [allow({ operations: ['browser.*'] }), site];
    expect(ask(browse('browser_click'), { rules, facts: { origins: ['https://bank.test'] } }).verdict).toBe('deny');
    expect(ask(browse('browser_click'), { rules, facts: { origins: ['https://shop.test'] } }).verdict).toBe('allow');
    // where it will be is not known
    const back = { origins: ['https://shop.test'], furtherOrigins: true as const };
    expect(ask(browse('browser_navigate'), { rules, facts: back }).verdict).toBe('ask');
    expect(ask(browse('browser_click'), { rules }).verdict).toBe('ask');
  });

  it('are found wrong where they cannot mean anything', () => {
    const read = () => ({ commands: [], inner: [], writes: [], reads: [], moves: false, obstacles: [] });
    const problem = (rule: Partial<RuleBody>) =>
      checkExamples([{ name: 'x', decision: 'allow', ...rule }], read)[0]?.key;
    expect(problem({ operations: ['files.writ'] })).toBe('operations');
    expect(problem({ operations: ['files.*'], command: ['ls'] })).toBe('operations');
    expect(problem({ origins: ['example.org'] })).toBe('origins');
    expect(problem({ operations: ['files.*'], match: ['ls'] })).toBe('match');
    expect(problem({ operations: ['{files,desktop}.*'], origins: ['http://localhost:*'] })).toBeUndefined();
  });

  it('never let through an operation that they do not name, whatever their pattern', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z.*{},_-]{1,20}$/), (pattern) => {
        if (/\*|write/.test(pattern)) return;
        expect(ask(write, { rules: [allow({ operations: [pattern] })] }).verdict).toBe('ask');
      }),
    );
  });
});

describe('a proposed rule', () => {
  const propose = (action: Action, facts: ActionFacts) =>
    proposeRule({ request: requestFor(action, {}), facts, cwd: '/home/me', masked: false });

  it('lets the same through again, and not the like of it elsewhere', () => {
    const facts = { paths: inside.paths ?? [], operations: ['files.write'] };
    const proposal = propose(write, facts);
    if (!proposal.ok) throw new Error(proposal.reason);
    expect(proposal.rule).toMatchObject({
      operations: ['files.write'],
      paths: ['/home/me/a'],
      requesters: ['human@local'],
    });
    expect(ask(write, { rules: [proposal.rule], facts }).verdict).toBe('allow');
    const other = {
      paths: [{ written: '~/b', real: '/home/me/b', use: 'file' as const }],
      operations: ['files.write'],
    };
    expect(ask(write, { rules: [proposal.rule], facts: other }).verdict).toBe('ask');
    expect(ask(write, { rules: [proposal.rule], facts, by: NAS }).verdict).toBe('ask');
  });

  it('is about a site for the browser, and there is none for what acts on a screen', () => {
    expect(propose(browse('browser_click'), { paths: [] })).toMatchObject({ ok: false });
    expect(propose(browse('browser_click'), { paths: [], origins: ['https://a.test'] })).toMatchObject({
      ok: true,
      rule: { operations: ['browser.browser_click'], origins: ['https://a.test'] },
    });
    expect(propose(touch, { paths: [] })).toMatchObject({ ok: false });
    expect(propose(lookAt, { paths: [] })).toMatchObject({ ok: true, rule: { operations: ['desktop.screenshot'] } });
  });
});

describe('an origin', () => {
  it.each([
    ['https://example.org', 'https://example.org', true],
    ['https://example.org', 'https://a.example.org', false],
    ['https://example.org', 'http://example.org', false],
    ['https://example.org', 'https://example.org:8443', false],
    ['https://example.org:443', 'https://example.org', true],
    ['https://*.example.org', 'https://a.b.example.org', true],
    ['https://*.example.org', 'https://example.org', false],
    ['https://*.example.org', 'https://evilexample.org', false],
    ['http://localhost:*', 'http://localhost:3000', true],
    ['http://localhost:*', 'http://localhost', true],
    ['http://[::1]:8080', 'http://[::1]:8080', true],
    ['https://example.org', 'https://example.org.evil.test', false],
    ['https://example.org', 'https://example.org@evil.test', false],
    ['https://example.org', 'null', false],
  ])('%s fits %s: %s', (pattern, origin, fits) => {
    expect(fitsOrigin(compileOrigin(pattern), origin)).toBe(fits);
  });

  it.each([
    'example.org',
    'https://',
    'https://*',
    'https://exa mple.org',
    'https://example.org/path',
    'https://a.*.org',
    '*://example.org',
    '',
  ])('%j is none', (text) => {
    expect(isOriginPattern(text)).toBe(false);
    expect(() => compileOrigin(text)).toThrow(RangeError);
  });
});
