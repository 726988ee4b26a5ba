/**
 * Carries out operations on files without a shell. Every path is walked anew at the moment of use, and what is changed is what was
 * planned, by its content. It starts no process but ripgrep, which only reads.
 */

import { basename, isAbsolute, join } from 'node:path';
import { type Action, canonicalPlan, type Plan } from '../../../core/actions.ts';
import { asDispatchError, DispatchError, type Refusal, refuse } from '../../../core/errors.ts';
import { type FileOperation, type FilesAction, pathsOf } from '../../../core/files.ts';
import type { DeviceId, RunId, Sha256 } from '../../../core/ids.ts';
import type { ActionFacts, ResolvedPath } from '../../../core/policy/reading.ts';
import type { ExecutionContext, Executor, Illustration, Outcome } from '../../../engine/ports.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { KeptBackups } from './backups.ts';
import { change } from './changing.ts';
import { completeNames } from './completing.ts';
import { illustrateSteps } from './illustrating.ts';
import { look } from './looking.ts';
import { notThere } from './open-file.ts';
import { type Changing, type PlanContext, planSteps } from './plan-steps.ts';
import { lookAtReach, type Reach } from './reach.ts';
import { changesOf, pathsOfStep, type Step, stepText, targetsOf } from './steps.ts';
import { withinTime } from './time-limit.ts';
import { destination, receive, removePart, send, whyNot } from './transfer/transfers.ts';
import { type WalkOptions, walk } from './walk.ts';

export interface FilesExecutorOptions {
  readonly device: DeviceId;
  readonly home: string;
  readonly slots: number;
  readonly sha256: (text: string) => Sha256;
  /** Reachable ones: absolute, links resolved. */
  readonly folders: () => readonly string[];
  /** Dispatch's own, which no task may reach. */
  readonly own: readonly string[];
  readonly hide: readonly string[];
  readonly sandbox: Sandbox;
  /** Where ripgrep is looked for. */
  readonly path: string;
  /** How much old content one run may replace. */
  readonly backupMaxBytes: number;
  readonly backups: KeptBackups;
}

const NOTHING_LEFT = { stopped: [], left: [] } as const;

export function createFilesExecutor(options: FilesExecutorOptions): Executor {
  const { device, home, slots, sha256, folders, own, hide, backups, backupMaxBytes } = options;
  const reach = (): Reach => lookAtReach({ home, folders, own, hide });
  const contextFor = (action: FilesAction): PlanContext => ({
    absolute: (path) => absolute(path, home, action.cwd),
    reach: reach(),
    backups,
    backupMaxBytes,
  });

  const planFor = async (
    run: RunId,
    action: FilesAction,
    context: PlanContext,
  ): Promise<{ plan: Plan; steps: readonly Step[] }> => {
    const { operation } = action;
    const steps = isChanging(operation) ? await planSteps(operation, context) : [];
    const received = operation.op === 'receive' ? await planReceive(operation, context) : undefined;
    const changes = changesOf(steps);
    const targets = received === undefined ? targetsOf(steps) : [received];
    const plan: Plan = {
      device,
      run,
      kind: 'files',
      argv: ['files', operation.op, JSON.stringify(withoutContent(operation, sha256)), ...steps.map(stepText)],
      cwd: action.cwd ?? home,
      envNames: [],
      envDigest: sha256(''),
      tty: false,
      stdin: false,
      executable: 'files',
      enforced: 'read-only',
      programs: [],
      secrets: [],
      ...(changes.length === 0 ? {} : { changes }),
      ...(targets.length === 0 ? {} : { targets }),
      ...(received === undefined ? {} : { unheld: ['what the other device sends'] }),
    };
    return { plan, steps };
  };

  const carryOut = async (action: FilesAction, plan: Plan, context: ExecutionContext): Promise<Outcome> => {
    const { operation } = action;
    const { signal } = context;
    try {
      const planning = { ...contextFor(action), signal };
      const { absolute: full, reach: reaching } = planning;
      const doing = { absolute: full, reach: reaching, context };
      if (operation.op === 'send') return await send(operation, doing);
      if (!isChanging(operation) && operation.op !== 'receive') {
        return await look(operation, { ...doing, sandbox: options.sandbox, path: options.path, folders });
      }
      const found = await planFor(plan.run as RunId, action, planning);
      if (canonicalPlan({ ...found.plan, enforced: plan.enforced }) !== canonicalPlan(plan)) {
        throw new DispatchError('conflict', 'what is there has changed since it was looked at', { hint: 'start over' });
      }
      if (operation.op === 'receive') return await receive(operation, doing, backupMaxBytes);
      return await change(operation, found.steps, { reach: reaching, context, backupMaxBytes });
    } catch (error) {
      return signal.aborted ? { kind: 'stopped', receipt: NOTHING_LEFT } : failure(error);
    }
  };

  return {
    kind: 'files',
    slots,
    enforces: (level) => level,

    async inspect(given) {
      const action = mustBeFiles(given);
      const context = contextFor(action);
      const { operation } = action;
      try {
        const paths: ResolvedPath[] = [];
        const operations = [`files.${operation.op}`];
        for (const written of pathsOf(operation)) {
          const named = operation.op === 'receive' ? operation.from.name : basename(paths[0]?.real ?? '');
          const found = await lookAt(context.absolute(written), follows(operation, written), {
            named: isInPlace(operation, written) ? named : undefined,
          });
          paths.push({ written, real: found.real, use: 'file' });
          if (isInPlace(operation, written) && found.isThere && !operations.includes('files.overwrite'))
            operations.push('files.overwrite');
        }
        if (operation.op === 'undo') paths.push(...(await undone(operation, context)));
        // Of what lies outside nothing is told but that: the gate says so.
        const hidden = paths.find(
          ({ real }) => context.reach.isReachable(real) && context.reach.whyHidden(real) !== undefined,
        );
        if (hidden !== undefined) return context.reach.whyHidden(hidden.real) as Refusal;
        return { ok: true, facts: { paths, operations } satisfies ActionFacts };
      } catch (error) {
        return refusalOf(error);
      }
    },

    async prepare(run, given, access) {
      const action = mustBeFiles(given);
      try {
        const context = contextFor(action);
        await checkReadable(action.operation, context);
        const { plan } = await planFor(run, action, context);
        return { ok: true, plan: { ...plan, enforced: access } };
      } catch (error) {
        return refusalOf(error);
      }
    },

    async illustrate(given, plan): Promise<Illustration> {
      const action = mustBeFiles(given);
      try {
        const { steps } = await planFor(plan.run as RunId, action, contextFor(action));
        return await illustrateSteps(steps);
      } catch (error) {
        return { warnings: [`what it would change cannot be shown: ${asDispatchError(error).message}`] };
      }
    },

    async complete(path, cwd, limit) {
      return completeNames(absolute(path, home, cwd), path, reach(), limit);
    },

    async execute(given, plan, context) {
      const action = mustBeFiles(given);
      if (context.signal.aborted) return { kind: 'stopped', receipt: NOTHING_LEFT };
      // What sends takes more than others do, and is there to be asked from the first moment on.
      if (action.operation.op !== 'send') {
        context.attach({ input: () => {}, endInput: () => {}, resize: () => {}, kill: () => {} });
      }
      return withinTime(context, action.timeoutMs, (limited) => carryOut(action, plan, limited));
    },

    async reap(run, action) {
      if (action.kind === 'files' && action.operation.op === 'receive') {
        await removePart(run, action.operation, (path) => absolute(path, home, action.cwd));
      }
      return NOTHING_LEFT;
    },
  };
}

