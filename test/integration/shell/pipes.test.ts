import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { closePipe, createPipePool } from '../../../src/routes/desktop/pipe-pool.ts';
import { startOnPipes } from '../../../src/routes/desktop/pipes.ts';
import { carryOut, countingContext, makeFolder, openShell, sha256, shellAction } from './harness.ts';

const MiB = 1024 * 1024;

test('output keeps every byte value', async () => {
  const shell = openShell();
  const bytes = Buffer.alloc(10 * MiB, Buffer.from(Array.from({ length: 256 }, (_, value) => value)));
  writeFileSync(join(shell.home, 'all'), bytes);
  const { context, digest, size } = countingContext(shell.home);
  expect(await carryOut(shell.executor, shellAction('cat all'), context)).toEqual({ kind: 'exit', exitCode: 0 });
  expect(size()).toBe(bytes.length);
  expect(digest()).toBe(sha256(bytes));
});

test('100 MB on one line arrive whole', async () => {
  const shell = openShell();
  const { context, size } = countingContext(shell.home);
  const action = shellAction("head -c 100000000 /dev/zero | tr '\\0' x");
  expect(await carryOut(shell.executor, action, context)).toEqual({ kind: 'exit', exitCode: 0 });
  expect(size()).toBe(100_000_000);
});

test('output and errors keep the order in which they were written', async () => {
  const text = await openShell().run('for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done').text();
  expect(text).toBe([1, 2, 3, 4, 5].map((i) => `out ${i}\nerr ${i}\n`).join(''));
});

test('the standard streams can be opened by name', async () => {
  const running = openShell().run('echo a > /dev/stdout; echo b > /dev/stderr; cat /dev/stdin', { stdin: true });
  const control = await running.control();
  void control.input(Buffer.from('c\n'));
  control.endInput();
  expect(await running.text()).toBe('a\nb\nc\n');
});

test('without input the command reads end-of-file', async () => {
  expect(await openShell().run('wc -c').text()).toMatch(/^\s*0\n$/);
});

test('5 MB of binary input arrive whole, and end', async () => {
  const running = openShell().run('sha256sum', { stdin: true });
  const bytes = Buffer.alloc(5_000_000, Buffer.from(Array.from({ length: 256 }, (_, value) => 255 - value)));
  const control = await running.control();
  for (let offset = 0; offset < bytes.length; offset += 70_001)
    void control.input(bytes.subarray(offset, offset + 70_001));
  control.endInput();
  expect(await running.text()).toContain(sha256(bytes));
});

test('input that the command does not want is no fault', async () => {
  const running = openShell().run('head -c 3', { stdin: true });
  const control = await running.control();
  for (let sent = 0; sent < 8; sent += 1) void control.input(Buffer.alloc(MiB, 'abc'));
  expect(await running.text()).toBe('abc');
});

test('input without end to a command that never reads ends the run, and says why', async () => {
  const running = openShell().run('echo ready; sleep 1000', { stdin: true });
  await running.recording.printed('ready');
  const control = await running.control();
  for (let sent = 0; sent < 20; sent += 1) void control.input(Buffer.alloc(MiB));
  expect(await running.outcome).toMatchObject({
    kind: 'failed',
    reason: 'internal',
    message: expect.stringContaining('16 MiB'),
  });
});

test('input after its end, and input that was not announced, change nothing', async () => {
  const running = openShell().run('read line; echo "<$line>"');
  const control = await running.control();
  void control.input(Buffer.from('hello\n'));
  control.endInput();
  control.endInput();
  void control.input(Buffer.from('more\n'));
  expect(await running.text()).toBe('<>\n');
});

test('stops reading while the output is under pressure, and loses nothing', async () => {
  const shell = openShell();
  const running = shell.run("echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo done > finished");
  running.recording.press(true);
  await running.recording.printed('first');
  const before = running.recording.text().length;
  expect(before).toBeLessThan(200_000);
  running.recording.press(false);
  expect(await running.text()).toHaveLength(3_000_006);
});

test('works where no pipes can be made', async () => {
  const home = makeFolder();
  const env = { PATH: process.env.PATH ?? '' };
  const session = await startOnPipes({
    argv: ['/bin/sh', '-c', 'echo out; echo err >&2; cat; exit 3'],
    cwd: home,
    env,
    stdin: true,
    pool: createPipePool(join(home, 'no-shell-here')),
  });
  let text = '';
  session.output.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  session.input(Buffer.from('in\n'));
  session.endInput();
  const ended = new Promise((resolve) => {
    session.output.once('close', resolve);
  });
  expect(await session.exited).toEqual({ kind: 'exit', exitCode: 3 });
  await ended;
  expect(text).toBe('out\nerr\nin\n');
  session.close();
});

test.runIf(process.platform === 'linux')('each of many that want a pipe at once gets one of its own', async () => {
  const pool = createPipePool();
  const pipes = await Promise.all(Array.from({ length: 18 }, () => pool.take()));
  for (const pipe of pipes) if (pipe !== undefined) closePipe(pipe);
  expect(pipes).not.toContain(undefined);
  expect(new Set(pipes.map((pipe) => pipe?.readEnd)).size).toBe(18);
});
