import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/core/ids.ts';
import { evaluatePolicy } from '../../../../src/core/policy/evaluate.ts';
import type { Rule } from '../../../../src/core/policy/rules.ts';
import { DODGES, OTHERS } from '../../../fixtures/policy/dodges.ts';
import { FOLDER, judge, own, requestOf } from '../../../helpers/policy.ts';

const npmTest = own({ name: 'npm-test', decision: 'allow', command: ['npm', 'test'] });
const npmAll = own({ name: 'npm-all', decision: 'allow', command: ['npm', '...'] });

describe('without rules of the owner', () => {
  it.each([
    ['ls -l', 'harmless-commands'],
    ['cat a', 'read-only-commands'],
    ['git log', 'read-only-git'],
    ['sed -n 1p a', 'read-only-sed'],
  ])('%s runs at once where nothing can be written, and says by which rule', (text, rule) => {
    const answer = judge(text);
    expect(answer).toMatchObject({ verdict: 'allow', access: 'read-only', rule });
    expect(answer.because.join()).toContain(`\`${text}\` with these arguments only reads (rule ${rule})`);
  });

  it('anything runs at once where read-only is asked for and enforced', () => {
    for (const text of ['rm -rf /', 'sh -c x', 'ls "', '$x', 'ls > /etc/x', '']) {
      expect(judge(text, { access: 'read-only' })).toMatchObject({
        verdict: 'allow',
        access: 'read-only',
        rule: 'read-only-sandbox',
      });
    }
  });

  it('where nothing is enforced, only the short list needs no person', () => {
    expect(judge('ls -l', { sandbox: false })).toMatchObject({
      verdict: 'allow',
      access: 'full-access',
      rule: 'harmless-commands',
    });
    for (const text of ['cat a', 'git status', 'ls; pwd', 'ls "$x"', 'ls | cat', 'ls 2>&1']) {
      expect([text, judge(text, { sandbox: false }).verdict]).toEqual([text, 'ask']);
      expect([text, judge(text, { sandbox: false, access: 'read-only' }).verdict]).toEqual([text, 'ask']);
    }
  });

  it('a person is asked about anything else, and told about what', () => {
    expect(judge('make it; rm -rf build').because).toEqual([
      'no rule allows `make it` with workspace-write, so a person decides',
    ]);
    expect(judge('rm x')).toMatchObject({ verdict: 'ask', access: 'workspace-write' });
    expect(judge('cat a', { access: 'full-access' })).toMatchObject({ verdict: 'ask', access: 'full-access' });
  });

  it('inline code runs at once', () => {
    const request = requestOf('');
    const action = { kind: 'inline', language: 'expression', source: '1' } as const;
    expect(evaluatePolicy({ ...request, action, asked: 'read-only', facts: { paths: [] } })).toMatchObject({
      verdict: 'allow',
      rule: 'inline-sandbox',
    });
  });

  it('a text that nobody has read is judged by the short list alone', () => {
    const unread = (text: string) => judge(text, { request: { facts: { paths: [] } } });
    expect(unread('ls -l')).toMatchObject({ verdict: 'allow', rule: 'harmless-commands' });
    expect(unread('cat a').verdict).toBe('ask');
    expect(
      judge('cat a', { rules: [own({ decision: 'deny', command: ['rm'] })], request: { facts: { paths: [] } } })
        .verdict,
    ).toBe('ask');
  });

  it("variables and secrets are a person's business", () => {
    expect(judge('ls', { action: { env: { PATH: '/x' } } }).verdict).toBe('ask');
    expect(judge('npm test', { rules: [npmTest], action: { env: { CI: '1' } } }).verdict).toBe('ask');
    expect(judge('npm test', { rules: [npmTest], action: { secrets: ['TOKEN'] } }).verdict).toBe('ask');
    expect(judge('ls', { access: 'read-only', action: { env: { A: 'b' } } }).verdict).toBe('allow');
    expect(judge('ls', { access: 'read-only', action: { secrets: ['TOKEN'] } }).verdict).toBe('ask');
  });
});

