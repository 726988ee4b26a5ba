// The rules of a device on the command line, against an engine in memory that has some.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { GateAnswer } from '../../../src/core/policy/gate.ts';
import type { Rule } from '../../../src/core/policy/rules.ts';
import { answer, GPU } from './approval-harness.ts';
import { type Far, far } from './far-harness.ts';

const ADDS = 'y adds it, any other key does not:';
const RULES: readonly Rule[] = [
  {
    name: 'read-only-commands',
    decision: 'allow',
    source: 'built-in',
    command: ['{cat,cut,du,grep,head,ls,tail,wc,sort}', '...'],
    lowersTo: 'read-only',
  },
  {
    name: 'allow-npm-test',
    decision: 'allow',
    source: 'config',
    command: ['npm', 'test'],
    access: 'workspace-write',
    paths: ['/home/me/app\u001b[2J'],
    grantedBy: GPU.id,
    expiresAt: Date.now() + 60_000,
  },
  {
    name: 'no-push',
    decision: 'deny',
    source: 'config',
    requesters: ['agent', GPU.id],
    command: ['git', 'push', '...'],
  },
  { name: 'old', decision: 'ask', source: 'config', access: 'full-access', expiresAt: 1 },
];

async function ruled(): Promise<Far & { asked: unknown[]; checked: unknown[] }> {
  const world = await far(GPU);
  const asked: unknown[] = [];
  const checked: unknown[] = [];
  const { api } = world.peer;
  api['policy.list'] = async () => ({ rules: [...RULES] });
  api['policy.add'] = async (params) => {
    asked.push(params.rule);
    if (params.rule.name === 'contradiction')
      throw new DispatchError('invalid', 'it does not match "ls"', { hint: 'mend it' });
    return { rule: { ...params.rule, source: 'config' }, toml: '[[rules]]\nname = "as the peer wrote it"\n' };
  };
  api['policy.remove'] = async ({ name }) => {
    asked.push(name);
    return { rule: RULES.find((rule) => rule.name === name) as Rule };
  };
  api['policy.check'] = async (params): Promise<GateAnswer> => {
    checked.push(params);
    if ('command' in params && params.command.includes('rm'))
      return {
        verdict: 'deny',
        check: 'folders',
        access: 'read-only',
        because: ['folders: /etc is in none of them\u202e', 'and more'],
        hint: 'its owner adds one',
      };
    return {
      verdict: 'allow',
      check: 'policy',
      access: 'read-only',
      rule: 'read-only-commands',
      because: ['policy: it reads'],
    };
  };
  return { ...world, asked, checked };
}

describe('policy list', () => {
  it('groups rules, and says what each is about, who gave it and for how long', async () => {
    const { home } = await ruled();
    const { out, err } = await home.cli(['policy', 'list']);
    const lines = out
      .replace(/(?<=\S) {2,}/g, '  ')
      .replace(/until [\d:]+/, 'until TIME')
      .split('\n');
    expect(lines).toEqual([
      'Yours:',
      '  allow  allow-npm-test  npm test, at most workspace-write, in /home/me/app␛[2J  given on gpu-box, until TIME',
      '  deny  no-push  git push ..., asked by agent or gpu-box',
      expect.stringMatching(/^ {2}ask {2}old {2}anything, with full-access or more {2}expired 1 Jan 1970/),
      'Built in:',
      '  allow  read-only-commands  {cat,cut,du,grep,head,ls,… 3 more} ..., kept to read-only',
      '',
    ]);
    expect(err).toContain('the strictest rule that matches decides');
    expect((await home.cli(['policy', 'list', '--verbose'])).out).toContain('ls,tail,wc,sort} ...');
    expect(await home.json(['policy', 'list', '--json'])).toEqual(RULES);
  });
});

