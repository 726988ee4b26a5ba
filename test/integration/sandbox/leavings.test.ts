// What a run must not leave behind, and what becomes of it; and that ordinary work goes on beside it.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { openSandbox } from '../../../src/routes/desktop/sandbox/open-sandbox.ts';
import { needs } from '../../helpers/needs.ts';
import { until } from '../../helpers/until.ts';
import { makeFolder, openShell, type Running } from '../shell/harness.ts';
import { accounts, openRunner, runName } from './runner.ts';

interface Stage {
  readonly home: string;
  readonly state: string;
  readonly at: (...names: string[]) => string;
  readonly run: (command: string, more?: Partial<ShellAction>) => Running;
}

async function open(): Promise<Stage> {
  const [home, state] = [makeFolder(), makeFolder()];
  const shell = openShell({ home, folders: () => [home], sandbox: await openSandbox({ home, own: [], state }) });
  return {
    home,
    state,
    at: (...names) => join(home, ...names),
    run: (command, more = {}) => shell.run(command, { access: 'workspace-write', ...more }),
  };
}

/** What was put away, by its name. */
function moved({ state }: Stage, name: string): string | undefined {
  const folder = join(state, 'moved');
  const found = existsSync(folder) ? readdirSync(folder).map((each) => join(folder, each, name)) : [];
  return found.find((each) => existsSync(each));
}

needs('bwrap', 'git')('what a run leaves', () => {
  test('is removed where it cannot be put away', async () => {
    const stage = await open();
    const running = stage.run('echo on; read -r line; echo evil > .bash_login; mkdir .vim; echo evil > .vim/vimrc', {
      stdin: true,
    });
    await running.recording.printed('on');
    writeFileSync(join(stage.state, 'moved'), 'no folder');
    void (await running.control()).input(Buffer.from('go\n'));
    expect(await running.text()).toMatch(/\.bash_login was made .* it was removed/);
    expect(readdirSync(stage.home)).toEqual([]);
  });

  test('is put away also from folders that it has locked', async () => {
    const account = accounts().at(-1);
    const runner = await openRunner(account as NonNullable<typeof account>);
    try {
      const command =
        'mkdir -p ~/.config/autostart/x ~/.vim/x; chmod 500 ~/.vim/x ~/.vim ~/.config/autostart ~/.config';
      const { text } = await runner.ask(command);
      expect(text).toMatch(/autostart was made .* now/);
      expect(existsSync(join(runner.home, '.config/autostart'))).toBe(false);
      expect(existsSync(join(runner.home, '.vim'))).toBe(false);
    } finally {
      runner.close();
    }
  });

  test('is put away by its link, and not what the link leads to', async () => {
    const stage = await open();
    const outside = makeFolder();
    mkdirSync(join(outside, 'autostart'));
    await stage.run(`ln -s ${outside} .config`).text();
    expect(existsSync(stage.at('.config'))).toBe(false);
    expect(readdirSync(outside)).toEqual(['autostart']);
    expect(readlinkSync(moved(stage, '.config') ?? '')).toBe(outside);
  });

  test('of a file that its owner replaced meanwhile, is put away, and the owner has the file of before', async () => {
    const stage = await open();
    writeFileSync(stage.at('.gitconfig'), 'before', { mode: 0o640 });
    const running = stage.run('echo on; read -r line; echo evil >> .gitconfig', { stdin: true });
    await running.recording.printed('on');
    writeFileSync(stage.at('new'), 'of the owner\n');
    renameSync(stage.at('new'), stage.at('.gitconfig'));
    void (await running.control()).input(Buffer.from('go\n'));
    expect(await running.text()).toContain('what was there before is back');
    expect(readFileSync(stage.at('.gitconfig'), 'utf8')).toBe('before');
    expect(readFileSync(moved(stage, '.gitconfig') ?? '', 'utf8')).toBe('of the owner\nevil\n');
  });

  test('is nothing where its owner wrote the same again', async () => {
    const stage = await open();
    writeFileSync(stage.at('.profile'), 'same');
    const running = stage.run('echo on; read -r line', { stdin: true });
    await running.recording.printed('on');
    writeFileSync(stage.at('new'), 'same');
    renameSync(stage.at('new'), stage.at('.profile'));
    void (await running.control()).input(Buffer.from('go\n'));
    expect(await running.text()).toBe('on\n');
    expect(readFileSync(stage.at('.profile'), 'utf8')).toBe('same');
  });

  test('does not count as having been there before a run that began later', async () => {
    const stage = await open();
    const first = stage.run('echo evil > .bash_login; echo on; read -r line', { stdin: true });
    await first.recording.printed('on');
    const second = stage.run('echo on; read -r line', { stdin: true });
    await second.recording.printed('on');
    void (await first.control()).input(Buffer.from('go\n'));
    expect(await first.text()).toContain('.bash_login was made');
    writeFileSync(stage.at('.bash_login'), 'of the owner');
    void (await second.control()).input(Buffer.from('go\n'));
    expect(await second.text()).toContain('.bash_login was made');
    expect(existsSync(stage.at('.bash_login'))).toBe(false);
  });

  test('is put away by the next peer, if the first was lost', async () => {
    const [account] = accounts();
    const runner = await openRunner(account as NonNullable<typeof account>);
    const state = join(runner.own, 'runs');
    try {
      const at = (name: string): string => join(runner.home, name);
      symlinkSync('dotfiles', at('.zshrc'));
      void runner.ask('rm .zshrc; echo evil | tee .zshrc > .zshenv; touch on; sleep 1000');
      await until('what it leaves', () => existsSync(at('on')));
      process.kill(runner.pid, 'SIGKILL');
      const sandbox = await openSandbox({ home: runner.home, own: [runner.own], state });
      const next = openShell({ home: runner.home, folders: () => [runner.home], sandbox });
      await next.executor.reap(runName(runner.pid, 1) as RunId, {
        kind: 'shell',
        command: 'true',
        access: 'workspace-write',
      });
      expect(readlinkSync(at('.zshrc'))).toBe('dotfiles');
      expect(existsSync(at('.zshenv'))).toBe(false);
      const [artifacts = ''] = readdirSync(state).filter((name) => name.startsWith('artifacts-'));
      const [note = ''] = readdirSync(join(state, artifacts));
      const told = readFileSync(join(state, artifacts, note), 'utf8');
      for (const sentence of ['.zshrc was replaced', '.zshenv was made']) expect(told).toContain(sentence);
      expect(readdirSync(state).toSorted()).toEqual([artifacts, 'moved']);
    } finally {
      runner.close();
    }
  });

  test('cannot be where what was put away lies', async () => {
    const state = makeFolder();
    const home = makeFolder();
    const shell = openShell({
      home,
      folders: () => [home, state],
      sandbox: await openSandbox({ home, own: [], state }),
    });
    const command = `echo evil > .bash_login; ls ${state}; cat ${state}/*.json; touch ${state}/x`;
    const { recording, outcome } = shell.run(command, { access: 'workspace-write' });
    await outcome;
    expect(recording.text().match(/Permission denied|Read-only|No such file/g)?.length).toBe(3);
    expect(readdirSync(state)).toEqual(['moved']);
  });
});

