/**
 * One run from its slot to its end: checked once more, written down as started, executed, and closed with its output and
 * artifacts. The start is on disk before the first process exists.
 */

import type { Plan } from '../core/actions.ts';
import type { Answer } from '../core/answers.ts';
import type { Actor } from '../core/approvals.ts';
import type { RunCommand } from '../core/commands.ts';
import { DispatchError } from '../core/errors.ts';
import type { OutputSummary } from '../core/events.ts';
import type { RunId } from '../core/ids.ts';
import { checkStart } from '../core/policy/gate.ts';
import { isFinal, type Run, type RunState } from '../core/runs.ts';
import { giveUp } from './admission.ts';
import { answerCommands } from './answer-message.ts';
import { collectFiles, collectOutput } from './artifacts.ts';
import { type CheckedPlan, checkRun } from './checks.ts';
import { type EngineDeps, executorFor } from './context.ts';
import type { Ends } from './ends.ts';
import type { ExecutionControl, LeftAbout, Outcome } from './executor-ports.ts';
import { illustrate } from './illustrations.ts';
import type { Journal } from './journal.ts';
import { whyLapsed } from './lapsed.ts';
import { maskOutcome } from './masking.ts';
import { commandOf, type StopCause } from './outcome.ts';
import { type MaskedOutput, maskOutput } from './output-masking.ts';
import type { OutputWriter } from './ports.ts';
import type { ProgressHub } from './progress.ts';
import { createPulling } from './remote/pulling.ts';
import { acceptance, askFor, payloadFor, startedPlan, whatDiffers } from './requests.ts';

export interface Executions {
  /** Carries the run out. Never rejects: trouble ends the run. */
  execute(run: RunId): Promise<void>;
  /** True if it was executing and will now be stopped. */
  stop(run: RunId, cause: StopCause): boolean;
  /** Throws `conflict` if the run is not executing or takes no input. */
  control(run: RunId): ExecutionControl;
  stopAll(cause: StopCause): void;
  /** True once the run's output can be followed and its input taken. */
  isExecuting(run: RunId): boolean;
  onExecuting(listener: (run: RunId) => void): () => void;
}

/** What a request does not show and its digest holds. */
const UNSEEN = 'something that is not shown (its environment, or the value of a secret)';

/** What an execution leaves. */
interface Left {
  readonly output: OutputWriter;
  readonly shown: MaskedOutput;
  readonly about: ReadonlyMap<string, LeftAbout>;
  readonly answers: readonly RunCommand[];
}

interface Active {
  readonly abort: AbortController;
  cause?: StopCause;
  control?: ExecutionControl;
}

