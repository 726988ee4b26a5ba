// The completion scripts, loaded by the shells that they are for.
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../../../src/cli/registry.ts';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { startTerminal } from '../../helpers/terminal-driver.ts';
import { completeInBash, pathWithDispatch } from './completion-harness.ts';

let home: CliHome;
let path: string;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  await home.cli(['run', '--yes', '--', 'echo x > "$DISPATCH_ARTIFACTS/x"']);
  await home.cli(['run', '--detach', '--', 'touch waits']);
  path = pathWithDispatch(home);
});
afterAll(() => home.dispose());

const complete = (...words: string[]): string[] => completeInBash(home, path, words);

needs('bash')('bash', () => {
  it('completes commands and options', () => {
    expect(complete('').sort()).toEqual(Object.keys(COMMANDS).sort());
    expect(complete('re').sort()).toEqual(['reject', 'rename', 'reroute', 'retry', 'revoke']);
    expect(complete('run', '--t').sort()).toEqual(['--timeout', '--tty']);
    expect(complete('doctor', '--').sort()).toEqual(['--help', '--json', '--rebuild', '--verbose', '--verify']);
    expect(complete('config', 's')).toEqual(['show']);
    expect(complete('peer', 'st').sort()).toEqual(['status', 'stop']);
    expect(complete('permissions', 's')).toEqual(['set']);
    expect(complete('completion', '').filter((word) => !word.startsWith('-'))).toEqual(['bash', 'zsh', 'fish']);
  });

  it('completes what follows a word, and the values of options', () => {
    expect(complete('policy', '').filter((word) => !word.startsWith('-'))).toEqual(['list', 'check', 'add', 'remove']);
    expect(complete('policy', 'check', '--access', '').sort()).toEqual(['full-access', 'read-only', 'workspace-write']);
    expect(complete('run', '--access', 'w')).toEqual(['workspace-write']);
    expect(complete('policy', 'check', '--as', 'a').sort()).toEqual(['agent', 'assistant']);
    expect(complete('ps', '--status', 'q')).toEqual(['queued']);
    expect(complete('policy', 'add', '--no').sort()).toEqual(['--no-match']);
    expect(complete('permissions', 'set', 'browser')).toEqual(['browser_automation=on', 'browser_automation=off']);
    // To bash = is a word of its own.
    expect(complete('permissions', 'set', 'shell', '=')).toEqual(['on', 'off']);
    expect(complete('permissions', 'set', 'shell=on', 'max-access', '=', 'r')).toEqual(['read-only']);
  });

  it('completes the rules that can be removed', async () => {
    expect((await home.cli(['policy', 'add', '--yes', '--deny', '--name', 'mine', '--', 'rm', '...'])).code).toBe(0);
    expect(complete('policy', 'remove', '')).toEqual(['mine']);
    expect((await home.cli(['policy', 'remove', 'mine'])).out).toBe('removed mine\n');
  });

  it('completes what there is: runs, approvals, artifacts', async () => {
    expect(complete('show', '').sort()).toEqual(['1', '2']);
    expect(complete('wait', '2')).toEqual(['2']);
    expect(complete('approve', '')).toEqual(['2']);
    const artifacts = (await home.json(['artifacts', '--json'])) as { id: string }[];
    expect(complete('get', '').sort()).toEqual(artifacts.map(({ id }) => id).sort());
  });
});

needs('bash')('devices in bash', () => {
  const name = async (): Promise<string> => {
    const [device] = (await home.json(['devices', '--json'])) as { name: string }[];
    return device?.name ?? '';
  };

  it('complete after --on, also as a list, and for the commands that take one', async () => {
    const device = await name();
    expect(complete('run', '--on', '').sort()).toEqual([device, '@all'].sort());
    expect(complete('run', '--on', '@a')).toEqual(['@all']);
    expect(complete('run', '--on', `local,${device.slice(0, 2)}`)).toEqual([`local,${device}`]);
    expect(complete('revoke', '')).toContain(device);
  });

  it('complete after @', async () => {
    const device = await name();
    expect(complete('route', `@${device.slice(0, 2)}`)).toEqual([`@${device}`]);
  });

  it('complete in a real shell as it is typed', async () => {
    const device = await name();
    const terminal = startTerminal({
      command: 'bash',
      args: ['--norc', '--noprofile', '-i'],
      cwd: home.work,
      env: { ...home.env, PATH: path, PS1: '$ ' },
    });
    onTestFinished(() => terminal.dispose());
    await terminal.waitFor('$');
    terminal.type('eval "$(dispatch completion bash)"; echo re""ady\r');
    await terminal.waitFor('ready');
    terminal.type('dispatch route make @al\t; dispatch run --on @al\t');
    await terminal.waitFor(/dispatch route make @all\s*; dispatch run --on @all/);
    terminal.press('C-u');
    await terminal.waitGone('dispatch route make');
    terminal.type('dispatch permissions set max-a\tr\t');
    await terminal.waitFor('dispatch permissions set max-access=read-only');
    terminal.press('C-u');
    await terminal.waitGone('dispatch permissions');
    terminal.type(`dispatch run --on local,${device.slice(0, -1)}\t`);
    await terminal.waitFor(`dispatch run --on local,${device} `.trimEnd());
  });
});

describe('the other shells', () => {
  it('get a script that names every command', async () => {
    for (const shell of ['zsh', 'fish']) {
      const { code, out } = await home.cli(['completion', shell]);
      expect(code).toBe(0);
      for (const name of Object.keys(COMMANDS)) expect(out).toMatch(new RegExp(`\\b${name}\\b`));
      for (const word of ['dispatch policy list', 'max-access=read-only', 'workspace-write'])
        expect(out).toContain(word);
    }
  });
});
