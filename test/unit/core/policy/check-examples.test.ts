import { describe, expect, it } from 'vitest';
import { BUILT_IN_RULES } from '../../../../src/core/policy/builtin.ts';
import { checkExamples } from '../../../../src/core/policy/check-examples.ts';
import type { RuleBody } from '../../../../src/core/policy/rules.ts';
import { readShell } from '../../../../src/routes/desktop/shell-reading/read-shell.ts';

const check = (...rules: RuleBody[]) => checkExamples(rules, readShell);
const rule = (body: Partial<RuleBody>): RuleBody => ({ name: 'x', decision: 'allow', ...body });

describe('the built-in rules', () => {
  it('do what they say', () => expect(checkExamples(BUILT_IN_RULES, readShell)).toEqual([]));

  it.each(BUILT_IN_RULES.filter(({ command }) => command !== undefined).map(({ name }) => name))(
    '%s has examples and counter-examples',
    (name) => {
      const found = BUILT_IN_RULES.find((each) => each.name === name);
      expect(found?.match?.length).toBeGreaterThan(0);
      expect(found?.noMatch?.length).toBeGreaterThan(0);
    },
  );
});

describe('examples', () => {
  it('that hold are no problem', () => {
    expect(
      check(
        rule({
          command: ['npm', 'test', '...'],
          match: ['npm test', 'npm test -- x'],
          noMatch: ['npm test; rm x', 'npm run'],
        }),
        rule({ name: 'y', decision: 'deny', command: ['rm', '...'], match: ['rm x', 'sudo rm x'], noMatch: ['ls rm'] }),
        rule({ name: 'here', command: ['make'], paths: ['/srv/.'], match: ['make'], noMatch: ['make x'] }),
        rule({ name: 'z', decision: 'deny', paths: ['~/.ssh'], requesters: ['agent'] }),
      ),
    ).toEqual([]);
  });

  it('that do not match are told', () => {
    expect(check(rule({ command: ['npm', 'test'], match: ['npm test', 'npm run'] }))).toEqual([
      { rule: 'x', place: 0, key: 'match', problem: 'the rule does not match its own example', example: 'npm run' },
    ]);
    expect(check(rule({ command: ['npm', 'test'], match: ['npm test; ls'] }))[0]).toMatchObject({ key: 'match' });
    expect(check(rule({ command: ['npm', 'test'], match: ['npm test &'] }))[0]?.problem).toContain('background');
  });

  it('that match and should not are told', () => {
    expect(check(rule({ command: ['npm', '...'], noMatch: ['npm publish'] }))[0]).toMatchObject({
      key: 'noMatch',
      example: 'npm publish',
    });
    expect(check(rule({ decision: 'deny', command: ['rm', '...'], noMatch: ['sudo rm x'] }))[0]).toMatchObject({
      key: 'noMatch',
    });
  });
});

it('names have to be unique', () => {
  expect(check(rule({}), rule({}))).toMatchObject([{ rule: 'x', place: 1, key: 'name' }]);
  expect(checkExamples([rule({})], readShell, ['x'])).toMatchObject([{ place: 0, key: 'name' }]);
});

describe('a rule that could never do anything', () => {
  it.each([
    [['sudo', '...'], 'somebody else'],
    [['sh', '-c', 'ls'], 'not in a file'],
    [['{nohup,xargs}', '...'], 'another command'],
    [['kubectl', 'exec', '...'], 'another command'],
    [['git', '-c', 'a=b', 'log'], 'another command'],
    [['find', '*', '-delete'], 'delete'],
  ])('such as one that allows %j is told', (command, why) => {
    const [problem] = check(rule({ command }));
    expect(problem?.key).toBe('command');
    expect(problem?.problem).toContain(why);
  });

  it.each([
    [['python3', '...']],
    [['bash', 'x.sh']],
    [['{sudo,ls}', '...']],
    [['*', '--version']],
    [['find', '...']],
    [['make', '*']],
    [['make', '-v']],
    [['env']],
    [['kubectl', 'get', '...']],
    [['npm', 'publish', '--access', 'public']],
  ])('%j may', (command) => expect(check(rule({ command }))).toEqual([]));

  it('may well forbid it', () => expect(check(rule({ decision: 'deny', command: ['sudo', '...'] }))).toEqual([]));
});

describe('a rule that is written wrongly', () => {
  it.each<[Partial<RuleBody>, string]>([
    [{ command: ['...'] }, 'command'],
    [{ command: ['a', '...', 'b'] }, 'command'],
    [{ command: ['{a,b}'.repeat(20)] }, 'command'],
    [{ without: ['-x'] }, 'without'],
    [{ paths: ['src'] }, 'paths'],
    [{ paths: ['~other/x'] }, 'paths'],
    [{ paths: ['~/x/.'] }, 'paths'],
  ])('%j is told', (body, key) => expect(check(rule(body))).toMatchObject([{ rule: 'x', key }]));
});
