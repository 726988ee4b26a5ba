/** How the engine has one kind of action carried out. The executors of the routes implement this. */

import type { AccessLevel } from '../core/access.ts';
import type { Action, Plan } from '../core/actions.ts';
import type { Answer } from '../core/answers.ts';
import type { ArtifactKind } from '../core/artifacts.ts';
import type { SandboxReport } from '../core/devices.ts';
import type { Refusal } from '../core/errors.ts';
import type { StopReceipt } from '../core/events.ts';
import type { TransferEnd, TransferPosition } from '../core/files.ts';
import type { DeviceId, RunId } from '../core/ids.ts';
import type { ActionFacts } from '../core/policy/reading.ts';
import type { Completion, Progress } from '../protocol/api.ts';
import type { OutputWriter } from './ports.ts';

/** A file that a run leaves, as the executor knows it. What is absent is found by looking at the file. */
export interface LeftAbout {
  readonly kind?: ArtifactKind;
  readonly mimeType?: string;
}

/** How an execution ended. */
export type Outcome =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly result?: string; readonly message?: string }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly timeoutMs: number; readonly receipt: StopReceipt }
  /** The signal of the context aborted, and everything has been stopped. */
  | { readonly kind: 'stopped'; readonly receipt: StopReceipt }
  /** It could not be started, or is not valid. */
  | {
      readonly kind: 'failed';
      readonly reason: 'invalid' | 'internal' | 'refused' | 'connector';
      readonly message: string;
    };

/** What an executor may use while it works. */
export interface ExecutionContext {
  readonly run: RunId;
  /** An empty folder of this run alone; what it leaves there becomes artifacts. */
  readonly artifactsDir: string;
  readonly output: Pick<OutputWriter, 'write' | 'pressure' | 'onDrain'>;
  /** Aborts when the run is cancelled or the peer stops. */
  readonly signal: AbortSignal;
  /** May be called as often as there is something new. Told to whoever looks at the run now, and never kept. */
  progress(progress: Progress): void;
  /** What was said to the question of the run. It becomes a message of the thread when the run ends; the last one counts. */
  answer(answer: Answer): void;
  /** Says what a file in the artifacts folder is. `name` as in `LeftFile`. */
  describe(name: string, about: LeftAbout): void;
  /**
   * What a `send` on a device gives, from a position on. Waits for a device that is not there, until the signal aborts. Ends when all
   * has come; rejects with `unavailable` (retryable) when the link breaks, and with what the sender says otherwise. Bytes are valid
   * until the next are asked for.
   */
  pull(
    from: { readonly device: DeviceId; readonly run: RunId },
    position: TransferPosition,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** Tells the sender how it ended; resolves when it knows. Rejects as `pull` does. */
  tellEnd(
    from: { readonly device: DeviceId; readonly run: RunId },
    end: TransferEnd,
    signal: AbortSignal,
  ): Promise<void>;
  /** The executor calls it once, as soon as input, resizing and signals can be taken. */
  attach(control: ExecutionControl): void;
}

/** What can be done to an execution from outside. */
export interface ExecutionControl {
  /** A promise resolves when there is room for more. Whoever sends on without waiting for it may make the run fail. */
  input(bytes: Uint8Array): void | Promise<void>;
  endInput(): void;
  resize(cols: number, rows: number): void;
  /** A signal name such as SIGINT, to the foreground of the run. */
  kill(signal: string): void;
  /**
   * Of a `send`: what the device that it is for reads, from a position on, and how the transfer ended there. Bytes are valid until the
   * next are asked for.
   */
  readonly give?: {
    read(position: TransferPosition, signal: AbortSignal): AsyncIterable<Uint8Array>;
    end(end: TransferEnd): void;
  };
}

/** What a person is shown of a plan besides its text. */
export interface Illustration {
  /** A unified diff of all that it changes. */
  readonly diff?: string;
  /** One sentence a step. */
  readonly steps?: readonly string[];
  /** What it will touch, as it is now, with a mark for each step that has a place. */
  readonly picture?: { readonly bytes: Uint8Array; readonly mimeType: 'image/png' };
  /** What a person should know before saying yes, as sentences. */
  readonly warnings?: readonly string[];
}

/** Carries out one kind of action on this device. */
export interface Executor {
  readonly kind: Action['kind'];
  /** How many may execute at once. */
  readonly slots: number;
  /** The access this device really enforces when that level is asked for. */
  enforces(requested: AccessLevel): AccessLevel;
  /** Of the executor that has a sandbox, or might: what it is, or why there is none. */
  sandbox?(): SandboxReport;
  /** What the checks look at: what the action would do and which paths it names, found now. Has no effects. */
  inspect(action: Action): Promise<{ readonly ok: true; readonly facts: ActionFacts } | Refusal>;
  /**
   * What exactly would run with that access, resolved now. Has no effects. `seen`: the facts that the checks looked at; what is about
   * other places by now is refused.
   */
  prepare(
    run: RunId,
    action: Action,
    access: AccessLevel,
    seen?: ActionFacts,
  ): Promise<{ readonly ok: true; readonly plan: Plan } | Refusal>;
  /** What a person is shown of it, found when one is about to be asked. Has no effects. Never rejects: what cannot be shown is a warning. */
  illustrate?(action: Action, plan: Plan): Promise<Illustration>;
  /** Of the executor of files: names in reachable folders that a path may go on with, in order, and none of what is hidden. */
  complete?(path: string, cwd: string | undefined, limit: number): Promise<readonly Completion[]>;
  /** Carries out the plan that was prepared and checked a moment ago. Never rejects for what the command did. */
  execute(action: Action, plan: Plan, context: ExecutionContext): Promise<Outcome>;
  /** Ends what a lost peer's execution of this run may have left behind. */
  reap(run: RunId, action: Action): Promise<StopReceipt>;
  /** The answer that a lost execution was giving, from the text that it had printed; undefined if that was none. */
  answerLeft?(action: Action, printed: string): Answer | undefined;
  /** What it would have said of a file that a lost execution left, by its name. */
  about?(name: string): LeftAbout | undefined;
}
