// A shell executor in a folder of its own, and executions with it under a name of their own: processes are found by the
// name of their run, so no two tests may share one.

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ShellAction } from '../../../src/core/actions.ts';
import { type DeviceId, type RunId, type Sha256, spellId } from '../../../src/core/ids.ts';
import type { ExecutionContext, ExecutionControl, Executor, Outcome } from '../../../src/engine/executor-ports.ts';
import { createShellExecutor, type ShellExecutorOptions } from '../../../src/routes/desktop/shell-executor.ts';
import { type RecordedExecution, recordExecution } from '../../helpers/execution.ts';
import { QUIET } from '../../helpers/quiet-context.ts';

export const sha256 = (text: string | Uint8Array): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
export const newRun = (): RunId => spellId(randomBytes(10)) as RunId;

export interface Shell {
  readonly executor: Executor;
  readonly home: string;
  /** Prepares and executes at once. */
  readonly run: (command: string, more?: Partial<ShellAction>) => Running;
}

export interface Running {
  readonly recording: RecordedExecution;
  readonly run: RunId;
  readonly outcome: Promise<Outcome>;
  /** Waits for the control and uses it. */
  readonly control: () => Promise<ExecutionControl>;
  /** Ends well, and gives what it printed. */
  readonly text: () => Promise<string>;
}

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-shell-')));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openShell(options: Partial<ShellExecutorOptions> = {}): Shell {
  const home = makeFolder();
  const executor = createShellExecutor({
    device: 'test-device' as DeviceId,
    home,
    slots: 4,
    stopGraceMs: 5_000,
    sha256,
    ...options,
  });
  return {
    executor,
    home,
    run(command, more = {}) {
      const recording = recordExecution(newRun());
      cleanUps.push(recording.abort, recording.cleanUp);
      const outcome = carryOut(executor, shellAction(command, more), recording.context);
      return {
        recording,
        run: recording.context.run,
        outcome,
        control: () => recording.control(),
        async text() {
          const ended = await outcome;
          if (ended.kind !== 'exit' || ended.exitCode !== 0)
            throw new Error(`${JSON.stringify(ended)}: ${recording.text()}`);
          return recording.text();
        },
      };
    },
  };
}

export function shellAction(command: string, more: Partial<ShellAction> = {}): ShellAction {
  return { kind: 'shell', command, access: 'full-access', ...more };
}

export async function carryOut(executor: Executor, action: ShellAction, context: ExecutionContext): Promise<Outcome> {
  const prepared = await executor.prepare(context.run, action, action.access);
  if (!prepared.ok) throw new Error(`refused: ${prepared.reason}`);
  return executor.execute(action, prepared.plan, context);
}

/** An output that keeps only size and hash, for what is too much to keep. */
export function countingContext(folder: string): {
  context: ExecutionContext;
  size: () => number;
  digest: () => Sha256;
} {
  const hash = createHash('sha256');
  let size = 0;
  const context: ExecutionContext = {
    ...QUIET,
    run: newRun(),
    artifactsDir: folder,
    signal: new AbortController().signal,
    output: {
      write(bytes) {
        size += bytes.length;
        hash.update(bytes);
      },
      pressure: false,
      onDrain: () => {},
    },
    attach: () => {},
  };
  return { context, size: () => size, digest: () => hash.digest('hex') as Sha256 };
}

/** Waits for the file that a command writes when it is ready, and gives its content. */
export async function fileContent(path: string): Promise<string> {
  return waitFor(
    () => (existsSync(path) && readFileSync(path, 'utf8').endsWith('\n') ? readFileSync(path, 'utf8') : undefined),
    path,
  );
}

/** Waits until `look` finds something; looks every 10 ms, for 10 s at most. */
export async function waitFor<T>(look: () => T | undefined, what: string): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

/** True while a process of that number exists and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}
