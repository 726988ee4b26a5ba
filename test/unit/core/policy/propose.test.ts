import { describe, expect, it } from 'vitest';
import type { ShellAction } from '../../../../src/core/actions.ts';
import type { DeviceId } from '../../../../src/core/ids.ts';
import { BUILT_IN_RULES } from '../../../../src/core/policy/builtin.ts';
import { checkExamples } from '../../../../src/core/policy/check-examples.ts';
import { checkGate, type GateRequest } from '../../../../src/core/policy/gate.ts';
import type { Proposal } from '../../../../src/core/policy/proposal.ts';
import { proposeRule } from '../../../../src/core/policy/propose.ts';
import type { Rule, RuleBody } from '../../../../src/core/policy/rules.ts';
import { readShell } from '../../../../src/routes/desktop/shell-reading/read-shell.ts';
import { FOLDER, factsOf } from '../../../helpers/policy.ts';

interface Asked {
  readonly action?: Partial<ShellAction>;
  readonly rules?: readonly Rule[];
  readonly sandbox?: boolean;
  readonly masked?: boolean;
  readonly requester?: 'human' | 'agent';
}

function actionOf(command: string, more: Partial<ShellAction> = {}): ShellAction {
  return { kind: 'shell', command, access: 'workspace-write', cwd: FOLDER, ...more };
}

function requestOf(action: ShellAction, { rules = [], sandbox = true, requester = 'human' }: Asked): GateRequest {
  return {
    action,
    requester: { kind: requester, device: 'me' as DeviceId, name: 'desk' },
    grants: ['run'],
    device: {
      id: 'me' as DeviceId,
      name: 'desk',
      capabilities: {
        shell: true,
        browserAutomation: false,
        desktopAutomation: false,
        local_files: true,
        reachableFolders: [],
      },
      permissions: { shell: true, local_files: true, browser_automation: false, desktop_automation: false },
      maxAccess: 'full-access',
      folders: ['/srv'],
      enforces: sandbox ? ['read-only', 'workspace-write', 'full-access'] : ['full-access'],
    },
    rules: [...BUILT_IN_RULES, ...rules],
    mayApprove: () => true,
    now: 0,
  };
}

function propose(command: string, asked: Asked = {}): Proposal {
  const action = actionOf(command, asked.action);
  return proposeRule({
    request: requestOf(action, asked),
    facts: factsOf(action),
    cwd: action.cwd ?? FOLDER,
    masked: asked.masked ?? false,
  });
}

function proposed(command: string, asked: Asked = {}): RuleBody {
  const answer = propose(command, asked);
  if (!answer.ok) throw new Error(answer.reason);
  return answer.rule;
}

/** What the gate says once the rule is there. */
function verdict(rule: RuleBody, command: string, asked: Asked = {}): string {
  const action = actionOf(command, asked.action);
  return checkGate(requestOf(action, { ...asked, rules: [{ ...rule, source: 'config' }] }), factsOf(action)).verdict;
}

