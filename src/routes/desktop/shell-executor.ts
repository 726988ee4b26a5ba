/**
 * The desktop route's shell: command lines, carried out by this machine's own shell, in a terminal or on pipes. It has no
 * sandbox and says so: everything it runs has full access.
 */

import type { AccessLevel, Action, Plan, ShellAction } from '../../core/actions.ts';
import { refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import type { ExecutionContext, Executor, Outcome } from '../../engine/ports.ts';
import { cleanEnvironment, environmentFor } from './environment.ts';
import { createPipePool } from './pipe-pool.ts';
import { startOnPipes } from './pipes.ts';
import { type Prepared, planShell, whatChanged } from './plan.ts';
import { findRunProcesses } from './run-processes.ts';
import { type Session, StartFailure } from './session.ts';
import { createShells, type Shells } from './shells.ts';
import { stopProcesses } from './stop-processes.ts';
import { supervise } from './supervise.ts';
import { createProcessTable } from './system-process-table.ts';
import { loadTerminals, startInTerminal } from './terminal.ts';

const STOP_GRACE_MS = 10_000;
const ENFORCED: AccessLevel = 'full-access';

export interface ShellExecutorOptions {
  readonly device: DeviceId;
  /** The person's home folder: where commands run that name no other. */
  readonly home: string;
  /** Absolute path; bash if it is there, else sh. */
  readonly shell?: string;
  /** The finder of the shell, where somebody else asks it too; else one is made for `shell`. */
  readonly shells?: Shells;
  /** How many commands may run at once. */
  readonly slots: number;
  /** How long processes that are stopped have before they are killed. */
  readonly stopGraceMs?: number;
  readonly baseEnv?: NodeJS.ProcessEnv;
  readonly sha256: (text: string) => Sha256;
}

export function createShellExecutor(options: ShellExecutorOptions): Executor {
  const { device, home, slots, stopGraceMs = STOP_GRACE_MS, sha256 } = options;
  const environment = cleanEnvironment(options.baseEnv ?? process.env);
  const shells = options.shells ?? createShells(options.shell, environment.PATH ?? '');
  const pool = createPipePool();
  const table = createProcessTable();
  const plan = (run: RunId, action: ShellAction): Promise<Prepared> =>
    planShell({ device, home, shells, enforced: ENFORCED, environment, sha256 }, run, action);

  /** What the first command of its kind would otherwise wait for. */
  const warm = (action: ShellAction): void => {
    if (action.tty === undefined) pool.warm();
    else loadTerminals().catch(() => {}); // Starting tells.
  };

  const start = (action: ShellAction, checked: Plan, context: ExecutionContext): Promise<Session> => {
    const [shell, ...args] = checked.argv;
    const surroundings = {
      run: context.run,
      device,
      artifactsDir: context.artifactsDir,
      cwd: action.cwd ?? home,
      added: action.env ?? {},
    };
    const request = {
      argv: [shell ?? checked.executable, ...args] as const,
      cwd: checked.cwd,
      env: environmentFor(environment, { ...surroundings, hasTerminal: action.tty !== undefined }),
    };
    if (action.tty === undefined) return startOnPipes({ ...request, stdin: action.stdin === true, pool });
    return startInTerminal({ ...request, ...action.tty, foregroundOf: (pid) => table.foregroundGroup(pid) });
  };

  return {
    kind: 'shell',
    slots,
    enforces: () => ENFORCED,

    async prepare(run, action) {
      if (action.kind !== 'shell') return notShell(action);
      warm(action);
      return plan(run, action);
    },

    async execute(action, checked, context) {
      if (context.signal.aborted) return { kind: 'stopped', receipt: { stopped: [], left: [] } };
      if (action.kind !== 'shell') return failed('invalid', notShell(action).reason);
      const now = await plan(context.run, action);
      if (!now.ok) return failed('invalid', now.hint === undefined ? now.reason : `${now.reason}: ${now.hint}`);
      const changed = whatChanged(checked, now.plan);
      if (changed !== undefined) return failed('refused', changed);
      try {
        const session = await start(action, checked, context);
        const secrets = Object.values(action.env ?? {});
        return await supervise({ session, context, table, timeoutMs: action.timeoutMs, stopGraceMs, secrets });
      } catch (error) {
        if (error instanceof StartFailure) return failed('internal', error.message);
        throw error;
      }
    },

    reap: (run) => stopProcesses({ table, alive: findRunProcesses({ table, run }), graceMs: stopGraceMs }),
  };
}

function notShell(action: Action): ReturnType<typeof refuse> {
  return refuse(
    'invalid',
    `the shell cannot carry out an action of kind ${action.kind}`,
    'this is a mistake in Dispatch: report it',
  );
}

function failed(reason: 'invalid' | 'internal' | 'refused', message: string): Outcome {
  return { kind: 'failed', reason, message };
}
