/**
 * The desktop route's shell: command lines, carried out by this machine's own shell, in a terminal or on pipes, inside of the sandbox
 * where there is one. Where there is none it says so: everything it runs has full access then.
 */

import type { AccessLevel } from '../../core/access.ts';
import type { Action, Plan, PlannedSandbox, ResourceLimits, ShellAction } from '../../core/actions.ts';
import { DispatchError, type Refusal, refuse } from '../../core/errors.ts';
import type { DeviceId, RunId, Sha256 } from '../../core/ids.ts';
import { isInside } from '../../core/policy/paths.ts';
import type { ExecutionContext, Executor, Outcome } from '../../engine/executor-ports.ts';
import type { Secrets } from '../../engine/ports.ts';
import { cleanEnvironment, environmentFor, RUN_VARIABLE } from './environment.ts';
import { createFileHashes } from './file-hashes.ts';
import { inspectShell } from './inspect-shell.ts';
import { lookAtMachineCommand } from './machine-state.ts';
import { createPipePool } from './pipe-pool.ts';
import { startOnPipes } from './pipes.ts';
import { type Prepared, planShell } from './plan.ts';
import { findPrograms } from './programs.ts';
import { findRunProcesses } from './run-processes.ts';
import { confinedEnvironment } from './sandbox/confined-environment.ts';
import { type Confined, enforcedBy, type Sandbox } from './sandbox/sandbox.ts';
import { findSystemFolders } from './sandbox/system-folders.ts';
import { shareable } from './sandbox/view.ts';
import { type Session, StartFailure, type StartRequest } from './session.ts';
import { readShell } from './shell-reading/read-shell.ts';
import { createShells, type Shells } from './shells.ts';
import { stopProcesses } from './stop-processes.ts';
import { supervise } from './supervise.ts';
import { createProcessTable } from './system-process-table.ts';
import { hiddenFrom, tellable } from './tellable.ts';
import { loadTerminals, startInTerminal } from './terminal.ts';
import { whatChanged } from './what-changed.ts';

const STOP_GRACE_MS = 10_000;

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
  /** Variables of `baseEnv` that no command gets: those that secrets are read from. */
  readonly withheld?: readonly string[];
  readonly secrets?: Secrets;
  /** Without one, or where it does not work, everything runs with full access. */
  readonly sandbox?: Sandbox;
  /** The folders that a confined command may reach: absolute, links resolved. Asked for each command. */
  readonly folders?: () => readonly string[];
  /** Whether `workspace-write` may use the network; false if absent. */
  readonly network?: boolean;
  /** Of confined commands. */
  readonly limits?: ResourceLimits;
  readonly sha256: (text: string) => Sha256;
}

