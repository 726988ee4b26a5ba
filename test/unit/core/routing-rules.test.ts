// Patterns, commands that are filled in, and rules: what fits, what is refused when it is configured, and what a real shell makes of it.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCommand, fillCommand, quoteWord } from '../../../src/core/routing/fill-command.ts';
import { compileGlob, matchGlob } from '../../../src/core/routing/globs.ts';
import { compileRules, faultOf, matchRule, type RoutingRule } from '../../../src/core/routing/rules.ts';

function match(pattern: string, text: string): readonly string[] | undefined {
  const glob = compileGlob(pattern);
  if (!glob.ok) throw new Error(glob.reason);
  return matchGlob(glob, text, text.toLowerCase());
}

describe('a pattern', () => {
  it.each([
    ['deploy *', 'deploy web', ['web']],
    ['deploy *', 'Deploy Web', ['Web']],
    ['deploy *', 'deploy ', ['']],
    ['* on *', 'a on b on c', ['a', 'b on c']],
    ['*', '', ['']],
    ['**', 'a', ['a']],
    ['a*a', 'aa', ['']],
    ['{web,api} up', 'API up', []],
    ['go {a,b}{1,2}*', 'go b2!', ['!']],
    ['\\*', '*', []],
    ['a\\{b', 'a{b', []],
    ['a}b', 'a}b', []],
    ['*ß*', 'xßy', ['x', 'y']],
    ['🦀 *', '🦀 x', ['x']],
    ['*\n*', 'a\nb', ['a', 'b']],
  ])('%j fits %j', (pattern, text, found) => {
    expect(match(pattern, text)).toEqual(found);
  });

  it.each([
    ['deploy *', 'deploy'],
    ['deploy *', ' deploy x'],
    ['a*a', 'a'],
    ['{web,api} up', 'web,api up'],
    ['a*b*c', 'acb'],
    ['.*', 'x'],
    ['[a-z]', 'b'],
  ])('%j does not fit %j', (pattern, text) => {
    expect(match(pattern, text)).toBeUndefined();
  });

  it.each(['', '  ', 'a {b', 'a {*}', 'a {b{c}}', `${'{a,b,c,d}'.repeat(4)}`])('%j is none', (pattern) => {
    expect(compileGlob(pattern)).toMatchObject({ ok: false, code: 'invalid' });
  });

  it('with stars fits what its literals are parts of, and gives back the whole text', () => {
    const literal = fc.stringMatching(/^[a-c]{0,3}$/);
    fc.assert(
      fc.property(
        fc.array(literal, { minLength: 2, maxLength: 4 }),
        fc.stringMatching(/^[a-c]{0,12}$/),
        (literals, text) => {
          const pattern = literals.map((part, index) => (index > 0 && part === '' ? 'a' : part)).join('*');
          const parts = pattern.split('*');
          const expected = new RegExp(`^${parts.map((part) => `${part}`).join('[^]*')}$`).test(text);
          const found = match(pattern, text);
          expect(found !== undefined).toBe(expected);
          if (found !== undefined) expect(parts.map((part, index) => part + (found[index] ?? '')).join('')).toBe(text);
        },
      ),
    );
  });

  it('is never slow', () => {
    const text = 'a'.repeat(100_000);
    const begin = performance.now();
    expect(match(`${'a*'.repeat(100)}b`, text)).toBeUndefined();
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe('a command of a rule', () => {
  it.each([
    './deploy WHAT={1}',
    'cp -- {1} {2}',
    'bash deploy.sh {1}',
    'python3 ./tools/ship.py --to {1}',
    'timeout 5 ./ship {1} > log; ls .',
    'echo "please eval this" {1}',
    'find . -name {1}',
    'echo "to $HOME" {1}',
    "echo 'it''s' {1}",
    'ls -- {1} | head -n 3',
    'for f in {1} {2}; do ls -- "$f"; done',
    'make',
    "awk '{print}' file",
  ])('%j may be', (command) => {
    expect(checkCommand(command, 2)).toEqual({ ok: true });
  });

  it.each([
    ['echo "{1}"', 'in quotes'],
    ["echo '{1}'", 'in quotes'],
    ['echo \\{1}', 'in quotes'],
    ['echo "a" "b {1}', 'in quotes'],
    ['echo {3}', 'stands for nothing'],
    ['echo {0}', 'stands for nothing'],
    ['cat <<EOF\n{1}\nEOF', 'cannot be filled'],
    ['echo $(( {1} ))', 'cannot be filled'],
    ["echo $'a' {1}", 'cannot be filled'],
    ['echo `ls {1}`', 'cannot be filled'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is shell text
    ['echo ${1}', 'cannot be filled'],
    ['echo # {1}', 'cannot be filled'],
    ...[
      'eval {1}', 'eval echo {1}', 'sh -c {1}', 'bash -c {1}', '/bin/bash -c {1}', 'bash -xc {1}', 'bash {1}', "bash -c 'ls' {1}", 'ssh nas ls {1}',
      'sudo ssh nas {1}', 'let {1}', '[[ {1} -eq 1 ]]', 'if [[ -v {1} ]]; then ls; fi', '[ -v {1} ]', 'source {1}', '. {1}', 'ls; . {1}',
      'echo {1} | xargs rm', 'echo {1} | sh', 'echo {1} | tee x | bash', 'env {1}', 'env -S {1}', 'X={1} env ls', 'find . -exec sh -c {1} \\;',
      'export {1}', 'declare -i n={1}', 'read {1}', 'printf -v {1} x', 'trap {1} EXIT', 'python3 -c {1}', 'node -e {1}', 'perl -e {1}',
      'awk {1} file', 'sed {1} file', 'make deploy WHAT={1}', 'watch {1}', 'su -c {1}', '"eval" {1}', 'e\\val {1}', 'parallel {1}',
    ].map((command): [string, string] => [command, 'once more']), // biome-ignore format: a list of words
  ])('%j may not', (command, words) => {
    const checked = checkCommand(command, 2);
    expect(checked).toMatchObject({ ok: false });
    expect(!checked.ok && checked.reason).toContain(words);
  });

  it('takes no text with a line break or a control character', () => {
    for (const text of ['a\nb', 'a\rb', 'a\0b', 'a\u001bb'])
      expect(fillCommand('echo {1}', [text])).toMatchObject({ ok: false });
    expect(fillCommand('echo {1}', ['a\tb'])).toMatchObject({ ok: true });
  });

  it('gives a real shell exactly the text, whatever it holds', () => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      '\\',
      '$(echo x)',
      '`echo x`',
      ';',
      '&',
      '|',
      '\n',
      ' ',
      '*',
      '~',
      '$HOME',
      '{1}',
      '!',
      '-',
      '#',
    );
    const text = fc
      .array(fc.oneof(nasty, fc.string({ maxLength: 3 })), { maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (one, two) => {
        const filled = fillCommand('printf %s\\\\0%s {1} pre{2}', [one, two]);
        if (!filled.ok) return;
        const out = execFileSync('/bin/sh', ['-c', filled.command], { encoding: 'utf8' });
        expect(out).toBe(`${one}\0pre${two}`.toWellFormed());
      }),
      { numRuns: 60 },
    );
    expect(quoteWord('')).toBe("''");
  });
});

describe('rules', () => {
  const rule = (more: Partial<RoutingRule>): RoutingRule => ({ name: 'r', match: ['a *'], ...more });

  it.each([
    [rule({}), 'name'],
    [rule({ match: ['a {b'], route: 'inline' }), 'match'],
    [rule({ run: 'x', route: 'inline' }), 'route'],
    [rule({ run: 'x', connector: 'c' }), 'connector'],
    [rule({ run: 'x {2}' }), 'run'],
    [rule({ match: ['a *', 'b'], run: 'x {1}' }), 'run'],
    [rule({ connector: 'c', route: 'inline' }), 'connector'],
    [rule({ connector: 'c', access: 'read-only' }), 'access'],
    [rule({ route: 'inline', device: 'nas' }), 'device'],
  ])('that cannot be: %j', (wrong, key) => {
    expect(faultOf(wrong)).toMatchObject({ key });
    expect(compileRules([wrong])).toEqual([]);
  });

  it('are compiled once, and the first that fits counts', () => {
    const rules = [rule({ name: 'one', match: ['a b'], device: 'x' }), rule({ name: 'two', device: 'y' })];
    const compiled = compileRules(rules);
    expect(compileRules(rules)).toBe(compiled);
    expect(matchRule(compiled, 'a b')?.rule.name).toBe('one');
    expect(matchRule(compiled, 'A c')).toMatchObject({ rule: { name: 'two' }, texts: ['c'] });
    expect(matchRule(compiled, 'b')).toBeUndefined();
    // In lower case this letter has two units.
    expect(matchRule(compiled, 'a İİ x')?.texts).toEqual(['İİ x']);
  });
});

describe('the length of a text', () => {
  it('that rules are tried on has an end', () => {
    const rules = compileRules([{ name: 'all', match: ['*'], device: 'nas' }]);
    expect(matchRule(rules, 'x'.repeat(10_000))).toBeDefined();
    expect(matchRule(rules, 'x'.repeat(10_001))).toBeUndefined();
  });
});
