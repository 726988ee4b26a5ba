import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { Plan, ShellAction } from '../../../src/core/actions.ts';
import type { Executor, Outcome } from '../../../src/engine/executor-ports.ts';
import { recordExecution } from '../../helpers/execution.ts';
import { makeFolder, newRun, openShell, sha256, shellAction } from './harness.ts';

/** Prepares, lets something happen, and executes. */
async function executeAfter(
  executor: Executor,
  action: ShellAction,
  happens: () => void,
): Promise<{ outcome: Outcome; text: string }> {
  const recording = recordExecution(newRun());
  const prepared = await executor.prepare(recording.context.run, action, action.access);
  if (!prepared.ok) throw new Error(prepared.reason);
  happens();
  const outcome = await executor.execute(action, prepared.plan, recording.context);
  recording.cleanUp();
  return { outcome, text: recording.text() };
}

function ownShell(): string {
  const path = join(makeFolder(), 'shell');
  copyFileSync('/bin/sh', path);
  chmodSync(path, 0o755);
  return path;
}

test('a working folder that vanished fails the run and says so', async () => {
  const shell = openShell();
  const cwd = join(shell.home, 'gone');
  mkdirSync(cwd);
  const { outcome } = await executeAfter(shell.executor, shellAction('echo ran', { cwd }), () =>
    rmSync(cwd, { recursive: true }),
  );
  expect(outcome).toMatchObject({
    kind: 'failed',
    reason: 'invalid',
    message: expect.stringContaining(`${cwd} does not exist`),
  });
});

test('a working folder that leads elsewhere than it did is refused', async () => {
  const shell = openShell();
  for (const name of ['one', 'two']) mkdirSync(join(shell.home, name));
  const cwd = join(shell.home, 'link');
  symlinkSync('one', cwd);
  const { outcome, text } = await executeAfter(shell.executor, shellAction('echo ran', { cwd }), () => {
    rmSync(cwd);
    symlinkSync('two', cwd);
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused', message: expect.stringContaining('two') });
  expect(text).toBe('');
});

test('a shell that is not the checked one any more is refused', async () => {
  const path = ownShell();
  const { executor } = openShell({ shell: path });
  const { outcome, text } = await executeAfter(executor, shellAction('echo ran'), () => {
    writeFileSync(`${path}.new`, '#!/bin/sh\necho evil\n', { mode: 0o755 });
    renameSync(`${path}.new`, path);
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused', message: expect.stringContaining(path) });
  expect(text).toBe('');
});

test('a shell that vanished fails the run and says so', async () => {
  const path = ownShell();
  const { outcome } = await executeAfter(openShell({ shell: path }).executor, shellAction('echo ran'), () =>
    rmSync(path),
  );
  expect(outcome).toMatchObject({ kind: 'failed', message: expect.stringContaining(`${path} does not exist`) });
});

test('another action than the planned one is refused', async () => {
  const { executor } = openShell();
  const recording = recordExecution(newRun());
  const prepared = await executor.prepare(recording.context.run, shellAction('echo planned'), 'full-access');
  const { plan } = prepared as { plan: Plan };
  const outcome = await executor.execute(shellAction('echo other'), plan, recording.context);
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'refused' });
  expect(recording.text()).toBe('');
  recording.cleanUp();
});

test('a shell that cannot be started fails the run', async () => {
  const path = join(makeFolder(), 'shell');
  writeFileSync(path, '#!/no/such/interpreter\n', { mode: 0o755 });
  const { outcome } = await executeAfter(openShell({ shell: path }).executor, shellAction('echo ran'), () => {});
  expect(outcome).toMatchObject({ kind: 'failed', reason: 'internal', message: expect.stringContaining(path) });
});

/** Executes when this many files may be open and all of them are, and gives the outcomes. */
async function starve(actions: readonly ShellAction[]): Promise<Outcome[]> {
  const executor = pathToFileURL(join(import.meta.dirname, '../../../src/routes/desktop/shell-executor.ts')).href;
  const folder = makeFolder();
  writeFileSync(
    join(folder, 'starve.ts'),
    `import { closeSync, openSync, writeFileSync } from 'node:fs';
    import { createShellExecutor } from ${JSON.stringify(executor)};
    const executor = createShellExecutor({ device: 'd', home: '/', slots: 1, sha256: () => 'x' });
    const output = { write() {}, pressure: false, onDrain() {} };
    const context = { run: ${JSON.stringify(newRun())}, artifactsDir: '/', output, signal: new AbortController().signal, attach() {} };
    const outcomes = [];
    for (const action of ${JSON.stringify(actions)}) {
      const { plan } = await executor.prepare(context.run, action, action.access);
      await executor.execute(action, plan, context); // Everything is loaded now.
      const opened = [];
      try { for (;;) opened.push(openSync('/dev/null', 'r')); } catch {}
      outcomes.push(await executor.execute(action, plan, context));
      for (const fd of opened) closeSync(fd);
      outcomes.push(await executor.execute(action, plan, context));
    }
    writeFileSync('result', JSON.stringify(outcomes));`,
  );
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 100; exec "$0" starve.ts', process.execPath], {
    cwd: folder,
    stdio: 'inherit',
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  return JSON.parse(readFileSync(join(folder, 'result'), 'utf8')) as Outcome[];
}

test('without free descriptors runs fail with a sentence, and succeed again later', async () => {
  const [pipes, later, terminal, laterToo] = await starve([
    shellAction('read line; exit 0', { stdin: false }),
    shellAction('exit 0', { tty: { cols: 80, rows: 24 } }),
  ]);
  expect(pipes).toMatchObject({
    kind: 'failed',
    reason: 'internal',
    message: expect.stringContaining('too many files open'),
  });
  expect(terminal).toMatchObject({
    kind: 'failed',
    reason: 'internal',
    message: expect.stringContaining('no terminal could be opened'),
  });
  expect([later, laterToo]).toEqual([
    { kind: 'exit', exitCode: 0 },
    { kind: 'exit', exitCode: 0 },
  ]);
});

test('the hash in the plan is that of the shell', async () => {
  const path = ownShell();
  const prepared = await openShell({ shell: path }).executor.prepare(newRun(), shellAction('true'), 'full-access');
  expect(prepared).toMatchObject({
    ok: true,
    plan: { executable: path, executableSha256: sha256(readFileSync(path)) },
  });
});
