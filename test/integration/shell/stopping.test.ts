import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { StopReceipt } from '../../../src/core/events.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { MASK } from '../../../src/core/secrets.ts';
import { needs } from '../../helpers/needs.ts';
import { fileContent, isAlive, makeFolder, newRun, openShell, type Running, type Shell } from './harness.ts';

const TTY = { cols: 80, rows: 24 };
const SHORT_GRACE = { stopGraceMs: 300 };

/** Cancels when the command has written its pids, one a line, to the file `pids`. */
async function cancelled(shell: Shell, running: Running): Promise<{ receipt: StopReceipt; pids: number[] }> {
  await running.recording.printed('ready');
  const pids = readFileSync(join(shell.home, 'pids'), 'utf8').trim().split('\n').map(Number);
  running.recording.abort();
  const outcome = await running.outcome;
  if (outcome.kind !== 'stopped') throw new Error(`not stopped but ${JSON.stringify(outcome)}`);
  return { receipt: outcome.receipt, pids };
}

const signalOf = (receipt: StopReceipt, pid: number | undefined) =>
  receipt.stopped.find((entry) => entry.pid === pid)?.signal;

describe.each([
  ['on pipes', {}],
  ['in a terminal', { tty: TTY }],
] as const)('a cancelled run %s', (_name, how) => {
  test('ends with all that it started, and a receipt', async () => {
    const shell = openShell();
    const running = shell.run("sh -c 'sleep 1001 & echo $! > pids; echo $$ >> pids; echo ready; wait'; echo no", how);
    const { receipt, pids } = await cancelled(shell, running);
    expect(receipt.left).toEqual([]);
    for (const pid of pids) expect(isAlive(pid)).toBe(false);
    expect(receipt.stopped.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    expect(signalOf(receipt, pids[0])).toBe('SIGTERM');
    expect(running.recording.text()).not.toContain('no\n');
  });

  test('is given time to tidy up', async () => {
    const shell = openShell();
    const running = shell.run(
      "trap 'echo tidy; exit 0' TERM; echo $$ > pids; echo ready; while :; do sleep 0.05; done",
      how,
    );
    const { receipt, pids } = await cancelled(shell, running);
    expect(running.recording.text()).toContain('tidy');
    expect(signalOf(receipt, pids[0])).toBe('SIGTERM');
  });

  test('is killed if it does not want to end', async () => {
    const shell = openShell(SHORT_GRACE);
    const running = shell.run("trap '' TERM HUP; echo $$ > pids; echo ready; while :; do sleep 1002; done", how);
    const { receipt, pids } = await cancelled(shell, running);
    expect(signalOf(receipt, pids[0])).toBe('SIGKILL');
    expect(isAlive(pids[0] ?? 0)).toBe(false);
    expect(receipt.left).toEqual([]);
  });

  needs('setsid')('with daemons', () => {
    test('ends also those that left its session, its parents and its terminal', async () => {
      const shell = openShell();
      const daemon = "setsid nohup sh -c '(echo $$ >> pids; exec sleep 1003) & exec sleep 1004' > /dev/null 2>&1 &";
      const running = shell.run(
        `: > pids; ${daemon} while ! test -s pids; do :; done; echo ready; exec sleep 1005`,
        how,
      );
      const { receipt, pids } = await cancelled(shell, running);
      for (const pid of pids) expect(isAlive(pid)).toBe(false);
      expect(receipt).toMatchObject({ stopped: { length: 3 }, left: [] });
      expect(receipt.stopped.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    });
  });

  test('ends those that it held with SIGSTOP', async () => {
    const shell = openShell();
    const running = shell.run('sleep 1006 & echo $! > pids; kill -STOP $!; echo ready; wait', how);
    const { receipt, pids } = await cancelled(shell, running);
    expect(signalOf(receipt, pids[0])).toBe('SIGTERM');
    expect(isAlive(pids[0] ?? 0)).toBe(false);
  });

  test('ends those that it starts while it is stopped', async () => {
    const shell = openShell(SHORT_GRACE);
    const command =
      "trap 'sleep 1007 & echo $! >> late' TERM; echo $$ > pids; echo ready; while :; do sleep 0.02; done";
    const running = shell.run(command, how);
    const { receipt } = await cancelled(shell, running);
    const late = Number(await fileContent(join(shell.home, 'late')));
    expect(isAlive(late)).toBe(false);
    expect(signalOf(receipt, late)).toBeDefined();
  });
});

test('an interactive shell, which ignores SIGTERM, is hung up on', async () => {
  const shell = openShell();
  const running = shell.run('exec bash --norc -i', { tty: TTY });
  void (await running.control()).input(Buffer.from('echo $$ > pids; echo re""ady\r'));
  const { receipt, pids } = await cancelled(shell, running);
  expect(signalOf(receipt, pids[0])).toBe('SIGHUP');
});

test('secrets on a command line do not come into the receipt', async () => {
  const shell = openShell();
  const running = shell.run('echo $$ > pids; echo ready; sh -c "sleep 1008; :" --password=hunter2hunter2');
  const { receipt } = await cancelled(shell, running);
  expect(JSON.stringify(receipt)).toContain('sleep 1008');
  expect(JSON.stringify(receipt)).not.toContain('hunter2');
});

test('values of the environment that came with the action do not come into the receipt', async () => {
  const shell = openShell();
  const command = 'echo $$ > pids; bash -c "echo ready; sleep 100; true $PW $LINES_OF"; :';
  const env = { PW: 'hunter4hunter4', LINES_OF: 'hunter5 \n hunter6', SHORT: 'sl' };
  const { receipt } = await cancelled(shell, shell.run(command, { env }));
  const inner = receipt.stopped.map((entry) => entry.command).filter((line) => line.startsWith('bash -c echo ready'));
  expect(inner).toEqual([`bash -c echo ready; sleep 100; true ${MASK} ${MASK}`]);
  expect(JSON.stringify(receipt)).not.toMatch(/hunter/);
});

test('what another run started is left alone', async () => {
  const shell = openShell();
  const other = shell.run('echo ready; sleep 1009');
  await other.recording.printed('ready');
  const running = shell.run('echo $$ > pids; echo ready; sleep 1010');
  const { receipt } = await cancelled(shell, running);
  expect(receipt.stopped.map(({ command }) => command)).not.toContain('sleep 1009');
  other.recording.abort();
  expect(await other.outcome).toMatchObject({ kind: 'stopped', receipt: { left: [] } });
});

test('what takes too long is stopped, with a receipt', async () => {
  const outcome = await openShell().run('sleep 1011', { timeoutMs: 200 }).outcome;
  expect(outcome).toEqual({
    kind: 'timeout',
    timeoutMs: 200,
    receipt: { stopped: [{ pid: expect.any(Number), command: 'sleep 1011', signal: 'SIGTERM' }], left: [] },
  });
});

test('output of before and while stopping is kept', async () => {
  const shell = openShell();
  const command =
    'trap \'head -c 50000 /dev/zero | tr "\\\\0" Y; exit\' TERM; echo $$ > pids; echo ready; while :; do sleep 0.02; done';
  const running = shell.run(command);
  await cancelled(shell, running);
  expect(/Y+/.exec(running.recording.text())?.[0]).toHaveLength(50_000);
});

/** Executes a command in a process of its own, and kills that when the command is ready. */
async function killedPeer(home: string, run: RunId, command: string): Promise<void> {
  const harness = pathToFileURL(join(import.meta.dirname, '../../../src/routes/desktop/shell-executor.ts')).href;
  const code = `
    import { createShellExecutor } from ${JSON.stringify(harness)};
    const executor = createShellExecutor({ device: 'd', home: ${JSON.stringify(home)}, slots: 1, sha256: () => 'x' });
    const action = { kind: 'shell', access: 'full-access', command: ${JSON.stringify(command)} };
    const prepared = await executor.prepare(${JSON.stringify(run)}, action, 'full-access');
    const output = { write: (bytes) => process.stdout.write(bytes), pressure: false, onDrain() {} };
    await executor.execute(action, prepared.plan, {
      run: ${JSON.stringify(run)}, artifactsDir: ${JSON.stringify(home)}, output, signal: new AbortController().signal, attach() {},
    });`;
  const peer = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(peer.stdout, 'data');
  peer.kill('SIGKILL');
  await once(peer, 'exit');
}

test('reap ends what a killed peer left behind', async () => {
  const shell = openShell(SHORT_GRACE);
  const run = newRun();
  await killedPeer(
    shell.home,
    run,
    "trap '' TERM HUP; sleep 1012 & echo $! $$ > pids; echo ready; while :; do sleep 0.02; done",
  );
  const pids = (await fileContent(join(shell.home, 'pids'))).trim().split(' ').map(Number);
  for (const pid of pids) expect(isAlive(pid)).toBe(true);
  const receipt = await shell.executor.reap(run, { kind: 'shell', command: 'true', access: 'full-access' });
  expect(receipt.left).toEqual([]);
  expect(receipt.stopped.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
  expect(await shell.executor.reap(run, { kind: 'shell', command: 'true', access: 'full-access' })).toEqual({
    stopped: [],
    left: [],
  });
});

test('a peer that was started in a run does not end itself with it', async () => {
  const run = newRun();
  const home = makeFolder();
  const harness = pathToFileURL(join(import.meta.dirname, '../../../src/routes/desktop/shell-executor.ts')).href;
  const code = `
    import { createShellExecutor } from ${JSON.stringify(harness)};
    const executor = createShellExecutor({ device: 'd', home: ${JSON.stringify(home)}, slots: 1, sha256: () => 'x' });
    console.log(JSON.stringify(await executor.reap(${JSON.stringify(run)}, { kind: 'shell', command: 'true', access: 'full-access' })));`;
  const env = { ...process.env, DISPATCH_RUN: run };
  const peer = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(peer.stdout, 'data')) as [Buffer];
  expect(JSON.parse(printed.toString())).toEqual({ stopped: [], left: [] });
});
