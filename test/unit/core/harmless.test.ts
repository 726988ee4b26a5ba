import { describe, expect, it } from 'vitest';
import { areHarmless, HARMLESS_NAMES, harmlessCommand } from '../../../src/core/policy/harmless.ts';

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

describe('words that are known one by one', () => {
  it('are judged as the text of them is', () => {
    expect(areHarmless(['ls', '-l'])).toBe(true);
    expect(areHarmless(['ls', '$x'])).toBe(false);
    expect(areHarmless(['ls', ''])).toBe(false);
    expect(areHarmless([])).toBe(false);
  });

  it('have names that rules can show', () => expect(HARMLESS_NAMES).toContain('ls'));
});
