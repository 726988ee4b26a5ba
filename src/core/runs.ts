/** A run and its six statuses. Which moves exist between them stands here; who makes them, in decide.ts and evolve.ts. */

import type { AccessLevel } from './access.ts';
import type { Action, Route } from './actions.ts';
import type { Actor, Approval, Beforehand } from './approvals.ts';
import type { CancelReason, FailureReason, OutputSummary, StopReceipt } from './events.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from './ids.ts';

/** How long the text of a task may be, in UTF-16 units. */
export const LONGEST_TASK = 2 ** 20;

export const RUN_STATUSES = ['queued', 'running', 'waiting_approval', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What every run has, whatever its status. */
export interface RunBase {
  readonly id: RunId;
  /** Short number in this thread, from 1. */
  readonly number: number;
  readonly task: string;
  readonly route: Route;
  readonly action: Action;
  /** Where it was submitted. */
  readonly origin: DeviceId;
  /** Where it executes. */
  readonly device: DeviceId;
  readonly by: Actor;
  readonly because: readonly string[];
  readonly retryOf?: RunId;
  readonly masked?: true;
  /** The id that runs of one task on several devices share. */
  readonly group?: RunId;
  /** Cancelled if nobody has accepted it by then. */
  readonly expiresAt?: number;
  readonly approvedBefore?: true;
  readonly beforehand?: Beforehand;
  readonly noWait?: true;
  /** The run of the assistant that proposed it. */
  readonly proposedBy?: RunId;
  /** When the origin began to offer it: from then on only the executor may end it. */
  readonly offeredAt?: number;
  /** The origin wants it ended. */
  readonly cancelRequested?: true;
  /** Unix milliseconds, as all times here. */
  readonly submittedAt: number;
  readonly updatedAt: number;
  readonly acceptedAt?: number;
  /** When its process or interpreter started. */
  readonly startedAt?: number;
  /** The rule that let it through, if one did. */
  readonly rule?: string;
  /** The access that its device enforces for it, once it has accepted it. */
  readonly enforced?: AccessLevel;
  /** An answer "for this run": it covers further requests of this run. */
  readonly allowance?: RunAllowance;
}

/** What "approve for this run" leaves behind. */
export interface RunAllowance {
  /** The request that was answered so. */
  readonly approval: ApprovalId;
  /** Unix milliseconds. */
  readonly until: number;
  readonly usesLeft: number;
}

export type Run = RunBase &
  (
    | { readonly status: 'queued' }
    | { readonly status: 'running' /** The digest that a person approved, once one has. */; readonly approved?: Sha256 }
    | { readonly status: 'waiting_approval'; readonly approvalId: ApprovalId }
    | {
        readonly status: 'completed';
        readonly endedAt: number;
        readonly exitCode: number;
        readonly output: OutputSummary;
        readonly result?: string;
      }
    | {
        readonly status: 'failed';
        readonly endedAt: number;
        readonly reason: FailureReason;
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      }
    | {
        readonly status: 'cancelled';
        readonly endedAt: number;
        readonly reason: CancelReason;
        readonly note?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      }
  );

export type FinalRun = Extract<Run, { status: 'completed' | 'failed' | 'cancelled' }>;

/** Everything that deciding about one run needs. */
export interface RunState {
  readonly run: Run;
  /** The newest approval of the run. */
  readonly approval?: Approval;
}

export function isFinal(run: Run): run is FinalRun {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
}

/** The moves that exist; there are no others. */
const MOVES: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['waiting_approval', 'completed', 'failed', 'cancelled'],
  waiting_approval: ['running', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  cancelled: [],
};

export function canMove(from: RunStatus, to: RunStatus): boolean {
  return MOVES[from].includes(to);
}

/** What an exit status may be: 32 bits, with a sign or without. */
export const EXIT_CODES = { least: -(2 ** 31), most: 2 ** 32 } as const;

export function isExitCode(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= EXIT_CODES.least && (value as number) <= EXIT_CODES.most;
}
