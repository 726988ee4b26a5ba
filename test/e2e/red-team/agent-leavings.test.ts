// An agent works on this machine in the sandbox, in folders that it may write to, and leaves something that runs outside of it later:
// when its owner opens a shell, logs in, starts a program by its name, or uses git.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccessLevel } from '../../../src/core/access.ts';
import type { ShellAction } from '../../../src/core/actions.ts';
import { needs } from '../../helpers/needs.ts';
import { runBecomes } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';
import { agentRuns, ask, type Field, LOOT, obey, openField, patient, sayYes, settled } from './field.ts';

patient();

const EVIL = 'evil-5e0c';

needs('bwrap', 'git')('a compromised agent', () => {
  let field: Field;
  const home = (path: string): string => join(field.home.work, path);
  const agent = (command: string, access: AccessLevel, action: Partial<ShellAction> = {}) =>
    agentRuns(field, command, { access, ...action });

  beforeAll(async () => {
    field = await openField('mine');
    await field.home.begin();
  });
  afterAll(() => field?.dispose());

  describe('that wants to leave something that runs later', () => {
    const HOOKS = [
      '.bashrc',
      '.profile',
      '.bash_profile',
      '.zshenv',
      '.config/fish/config.fish',
      '.config/systemd/user/x.service',
      '.config/autostart/x.desktop',
      '.config/environment.d/x.conf',
      '.local/bin/ls',
      'bin/ls',
      '.ssh/authorized_keys',
      '.ssh/rc',
      '.gitconfig',
      '.config/git/config',
      '.vimrc',
      '.tmux.conf',
      '.npmrc',
      '.docker/config.json',
    ];
    /** Further files that shells, interpreters and login sessions carry out unasked. */
    const MORE_HOOKS = [
      '.cargo/env',
      '.nvm/nvm.sh',
      '.local/share/bash-completion/completions/ls',
      '.local/lib/python3.11/site-packages/usercustomize.py',
      '.selected_editor',
      '.config/user-tmpfiles.d/x.conf',
    ];
    const plant = (paths: readonly string[]): string =>
      paths.map((path) => `mkdir -p ~/${dirname(path)}; echo ${EVIL} >> ~/${path}`).join('; ');
    const planted = (paths: readonly string[]): string[] =>
      paths.filter((path) => existsSync(home(path)) && readFileSync(home(path), 'utf8').includes(EVIL));
    const clear = (paths: readonly string[]): void => {
      for (const path of paths) rmSync(home(path.split('/')[0] as string), { recursive: true, force: true });
    };

    test('where nothing is yet', async () => {
      clear(HOOKS);
      await agent(plant(HOOKS), 'read-only');
      expect(planted(HOOKS)).toEqual([]);
      await agent(plant(HOOKS), 'workspace-write');
      expect(planted(HOOKS)).toEqual([]);
      await obey(field, plant(HOOKS), { access: 'full-access' });
      expect(planted(HOOKS)).toEqual(HOOKS);
      clear(HOOKS);
    });

    test('where the owner has something', async () => {
      clear(HOOKS);
      for (const path of HOOKS) field.put(path, `${LOOT}\n`);
      await agent(plant(HOOKS), 'workspace-write');
      const away = HOOKS.map((path) => `rm -f ~/${path}; mv ~/${path} ~/x; mv ~/${dirname(path)} ~/y`).join('; ');
      await agent(`${away}; ${plant(HOOKS)}`, 'workspace-write');
      for (const path of HOOKS) expect(readFileSync(home(path), 'utf8'), path).toBe(`${LOOT}\n`);
      clear(HOOKS);
    });

    test('and keeps it there by taking the names that it would be moved to', async () => {
      clear(HOOKS);
      const command = [
        'touch $DISPATCH_ARTIFACTS/moved-bashrc ~/moved-by-dispatch-.bashrc ~/moved-by-dispatch-bashrc',
        plant(['.bashrc']),
      ].join('; ');
      await agent(command, 'workspace-write');
      expect(planted(['.bashrc'])).toEqual([]);
    });

    test('in a place that its owner reaches through a link on the way', async () => {
      clear(['.bashrc', 'dotfiles', 'real']);
      field.put('real/bashrc', `${LOOT}\n`);
      symlinkSync('real', home('dotfiles'));
      symlinkSync('dotfiles/bashrc', home('.bashrc'));
      await agent(`rm ~/dotfiles; mkdir ~/dotfiles; echo ${EVIL} > ~/dotfiles/bashrc`, 'workspace-write');
      expect(planted(['.bashrc'])).toEqual([]);
      expect(readFileSync(home('.bashrc'), 'utf8')).toBe(`${LOOT}\n`);
    });

    test('in a place that is only the end of a link yet', async () => {
      clear(['.zshrc', 'later']);
      mkdirSync(home('later'));
      symlinkSync('later/zshrc', home('.zshrc'));
      await agent(plant(['later/zshrc']), 'workspace-write');
      expect(planted(['.zshrc'])).toEqual([]);
    });

    test('in a place of which the list does not know', async () => {
      clear(MORE_HOOKS);
      await agent(plant(MORE_HOOKS), 'workspace-write');
      expect(planted(MORE_HOOKS)).toEqual([]);
    });

    test('where its owner changes the file while it works, as editors do', async () => {
      clear(['.bashrc']);
      field.put('.bashrc', `${LOOT}\n`);
      const [go, on] = [home('go'), home('on')];
      const { id } = await ask(field, `mkfifo ${go}; touch ${on}; read -r _ < ${go}; ${plant(['.bashrc'])}`);
      await settled(field, id);
      await sayYes(field, id);
      await until('its start', () => existsSync(on));
      field.put('.bashrc.new', `${LOOT} as edited\n`);
      renameSync(home('.bashrc.new'), home('.bashrc'));
      writeFileSync(go, '\n');
      await settled(field, id);
      expect(planted(['.bashrc'])).toEqual([]);
      for (const made of [go, on]) rmSync(made);
    });

    test('by ending together with the peer', async () => {
      clear(['.bash_login']);
      const { id } = await ask(field, `${plant(['.bash_login'])}; touch ~/left; sleep 300`, {}, { as: 'agent' });
      expect(await settled(field, id)).toMatchObject({ status: 'waiting_approval' });
      await sayYes(field, id);
      await until('what it leaves', () => existsSync(home('left')));
      await field.home.killPeer();
      await field.home.begin();
      await runBecomes(field.home, id, 'interrupted', ({ status }) => status === 'failed');
      expect(planted(['.bash_login'])).toEqual([]);
    });
  });

  describe('that wants git to run something later', () => {
    const git = (args: string): Promise<unknown> => obey(field, `git ${args}`, { access: 'full-access' });
    const ran = (): boolean => existsSync(home('git-canary'));
    /** What its owner does next. */
    const useGit = async (repo: string): Promise<void> => {
      await obey(field, `cd ~/${repo}; git status; git -c user.name=x -c user.email=x@x commit --allow-empty -m x`, {
        access: 'full-access',
      });
    };
    beforeEach(() => rmSync(home('git-canary'), { force: true }));
    const HOOK = '#!/bin/sh\ntouch ~/git-canary\n';
    const evil = (file: string): string => `printf '${HOOK.replaceAll('\n', '\\n')}' > ${file}; chmod +x ${file}`;

    test('by a hook or a setting of the repository that it works in', async () => {
      await git('init -q ~/own');
      const command = [
        evil('.git/hooks/pre-commit'),
        'git config core.fsmonitor "touch ~/git-canary; false"',
        'mv .git/hooks .git/h; mkdir .git/hooks',
        evil('.git/hooks/post-commit'),
        `mv .git .g; cp -r .g .git; ${evil('.git/hooks/pre-commit')}`,
      ].join('; ');
      await agent(command, 'workspace-write', { cwd: home('own') });
      await useGit('own');
      expect(ran()).toBe(false);
      writeFileSync(home('own/.git/hooks/pre-commit'), HOOK, { mode: 0o755 });
      await useGit('own');
      expect(ran()).toBe(true);
    });

    test('by a folder of hooks that is not there yet', async () => {
      await git('init -q --template= ~/bare-template');
      const command = `mkdir .git/hooks; ${evil('.git/hooks/pre-commit')}`;
      await agent(command, 'workspace-write', { cwd: home('bare-template') });
      await useGit('bare-template');
      expect(ran()).toBe(false);
    });

    test('by another place for its settings', async () => {
      await git('init -q ~/common');
      const command = [
        'cp -r .git elsewhere; rm -rf elsewhere/hooks elsewhere/config; mkdir elsewhere/hooks',
        evil('elsewhere/hooks/pre-commit'),
        'printf "[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n" > elsewhere/config',
        'echo ../elsewhere > .git/commondir',
      ].join('; ');
      await agent(command, 'workspace-write', { cwd: home('common') });
      await useGit('common');
      expect(ran()).toBe(false);
    });

    test('in a repository beside or below the folder that it works in', async () => {
      await git('init -q ~/projects/app');
      await agent(evil('~/projects/app/.git/hooks/pre-commit'), 'workspace-write', { cwd: home('projects') });
      await useGit('projects/app');
      expect(ran()).toBe(false);
    });

    test('in a repository of which it works in another tree', async () => {
      await git('init -q ~/main');
      await obey(
        field,
        'cd ~/main; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x; git worktree add -q ~/tree',
        { access: 'full-access' },
      );
      expect(existsSync(home('tree/.git'))).toBe(true);
      await agent(evil('~/main/.git/hooks/pre-commit'), 'workspace-write', { cwd: home('tree') });
      await useGit('main');
      expect(ran()).toBe(false);
    });
  });
});