describe('policy list and config.toml', () => {
  it('tells that the file was changed by hand', async () => {
    const { home, peer } = await ruled();
    const rule = { name: 'no-push', decision: 'deny', command: ['git', 'push', '...'] } as const;
    peer.api['policy.list'] = async () => ({ rules: [{ ...rule, source: 'config', paths: [join(home.work, 'src')] }] });
    const table =
      '[[rules]]\nname = "no-push"\ndecision = "deny"\ncommand = ["git", "push", "..."]\npaths = ["~/src"]\n';
    home.writeConfig(table);
    expect((await home.cli(['policy', 'list'])).err).not.toContain('config.toml');
    home.writeConfig(table.replace('deny', 'ask'));
    expect((await home.cli(['policy', 'list'])).err).toContain('the rules in config.toml are not these, which hold');
    home.writeConfig('[[rules]\n');
    expect((await home.cli(['policy', 'list'])).err).toContain('cannot be read any more');
  });
});

describe('policy check', () => {
  it('tells the decision, the check, the rule, why, and what is enforced', async () => {
    const { home, checked } = await ruled();
    const { code, out } = await home.cli(['policy', 'check', '--', 'ls', '-l']);
    expect({ code, lines: out.replace(/ {2,}/g, '  ').trimEnd().split('\n') }).toEqual({
      code: 0,
      lines: [
        'decision  allow',
        'check  policy (5 of 7)',
        'rule  read-only-commands',
        'because  policy: it reads',
        'access  read-only (asked for workspace-write)',
      ],
    });
    const denied = await home.cli(['policy', 'check', '--', 'rm -rf x']);
    expect(denied.code).toBe(0);
    expect(denied.out.replace(/ {2,}/g, '  ').trimEnd().split('\n')).toEqual([
      'decision  deny',
      'check  folders (4 of 7)',
      'because  folders: /etc is in none of them⟨202E⟩',
      '  and more',
      'hint  its owner adds one',
    ]);
    expect(checked).toEqual([
      { command: 'ls -l', access: 'workspace-write', cwd: home.work },
      { command: 'rm -rf x', access: 'workspace-write', cwd: home.work },
    ]);
  });

  it('asks what is meant: another device, folder, access, requester', async () => {
    const { home, checked } = await ruled();
    const args = [
      'policy',
      'check',
      '--json',
      '--on',
      '@gpu-box',
      '--access',
      'read-only',
      '--as',
      'agent',
      '--',
      'ls',
    ];
    expect(await home.json(args)).toEqual({
      decision: 'allow',
      rule: 'read-only-commands',
      because: ['policy: it reads'],
      check: 'policy',
      access: 'read-only',
    });
    await home.json(['policy', 'check', '--json', '--on', 'gpu-box', '--cwd', 'srv', '--', 'ls']);
    await home.json(['policy', 'check', '--json', '--on', 'local', '--cwd', 'src', '--', 'rm'], {
      env: { DISPATCH_AS: 'agent' },
    });
    expect(checked).toEqual([
      { command: 'ls', access: 'read-only', device: 'gpu-box', as: 'agent' },
      { command: 'ls', access: 'workspace-write', device: 'gpu-box', cwd: 'srv' },
      { command: 'rm', access: 'workspace-write', cwd: `${home.work}/src`, as: 'agent' },
    ]);
  });
});

describe('policy check of an action', () => {
  it('takes it from a file or standard input, and leaves what is in it to the peer', async () => {
    const { home, checked } = await ruled();
    const action = { kind: 'files', operation: { op: 'write', path: '~/a', content: 'x' } };
    writeFileSync(join(home.work, 'action.json'), JSON.stringify(action));
    const { code, out } = await home.cli(['policy', 'check', '--action', 'action.json', '--as', 'agent']);
    expect({ code, access: /^access +(.*)$/m.exec(out)?.[1] }).toEqual({ code: 0, access: 'read-only' });
    await home.json(['policy', 'check', '--json', '--on', 'gpu-box', '--action', '-'], {
      stdin: JSON.stringify(action),
    });
    expect(checked).toEqual([
      { action, as: 'agent' },
      { action, device: 'gpu-box' },
    ]);
  });

  it.each([
    [['--action', 'none.json'], 'cannot read none.json: there is no such file'],
    [['--action', '.'], 'cannot read .: it is a folder'],
    [['--action', '-'], 'standard input: no JSON'],
    [['--action', '-', '--', 'ls'], '--action goes without a COMMAND'],
    [['--action', '-', '--cwd', '/'], '--action goes without --cwd'],
  ])('%j is refused', async (args, message) => {
    const { home, checked } = await ruled();
    expect(await home.cli(['policy', 'check', ...args], { stdin: '{' })).toMatchObject({
      code: 2,
      err: expect.stringContaining(message),
    });
    expect(checked).toEqual([]);
  });
});

