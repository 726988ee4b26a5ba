// Places on other devices as shells complete them, against an engine in memory that says what is on them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { needs } from '../../helpers/needs.ts';
import { startTerminal } from '../../helpers/terminal-driver.ts';
import { completeInBash, pathWithDispatch } from './completion-harness.ts';
import { type Far, far, farDevice } from './far-harness.ts';

const THERE = [
  { name: 'photos', folder: true },
  { name: 'my photo.jpg', folder: false },
  { name: 'evil\u001b[2J', folder: false },
];

async function shared(): Promise<Far & { asked: unknown[] }> {
  const world = await far(farDevice('nas'), farDevice('attic'));
  const asked: unknown[] = [];
  world.peer.api['files.complete'] = async (params) => {
    asked.push(params);
    if (params.path.startsWith('~/secret')) throw new DispatchError('refused', 'it is not told', { hint: 'list it' });
    const begun = params.path.slice(params.path.lastIndexOf('/') + 1);
    return { completions: THERE.filter(({ name }) => name.startsWith(begun)) };
  };
  return { ...world, asked };
}

describe('places', () => {
  it('are asked of the device, and are lines that show as what they are', async () => {
    const { home, asked } = await shared();
    const places = async (word: string): Promise<string[]> => {
      const { code, out, err } = await home.cli(['completion', 'place', word]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return out.split('\n').slice(0, -1);
    };
    expect(await places('nas:~/a/my p')).toEqual(['nas:~/a/my photo.jpg']);
    expect(asked).toEqual([{ device: 'nas', path: '~/a/my p', limit: 200 }]);
    expect(await places('@nas:')).toEqual(['@nas:photos/', '@nas:my photo.jpg']);
    expect(await places('nas:~')).toEqual(['nas:~/']);
    expect(await places('nas:~/secret/')).toEqual([]);
    expect(await places('')).toEqual(['nas:', 'attic:']);
    expect(await places('@at')).toEqual(['@attic:']);
    expect(await places('./na')).toEqual([]);
    expect((await home.cli(['completion', 'bash', 'more'])).code).toBe(2);
  });
});

needs('bash')('places in bash', () => {
  it('complete as they are typed, in the words of the shell', async () => {
    const { home } = await shared();
    const path = pathWithDispatch(home);
    mkdirSync(join(home.work, 'nastier'));
    writeFileSync(join(home.work, 'nasty file'), '');
    const terminal = startTerminal({
      command: 'bash',
      args: ['--norc', '--noprofile', '-i'],
      cwd: home.work,
      env: { ...home.env, PATH: path, PS1: '$ ' },
    });
    onTestFinished(() => terminal.dispose());
    const types = async (typed: string, shown: string): Promise<void> => {
      terminal.type(typed);
      await terminal.waitFor(shown);
    };
    await terminal.waitFor('$');
    await types('eval "$(dispatch completion bash)"; echo re""ady\r', 'ready');
    // Nothing is put behind what may go on.
    await types('dispatch files copy att\t~/', 'files copy attic:~/');
    await types('ph\tx', 'attic:~/photos/x');
    await types(' na\t\t\t', 'nasty\\ file');
    await types(':~/m\tx', 'nas:~/my\\ photo.jpg x');
  });
});

/** The process of the tests is the peer, and waits for the shell here: nothing of this may ask it. */
needs('bash')('what is no place in bash', () => {
  it('is completed as ever', async () => {
    const { home } = await shared();
    const path = pathWithDispatch(home);
    expect(completeInBash(home, path, ['files', 'list', '--ra'])).toEqual(['--range']);
    expect(completeInBash(home, path, ['files', 'mo'])).toEqual(['move']);
  });
});
