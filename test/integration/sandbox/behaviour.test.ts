// What a command notices of the sandbox: nothing, where it does what it may. Signals, terminals, statuses and bytes are as without.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../../src/routes/desktop/sandbox/open-sandbox.ts';
import type { Sandbox } from '../../../src/routes/desktop/sandbox/sandbox.ts';
import { needs } from '../../helpers/needs.ts';
import { processesWith } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';
import {
  carryOut,
  countingContext,
  makeFolder,
  openShell,
  type Running,
  type Shell,
  sha256,
  shellAction,
} from '../shell/harness.ts';

const TTY = { tty: { cols: 80, rows: 24 }, stdin: true } as const;

needs('bwrap')('a confined command', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox({ home: '/nonexistent', own: [] });
    expect(sandbox.kind).toBe('bubblewrap');
  });

  interface Confined extends Shell {
    readonly confined: (command: string, more?: Parameters<Shell['run']>[1]) => Running;
  }
  const open = (more: Parameters<typeof openShell>[0] = {}): Confined => {
    const holder: { home?: string } = {};
    const shell = openShell({ sandbox, folders: () => [holder.home ?? ''], ...more });
    holder.home = shell.home;
    return { ...shell, confined: (command, how = {}) => shell.run(command, { access: 'workspace-write', ...how }) };
  };
  const nothingLeft = (running: Running): Promise<unknown> =>
    until('end of all processes', () => processesWith(`DISPATCH_RUN=${running.run}`).length === 0);

  describe.each([
    ['on pipes', {}],
    ['in a terminal', { tty: TTY.tty }],
  ] as const)('%s', (_name, how) => {
    test.each([0, 1, 7, 126, 127, 255])('exit status %i is reported as it is', async (exitCode) => {
      expect(await open().confined(`exit ${exitCode}`, how).outcome).toEqual({ kind: 'exit', exitCode });
    });

    test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT', 'SIGUSR1', 'SIGTERM'])(
      'the end by %s is reported as it is',
      async (signal) => {
        expect(await open().confined(`kill -${signal.slice(3)} $$`, how).outcome).toEqual({ kind: 'signal', signal });
      },
    );

    test('what it starts in the background ends with it', async () => {
      const shell = open();
      const running = shell.confined(
        "(trap '' HUP TERM; sleep 1001) & setsid sleep 1002 > /dev/null 2>&1 & echo hi",
        how,
      );
      expect((await running.text()).trim()).toBe('hi');
      await nothingLeft(running);
    });

    test('is given time to tidy up, all of it, when it is cancelled', async () => {
      const shell = open();
      const child =
        'sh -c \'trap "sleep 0.3; echo child tidy > child; exit" TERM; echo ready; while :; do sleep 0.02; done\'';
      const running = shell.confined(`trap "echo parent > parent; exit" TERM; ${child} & wait; sleep 1`, how);
      await running.recording.printed('ready');
      running.recording.abort();
      const outcome = await running.outcome;
      expect(outcome).toMatchObject({ kind: 'stopped', receipt: { left: [] } });
      expect(readFileSync(join(shell.home, 'child'), 'utf8')).toBe('child tidy\n');
      expect(readFileSync(join(shell.home, 'parent'), 'utf8')).toBe('parent\n');
      expect(JSON.stringify(outcome)).not.toContain('bwrap');
      await nothingLeft(running);
    });

    test('is killed if it does not want to end', async () => {
      const running = open({ stopGraceMs: 300 }).confined(
        "trap '' TERM HUP; echo ready; while :; do sleep 1003; done",
        how,
      );
      await running.recording.printed('ready');
      running.recording.abort();
      const outcome = await running.outcome;
      expect(outcome).toMatchObject({ kind: 'stopped', receipt: { left: [] } });
      expect(JSON.stringify(outcome)).toContain('SIGKILL');
      await nothingLeft(running);
    });

    test('ends when it takes too long', async () => {
      const running = open().confined('sleep 1004', { ...how, timeoutMs: 300 });
      expect(await running.outcome).toMatchObject({
        kind: 'timeout',
        receipt: { stopped: [{ command: 'sleep 1004', signal: 'SIGTERM' }], left: [] },
      });
      await nothingLeft(running);
    });

    test('has nothing left when what makes its sandbox is killed', async () => {
      const running = open().confined('setsid sleep 1005 & echo ready; sleep 1006', how);
      await running.recording.printed('ready');
      const [first] = processesWith(`DISPATCH_RUN=${running.run}`).toSorted((one, other) => one - other);
      process.kill(first ?? 0, 'SIGKILL');
      expect(await running.outcome).toEqual({ kind: 'signal', signal: 'SIGKILL' });
      await nothingLeft(running);
    });
  });

  test('C-c reaches a program that tidies up', async () => {
    const running = open().confined("trap 'echo tidy; exit 3' INT; echo ready; while :; do sleep 0.02; done", TTY);
    await running.recording.printed('ready');
    void (await running.control()).input(Buffer.from('\x03'));
    expect(await running.outcome).toEqual({ kind: 'exit', exitCode: 3 });
    expect(running.recording.text()).toContain('tidy');
  });

  test('C-c ends a program that does not', async () => {
    const running = open().confined('echo ready; sleep 1000; echo not reached', TTY);
    await running.recording.printed('ready');
    void (await running.control()).input(Buffer.from('\x03'));
    expect(await running.outcome).toEqual({ kind: 'signal', signal: 'SIGINT' });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR1', 'SIGHUP'])(
    '%s from outside reaches a program that tidies up',
    async (signal) => {
      const running = open().confined(
        `trap 'echo tidy; exit 4' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`,
      );
      await running.recording.printed('ready');
      (await running.control()).kill(signal);
      expect(await running.outcome).toEqual({ kind: 'exit', exitCode: 4 });
      expect(running.recording.text()).toContain('tidy\n');
    },
  );

  test('starts with no signal ignored', async () => {
    expect(await open().confined('grep SigIgn /proc/self/status').text()).toBe('SigIgn:\t0000000000000000\n');
  });

  test('jobs are controlled as without a sandbox', async () => {
    const running = open().confined('exec bash --norc -i', TTY);
    const type = async (text: string): Promise<void> => void (await running.control()).input(Buffer.from(text));
    await type('PS1=; sh -c "echo u\'\'p; exec sleep 1000"\r');
    await running.recording.printed('up\r\n');
    await type('\x1a');
    await running.recording.printed('Stopped');
    await type('bg; jobs; kill %1; wait; fg; echo o""ver; exit\r');
    await running.recording.printed('over');
    expect((await running.outcome).kind).toBe('exit');
    expect(running.recording.text()).not.toContain('no job control');
  });

  test('resizing tells the program and changes the size', async () => {
    const running = open().confined("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.02; done", TTY);
    await running.recording.printed('ready');
    (await running.control()).resize(101, 41);
    expect(await running.text()).toBe('ready\r\n41 101\r\n');
  });

  test('5 MB of input and 10 MB of output pass unharmed', async () => {
    const shell = open();
    const bytes = Buffer.alloc(5_000_000, Buffer.from(Array.from({ length: 256 }, (_, value) => 255 - value)));
    const running = shell.confined('sha256sum', { stdin: true });
    const control = await running.control();
    void control.input(bytes);
    control.endInput();
    expect(await running.text()).toContain(sha256(bytes));
    const large = Buffer.concat([bytes, bytes]);
    writeFileSync(join(shell.home, 'all'), large);
    const counted = countingContext(makeFolder());
    expect(await carryOut(shell.executor, shellAction('cat all', { access: 'read-only' }), counted.context)).toEqual({
      kind: 'exit',
      exitCode: 0,
    });
    expect(counted.digest()).toBe(sha256(large));
  });

  test('writes in its folders and leaves artifacts', async () => {
    const shell = open();
    const running = shell.confined('echo kept > file; echo result > "$DISPATCH_ARTIFACTS/out"; cat file');
    expect(await running.text()).toBe('kept\n');
    expect(readFileSync(join(shell.home, 'file'), 'utf8')).toBe('kept\n');
    expect(readFileSync(join(running.recording.artifactsDir, 'out'), 'utf8')).toBe('result\n');
  });

  test('works in a folder by the name that the person used', async () => {
    const shell = open();
    mkdirSync(join(shell.home, 'a b'));
    expect(await shell.confined('pwd; echo "$PWD"', { cwd: join(shell.home, 'a b') }).text()).toBe(
      `${join(shell.home, 'a b')}\n`.repeat(2),
    );
  });

  test('gets its variables, byte for byte, and nobody else sees them', async () => {
    const value = 'two\nlines, "quotes", $HOME, ü and 漢';
    const running = open().confined('printf %s "$ODD"; tr "\\0" "\\n" < /proc/1/cmdline', { env: { ODD: value } });
    const text = await running.text();
    expect(text.startsWith(value)).toBe(true);
    expect(text.slice(value.length)).not.toContain('quotes');
  });

  test('variables of an action change nothing outside of the sandbox, and lift no limit', async () => {
    const shell = open({ limits: { processes: 64 } });
    const outside = makeFolder();
    const env = {
      SHELLOPTS: 'xtrace',
      PS4: `$(touch ${outside}/ran)`,
      BASH_ENV: '/proc/self/environ',
      LD_PRELOAD: '/no/such/library.so',
      'BASH_FUNC_ulimit%%': '() { echo lifted; }',
    };
    const text = await shell.confined('set +x; builtin ulimit -u; test -e "$1"; :', { env }).text();
    expect(text).toContain('\n64\n');
    expect(text.match(/ld\.so/g)).toHaveLength(1);
    await expect(async () => readFileSync(join(outside, 'ran'))).rejects.toThrow('ENOENT');
  });

  test('what would run outside later, and was not there, is put away', async () => {
    const home = makeFolder();
    symlinkSync('dotfiles', join(home, '.zshrc'));
    const state = makeFolder();
    const own = await openSandbox({ home, own: [], state });
    const shell = openShell({ sandbox: own, folders: () => [home], home });
    const command =
      'echo evil > .bash_profile; rm .zshrc; echo evil > .zshrc; mkdir -p .config/autostart; echo ok > note';
    const running = shell.run(command, { access: 'workspace-write' });
    const text = await running.text();
    for (const name of ['.bash_profile was made', '.zshrc was replaced', 'autostart was made'])
      expect(text).toContain(name);
    expect(readdirSync(home).toSorted()).toEqual(['.config', '.zshrc', 'note']);
    expect(readlinkSync(join(home, '.zshrc'))).toBe('dotfiles');
    expect(readdirSync(join(home, '.config'))).toEqual([]);
    expect(readdirSync(running.recording.artifactsDir)).toEqual([]);
    const [kept = ''] = /[^ ]*\/\.bash_profile(?= now)/.exec(text) ?? [];
    expect(readFileSync(kept, 'utf8')).toBe('evil\n');
    expect(readdirSync(state)).toEqual(['moved']);
  });

  test('what cannot be confined does not run', async () => {
    const shell = open();
    const cwd = makeFolder();
    const prepared = await shell.executor.prepare(
      'run' as never,
      shellAction('echo ran', { cwd, access: 'read-only' }),
      'read-only',
    );
    expect(prepared).toMatchObject({ ok: false, code: 'refused', reason: expect.stringContaining(cwd) });
  });

  test('a sandbox that cannot be made fails the run, and the command does not run', async () => {
    const shell = open();
    const vanishing = makeFolder();
    const folders = [shell.home, join(vanishing, 'gone')];
    const broken = openShell({ sandbox, folders: () => folders, home: shell.home });
    const outcome = await broken.run('echo ran', { access: 'read-only', cwd: shell.home }).outcome;
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: 'internal',
      message: expect.stringContaining('did not run'),
    });
  });

  afterAll(() => {
    expect(processesWith('DISPATCH_DEVICE=test-device')).toEqual([]);
  });
});