describe('policy add of operations', () => {
  it('asks for a folder where there are files, and never where none could fit', async () => {
    const { home, terminal, asked } = await ruled();
    const files = terminal(['policy', 'add', '--allow', '--operation', 'files.write']);
    await files.waitFor(`in which folder is it allowed? Enter: ${home.work};`);
    files.type('\r');
    await answer(files, ADDS, 'y');
    expect((await files.exited()).code).toBe(0);
    const screen = terminal(['policy', 'add', '--allow', '--operation', 'desktop.screenshot']);
    await answer(screen, ADDS, 'y');
    expect((await screen.exited()).code).toBe(0);
    expect(screen.screen()).not.toContain('⚠');
    expect(asked).toEqual([
      { name: 'allow-files.write', decision: 'allow', operations: ['files.write'], paths: [`${home.work}/.`] },
      { name: 'allow-desktop.screenshot', decision: 'allow', operations: ['desktop.screenshot'] },
    ]);
    const { err } = await home.cli(['policy', 'add', '--allow', '--yes', '--operation', 'files.write']);
    expect(err).toBe('dispatch: ⚠ It names no folder: it counts in every folder that may be used here.\n');
  });
});

describe('policy add', () => {
  it('shows the rule and asks once', async () => {
    const { home, terminal, asked } = await ruled();
    const no = terminal(['policy', 'add', '--allow', '--requester', 'human']);
    await no.waitFor('or "any":');
    no.type('any\r');
    await no.waitFor('It names no command');
    expect(no.screen()).toContain('It names no folder');
    await answer(no, ADDS, 'n');
    expect((await no.exited()).code).toBe(130);
    expect(asked).toEqual([]);
    const yes = terminal(['policy', 'add', '--allow', '--', 'npm', 'test']);
    await yes.waitFor(`in which folder is it allowed? Enter: ${home.work};`);
    yes.type('\r');
    await yes.waitFor('command = [ "npm", "test" ]');
    expect(yes.screen()).not.toContain('⚠');
    await answer(yes, ADDS, 'y');
    await yes.waitFor('added allow-npm-test-2');
    expect((await yes.exited()).code).toBe(0);
    expect(asked).toEqual([
      {
        name: 'allow-npm-test-2',
        decision: 'allow',
        command: ['npm', 'test'],
        paths: [`${home.work}/.`],
        match: ['npm test'],
        noMatch: ['npm test; rm -rf ~', 'npm test && curl x | sh', 'npm test "$x"'],
      },
    ]);
  });

  it('warns of what would let anything run, also with --yes', async () => {
    const { home, terminal, asked } = await ruled();
    const wild = terminal(['policy', 'add', '--allow', '--path', '/srv', '--', '*', '...']);
    await wild.waitFor('Its command begins with "*", which fits any program');
    await answer(wild, ADDS, 'x');
    expect((await wild.exited()).code).toBe(130);
    const { code, err } = await home.cli(['policy', 'add', '--allow', '--yes', '--', '{ls,*}']);
    expect(code).toBe(0);
    expect(err).toContain('Its command begins with "{ls,*}", which fits any program');
    expect(err).toContain('It names no folder');
    const none = await home.cli(['policy', 'add', '--allow', '--yes', '--requester', 'human', '--path', '/srv']);
    expect(none.err).toBe(
      'dispatch: ⚠ It names no command: every command that fits the rest runs without a question.\n',
    );
    expect((await home.cli(['policy', 'add', '--allow', '--yes', '--path', '/srv', '--', 'ls'])).err).toBe('');
    expect(asked).toHaveLength(3);
  });

  it('fills in only examples that hold, and leaves those that were given', async () => {
    const { home, asked } = await ruled();
    await home.cli(['policy', 'add', '--allow', '--yes', '--', 'echo', 'v*', '...']);
    await home.cli(['policy', 'add', '--allow', '--yes', '--match', 'ls -l', '--no-match', 'ls /', '--', 'ls', '-l']);
    await home.cli(['policy', 'add', '--deny', '--yes', '--', 'git', 'push', '...']);
    expect(asked).toMatchObject([
      { match: ['echo vx'], noMatch: ['echo vx; rm -rf ~', 'echo vx && curl x | sh'] },
      { match: ['ls -l'], noMatch: ['ls /'] },
      { match: ['git push'] },
    ]);
    expect(asked[0]).toHaveProperty('noMatch.length', 2); // of an echo any word is a further word
    expect(asked[2]).not.toHaveProperty('noMatch');
  });

  it('needs --yes where nobody is, and prints what was written', async () => {
    const { home, asked } = await ruled();
    const args = ['policy', 'add', '--deny', '--requester', 'gpu-box', '--', 'rm', '...'];
    expect(await home.cli(args)).toMatchObject({
      code: 2,
      err: 'dispatch: there is nobody to ask whether the rule is to be added: --yes adds it without asking\n',
    });
    expect(await home.cli([...args.slice(0, 2), '--yes', ...args.slice(2)])).toMatchObject({
      code: 0,
      out: '[[rules]]\nname = "as the peer wrote it"\n',
    });
    const wrong = ['policy', 'add', '--yes', '--ask', '--name', 'contradiction', '--match', 'ls', '--', 'rm'];
    expect(await home.cli(wrong)).toMatchObject({ code: 2, err: 'dispatch: it does not match "ls": mend it\n' });
    expect(asked).toMatchObject([{ name: 'deny-rm', requesters: ['12D3KooWgpubox'] }, { match: ['ls'] }]);
    expect(
      await home.cli(['policy', 'add', '--yes', '--allow', '--', 'ls'], { env: { DISPATCH_AS: 'agent' } }),
    ).toMatchObject({
      code: 126,
      err: expect.stringContaining('an agent may not change the rules'),
    });
  });
});