describe('a rule that allows', () => {
  it('lets through what it names, at the level that was asked for', () => {
    expect(judge('npm test', { rules: [npmTest] })).toEqual({
      verdict: 'allow',
      access: 'workspace-write',
      rule: 'npm-test',
      because: ['the rule "npm-test" allows `npm test`'],
    });
    for (const text of ['npm test x', 'npm', 'npm tests', 'npm -s test', 'npm "test "'])
      expect(judge(text, { rules: [npmTest] }).verdict).toBe('ask');
  });

  it('must do so for each command of the text', () => {
    expect(judge('npm test && npm test', { rules: [npmTest] }).verdict).toBe('allow');
    expect(judge('npm test; make', { rules: [npmTest] }).verdict).toBe('ask');
    expect(judge('npm test; make', { rules: [npmTest, own({ decision: 'allow', command: ['make'] })] }).verdict).toBe(
      'allow',
    );
  });

  it('stands beside commands that only read, in a sandbox', () => {
    expect(judge('npm test 2>&1 | tail -20', { rules: [npmTest] })).toMatchObject({
      verdict: 'allow',
      access: 'workspace-write',
      rule: 'npm-test',
    });
    expect(judge('cd sub && npm test && echo done', { rules: [npmTest] }).verdict).toBe('allow');
    // Git runs what the settings of a repository say, and nothing hides anything without a sandbox.
    expect(judge('npm test; git status', { rules: [npmTest] }).verdict).toBe('ask');
    const full = own({ decision: 'allow', access: 'full-access', command: ['npm', 'test'] });
    expect(judge('npm test; cat /root/key', { rules: [full], sandbox: false }).verdict).toBe('ask');
    expect(judge('npm test; echo done', { rules: [full], sandbox: false }).verdict).toBe('allow');
  });

  it('is about its level and those below', () => {
    const at = (access: 'read-only' | 'workspace-write' | 'full-access') => [
      own({ decision: 'allow', access, command: ['x'] }),
    ];
    expect(judge('x', { rules: at('full-access'), access: 'workspace-write' }).verdict).toBe('allow');
    expect(judge('x', { rules: at('workspace-write'), access: 'full-access' }).verdict).toBe('ask');
    expect(judge('x', { rules: at('read-only') }).verdict).toBe('ask');
    expect(judge('npm test', { rules: [npmTest], access: 'full-access' }).verdict).toBe('ask');
    expect(judge('npm test', { rules: [npmTest], sandbox: false }).verdict).toBe('ask');
  });

  it('never holds where something cannot be read', () => {
    const any = own({ decision: 'allow', access: 'full-access' });
    for (const text of ['sudo x', '$x', 'x "', 'x &', 'f() { x; }', 'PATH=/x y', 'sh -c x']) {
      const answer = judge(text, { rules: [any] });
      expect(answer.verdict).toBe('ask');
      expect(answer.because.join()).toContain('no rule may allow it');
    }
    expect(judge('x y z', { rules: [any] }).verdict).toBe('allow');
  });

  it('lets the shell write in reachable folders, and nowhere else', () => {
    const rules = [npmTest];
    expect(judge('npm test > out', { rules }).verdict).toBe('allow');
    expect(judge('npm test > /srv/other/out', { rules }).verdict).toBe('allow');
    expect(judge('npm test > /dev/null', { rules }).verdict).toBe('allow');
    for (const text of [
      '> /etc/x',
      '> ../../x',
      '> $x',
      '> link-out',
      '> .npmrc',
      '> /srv/.git/hooks/x',
      '> ~/x',
      '> *',
    ])
      expect([text, judge(`npm test ${text}`, { rules }).verdict]).toEqual([text, 'ask']);
    expect(
      judge('npm test > out', { rules, request: { facts: { ...requestOf('npm test > out').facts, paths: [] } } })
        .verdict,
    ).toBe('ask');
    expect(judge('cd sub; npm test > out', { rules }).verdict).toBe('ask');
    // What built-in commands print, anybody may have written.
    expect(judge('npm test; echo x > package.json', { rules }).verdict).toBe('ask');
  });

  it('may hold patterns, and words that must not be there', () => {
    const rules = [
      own({ decision: 'allow', command: ['npm', 'run', '{build,test:*}', '...'], without: ['--prefix*', '-C'] }),
    ];
    for (const text of ['npm run build', 'npm run test:unit -- --x', 'npm run build "a b"', 'npm run build src/*.ts'])
      expect([text, judge(text, { rules }).verdict]).toEqual([text, 'allow']);
    for (const text of [
      'npm run deploy',
      'npm run test',
      'npm run build --prefix=/x',
      'npm run build $x',
      'npm run build *',
    ])
      expect([text, judge(text, { rules }).verdict]).toEqual([text, 'ask']);
  });

  it('may be about some paths alone', () => {
    const rules = [own({ decision: 'allow', command: ['cp', '...'], paths: [`${FOLDER}/{src,test}/**`, FOLDER] })];
    expect(judge('cp src/a test/b', { rules }).verdict).toBe('allow');
    const narrow = [own({ decision: 'allow', command: ['cp', '...'], paths: [FOLDER] })];
    expect(judge('cp src/a b', { rules: narrow }).verdict).toBe('allow');
    for (const text of ['cp /etc/passwd b', 'cp ../a b', 'cp $x b', 'cp src/* b', 'cp a link-out', 'cd /; cp etc/x b'])
      expect([
        text,
        judge(text, { rules: [...narrow, own({ decision: 'allow', command: ['cd', '...'] })] }).verdict,
      ]).toEqual([text, 'ask']);
    expect(judge('cp a b', { rules: narrow, action: { cwd: '/srv/other' } }).verdict).toBe('ask');
    expect(judge('cp a b < /etc/passwd', { rules: narrow }).verdict).toBe('ask');
  });

  it('about some paths follows a text to where it says that it goes', () => {
    const cp = own({ decision: 'allow', command: ['cp', '...'], paths: [FOLDER] });
    const cd = own({ decision: 'allow', command: ['cd', '...'], paths: [FOLDER] });
    const rules = [cp, cd];
    expect(judge('cd sub && cp a b', { rules }).verdict).toBe('allow');
    expect(judge('cd sub && cp ../a b', { rules }).verdict).toBe('ask'); // from where it starts, it leads out
    for (const text of [
      'cd .. && cp a b',
      'cd && cp a b',
      'cd - && cp a b',
      'cd -P sub && cp a b',
      'cd "$x" && cp a b',
      'cd /etc && cp a b',
    ]) {
      expect([text, judge(text, { rules }).verdict]).toEqual([text, 'ask']);
    }
  });

  it('may be about some requesters alone', () => {
    const asks = (requesters: string[]) =>
      judge('npm test', { rules: [own({ decision: 'allow', command: ['npm', 'test'], requesters })] }).verdict;
    expect(asks(['human'])).toBe('allow');
    expect(asks(['laptop'])).toBe('allow');
    expect(asks(['device-of-laptop'])).toBe('allow');
    expect(asks(['agent', 'assistant', 'desk'])).toBe('ask');
  });

  it('ends, and goes with the one who gave it', () => {
    const until = own({ decision: 'allow', command: ['npm', 'test'], expiresAt: 1000 });
    expect(judge('npm test', { rules: [until], request: { now: 999 } }).verdict).toBe('allow');
    expect(judge('npm test', { rules: [until], request: { now: 1000 } }).verdict).toBe('ask');
    const given = own({ decision: 'allow', command: ['npm', 'test'], grantedBy: 'phone' as DeviceId });
    expect(judge('npm test', { rules: [given], request: { mayApprove: (device) => device === 'phone' } }).verdict).toBe(
      'allow',
    );
    expect(judge('npm test', { rules: [given], request: { mayApprove: () => false } }).verdict).toBe('ask');
  });

  it('does not hold for a program that may page, where somebody types', () => {
    const rules = [own({ decision: 'allow', access: 'full-access', command: ['git', 'fetch', '...'] })];
    const action = { tty: { cols: 80, rows: 24 }, stdin: true };
    expect(judge('git fetch', { rules, access: 'full-access' }).verdict).toBe('allow');
    expect(judge('git fetch', { rules, access: 'full-access', action }).because.join()).toContain('pager');
    expect(judge('git log', { action })).toMatchObject({ verdict: 'allow', access: 'read-only' });
  });
});

