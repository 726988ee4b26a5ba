// What any Executor must do, as a suite over a factory and a few sample actions: each executor's own test calls it.
import { afterEach, describe, expect, test } from 'vitest';
import type { AccessLevel } from '../../src/core/access.ts';
import { type Action, canonicalPlan, type Plan } from '../../src/core/actions.ts';
import type { RunId } from '../../src/core/ids.ts';
import type { Executor, Outcome } from '../../src/engine/executor-ports.ts';
import { type RecordedExecution, recordExecution } from '../helpers/execution.ts';

export interface ExecutorSamples<A extends Action> {
  /** Prints `output`, among other things if it must, and ends well. */
  readonly succeeds: { readonly action: A; readonly output: string };
  /** Starts, and ends with that exit status. */
  readonly fails: { readonly action: A; readonly exitCode: number };
  /** Prints `ready`, then goes on for ever. */
  readonly endless: { readonly action: A; readonly ready: string };
  /** Cannot be carried out, and that shows: refused by `prepare`, or failed by `execute`, without an effect. */
  readonly invalid: A;
}

export interface ExecutorUnderTest<A extends Action> {
  readonly executor: Executor;
  readonly samples: ExecutorSamples<A>;
  /** What the executor could have changed outside: compared before and after. */
  readonly effects: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const RUN = '0123456789abcdef' as RunId;
const OTHER_RUN = 'fedcba9876543210' as RunId;
const SHORT_MS = 300;

/** Registers the suite. `create` is called once for each test. */
export function describeExecutor<A extends Action>(name: string, create: () => Promise<ExecutorUnderTest<A>>): void {
  describe(`${name} as an executor`, () => {
    const opened: ExecutorUnderTest<A>[] = [];
    const recorded: RecordedExecution[] = [];
    const open = async (): Promise<ExecutorUnderTest<A>> => {
      const subject = await create();
      opened.push(subject);
      return subject;
    };
    const record = (): RecordedExecution => {
      const recording = recordExecution(RUN);
      recorded.push(recording);
      return recording;
    };
    afterEach(async () => {
      for (const recording of recorded.splice(0)) {
        recording.abort();
        recording.cleanUp();
      }
      for (const subject of opened.splice(0)) await subject.close();
    });

    test('prepares the same action to the same plan, and another action or run to another', async () => {
      const { executor, samples } = await open();
      const first = await planOf(executor, RUN, samples.succeeds.action);
      expect(canonicalPlan(await planOf(executor, RUN, samples.succeeds.action))).toBe(canonicalPlan(first));
      expect(canonicalPlan(await planOf(executor, OTHER_RUN, samples.succeeds.action))).not.toBe(canonicalPlan(first));
      expect(canonicalPlan(await planOf(executor, RUN, samples.fails.action))).not.toBe(canonicalPlan(first));
      expect(first).toMatchObject({ run: RUN, kind: executor.kind });
      expect(first.argv.length).toBeGreaterThan(0);
      expect(first.executable).not.toBe('');
    });

    test('prepares without an effect', async () => {
      const { executor, samples, effects } = await open();
      const before = await effects();
      const { succeeds, fails, endless, invalid } = samples;
      for (const action of [succeeds.action, fails.action, endless.action, invalid])
        await executor.prepare(RUN, action, accessOf(action));
      expect(await effects()).toEqual(before);
    });

    test('inspects without an effect, the same each time', async () => {
      const { executor, samples, effects } = await open();
      const before = await effects();
      const first = await executor.inspect(samples.succeeds.action);
      expect(first).toMatchObject({ ok: true, facts: { paths: expect.any(Array) } });
      expect(await executor.inspect(samples.succeeds.action)).toEqual(first);
      await executor.inspect(samples.invalid);
      expect(await effects()).toEqual(before);
    });

    test('plans the access that it says it enforces', async () => {
      const { executor, samples } = await open();
      const action: Action = samples.succeeds.action;
      const requested = action.kind === 'shell' ? action.access : 'read-only';
      expect((await planOf(executor, RUN, action)).enforced).toBe(executor.enforces(requested));
      expect(executor.slots).toBeGreaterThan(0);
    });

    test('prints, ends with status 0 and attaches one control', async () => {
      const { executor, samples } = await open();
      const recording = record();
      const outcome = await carryOut(executor, samples.succeeds.action, recording);
      expect(outcome).toMatchObject({ kind: 'exit', exitCode: 0 });
      expect(recording.text()).toContain(samples.succeeds.output);
      expect(recording.attached).toHaveLength(1);
    });

    test('a control does no harm after the end', async () => {
      const { executor, samples } = await open();
      const recording = record();
      await carryOut(executor, samples.succeeds.action, recording);
      const control = await recording.control();
      void control.input(Buffer.from('late'));
      control.endInput();
      control.resize(100, 30);
      control.kill('SIGINT');
    });

    test('reports the exit status of what failed', async () => {
      const { executor, samples } = await open();
      const outcome = await carryOut(executor, samples.fails.action, record());
      expect(outcome).toMatchObject({ kind: 'exit', exitCode: samples.fails.exitCode });
    });

    test('stops what is running when the signal aborts', async () => {
      const { executor, samples } = await open();
      const recording = record();
      const outcome = carryOut(executor, samples.endless.action, recording);
      await recording.printed(samples.endless.ready);
      recording.abort();
      expect(await outcome).toMatchObject({ kind: 'stopped', receipt: { left: [] } });
    });

    test('starts nothing when the signal has aborted already', async () => {
      const { executor, samples } = await open();
      const recording = record();
      recording.abort();
      expect(await carryOut(executor, samples.endless.action, recording)).toMatchObject({ kind: 'stopped' });
      expect(recording.text()).not.toContain(samples.endless.ready);
    });

    test('stops what takes longer than its time', async () => {
      const { executor, samples } = await open();
      const action = { ...samples.endless.action, timeoutMs: SHORT_MS };
      expect(await carryOut(executor, action, record())).toMatchObject({ kind: 'timeout', timeoutMs: SHORT_MS });
    });

    test('works again after it stopped something', async () => {
      const { executor, samples } = await open();
      await carryOut(executor, { ...samples.endless.action, timeoutMs: SHORT_MS }, record());
      const recording = record();
      expect(await carryOut(executor, samples.succeeds.action, recording)).toMatchObject({ kind: 'exit', exitCode: 0 });
      expect(recording.text()).toContain(samples.succeeds.output);
    });

    test('executes several at once without mixing them up', async () => {
      const { executor, samples } = await open();
      const good = record();
      const bad = record();
      const outcomes = await Promise.all([
        carryOut(executor, samples.succeeds.action, good),
        carryOut(executor, samples.fails.action, bad),
      ]);
      expect(outcomes).toMatchObject([
        { kind: 'exit', exitCode: 0 },
        { kind: 'exit', exitCode: samples.fails.exitCode },
      ]);
      expect(good.text()).toContain(samples.succeeds.output);
    });

    test('says no to what cannot be carried out', async () => {
      const { executor, samples, effects } = await open();
      const before = await effects();
      const prepared = await executor.prepare(RUN, samples.invalid, accessOf(samples.invalid));
      const reason = prepared.ok
        ? await executor.execute(samples.invalid, prepared.plan, record().context).then(failureMessage)
        : prepared.reason;
      expect(reason).not.toBe('');
      expect(await effects()).toEqual(before);
    });

    test('reaps nothing where nothing was left', async () => {
      const { executor } = await open();
      expect(await executor.reap(OTHER_RUN, { kind: 'shell', command: 'true', access: 'read-only' })).toEqual({
        stopped: [],
        left: [],
      });
    });
  });
}

function accessOf(action: Action): AccessLevel {
  return action.kind === 'shell' ? action.access : 'read-only';
}

async function planOf(executor: Executor, run: RunId, action: Action): Promise<Plan> {
  const prepared = await executor.prepare(run, action, accessOf(action));
  if (!prepared.ok) throw new Error(`a sample was refused: ${prepared.reason}`);
  return prepared.plan;
}

/** Prepares and executes, as the engine does. */
export async function carryOut(executor: Executor, action: Action, recording: RecordedExecution): Promise<Outcome> {
  return executor.execute(action, await planOf(executor, recording.context.run, action), recording.context);
}

function failureMessage(outcome: Outcome): string {
  if (outcome.kind !== 'failed') throw new Error(`expected a failure, not ${JSON.stringify(outcome)}`);
  return outcome.message;
}