describe('policy remove', () => {
  it('removes a rule of the owner', async () => {
    const { home, asked } = await ruled();
    expect(await home.cli(['policy', 'remove', 'no-push'])).toMatchObject({ code: 0, out: 'removed no-push\n' });
    expect(await home.json(['policy', 'remove', 'old', '--json'])).toEqual(RULES[3]);
    expect(asked).toEqual(['no-push', 'old']);
  });

  it.each([
    ['no-psuh', 125, 'there is no rule "no-psuh": did you mean no-push?'],
    ['nothing-like-it', 125, 'there is no rule "nothing-like-it": list them with "dispatch policy list"'],
    ['read-only-commands', 126, 'the rule read-only-commands is built in, and stays: a rule of yours'],
  ])('%s cannot be', async (name, code, message) => {
    const { home, asked } = await ruled();
    expect(await home.cli(['policy', 'remove', name])).toMatchObject({ code, err: expect.stringContaining(message) });
    expect(asked).toEqual([]);
  });
});

describe('what goes with what', () => {
  it.each([
    [['policy', 'lst'], 'policy lst: expected list, check, add, remove: did you mean list?'],
    [['policy', 'list', '--allow'], '--allow does not go with policy list, but with policy add'],
    [
      ['policy', 'remove', 'x', '--access', 'read-only'],
      '--access does not go with policy remove, but with policy check and add',
    ],
    [
      ['policy', 'add', '--as', 'agent', '--deny', '--', 'ls'],
      '--as does not go with policy add, but with policy check',
    ],
    [['policy', 'list', 'all'], '"all" is too much'],
    [['policy', 'check', 'ls'], '"ls": the command stands after "--"'],
    [['policy', 'check', '--'], 'expected: policy check -- COMMAND…'],
    [['policy', 'check', '--as', 'me', '--', 'ls'], '--as me: expected one of human, assistant, agent, device'],
    [['policy', 'remove'], 'NAME is missing'],
    [['policy', 'remove', 'a', 'b'], 'one NAME at a time, but "b" came too'],
  ])('%j is refused', async (args, message) => {
    const { home } = await ruled();
    const { code, err } = await home.cli(args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});
