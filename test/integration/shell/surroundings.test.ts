import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openShell } from './harness.ts';

const TTY = { cols: 91, rows: 33 };

test('runs in the home folder, or where it is told to', async () => {
  const shell = openShell();
  expect(await shell.run('pwd').text()).toBe(`${shell.home}\n`);
  mkdirSync(join(shell.home, 'a b'));
  expect(await shell.run('pwd', { cwd: join(shell.home, 'a b') }).text()).toBe(`${join(shell.home, 'a b')}\n`);
});

test('names the folder as the person did, also through a link', async () => {
  const shell = openShell();
  mkdirSync(join(shell.home, 'real'));
  symlinkSync('real', join(shell.home, 'link'));
  const cwd = join(shell.home, 'link');
  expect(await shell.run('pwd; pwd -P', { cwd }).text()).toBe(`${cwd}\n${join(shell.home, 'real')}\n`);
});

test('tells the command its run, its device and where to leave artifacts', async () => {
  const running = openShell().run('echo $DISPATCH_RUN $DISPATCH_DEVICE; cd "$DISPATCH_ARTIFACTS" && pwd');
  expect(await running.text()).toBe(`${running.run} test-device\n${running.recording.artifactsDir}\n`);
});

test('adds the variables of the action, byte for byte', async () => {
  const value = 'two\nlines, "quotes", $HOME, ü and 漢';
  expect(
    await openShell()
      .run('printf %s "$ODD"', { env: { ODD: value } })
      .text(),
  ).toBe(value);
});

test('passes the own environment on, without what belongs to Dispatch', async () => {
  const baseEnv = {
    PATH: process.env.PATH,
    KEPT: 'yes',
    DISPATCH_RUN: 'outer',
    DISPATCH_TEST: '1',
    TMUX: 'x',
    COLUMNS: '7',
  };
  const text = await openShell({ baseEnv }).run('env').text();
  expect(text).toContain('KEPT=yes\n');
  expect(text).not.toMatch(/^(DISPATCH_TEST|TMUX|COLUMNS|LINES)=/m);
  expect(text).not.toContain('outer');
});

test('gives a terminal of the asked size where one is asked for', async () => {
  const text = await openShell()
    .run('env | grep -E "^(COLUMNS|LINES)="; stty size; echo $TERM $COLORTERM', { tty: TTY })
    .text();
  expect(text).toBe('33 91\r\nxterm-256color truecolor\r\n');
});

test('gives no terminal where none is asked for', async () => {
  const text = await openShell()
    .run('tty; test -t 1 || echo plain; test -t 2 || echo plain; echo $TERM; exit 0')
    .text();
  expect(text).toBe('not a tty\nplain\nplain\ndumb\n');
});

test('lets the action choose another TERM', async () => {
  const text = await openShell()
    .run('echo $TERM', { tty: TTY, env: { TERM: 'vt52-of-my-own' } })
    .text();
  expect(text).toBe('vt52-of-my-own\r\n');
});

test('uses the configured shell, under the name it is called by', async () => {
  expect(await openShell({ shell: '/bin/sh' }).run('echo $0').text()).toBe('/bin/sh\n');
});
