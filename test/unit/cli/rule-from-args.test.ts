import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/commands/policy.ts';
import { ruleFromArgs } from '../../../src/cli/rule-from-args.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';

const AROUND = {
  taken: ['allow-npm-test', 'allow-npm-test-2'],
  devices: [{ id: '12D3KooWlaptop', name: 'laptop' }],
  cwd: '/home/me/app',
  now: 1000,
};
const rule = (...words: string[]): RuleBody =>
  ruleFromArgs(parseCommandLine('policy', command, ['add', ...words]), AROUND);

describe('a rule from options', () => {
  it('holds what was given, and nothing else', () => {
    expect(rule('--allow', '--', 'git', 'log', '...')).toEqual({
      name: 'allow-git-log',
      decision: 'allow',
      command: ['git', 'log', '...'],
    });
    const all = [
      ...['--deny', '--name', 'no.push', '--requester', 'agent', '--requester', '@laptop', '--route', 'desktop-local'],
      ...['--access', 'read-only', '--path', 'src/**', '--path', '~/docs/', '--without=--dry-run', '--ttl', '60'],
      ...['--match', 'git push', '--no-match', 'git pull', '--', 'git', 'push', '...'],
    ];
    expect(rule(...all)).toEqual({
      name: 'no.push',
      decision: 'deny',
      routes: ['desktop-local'],
      requesters: ['agent', '12D3KooWlaptop'],
      access: 'read-only',
      command: ['git', 'push', '...'],
      without: ['--dry-run'],
      paths: ['/home/me/app/src/**', '~/docs'],
      match: ['git push'],
      noMatch: ['git pull'],
      expiresAt: 61_000,
    });
  });

  it('gets a name that is free and fit to be one', () => {
    expect(rule('--allow', '--', 'npm', 'test').name).toBe('allow-npm-test-3');
    expect(rule('--ask', '--', './a b.sh', '*', '{x,y}', '...').name).toBe('ask-.-a-b.sh-x-y');
    expect(rule('--deny', '--requester', 'agent', '--access', 'full-access').name).toBe('deny-agent-full-access');
    expect(rule('--allow', '--path', '/srv').name).toBe('allow');
    const narrow = ['./.', 'src/.', '/srv/.', '/.', '~/src/.'].flatMap((path) => ['--path', path]);
    expect(rule('--allow', ...narrow).paths).toEqual([
      '/home/me/app/.',
      '/home/me/app/src/.',
      '/srv/.',
      '/.',
      `${homedir()}/src/.`,
    ]);
    expect(rule('--allow', '--', 'x'.repeat(300)).name).toHaveLength(60);
  });

  it('is about operations, too', () => {
    expect(rule('--allow', '--operation', 'desktop.{screenshot,zoom}', '--operation', 'desktop.list_windows')).toEqual({
      name: 'allow-desktop.-screenshot-zoom-desktop.list_windows',
      decision: 'allow',
      operations: ['desktop.{screenshot,zoom}', 'desktop.list_windows'],
    });
  });

  it('is about sites, too', () => {
    expect(rule('--allow', '--operation', 'browser.dispatch_text', '--origin', 'https://*.example.org')).toMatchObject({
      operations: ['browser.dispatch_text'],
      origins: ['https://*.example.org'],
    });
  });

  it.each([
    [['--allow', '--operation', 'browser.*', '--origin', 'example.org'], '--origin example.org: it is no origin'],
    [['--allow', '--operation', 'files.juggle'], '--operation files.juggle: it fits no operation'],
    [['--allow', '--operation', '{a'], '--operation {a: it fits no operation'],
    [['--allow', '--operation', 'files.*', '--', 'ls'], 'commands of the shell or about --operation, and not both'],
    [['--', 'ls'], 'the decision is missing'],
    [['--allow', '--deny', '--', 'ls'], '--allow and --deny are different decisions'],
    [['--allow'], 'a rule about nothing in particular would be about everything'],
    [['--allow', '--', 'npm test'], '"npm test" is one word with blanks in it'],
    [['--allow', '--', 'git', '...', 'log'], '"..." stands at the end, or nowhere'],
    [['--allow', '--', '...'], '"..." follows the name of a command'],
    [['--allow', '--', 'git', ''], 'a word of the command is empty'],
    [['--allow', '--name', 'a b', '--', 'ls'], '--name a b: expected letters'],
    [['--deny', '--requester', 'agnet'], '--requester agnet: expected one of human, assistant, agent, laptop'],
    [['--deny', '--requester', 'gpu-box'], '--requester gpu-box: expected one of'],
    [['--deny', '--route', 'desktop'], '--route desktop: expected one of cloud-knowledge'],
    [['--deny', '--access', 'all'], '--access all: expected read-only, workspace-write or full-access'],
    [['--deny', '--ttl', '0', '--', 'ls'], '--ttl 0: expected a whole number from 1 to'],
  ])('%j is refused', (words, message) => {
    expect(() => rule(...words)).toThrow(message);
  });
});