describe('rules that forbid and ask', () => {
  it('go before those that allow, the strictest first', () => {
    const ask = own({ name: 'mind', decision: 'ask', command: ['npm', '...'] });
    const deny = own({ name: 'never', decision: 'deny', command: ['npm', 'publish', '...'] });
    const rules = [npmAll, ask, deny];
    expect(judge('npm test', { rules })).toMatchObject({ verdict: 'ask', rule: 'mind' });
    expect(judge('npm publish', { rules })).toMatchObject({ verdict: 'deny', rule: 'never' });
    expect(judge('npm publish', { rules }).hint).toContain('dispatch policy remove never');
    expect(judge('npm test; npm publish x', { rules: rules.toReversed() })).toMatchObject({
      verdict: 'deny',
      rule: 'never',
    });
    expect(judge('ls', { rules: [own({ decision: 'deny', command: ['ls'] })], access: 'read-only' }).verdict).toBe(
      'deny',
    );
  });

  it.each(DODGES.flatMap(([command, texts]) => texts.map((text) => [command.join(' '), text, command] as const)))(
    'what forbids %s forbids %j',
    (_name, text, command) => {
      for (const access of ['read-only', 'workspace-write', 'full-access'] as const) {
        expect(judge(text, { rules: [own({ decision: 'deny', command })], access }).verdict).toBe('deny');
      }
      expect(judge(text, { rules: [own({ decision: 'ask', command })], access: 'read-only' }).verdict).toBe('ask');
    },
  );

  it.each(OTHERS.flatMap(([command, texts]) => texts.map((text) => [command.join(' '), text, command] as const)))(
    'what forbids %s says nothing of %j',
    (_name, text, command) =>
      expect(judge(text, { rules: [own({ decision: 'deny', command })] }).verdict).not.toBe('deny'),
  );

  it('are about their level and those above', () => {
    const rules = [own({ decision: 'deny', access: 'workspace-write', command: ['cat', '...'] })];
    expect(judge('cat a', { rules }).verdict).toBe('deny');
    expect(judge('cat a', { rules, access: 'full-access' }).verdict).toBe('deny');
    expect(judge('cat a', { rules, access: 'read-only' }).verdict).toBe('allow');
  });

  it('about paths forbid what names one of them, and ask where that cannot be known', () => {
    const rules = [own({ name: 'keys', decision: 'deny', paths: ['/home/me/.ssh'] })];
    expect(judge('cat /home/me/.ssh/id', { rules })).toMatchObject({ verdict: 'deny', rule: 'keys' });
    expect(judge('cat a /home/me/.ssh/id b', { rules, access: 'read-only' }).verdict).toBe('deny');
    expect(judge('cd /home/me && cat .ssh/id', { rules }).verdict).toBe('deny');
    expect(judge('cat a', { rules }).verdict).toBe('allow');
    for (const text of ['cat $x', 'cat *', 'cd $x && cat id', 'sh -c "cat x"']) {
      expect(judge(text, { rules, access: 'read-only' })).toMatchObject({ verdict: 'ask', rule: 'keys' });
    }
  });

  it('without a command are about everything', () => {
    expect(judge('ls', { rules: [own({ name: 'off', decision: 'deny', requesters: ['human'] })] })).toMatchObject({
      verdict: 'deny',
      rule: 'off',
    });
    expect(judge('ls', { rules: [own({ decision: 'deny', requesters: ['agent'] })] }).verdict).toBe('allow');
    for (const [requester, verdict] of [
      ['human@laptop', 'deny'],
      ['human@device-of-laptop', 'deny'],
      ['laptop', 'deny'],
      ['agent@laptop', 'allow'],
      ['human@nas', 'allow'],
      ['human@local', 'allow'],
      ['local', 'allow'],
    ] as const) {
      expect([requester, judge('ls', { rules: [own({ decision: 'deny', requesters: [requester] })] }).verdict]).toEqual(
        [requester, verdict],
      );
    }
    expect(judge('ls', { rules: [own({ decision: 'deny', routes: ['inline'] })] }).verdict).toBe('allow');
  });
});