describe('a proposal', () => {
  it('is the narrowest rule that helps', () => {
    expect(proposed('npm test')).toEqual({
      name: 'npm-test',
      decision: 'allow',
      routes: ['desktop-local'],
      requesters: ['human@local'],
      access: 'workspace-write',
      command: ['npm', 'test'],
      paths: [`${FOLDER}/.`],
      match: ['npm test'],
      noMatch: ['npm test; rm -rf ~', 'npm test && curl x | sh', 'npm test "$x"'],
    });
  });

  it.each([
    'npm test',
    "make 'a b'",
    'touch a',
    "x '*' '{a,b}' '\\' '...'",
    'npm test | tail -5',
    'cd sub && npm test',
    'npm test > out',
    'cp /etc/hosts hosts',
    "x 'it''s'",
    'npm test; npm test',
  ])('for %j lets it through, is sound, and nothing more', (command) => {
    const rule = proposed(command);
    expect(checkExamples([rule], readShell)).toEqual([]);
    expect(verdict(rule, command)).toBe('allow');
    for (const more of [
      `${command}; rm -rf ~`,
      `${command}\nrm x`,
      `${command} && curl x | sh`,
      `${command} $x`,
      `sudo ${command}`,
      `PATH=/x ${command}`,
    ]) {
      expect([more, verdict(rule, more)]).toEqual([more, 'ask']);
    }
    expect(verdict(rule, command, { requester: 'agent' })).toBe('ask');
    expect(verdict(rule, command, { action: { access: 'full-access' } })).toBe('ask');
    if (!command.startsWith('cp')) expect(verdict(rule, command, { action: { cwd: '/srv/other' } })).toBe('ask');
    expect(verdict(rule, command, { action: { env: { A: 'b' } } })).toBe('ask');
  });

  it('names the places outside of the folder that it works with', () => {
    expect(proposed('cp /etc/hosts hosts').paths).toEqual([`${FOLDER}/.`, '/etc/hosts']);
  });

  it('is for the folder itself, and none below it', () => {
    for (const command of ['npm test', 'cp src/a b', 'npm test > out']) {
      const rule = proposed(command);
      expect(rule.paths).toEqual([`${FOLDER}/.`]);
      for (const more of [
        `cd sub && ${command}`,
        `cd ${FOLDER}/sub && ${command}`,
        `cd sub; cd .. && ${command}`,
        `cd . && ${command}`,
      ])
        expect([more, verdict(rule, more)]).toEqual([more, 'ask']);
      expect(verdict(rule, command, { action: { cwd: `${FOLDER}/sub` } })).toBe('ask');
    }
  });

  it('is for the folder that the command goes to, where it goes to one', () => {
    const rule = proposed(`cd ${FOLDER}/sub && npm test`);
    expect(rule.paths).toEqual([`${FOLDER}/.`, `${FOLDER}/sub/.`]);
    expect(verdict(rule, `cd ${FOLDER}/sub/deep && npm test`)).toBe('ask');
    // Where it goes step by step, it may go further.
    expect(proposed('cd sub && npm test').paths).toEqual([`${FOLDER}/.`, `${FOLDER}/sub`]);
  });

  it('is for the kind of requester that asked', () =>
    expect(proposed('npm test', { requester: 'agent' }).requesters).toEqual(['agent@local']));

  it('has a name that nobody else has', () => {
    const rules: Rule[] = [{ name: 'npm-test', decision: 'ask', source: 'config', command: ['x'] }];
    expect(proposed('npm test', { rules }).name).toBe('npm-test-2');
    expect(proposed("'<>' x").name).toBe('x');
    expect(proposed("'<>'").name).toBe('rule');
  });

  it('is about the level that holds without a sandbox', () => {
    const rule = proposed('npm test', { sandbox: false });
    expect(rule.access).toBe('full-access');
    expect(verdict(rule, 'npm test', { sandbox: false })).toBe('allow');
  });

  it('is the same each time', () => expect(proposed('npm test')).toEqual(proposed('npm test')));
});

describe('there is none', () => {
  it.each<[string, string, Asked?]>([
    ['sudo npm test', 'somebody else'],
    ['npm test &', 'background'],
    ['$x', 'only known when it runs'],
    ['touch *', 'only known when it runs'],
    ['touch "$x"', 'only known when it runs'],
    ['npm ci && npm test', 'one command'],
    ['npm test > /etc/x', 'no reachable folder'],
    ['x=1', 'no command'],
    ["touch ''", 'do not fit'],
    ['npm test', 'secret', { masked: true }],
    ['npm test', 'secrets', { action: { secrets: ['A'] } }],
    ['npm test', 'variables', { action: { env: { A: 'b' } } }],
    ['npm test', 'mind', { rules: [{ name: 'mind', decision: 'ask', source: 'config', command: ['npm', '...'] }] }],
  ])('for %j: %s', (command, why, asked) => {
    const answer = propose(command, asked);
    expect(answer).toMatchObject({ ok: false, code: 'refused' });
    expect(answer.ok ? '' : answer.reason).toContain(why);
    expect(answer.ok ? '' : answer.hint).toBeTruthy();
  });

  it('for what is no shell command', () => {
    const request = {
      ...requestOf(actionOf(''), {}),
      action: { kind: 'inline', language: 'expression', source: '1' } as const,
    };
    expect(proposeRule({ request, facts: { paths: [] }, cwd: '/', masked: false }).ok).toBe(false);
  });
});
