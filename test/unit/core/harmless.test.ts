import { describe, expect, it } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { checkGate } from '../../../src/core/policy/gate.ts';
import { harmlessCommand } from '../../../src/core/policy/harmless.ts';

describe('commands that run without asking', () => {
  it.each([
    'true',
    'false',
    'pwd',
    'ls',
    'ls -la',
    'ls -l /tmp src',
    'echo hello world',
    'date',
    'date -u',
    'date +%s',
    'uname -a',
    'whoami',
    'sleep 5',
    'sleep 0.2',
    'seq 100',
    ' ls  -a ',
  ])('allows %j', (command) => expect(harmlessCommand(command)).toBeDefined());

  it.each([
    '',
    'rm -rf build',
    'ls; rm -rf build',
    'ls\nrm -rf build',
    'ls\r\nrm x',
    'ls\trm',
    'ls && rm x',
    'ls || rm x',
    'ls & rm x',
    'ls | sh',
    'ls > /etc/passwd',
    'ls < /dev/zero',
    'echo $(rm x)',
    'echo `rm x`',
    'echo $HOME',
    'echo $' + '{x}',
    "echo 'a'",
    'echo "a"',
    'echo a\\b',
    'echo *',
    'echo ?',
    'echo [a]',
    'echo {a,b}',
    'echo ~',
    'ls ~/x',
    '=ls',
    'X=1 ls',
    'ls #x',
    'ls (x)',
    'ls !x',
    '/tmp/ls',
    './ls',
    'LS',
    'ls --color=always',
    'ls --hyperlink',
    'date -s 2020-01-01',
    'date 010100002030',
    'date --set=now',
    'hostname evil',
    'hostname -F /etc/passwd',
    'uname --evil',
    '\u00a0ls',
    'ls\ufeff',
    '\vls',
    'ls\f',
    'ls -R /',
    'sleep 61',
    'sleep 5 5',
    'seq 1000000',
    'sleep 1e9',
    'sleep infinity',
    'sleep 999999999',
    'seq 1e12',
    'seq 99999999999999',
    'env ls',
    'sudo ls',
    'sh -c ls',
    'xargs ls',
    'find . -delete',
    'cat /etc/shadow',
    'git log',
    'toString',
    '__proto__',
    'constructor',
    'echo \u0000',
    'echo \u202e',
    'lѕ', // a Cyrillic letter
  ])('asks about %j', (command) => expect(harmlessCommand(command)).toBeUndefined());
});

describe('the gate', () => {
  const capabilities = {
    shell: true,
    browserAutomation: false,
    desktopAutomation: false,
    local_files: false,
    reachableFolders: [],
  };
  const permissions = { shell: true, local_files: true, browser_automation: false, desktop_automation: false };
  const action = (command: string, more: Partial<ShellAction> = {}): ShellAction => ({
    kind: 'shell',
    command,
    access: 'workspace-write',
    ...more,
  });
  const base = { capabilities, permissions, enforced: 'full-access' as const };

  it('allows what a rule allows and names the rule', () => {
    expect(checkGate({ ...base, action: action('ls -l') })).toMatchObject({
      verdict: 'allow',
      rule: 'harmless-commands',
    });
    expect(checkGate({ ...base, action: { kind: 'inline', language: 'expression', source: '1' } })).toMatchObject({
      verdict: 'allow',
      rule: 'inline-sandbox',
    });
  });

  it('asks where no rule speaks', () => {
    expect(checkGate({ ...base, action: action('npm test') })).toMatchObject({ verdict: 'ask' });
  });

  it('asks when variables could change what a harmless command is', () => {
    expect(checkGate({ ...base, action: action('ls', { env: { PATH: '/tmp/evil' } }) })).toMatchObject({
      verdict: 'ask',
    });
  });

  it('denies what the owner does not allow, whatever a rule says', () => {
    const answer = checkGate({ ...base, permissions: { ...permissions, shell: false }, action: action('ls') });
    expect(answer.verdict).toBe('deny');
    expect(answer.because.join()).toContain('permission');
  });

  it('looks at capability before permission', () => {
    const answer = checkGate({
      ...base,
      capabilities: { ...capabilities, shell: false },
      permissions: { ...permissions, shell: false },
      action: action('ls'),
    });
    expect(answer.because.join()).toContain('capability');
  });

  it('lets the strictest rule win', () => {
    const rules = [
      { name: 'lenient', verdict: 'allow' as const, concerns: () => 'it is nice' },
      { name: 'strict', verdict: 'deny' as const, concerns: () => 'it is not' },
      { name: 'middle', verdict: 'ask' as const, concerns: () => 'who knows' },
    ];
    expect(checkGate({ ...base, action: action('ls'), rules })).toEqual({
      verdict: 'deny',
      rule: 'strict',
      because: ['policy: it is not'],
    });
  });
});