it('takes a wrapper with more words than anybody reads for whatever is forbidden', () => {
  const rules = [own({ decision: 'deny', command: ['rm', '-x', '-y'] })];
  expect(judge(`env ${'a '.repeat(5000)}`, { rules }).verdict).toBe('deny');
  expect(judge(`env ${'a '.repeat(50)}`, { rules }).verdict).toBe('ask');
});

it('says in one short line what it is about, whatever that holds', () => {
  const answer = judge(`x 'a\nb' ${'y'.repeat(500)}`);
  expect(answer.because.join().length).toBeLessThan(200);
  expect(answer.because.join()).not.toContain('\n');
});

describe('what tells of the machine', () => {
  const facts = (text: string, untouched: boolean) => {
    const { untouched: _, ...rest } = requestOf(text).facts;
    return untouched ? { ...rest, untouched: true as const } : rest;
  };

  it('does not run at once where it would tell of the sandbox', () => {
    for (const text of [
      'ps aux',
      'top',
      'ss -l',
      'netstat',
      'lsof',
      'mount',
      'who',
      'w',
      'lscpu',
      'pgrep a',
      'df -h; ls',
      'df /',
    ])
      expect([text, judge(text).verdict]).toEqual([text, 'ask']);
    expect(judge('systemctl status').verdict).toBe('ask');
    expect(judge('journalctl').verdict).toBe('ask');
  });

  it('runs outside of the sandbox where it is harmless, and says so', () => {
    for (const access of ['workspace-write', 'full-access'] as const) {
      const answer = judge('df -h', { access });
      expect(answer).toMatchObject({ verdict: 'allow', access: 'full-access', rule: 'machine-state' });
      expect(answer.because.join()).toContain('only reads the state of the machine');
    }
    expect(judge('df', { sandbox: false })).toMatchObject({ verdict: 'allow', access: 'full-access' });
    expect(judge('df', { access: 'read-only' })).toMatchObject({ verdict: 'allow', access: 'read-only' });
  });

  it('does so with no shell syntax at all, and no other words', () => {
    for (const text of [
      'df -h; ls',
      'df -h | head',
      'df -h > x',
      'df "-h"',
      'df $x',
      'df -h 2>&1',
      'TZ=x df',
      './df',
      'df -x a',
      'df\n',
      '(df)',
      'df -h #',
    ])
      expect([text, judge(text).verdict]).toEqual([text, 'ask']);
    expect(judge('df', { action: { env: { PATH: '/x' } } }).verdict).toBe('ask');
    expect(judge('df', { action: { secrets: ['A'] } }).verdict).toBe('ask');
  });

  it('does so only where the owner allows as much, and nothing can have taken its place', () => {
    const { device } = requestOf('df');
    for (const maxAccess of ['read-only', 'workspace-write'] as const)
      expect(judge('df', { request: { device: { ...device, maxAccess } } }).verdict).toBe('ask');
    const { maxAccess: _, ...unknown } = device;
    expect(judge('df', { request: { device: unknown } }).verdict).toBe('ask');
    const touched = judge('df', { request: { facts: facts('df', false) } });
    expect(touched.verdict).toBe('ask');
    expect(touched.because.join()).toContain('could stand in for it');
    expect(judge('df', { sandbox: false, request: { facts: facts('df', false) } }).verdict).toBe('allow');
    expect(judge('df', { request: { facts: { paths: [] } } }).verdict).toBe('ask');
  });

  it('heeds what is said of full access, though less was asked for', () => {
    for (const decision of ['ask', 'deny'] as const) {
      const rules = [own({ name: 'mind', decision, access: 'full-access' })];
      expect(judge('df', { rules })).toMatchObject({ verdict: 'ask', access: 'workspace-write', rule: 'mind' });
      expect(judge('ls', { rules }).verdict).toBe('allow');
    }
  });

  it('does not stand beside other commands in a sandbox', () => {
    const full = own({ decision: 'allow', access: 'full-access', command: ['npm', 'test'] });
    expect(judge('npm test; df', { rules: [npmTest] }).verdict).toBe('ask');
    expect(judge('npm test; df', { rules: [full], sandbox: false }).verdict).toBe('allow');
  });
});

