import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../helpers/needs.ts';
import { fileContent, isAlive, openShell, waitFor } from './harness.ts';

const TTY = { cols: 80, rows: 24 };

describe.each([
  ['on pipes', {}],
  ['in a terminal', { tty: TTY }],
] as const)('%s', (_name, how) => {
  test.each([0, 1, 7, 126, 127, 137, 255])('exit status %i is reported as it is', async (exitCode) => {
    expect(await openShell().run(`exit ${exitCode}`, how).outcome).toEqual({ kind: 'exit', exitCode });
  });

  test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT', 'SIGUSR1'])('the end by %s is reported as it is', async (signal) => {
    expect(await openShell().run(`ulimit -c 0; kill -${signal.slice(3)} $$`, how).outcome).toEqual({
      kind: 'signal',
      signal,
    });
  });

  test('a shell that reports the signal of its command does so by status', async () => {
    const outcome = await openShell().run("sh -c 'kill -TERM $$'; exit $?", how).outcome;
    expect(outcome).toEqual({ kind: 'exit', exitCode: 143 });
  });

  test('what does not exist, and what is no program, end as shells end them', async () => {
    const shell = openShell();
    expect(await shell.run('no-such-command-here', how).outcome).toEqual({ kind: 'exit', exitCode: 127 });
    expect(await shell.run('echo text > file; ./file', how).outcome).toEqual({ kind: 'exit', exitCode: 126 });
  });

  test('a child in the background that keeps the output open does not hold the run', async () => {
    const shell = openShell();
    const running = shell.run("(trap '' HUP; exec sleep 1000) & echo $! > child; echo hi", how);
    expect((await running.text()).trim()).toBe('hi');
    process.kill(Number(await fileContent(join(shell.home, 'child'))), 'SIGKILL');
  });

  test('a child in the background that prints without end does not hold the run', async () => {
    const shell = openShell();
    const command = "(trap '' HUP; while :; do echo noise; sleep 0.01; done) & echo $! > child";
    expect(await shell.run(command, how).outcome).toEqual({ kind: 'exit', exitCode: 0 });
    process.kill(Number(await fileContent(join(shell.home, 'child'))), 'SIGKILL');
  });
});

test('what a child in the background prints at once after the end is kept', async () => {
  const shell = openShell();
  const running = shell.run('(while kill -0 $$ 2>&-; do :; done; echo late) & echo early');
  expect(await running.text()).toBe('early\nlate\n');
});

test('the end of a terminal hangs up on what is left in its session', async () => {
  const shell = openShell();
  const running = shell.run('set -m; sleep 1000 & echo $! > child', { tty: TTY });
  await running.text();
  const pid = Number(await fileContent(join(shell.home, 'child')));
  await waitFor(() => (isAlive(pid) ? undefined : true), 'the end of what was left');
});

needs('setsid')('what was meant to stay', () => {
  test('lives on after the end of its run', async () => {
    const shell = openShell();
    const command =
      "setsid sh -c 'echo $$ > child; exec sleep 1000' > log 2>&1 < /dev/null & nohup true > log 2>&1; while ! test -s child; do :; done";
    expect(await shell.run(command, { tty: TTY }).outcome).toEqual({ kind: 'exit', exitCode: 0 });
    const pid = Number(await fileContent(join(shell.home, 'child')));
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });
});
