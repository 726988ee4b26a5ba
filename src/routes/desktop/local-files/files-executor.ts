/**
 * Carries out operations on files without a shell. Every path is walked anew at the moment of use, and what is changed is what was
 * planned, by its content. It starts no process but ripgrep, which only reads, and sync.
 */

import { isAbsolute } from 'node:path';
import { type Action, canonicalPlan, type Plan } from '../../../core/actions.ts';
import { asDispatchError, DispatchError, type Refusal, refuse } from '../../../core/errors.ts';
import { type FileOperation, type FilesAction, pathsOf } from '../../../core/files.ts';
import type { DeviceId, RunId, Sha256 } from '../../../core/ids.ts';
import type { ActionFacts } from '../../../core/policy/reading.ts';
import type { ExecutionContext, Executor, Illustration, Outcome } from '../../../engine/executor-ports.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { backupAbout, type KeptBackups } from './backups.ts';
import { change } from './changing.ts';
import { completeNames } from './completing.ts';
import { illustrateSteps } from './illustrating.ts';
import { look } from './looking.ts';
import { notThere } from './open-file.ts';
import { removeParts } from './parts.ts';
import { detours, findPlaces, follows, ledElsewhere, type Places, requireIn } from './places.ts';
import { type Changing, type PlanContext, planSteps } from './plan-steps.ts';
import { lookAtReach, type Reach } from './reach.ts';
import { changesOf, type Step, stepText, targetsOf } from './steps.ts';
import { withinTime } from './time-limit.ts';
import { destination, receive, send, whyNot } from './transfer/transfers.ts';
import { walk } from './walk.ts';

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

/** What an operation comes to, as things are now. */
interface Found {
  readonly plan: Plan;
  readonly steps: readonly Step[];
  readonly places: Places;
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

  const planFor = async (run: RunId, action: FilesAction, context: PlanContext, seen?: ActionFacts): Promise<Found> => {
    const { operation } = action;
    const steps = isChanging(operation) ? await planSteps(operation, context) : [];
    const places = seen === undefined ? await findPlaces(operation, context, steps) : { operations: [], ...seen };
    requireIn(places, operation, steps);
    const received = operation.op === 'receive' ? await planReceive(operation, context, places) : undefined;
    const changes = changesOf(steps);
    const targets = [...(received === undefined ? targetsOf(steps) : [received]), ...detours(places, context)];
    const plan: Plan = {
      device,
      run,
      kind: 'files',
      argv: ['files', operation.op, JSON.stringify(withoutContent(operation, sha256)), ...steps.map(stepText)].concat(
        places.paths.map(({ real }) => `at ${real}`),
      ),
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
    return { plan, steps, places };
  };

  const carryOut = async (action: FilesAction, plan: Plan, context: ExecutionContext): Promise<Outcome> => {
    const { operation } = action;
    const { signal } = context;
    try {
      const planning = { ...contextFor(action), signal };
      const { absolute: full, reach: reaching } = planning;
      const found = await planFor(plan.run as RunId, action, planning);
      requireSame(found, plan);
      if (isChanging(operation)) {
        return await change(operation, found.steps, { reach: reaching, context, backupMaxBytes });
      }
      const doing = { absolute: full, reach: reaching, context, place: found.places.paths[0]?.real };
      if (operation.op === 'send') return await send(operation, doing);
      if (operation.op === 'receive') return await receive(operation, doing, backupMaxBytes);
      return await look(operation, { ...doing, sandbox: options.sandbox, path: options.path, folders });
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
        const steps = operation.op === 'undo' ? await planSteps(operation, context) : [];
        const facts = await findPlaces(operation, context, steps);
        // Of what lies outside nothing is told but that: the gate says so.
        const hidden = facts.paths.find(
          ({ real }) => context.reach.isReachable(real) && context.reach.whyHidden(real) !== undefined,
        );
        if (hidden !== undefined) return context.reach.whyHidden(hidden.real) as Refusal;
        return { ok: true, facts };
      } catch (error) {
        return refusalOf(error);
      }
    },

    async prepare(run, given, access, seen) {
      const action = mustBeFiles(given);
      try {
        const context = contextFor(action);
        await checkReadable(action.operation, context);
        const { plan } = await planFor(run, action, context, seen);
        return { ok: true, plan: { ...plan, enforced: access } };
      } catch (error) {
        return refusalOf(error);
      }
    },

    async illustrate(given, plan): Promise<Illustration> {
      const action = mustBeFiles(given);
      try {
        const context = contextFor(action);
        const found = await planFor(plan.run as RunId, action, context);
        requireSame(found, plan);
        return isChanging(action.operation)
          ? await illustrateSteps(found.steps, found.plan.targets ?? [], context.reach)
          : {};
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
      if (action.kind === 'files') {
        const { operation, cwd } = action;
        await removeParts({ run, operation, absolute: (path) => absolute(path, home, cwd), backups });
      }
      return NOTHING_LEFT;
    },

    about: backupAbout,
  };
}

/** Throws where what is there makes it another plan. What the executor is kept to stands in that plan alone. */
function requireSame({ plan }: Found, planned: Plan): void {
  if (canonicalPlan({ ...plan, enforced: planned.enforced }) === canonicalPlan(planned)) return;
  throw new DispatchError('conflict', 'what is there has changed since it was looked at', { hint: 'start over' });
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

/** Where it will be, in words. */
async function planReceive(
  operation: Extract<FileOperation, { op: 'receive' }>,
  { absolute: full, reach }: PlanContext,
  { paths, operations }: Places,
): Promise<string> {
  const to = await destination(full(operation.path), operation);
  await to.folder.close();
  const why = whyNot(to, operation, reach);
  if (why !== undefined) throw why;
  const isSeen = to.stats === undefined || operations.includes('files.overwrite');
  if (!isSeen || paths[0]?.real !== to.real) throw ledElsewhere(to.real);
  return `${to.real} is ${to.stats === undefined ? 'made' : 'replaced'} by what ${operation.from.device} sends`;
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