export function createShellExecutor(options: ShellExecutorOptions): Executor {
  const { device, home, slots, stopGraceMs = STOP_GRACE_MS, sha256, sandbox } = options;
  const environment = without(cleanEnvironment(options.baseEnv ?? process.env), options.withheld ?? []);
  const working = sandbox === undefined || sandbox.kind === 'none' ? undefined : sandbox;
  const confinedBase = confinedEnvironment(environment);
  const shells = options.shells ?? createShells(options.shell, environment.PATH ?? '');
  const pool = createPipePool();
  const table = createProcessTable();
  const hashes = createFileHashes();
  const system = findSystemFolders().map(({ path }) => path);
  const baseFor = (enforced: AccessLevel) => (enforced === 'full-access' ? environment : confinedBase);

  const planned = (enforced: AccessLevel): PlannedSandbox | undefined => {
    if (enforced === 'full-access' || sandbox === undefined || sandbox.kind === 'none') return undefined;
    const folders = shareable(options.folders?.() ?? []);
    const writes = enforced === 'workspace-write';
    return {
      kind: sandbox.kind,
      writable: writes ? folders : [],
      readable: writes ? [] : folders,
      network: writes && options.network === true,
      limits: options.limits ?? {},
    };
  };

  /** The plan, and the values of the secrets that it was made with. */
  const plan = async (
    run: RunId,
    action: ShellAction,
    enforced: AccessLevel,
    { folderLater = false }: { readonly folderLater?: boolean } = {},
  ): Promise<Prepared & { readonly values?: Readonly<Record<string, string>> }> => {
    const values = await readSecrets(options.secrets, action.secrets ?? []);
    if (values.ok === false) return values;
    const inside = planned(enforced);
    const mayTell = tellable({
      home,
      system,
      ...(options.folders === undefined ? {} : { folders: options.folders() }),
      ...(sandbox === undefined || sandbox.kind === 'none' ? {} : { hidden: sandbox.hidden ?? [] }),
    });
    const prepared = await planShell(
      {
        device,
        home,
        shells,
        enforced,
        ...(inside === undefined ? {} : { sandbox: inside }),
        environment: baseFor(enforced),
        secrets: values.values,
        programs: (named) => findPrograms({ ...named, hashes, reading: readShell(named.text), mayTell }),
        folderLater: folderLater && enforced === 'full-access',
        sha256,
      },
      run,
      action,
    );
    if (!prepared.ok) return prepared;
    return unreachable(prepared.plan) ?? { ...prepared, values: values.values };
  };

  /** What the first command of its kind would otherwise wait for. */
  const warm = (action: ShellAction): void => {
    if (action.tty === undefined) pool.warm();
    else loadTerminals().catch(() => {}); // Starting tells.
  };

  const requestFor = (
    action: ShellAction,
    checked: Plan,
    context: ExecutionContext,
    values: Readonly<Record<string, string>>,
  ): StartRequest & { readonly confined?: Confined } => {
    const { enforced, cwd } = checked;
    const [shell, ...args] = checked.argv;
    const { artifactsDir } = context;
    const env = environmentFor(baseFor(enforced), {
      run: context.run,
      device,
      artifactsDir,
      cwd: action.cwd ?? home,
      added: { ...action.env, ...values },
      hasTerminal: action.tty !== undefined,
    });
    const argv = [shell ?? checked.executable, ...args] as const;
    if (enforced === 'full-access') return { argv, cwd, env };
    if (sandbox === undefined || sandbox.kind === 'none' || checked.sandbox === undefined)
      throw new StartFailure(`there is no sandbox that keeps it to ${enforced}; ask for full access`);
    const confined = sandbox.confine({
      run: context.run,
      level: enforced,
      planned: checked.sandbox,
      argv,
      cwd,
      env,
      artifactsDir,
    });
    return { argv: confined.argv, cwd: confined.cwd, env: { ...confined.env, ...markOf(env) }, confined };
  };

  const start = (action: ShellAction, request: StartRequest): Promise<Session> =>
    action.tty === undefined
      ? startOnPipes({ ...request, stdin: action.stdin === true, pool })
      : startInTerminal({ ...request, ...action.tty, foregroundOf: (pid) => table.foregroundGroup(pid) });

  return {
    kind: 'shell',
    slots,
    enforces: (requested) => enforcedBy(sandbox, requested),
    sandbox: () => sandbox?.report() ?? { kind: 'none', detail: 'this peer was started without a sandbox' },

    async inspect(action) {
      if (action.kind !== 'shell') return notShell(action);
      const shell = await shells.resolve();
      const isConfined = sandbox !== undefined && sandbox.kind !== 'none';
      const inspected = await inspectShell(
        {
          home,
          readShell,
          ...(shell.ok ? { shell: shell.path } : {}),
          ...(isConfined ? { hides: hiddenFrom(home, sandbox.hidden ?? []) } : {}),
        },
        action,
      );
      if (!inspected.ok || !isConfined || !shell.ok) return inspected;
      const places = { environment, shell: shell.path, home, folders: options.folders?.() ?? [] };
      return { ok: true, facts: await lookAtMachineCommand(inspected.facts, places) };
    },

    async prepare(run, action, access) {
      if (action.kind !== 'shell') return notShell(action);
      warm(action);
      const prepared = await plan(run, action, enforcedBy(sandbox, access), { folderLater: true });
      return prepared.ok ? { ok: true, plan: prepared.plan } : prepared;
    },

    async execute(action, checked, context) {
      if (context.signal.aborted) return { kind: 'stopped', receipt: { stopped: [], left: [] } };
      if (action.kind !== 'shell') return failed('invalid', notShell(action).reason);
      const now = await plan(context.run, action, enforcedBy(sandbox, checked.enforced));
      if (!now.ok) return failed('invalid', now.hint === undefined ? now.reason : `${now.reason}: ${now.hint}`);
      const changed = whatChanged(checked, now.plan);
      if (changed !== undefined) return failed('refused', changed);
      const values = now.values ?? {};
      const secrets = Object.values({ ...action.env, ...values });
      let confined: Confined | undefined;
      try {
        if (now.plan.enforced === 'workspace-write') await working?.mayWrite(context.run);
        const request = requestFor(action, now.plan, context, values);
        confined = request.confined;
        const session = await start(action, request);
        return await supervise({
          session,
          context,
          table,
          timeoutMs: action.timeoutMs,
          stopGraceMs,
          secrets,
          ...(confined === undefined ? {} : { confined }),
        });
      } catch (error) {
        if (error instanceof StartFailure) return failed('internal', error.message);
        throw error;
      } finally {
        for (const line of confined?.settle() ?? []) context.output.write(Buffer.from(`dispatch: ${line}\r\n`));
        confined?.release();
        working?.writesNoMore(context.run);
      }
    },

    async reap(run) {
      const receipt = await stopProcesses({ table, alive: findRunProcesses({ table, run }), graceMs: stopGraceMs });
      working?.settleLost(run);
      return receipt;
    },
  };
}

/** A confined command whose folder it cannot see would fail in a way that nobody understands. */
function unreachable({ sandbox, cwd, enforced }: Plan): Refusal | undefined {
  if (sandbox === undefined || [...sandbox.writable, ...sandbox.readable].some((folder) => isInside(folder, cwd)))
    return undefined;
  return refuse(
    'refused',
    `${enforced} reaches only the folders that its owner named, and ${cwd} is in none of them`,
    'choose another with --cwd, or ask for full access',
  );
}

type SecretValues = { readonly ok?: true; readonly values: Readonly<Record<string, string>> };

async function readSecrets(secrets: Secrets | undefined, names: readonly string[]): Promise<SecretValues | Refusal> {
  if (names.length === 0) return { values: {} };
  if (secrets === undefined) return refuse('not-found', `this device keeps no secret ${names[0]}`);
  try {
    return { values: await secrets.read(names) };
  } catch (error) {
    if (error instanceof DispatchError) return refuse(error.code, error.message, error.hint);
    throw error;
  }
}

function without(
  environment: Readonly<Record<string, string>>,
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}

/** What its processes are found by, also those that start the sandbox. */
function markOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name === RUN_VARIABLE));
}

function notShell(action: Action): Refusal {
  return refuse(
    'invalid',
    `the shell cannot carry out an action of kind ${action.kind}`,
    'this is a mistake in Dispatch: report it',
  );
}

function failed(reason: 'invalid' | 'internal' | 'refused', message: string): Outcome {
  return { kind: 'failed', reason, message };
}