export function createExecutions(
  deps: EngineDeps & { journal: Journal; ends: Ends; self: Actor; progress: ProgressHub },
): Executions {
  const { journal, self } = deps;
  const active = new Map<RunId, Active>();
  const pulling = createPulling(deps);
  const listeners = new Set<(run: RunId) => void>();

  const write = (run: RunId, commands: readonly RunCommand[], sync: boolean): Promise<RunState> =>
    journal.apply(run, commands, { by: self, sync });

  /** Checks everything again at the moment of use; undefined if the run does not start now. */
  const start = async (run: Run): Promise<CheckedPlan | undefined> => {
    const result = await checkRun(deps, run);
    if (!result.ok) {
      await write(run.id, [result.fail], true);
      return undefined;
    }
    const { checked } = result;
    const { gate, plan, digest } = checked;
    const accept: RunCommand[] = run.status === 'queued' ? [acceptance(checked)] : [];
    const approvals = run.status === 'running' ? await deps.store.approvalsOf(run.id) : [];
    const before = approvals.findLast(({ status }) => status === 'approved');
    const lapsed = before === undefined ? undefined : whyLapsed(deps, before, approvals, plan);
    const approved = run.status === 'running' && lapsed === undefined ? run.approved : undefined;
    const refusal = checkStart({ gate, plan, digest, approved });
    const begin: RunCommand = {
      type: 'start',
      digest,
      mustBeApproved: gate.verdict === 'ask',
      plan: startedPlan(checked),
    };
    if (refusal?.check === 'approval') {
      const changed = before && (whatDiffers(before.payload, payloadFor(deps, run.action, checked)) ?? null);
      const again = before && (lapsed ?? `${changed ?? UNSEEN} changed since it was approved`);
      const { shown, commands } = await illustrate(deps, run, checked);
      const ask = askFor(deps, run, checked, shown, again);
      const covered = lapsed === undefined && changed === null && isCovered(run, ask);
      // What would run is not what was approved: ask again, about this, unless the answer was "for this run".
      await write(
        run.id,
        covered ? [...accept, ask, { type: 'cover', digest }, begin] : [...accept, ...commands, ask],
        true,
      );
      return covered ? checked : undefined;
    }
    if (refusal !== undefined) {
      const message = `${refusal.check}: ${refusal.reason}; nothing was run`;
      await write(run.id, [{ type: 'fail', data: { reason: 'refused', message } }], true);
      return undefined;
    }
    await write(run.id, [...accept, begin], true);
    return checked;
  };

  /** An answer "for this run" covers what looks the same to whoever gave it: never another program, file, folder or access. */
  const isCovered = ({ allowance }: Run, { approvers = 1 }: { readonly approvers?: number }): boolean =>
    allowance !== undefined && approvers === 1 && allowance.usesLeft > 0 && deps.clock.now() < allowance.until;

  /** What it is given must not be seen in what it prints. One that cannot be read any more makes the start fail, which tells why. */
  const secretValues = async ({ secrets, kind }: Plan): Promise<readonly string[]> => [
    ...(secrets.length === 0 ? [] : Object.values(await deps.secrets.read(secrets))),
    // A service may say what it was told, and that is the key of its connector.
    ...(kind === 'knowledge' || kind === 'code' ? await deps.connectors.keys() : []),
  ];

  const perform = async (run: Run, checked: CheckedPlan, slot: Active): Promise<void> => {
    const secrets = await secretValues(checked.plan);
    const [output, artifactsDir] = await Promise.all([
      deps.outputs.create(run.id, deps.settings.outputCapBytes),
      deps.workspaces.create(run.id),
    ]);
    const shown = maskOutput(output, secrets);
    const about = new Map<string, LeftAbout>();
    let answer: Answer | undefined;
    const outcome = await executorFor(deps, checked.action.kind).execute(checked.action, checked.plan, {
      run: run.id,
      artifactsDir,
      output: shown,
      signal: slot.abort.signal,
      progress: (progress) => deps.progress.tell(run.id, progress),
      answer: (said) => {
        answer = said;
      },
      describe: (name, said) => about.set(name, said),
      ...pulling,
      attach: (control) => {
        slot.control = control;
        for (const listener of [...listeners]) listener(run.id);
      },
    });
    deps.progress.forget(run.id);
    const left = { output, shown, about, answers: await answerCommands(deps, answer) };
    await finish(run, await maskOutcome(deps.finder, outcome), left, slot.cause);
  };

  const finish = async (
    { id: run, origin }: Run,
    outcome: Outcome,
    { output, shown, about, answers }: Left,
    cause: StopCause | undefined,
  ): Promise<void> => {
    const files = await collectFiles(deps, run, (name) => about.get(name));
    for (const note of files.notes) shown.write(Buffer.from(`[dispatch: ${note}]\n`));
    shown.flush();
    const { summary, artifacts } = await keepOutput(output);
    const commands = [...files.commands, ...artifacts, ...answers, commandOf(outcome, summary, cause)];
    // What another device is told must be on the disk, and it waits for exactly this.
    const sync = commands.length > 1 || origin !== self.device;
    await deps.ends.write(run, commands, { by: self, sync });
    await tidy(run);
  };

  /** A disk that refuses the output does not change what the command did. */
  const keepOutput = async (
    output: OutputWriter,
  ): Promise<{ summary: OutputSummary; artifacts: readonly RunCommand[] }> => {
    try {
      const sealed = await output.seal();
      return { summary: sealed.summary, artifacts: await collectOutput(deps, sealed) };
    } catch (error) {
      deps.onFault('the output of a run could not be kept', error);
      const bytes = output.size;
      return { summary: { bytes, droppedBytes: bytes, gaps: [{ offset: 0, bytes }] }, artifacts: [] };
    }
  };

  /** The log and the blobs hold everything now. */
  const tidy = async (run: RunId): Promise<void> => {
    const results = await Promise.allSettled([
      deps.outputs.remove(run),
      deps.workspaces.remove(run),
      deps.vault.erase(run),
    ]);
    for (const result of results)
      if (result.status === 'rejected') deps.onFault(`tidying up after run ${run}`, result.reason);
  };

  /** A person said stop before there was anything to stop. */
  const cancelUnstarted = async (run: RunId, slot: Active): Promise<void> => {
    if (slot.cause?.kind !== 'cancel') return;
    const state = await deps.store.run(run);
    if (state === undefined || isFinal(state.run)) return;
    const { reason, by } = slot.cause;
    await journal.apply(run, [{ type: 'cancel', data: { reason } }], { by, sync: true });
  };

  const carryOut = async (id: RunId, slot: Active): Promise<void> => {
    const state = await deps.store.run(id);
    if (state === undefined || isFinal(state.run) || state.run.status === 'waiting_approval') return;
    if (slot.abort.signal.aborted) return;
    const checked = await start(state.run);
    if (checked !== undefined) await perform(state.run, checked, slot);
  };

  return {
    async execute(id) {
      const slot: Active = { abort: new AbortController() };
      active.set(id, slot);
      try {
        await carryOut(id, slot);
        await cancelUnstarted(id, slot);
      } catch (error) {
        if (await giveUp(deps, id, error)) await tidy(id);
      } finally {
        active.delete(id);
      }
    },
    stop(run, cause) {
      const slot = active.get(run);
      if (slot === undefined) return false;
      slot.cause ??= cause;
      slot.abort.abort();
      return true;
    },
    stopAll(cause) {
      for (const slot of active.values()) {
        slot.cause ??= cause;
        slot.abort.abort();
      }
    },
    isExecuting: (run) => active.get(run)?.control !== undefined,
    onExecuting(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    control(run) {
      const control = active.get(run)?.control;
      if (control === undefined) {
        throw new DispatchError('conflict', `run ${run} is not executing, so it takes no input`, {
          hint: 'see "dispatch ps"',
        });
      }
      return control;
    },
  };
}
