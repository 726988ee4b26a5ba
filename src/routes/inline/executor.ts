/**
 * Carries out inline actions: expressions and small scripts in a sandboxed interpreter, in a worker thread, with nothing but a look
 * at the thread. Needs no device, no network and no permission, and cannot write anything but its output.
 */

import type { Action, InlineAction, Plan } from '../../core/actions.ts';
import { refuse } from '../../core/errors.ts';
import type { StopReceipt } from '../../core/events.ts';
import type { DeviceId, Sha256 } from '../../core/ids.ts';
import type { ExecutionContext, Executor, Outcome } from '../../engine/executor-ports.ts';
import { answerCall } from './reader-calls.ts';
import type { SandboxLimits } from './sandbox.ts';
import { type JobHost, SandboxWorker, type WorkerEnding } from './sandbox-worker.ts';
import type { ThreadReader } from './thread-reader.ts';

const DEFAULT_TIMEOUT_MS = 5000;
const LONGEST_TIMEOUT_MS = 600_000;
const LONGEST_SOURCE = 1024 * 1024;
const LIMITS: SandboxLimits = { memoryBytes: 64 * 1024 * 1024, stackBytes: 256 * 1024 };

/** There are no processes to tell of: the interpreter is a thread of the peer. */
const NOTHING_LEFT: StopReceipt = { stopped: [], left: [] };
const ENDING_SIGNALS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

export interface InlineOptions {
  readonly device: DeviceId;
  readonly slots: number;
  readonly reader: ThreadReader;
  /** The built or the source file of worker.ts: who composes the peer knows which. */
  readonly workerUrl: URL;
  readonly sha256: (text: string) => Sha256;
}

export interface InlineExecutor extends Executor {
  /** Ends the worker that is kept warm. Without it that worker ends with the process. */
  close(): Promise<void>;
}

export function createInlineExecutor(options: InlineOptions): InlineExecutor {
  const { device, slots, reader, workerUrl, sha256 } = options;
  let warm: SandboxWorker | undefined;

  const take = (): SandboxWorker => {
    const worker = warm?.reusable === true ? warm : new SandboxWorker(workerUrl, LIMITS);
    warm = undefined;
    return worker;
  };

  const giveBack = async (worker: SandboxWorker): Promise<void> => {
    if (!worker.reusable) return;
    if (warm === undefined) warm = worker;
    else await worker.end();
  };

  return {
    kind: 'inline',
    slots,
    enforces: () => 'read-only',
    async inspect(action) {
      const problem = problemOf(requireInline(action));
      return problem === undefined ? { ok: true, facts: { paths: [] } } : refuse('invalid', problem);
    },
    async prepare(run, action) {
      const inline = requireInline(action);
      const problem = problemOf(inline);
      if (problem !== undefined) return refuse('invalid', problem);
      const plan: Plan = {
        device,
        run,
        kind: 'inline',
        argv: ['quickjs', inline.language, inline.source],
        cwd: '',
        envNames: [],
        tty: false,
        stdin: false,
        envDigest: sha256(''),
        executable: 'quickjs',
        enforced: 'read-only',
        programs: [],
        secrets: [],
      };
      return { ok: true, plan };
    },
    async execute(action, _plan, context) {
      const { language, source, timeoutMs = DEFAULT_TIMEOUT_MS } = requireInline(action);
      if (context.signal.aborted) return { kind: 'stopped', receipt: NOTHING_LEFT };
      const killed = attachControl(context);
      const worker = take();
      const signal = AbortSignal.any([context.signal, killed.signal]);
      const ending = await worker.run({ language, source, timeoutMs }, hostOf(context, reader), signal);
      await giveBack(worker);
      return outcomeOf(ending, timeoutMs, killed.signal);
    },
    async reap() {
      return NOTHING_LEFT; // the interpreter ended with the peer that it was a part of
    },
    async close() {
      await warm?.end();
      warm = undefined;
    },
  };
}

function requireInline(action: Action): InlineAction {
  if (action.kind !== 'inline') throw new Error(`the inline executor was given a ${action.kind} action`);
  return action;
}

function problemOf({ source, timeoutMs }: InlineAction): string | undefined {
  if (source.trim() === '') return 'there is nothing to evaluate';
  if (source.includes('\0')) return 'inline code has no NUL characters';
  if (source.length > LONGEST_SOURCE)
    return `inline code has at most ${LONGEST_SOURCE} characters, and this has ${source.length}`;
  if (timeoutMs === undefined) return undefined;
  const sound = Number.isSafeInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS;
  return sound ? undefined : `inline code may take up to ${LONGEST_TIMEOUT_MS / 1000} s, and not ${timeoutMs / 1000} s`;
}

/** There is no input and no terminal; a signal that would end a process ends the code. */
function attachControl(context: ExecutionContext): AbortController {
  const killed = new AbortController();
  context.attach({
    input: () => {},
    endInput: () => {},
    resize: () => {},
    kill(signal) {
      if (ENDING_SIGNALS.has(signal)) killed.abort(signal);
    },
  });
  return killed;
}

function hostOf(context: ExecutionContext, reader: ThreadReader): JobHost {
  const { output } = context;
  let waiting: PromiseWithResolvers<void> | undefined;
  output.onDrain(() => {
    waiting?.resolve();
    waiting = undefined;
  });
  return {
    print: (bytes) => output.write(bytes),
    ready() {
      if (!output.pressure) return undefined;
      waiting ??= Promise.withResolvers();
      return waiting.promise;
    },
    answer: (method, args) => answerCall(reader, method, args),
  };
}

function outcomeOf(ending: WorkerEnding, timeoutMs: number, killed: AbortSignal): Outcome {
  switch (ending.kind) {
    case 'value':
      return { kind: 'exit', exitCode: 0, ...(ending.result === undefined ? {} : { result: ending.result }) };
    case 'thrown':
    case 'limit':
      return { kind: 'exit', exitCode: 1, message: ending.message };
    case 'invalid':
      return { kind: 'failed', reason: 'invalid', message: ending.message };
    case 'timeout':
      return { kind: 'timeout', timeoutMs, receipt: NOTHING_LEFT };
    case 'ended':
      return killed.aborted
        ? { kind: 'signal', signal: String(killed.reason) }
        : { kind: 'stopped', receipt: NOTHING_LEFT };
    case 'broken':
      return { kind: 'failed', reason: 'internal', message: `the interpreter broke: ${ending.message}; retry it` };
  }
}