needs('bwrap', 'git')('ordinary work', () => {
  test('in a repository goes on: commits, branches, trees, clones, packages', async () => {
    const stage = await open();
    mkdirSync(stage.at('code'));
    const own = 'export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x';
    const text = await stage
      .run(
        [
          `${own}; set -e; git init -q app; cd app; echo 1 > f; git add f; git commit -qm one; cd ..`,
          'git clone -q app copy; cd copy; git config user.name y; git worktree add -q ../tree',
        ].join('; '),
        { cwd: stage.at('code') },
      )
      .text();
    expect(text.trim()).toBe('');
    const more = [
      `${own}; set -e; echo 2 > f; git commit -qam two; git checkout -q -b other; git stash -q || true; git gc -q`,
      'cd ../app; git checkout -q -b b; git pull -q ../copy other; git log --oneline | wc -l; cd ../tree; git commit -q --allow-empty -m three',
      'mkdir -p node_modules/dep; touch node_modules/dep/index.js; mkdir ../.venv; echo done',
    ].join('; ');
    expect(await stage.run(more, { cwd: stage.at('code', 'copy') }).text()).toBe('2\ndone\n');
    for (const name of ['app', 'copy', 'tree']) expect(existsSync(stage.at('code', name, '.git'))).toBe(true);
    expect(existsSync(join(stage.state, 'moved'))).toBe(false);
  });
});

describe('a home folder that may only be read', () => {
  const files = (stage: Stage): void => {
    for (const folder of ['.ssh', '.cargo', 'code']) mkdirSync(stage.at(folder));
    for (const file of ['.netrc', '.bashrc', 'code/x', '.cargo/credentials', '.cargo/config'])
      writeFileSync(stage.at(file), `of ${file}\n`);
    symlinkSync('code', stage.at('link'));
  };
  const look =
    'ls -A . .cargo; cat code/x link/x .bashrc .cargo/config; cat .netrc .cargo/credentials .npmrc 2>/dev/null; ls .ssh';

  needs('bwrap')('is shown entry by entry', () => {
    test('and what is hidden is not among them, whatever is put there later', async () => {
      const stage = await open();
      files(stage);
      const running = stage.run(`read -r line; ${look}`, { access: 'read-only', stdin: true });
      await until('its start', () => readdirSync('/proc').some((pid) => startedIn(pid, running.run)));
      for (const name of ['.netrc', '.npmrc', '.cargo/credentials', 'later']) {
        writeFileSync(stage.at('new'), 'secret\n');
        renameSync(stage.at('new'), stage.at(name));
      }
      void (await running.control()).input(Buffer.from('go\n'));
      await running.outcome;
      const text = running.recording.text();
      expect(text).toContain('of code/x\nof code/x\nof .bashrc\nof .cargo/config\n');
      expect(text).toContain('.:\n.bashrc\n.cargo\n.ssh\ncode\nlink\n');
      expect(text).toContain('.cargo:\nconfig\n');
      expect(text).toMatch(/ls: .*\.ssh.*Permission denied/);
      expect(text).not.toContain('secret');
    });

    test('but as a whole while another run may write there, as that could put links in the place of entries', async () => {
      const stage = await open();
      files(stage);
      const writer = stage.run('echo on; read -r line', { stdin: true });
      await writer.recording.printed('on');
      const reader = stage.run(look, { access: 'read-only' });
      await reader.outcome;
      expect(reader.recording.text()).toContain('.netrc');
      expect(reader.recording.text()).not.toContain('of .netrc');
      void (await writer.control()).input(Buffer.from('go\n'));
      await writer.outcome;
      const after = stage.run(look, { access: 'read-only' });
      await after.outcome;
      expect(after.recording.text()).not.toContain('.netrc');
    });
  });
});

/** Whether the shell of that run waits for its input. */
function startedIn(pid: string, run: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DISPATCH_RUN=${run}`) &&
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0-c\0read -r line')
    );
  } catch {
    return false;
  }
}