function mustBeFiles(action: Action): FilesAction {
  if (action.kind !== 'files') throw new Error(`the executor of files was given a ${action.kind} action`);
  return action;
}

function isChanging(operation: FileOperation): operation is Changing {
  return ['write', 'edit', 'move', 'copy', 'delete', 'make-folder', 'undo'].includes(operation.op);
}

function absolute(path: string, home: string, cwd: string | undefined): string {
  if (path === '~' || path.startsWith('~/')) return `${home}${path.slice(1)}`;
  return isAbsolute(path) ? path : `${cwd ?? home}/${path}`;
}

/** The content is in the digest by its hash. */
function withoutContent(operation: FileOperation, sha256: (text: string) => Sha256): FileOperation {
  return operation.op === 'write' ? { ...operation, content: sha256(operation.content) } : operation;
}

/** Whether a link at the end of the path is what is meant. */
function follows(operation: FileOperation, written: string): WalkOptions {
  const ends =
    operation.op === 'delete' || operation.op === 'stat' || (operation.op === 'move' && written === operation.from);
  return { follow: !ends };
}

/** Whether something that is there would be in the place of what comes. */
function isInPlace(operation: FileOperation, written: string): boolean {
  if (operation.op === 'receive') return true;
  return (operation.op === 'move' || operation.op === 'copy') && written === operation.to && written !== operation.from;
}

/** Where it leads, and whether something is there already: for what is put into a folder by a name, in that folder. */
async function lookAt(
  path: string,
  options: WalkOptions,
  { named }: { readonly named: string | undefined },
): Promise<{ real: string; isThere: boolean }> {
  const walked = await walk(path, options);
  await walked.folder.close();
  const isFolder = walked.stats?.isDirectory() === true;
  if (!isFolder || named === undefined) return { real: walked.real, isThere: walked.stats !== undefined };
  const inside = await walk(join(walked.real, named), { follow: false });
  await inside.folder.close();
  return { real: inside.real, isThere: inside.stats !== undefined };
}

/** Where it will be, in words. */
async function planReceive(
  operation: Extract<FileOperation, { op: 'receive' }>,
  { absolute: full, reach }: PlanContext,
): Promise<string> {
  const to = await destination(full(operation.path), operation);
  await to.folder.close();
  const why = whyNot(to, operation, reach);
  if (why !== undefined) throw why;
  return `${to.real} is ${to.stats === undefined ? 'made' : 'replaced'} by what ${operation.from.device} sends`;
}

async function undone(
  operation: Extract<FileOperation, { op: 'undo' }>,
  context: PlanContext,
): Promise<ResolvedPath[]> {
  const paths = new Set((await planSteps(operation, context)).flatMap(pathsOfStep));
  return [...paths].map((path) => ({ written: path, real: path, use: 'file' }));
}

/** What only reads is looked at once more before it is planned, so that what is missing is told before anybody is asked. */
async function checkReadable(operation: FileOperation, context: PlanContext): Promise<void> {
  if (isChanging(operation) || operation.op === 'receive') return;
  for (const written of pathsOf(operation)) {
    const walked = await walk(context.absolute(written), follows(operation, written));
    await walked.folder.close();
    const why = context.reach.whyNotRead(walked.real);
    if (why !== undefined) throw DispatchError.fromRefusal(why);
    if (walked.stats === undefined) throw notThere(walked.real);
  }
}

function refusalOf(error: unknown): Refusal {
  const { code, message, hint } = asDispatchError(error);
  return refuse(code, message, hint);
}

function failure(thrown: unknown): Outcome {
  const { code, message, hint } = asDispatchError(thrown);
  const text = hint === undefined ? message : `${message}: ${hint}`;
  if (code === 'internal') return { kind: 'failed', reason: 'internal', message: text };
  if (code === 'refused') return { kind: 'failed', reason: 'refused', message: text };
  return { kind: 'exit', exitCode: 1, message: text };
}
