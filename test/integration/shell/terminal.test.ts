import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../../helpers/needs.ts';
import { isAlive, openShell, type Running, waitFor } from './harness.ts';

const TTY = { tty: { cols: 80, rows: 24 }, stdin: true } as const;

async function type(running: Running, text: string): Promise<void> {
  void (await running.control()).input(Buffer.from(text));
}

test('loses no byte, however fast the command ends', async () => {
  const shell = openShell();
  for (let round = 0; round < 50; round += 1) {
    expect(await shell.run("head -c 1000000 /dev/zero | tr '\\0' x", TTY).text()).toHaveLength(1_000_000);
  }
});

test('keeps what a command printed that ended while the output was under pressure', async () => {
  const running = openShell().run("echo $$; head -c 3000 /dev/zero | tr '\\0' x", TTY);
  running.recording.press(true);
  await running.recording.printed('\n');
  const pid = Number.parseInt(running.recording.text(), 10);
  await waitFor(() => (isAlive(pid) ? undefined : true), 'the end of the shell');
  // Longer than the terminal may be quiet.
  const ended = performance.now();
  await waitFor(() => (performance.now() > ended + 500 ? true : undefined), 'some time under pressure');
  running.recording.press(false);
  expect((await running.text()).replace(/^\d+\r\n/, '')).toBe('x'.repeat(3000));
});

test('a program may let go of its terminal and take it again', async () => {
  const shell = openShell();
  const command = 'echo first; exec 0<&- 1>&- 2>&-; sleep 0.3; exec 1>/dev/tty; echo second; exit 5';
  const running = shell.run(command, TTY);
  expect(await running.outcome).toEqual({ kind: 'exit', exitCode: 5 });
  expect(running.recording.text()).toBe('first\r\nsecond\r\n');
});

test('a program that lets go of its terminal just before it ends is not hung up on', async () => {
  const shell = openShell();
  for (let round = 0; round < 50; round += 1) {
    expect(await shell.run('echo first; exec touch made', TTY).text()).toBe('first\r\n');
  }
});

test('passes every byte on where the command sets the terminal raw', async () => {
  const running = openShell().run('stty raw -echo; echo ready; head -c 256 | od -An -v -tu1', TTY);
  await running.recording.printed('ready');
  void (await running.control()).input(Buffer.from(Array.from({ length: 256 }, (_, value) => value)));
  const numbers = (await running.text()).replace('ready', '').trim().split(/\s+/).map(Number);
  expect(numbers).toEqual(Array.from({ length: 256 }, (_, value) => value));
});

test('answers a prompt', async () => {
  const running = openShell().run('read -p "name? " name; echo "hello $name"', TTY);
  await running.recording.printed('name? ');
  await type(running, 'Ada\r');
  expect(await running.text()).toContain('hello Ada\r\n');
});

test('a large paste arrives whole although the program is slower', async () => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index}\n`).join('');
  const running = openShell().run('stty -echo; echo ready; cat > pasted; wc -c < pasted', TTY);
  await running.recording.printed('ready');
  await type(running, lines);
  (await running.control()).endInput();
  expect((await running.text()).trim().split(/\s+/).at(-1)).toBe(String(lines.length));
});

test('the end of input is what C-d is', async () => {
  const running = openShell().run('stty -echo; echo ready; cat; echo over', TTY);
  await running.recording.printed('ready');
  await type(running, 'text\n');
  await running.recording.printed('text');
  await type(running, '\x04');
  expect(await running.text()).toBe('ready\r\ntext\r\nover\r\n');
});

test('endInput ends input', async () => {
  const running = openShell().run('echo ready; cat; echo over', TTY);
  await running.recording.printed('ready');
  (await running.control()).endInput();
  expect(await running.text()).toContain('over');
});

test('resizing tells the program and changes the size', async () => {
  const running = openShell().run("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done", TTY);
  await running.recording.printed('ready');
  (await running.control()).resize(101, 41);
  expect(await running.text()).toBe('ready\r\n41 101\r\n');
});

test('sizes that no terminal has are brought into range', async () => {
  const running = openShell().run('read line; stty size', TTY);
  const control = await running.control();
  control.resize(0, Number.NaN);
  control.resize(1_000_000, -5);
  void control.input(Buffer.from('\r'));
  expect(await running.text()).toContain('1 1000\r\n');
});

test('C-c interrupts', async () => {
  const running = openShell().run('echo ready; sleep 1000; echo not reached', TTY);
  await running.recording.printed('ready');
  await type(running, '\x03');
  expect(await running.outcome).toEqual({ kind: 'signal', signal: 'SIGINT' });
});

test('a signal reaches a program that has C-c switched off', async () => {
  const running = openShell().run('stty raw; echo ready; sleep 1000', TTY);
  await running.recording.printed('ready');
  (await running.control()).kill('SIGINT');
  expect(await running.outcome).toEqual({ kind: 'signal', signal: 'SIGINT' });
});

test('a signal goes to the foreground and not to the shell that waits for it', async () => {
  const running = openShell().run("set -m; sh -c 'echo ready; exec sleep 1000'; echo after $?", TTY);
  await running.recording.printed('ready');
  (await running.control()).kill('SIGTERM');
  expect(await running.text()).toContain('after 143');
});

test('an unknown signal is refused', async () => {
  const running = openShell().run('read line', TTY);
  const control = await running.control();
  expect(() => control.kill('SIGNONE')).toThrow('there is no signal SIGNONE');
  void control.input(Buffer.from('\r'));
  await running.text();
});

needs('vi')('vi', () => {
  test('edits a file', async () => {
    const shell = openShell();
    const running = shell.run('vi -u NONE note', TTY);
    await running.recording.printed('"note"');
    await type(running, 'ihello from vi\x1b:wq\r');
    await running.text();
    expect(readFileSync(join(shell.home, 'note'), 'utf8')).toBe('hello from vi\n');
  });
});

needs('less')('less', () => {
  test('shows a screenful at a time', async () => {
    const shell = openShell();
    writeFileSync(join(shell.home, 'long'), Array.from({ length: 500 }, (_, index) => `line-${index}-end\n`).join(''));
    const running = shell.run('less long', TTY);
    await running.recording.printed('line-22-end');
    expect(running.recording.text()).not.toContain('line-30-end');
    await type(running, ' ');
    await running.recording.printed('line-40-end');
    await type(running, 'q');
    await running.text();
  });
});

describe('a terminal that nobody reads', () => {
  test('input without end ends the run, and says why', async () => {
    const running = openShell().run('stty raw -echo; echo ready; sleep 1000', TTY);
    await running.recording.printed('ready');
    const control = await running.control();
    for (let sent = 0; sent < 20; sent += 1) void control.input(Buffer.alloc(1024 * 1024, 'x'));
    expect(await running.outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining('16 MiB') });
  });
});