describe('the reason', () => {
  const why = (text: string, asked: Parameters<typeof judge>[1] = {}): string => {
    const answer = judge(text, asked);
    expect(answer.verdict).toBe('ask');
    return answer.because.join();
  };
  const here = own({ name: 'npm-test', decision: 'allow', command: ['npm', 'test'], paths: ['/srv/.'] });

  it('names the first command that no rule allows', () => {
    expect(why('npm test; rm -rf ~/foo', { rules: [npmTest] })).toContain('no rule allows `rm -rf ~/foo`');
    expect(why('npm test; rm -rf ~/foo', { rules: [here] })).toContain('no rule allows `rm -rf ~/foo`');
    expect(why('ls; canary a; canary b')).toContain('no rule allows `canary a`');
  });

  it('names the redirect', () => {
    expect(why('cat notes.txt > out.txt')).toContain('the line writes to out.txt, which no rule allows');
    expect(why('ls 2>/dev/null >> out')).toContain('writes to out,');
  });

  it.each<[string, Partial<Rule>, string]>([
    ['who asks', { requesters: ['agent'] }, 'not when human@laptop asks'],
    ['the folder', { paths: ['/elsewhere'] }, 'not in this folder or with paths like these'],
    ['the level', { access: 'read-only' }, 'only up to read-only, and not with workspace-write'],
    ['the time', { expiresAt: 1000 }, 'it has expired'],
    ['who gave it', { grantedBy: 'gone' as DeviceId }, 'may not approve here any more'],
  ])('says that a rule would match but for %s', (_what, condition, words) => {
    const rules = [{ ...npmTest, ...condition }];
    expect(why('npm test', { rules, request: { mayApprove: () => false } })).toBe(
      `the rule "npm-test" would allow \`npm test\`, but ${words.startsWith('may') ? 'the device that gave it ' : ''}${words}, so a person decides`,
    );
  });

  it("tells another device nothing of a rule's folders", () => {
    const rules = [{ ...npmTest, paths: ['/home/me/secret-project'] }];
    expect(why('npm test', { rules })).not.toContain('secret-project');
    const requester = { kind: 'human', device: 'device-of-box' as DeviceId, name: 'box' } as const;
    expect(why('npm test', { rules, request: { requester } })).toContain('/home/me/secret-project');
    expect(why('npm test', { rules: [here], request: { requester } })).toContain('only in /srv itself');
  });

  it('says what keeps a command that only reads from running at once', () => {
    expect(why('cat a', { sandbox: false })).toContain('there is no sandbox to keep it to that');
    expect(why('cat a', { access: 'full-access' })).toContain('not asked for with full-access');
    expect(why('npm test; git status', { rules: [npmTest] })).toContain(
      '`git status` is allowed where it can only read',
    );
  });
});

it('does not look for ever at a text that was made for it: what is not looked at is asked about', () => {
  const rules = Array.from({ length: 50 }, (_, index) =>
    own({ name: `deny-${index}`, decision: 'deny', command: ['rm', '-rf', `zz${index}`, 'q'] }),
  );
  const text = `sudo ${'rm -a '.repeat(300)}; `.repeat(30);
  expect(judge(text, { rules }).verdict).not.toBe('allow');
  // The same without a bound took eighteen seconds; the time-out of the test is the bound here.
}, 5_000);
