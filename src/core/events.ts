/**
 * What happened, in the past tense: the only things that are ever written to the log. A type that changes shape gets a new
 * version and `upcast` keeps the old ones readable for ever.
 */

import type { AccessLevel } from './access.ts';
import type { Action, Route, StartedPlan } from './actions.ts';
import type { Answer } from './answers.ts';
import type { Actor, ApprovalPayload, Beforehand, Decision, Signature } from './approvals.ts';
import type { NewArtifact, RemovalReason } from './artifacts.ts';
import type { Timestamp } from './clock.ts';
import { DispatchError } from './errors.ts';
import type { ApprovalId, ArtifactId, DeviceId, EntryKey, MessageId, RunId, Sha256 } from './ids.ts';

/** Why a run failed. */
export type FailureReason =
  | 'exit'
  | 'signal'
  | 'timeout'
  | 'interrupted'
  | 'refused'
  | 'connector'
  | 'invalid'
  | 'internal';
/** Why a run was cancelled. */
export type CancelReason = 'user' | 'rejected' | 'expired' | 'revoked';

/** What became of the processes of a run that was stopped. */
export interface StopReceipt {
  readonly stopped: readonly { readonly pid: number; readonly command: string; readonly signal: string }[];
  /** Processes that could not be stopped. */
  readonly left: readonly { readonly pid: number; readonly command: string }[];
}

/** How much a run printed, and how much of that the cap left out between head and tail. */
export interface OutputSummary {
  /** All that was printed. */
  readonly bytes: number;
  readonly droppedBytes: number;
  /** Where the dropped bytes were, in order: offsets in what was printed. Absent if nothing was dropped. */
  readonly gaps?: readonly { readonly offset: number; readonly bytes: number }[];
  /** When the first of it came, in Unix milliseconds; absent where nothing did, or where that is not known. */
  readonly firstAt?: number;
}

export type EventBody =
  | {
      readonly type: 'run.submitted';
      readonly data: {
        readonly number: number;
        /** As the person wrote it. */
        readonly task: string;
        readonly route: Route;
        readonly action: Action;
        /** The device that is to execute. */
        readonly device: DeviceId;
        readonly because: readonly string[];
        readonly retryOf?: RunId;
        /** True if secrets were masked in `task` and `action`; the executor holds the raw action until the run ends. */
        readonly masked?: true;
        /** What belongs together: runs of one task on several devices have the same. */
        readonly group?: RunId;
        /** Cancelled if nobody has accepted it by then, in Unix milliseconds. */
        readonly expiresAt?: number;
        /** The requester said yes beforehand, and its device signed that; or does not want to wait for a yes. */
        readonly approved?: true;
        readonly beforehand?: Beforehand;
        readonly noWait?: true;
        /** The run of the assistant that proposed it. */
        readonly proposedBy?: RunId;
      };
    }
  /**
   * The origin is about to offer the run to another device: from here on that one may have accepted it, and only that one may end
   * it. Before this event the run is the origin's alone.
   */
  | { readonly type: 'run.offered'; readonly data: Record<string, never> }
  /** The device that is to execute has a run of another device; what follows in its log is its word. */
  | {
      readonly type: 'run.received';
      readonly data: Extract<EventBody, { type: 'run.submitted' }>['data'] & {
        readonly origin: DeviceId;
        /** The place of `run.submitted` in the log of the origin: the run has one place in every thread. */
        readonly place: EntryKey;
      };
    }
  /** The origin wants a run ended that another device may have accepted. */
  | { readonly type: 'run.cancel_requested'; readonly data: Record<string, never> }
  | {
      readonly type: 'run.accepted';
      /** `access` is what the device will enforce. */
      readonly data: { readonly because: readonly string[]; readonly rule?: string; readonly access?: AccessLevel };
    }
  | {
      readonly type: 'approval.requested';
      readonly data: {
        readonly approval: ApprovalId;
        readonly title: string;
        readonly description: string;
        readonly payload: ApprovalPayload;
        readonly digest: Sha256;
        readonly decisions: readonly Decision[];
        readonly expiresAt: number;
        /** How many devices must say yes, if more than one. */
        readonly approvers?: number;
      };
    }
  /** One yes of several that are needed; the last one is `approval.decided`. */
  | {
      readonly type: 'approval.agreed';
      readonly data: {
        readonly approval: ApprovalId;
        readonly digest: Sha256;
        readonly signature?: Signature;
        readonly beforehand?: Sha256;
      };
    }
  /** A person changed what is to run; the request for the changed one follows. Nothing in it is secret. */
  | {
      readonly type: 'approval.edited';
      readonly data: {
        readonly approval: ApprovalId;
        /** The request that follows. */
        readonly next: ApprovalId;
        readonly action: Action;
      };
    }
  | {
      readonly type: 'approval.decided';
      readonly data: {
        readonly approval: ApprovalId;
        readonly decision: Decision;
        readonly digest: Sha256;
        readonly note?: string;
        readonly signature?: Signature;
        /** With `approve-for-run`: how long further requests of the run are answered by it, in milliseconds, and how many. */
        readonly forMs?: number;
        readonly uses?: number;
        /** With `approve-always`: the rule as JSON with sorted keys. */
        readonly rule?: string;
        /** The yes came with the task: SHA-256 of the action, over which it was signed. */
        readonly beforehand?: Sha256;
        /** Nobody was asked: an answer "for this run", given to this earlier request, covers it. */
        readonly under?: ApprovalId;
      };
    }
  | { readonly type: 'approval.expired'; readonly data: { readonly approval: ApprovalId } }
  | { readonly type: 'run.started'; readonly data: { readonly digest: Sha256; readonly plan?: StartedPlan } }
  /** What a connector said to the question of the run: an assistant's message of the thread. Nothing in it is secret. */
  | { readonly type: 'run.answered'; readonly data: { readonly message: MessageId } & Answer }
  | {
      readonly type: 'run.completed';
      readonly data: { readonly exitCode: number; readonly output: OutputSummary; readonly result?: string };
    }
  | {
      readonly type: 'run.failed';
      readonly data: {
        readonly reason: FailureReason;
        /** One sentence: what happened, to what, what to do. */
        readonly message: string;
        readonly exitCode?: number;
        readonly signal?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      };
    }
  | {
      readonly type: 'run.cancelled';
      readonly data: {
        readonly reason: CancelReason;
        readonly note?: string;
        readonly output?: OutputSummary;
        readonly receipt?: StopReceipt;
      };
    }
  | {
      readonly type: 'artifact.created';
      readonly data: { readonly artifact: NewArtifact };
    }
  /** The bytes are gone: they were kept as long as the owner wants, and what tells of them stays. */
  | {
      readonly type: 'artifact.removed';
      readonly data: { readonly artifact: ArtifactId; readonly reason: RemovalReason };
    }
  | {
      readonly type: 'message.said';
      readonly data: { readonly message: MessageId; readonly role: 'user' | 'assistant'; readonly text: string };
    };

export type EventType = EventBody['type'];

/** An event before the log has given it its place. */
export type NewEvent = EventBody & {
  /** The run it belongs to, or `thread` for messages. */
  readonly stream: RunId | 'thread';
  readonly by: Actor;
};

/** An event in the log. */
export type LogEvent = NewEvent & {
  readonly v: 1;
  /** The device whose log this is. */
  readonly device: DeviceId;
  /** From 1, without gaps, for each device. */
  readonly seq: number;
  readonly at: Timestamp;
  /**
   * SHA-256 of the event before it in this log, as JSON with sorted keys: what is changed later no longer fits. Absent from what older
   * versions wrote.
   */
  readonly prev?: Sha256;
};

export const EVENT_TYPES = [
  'run.submitted',
  'run.offered',
  'run.received',
  'run.cancel_requested',
  'run.accepted',
  'approval.requested',
  'approval.agreed',
  'approval.edited',
  'approval.decided',
  'approval.expired',
  'run.started',
  'run.answered',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'artifact.created',
  'artifact.removed',
  'message.said',
] as const satisfies readonly EventType[];
const TYPES: ReadonlySet<string> = new Set<EventType>(EVENT_TYPES);

/** Reads what some version of Dispatch once wrote. Throws `version` for what a newer one wrote, `storage` for what none did. */
export function upcast(stored: unknown): LogEvent {
  const event = stored as {
    v?: unknown;
    type?: unknown;
    seq?: unknown;
    at?: unknown;
    device?: unknown;
    stream?: unknown;
  };
  if (event === null || typeof event !== 'object' || typeof event.seq !== 'number' || typeof event.type !== 'string') {
    throw new DispatchError('storage', 'an entry of the log is not an event', { hint: 'run "dispatch doctor"' });
  }
  if (event.v !== 1 || !TYPES.has(event.type)) {
    throw new DispatchError(
      'version',
      `the log holds "${event.type}" version ${String(event.v)}, which this version of Dispatch does not know`,
      {
        hint: 'start the newer Dispatch that wrote it',
      },
    );
  }
  return stored as LogEvent;
}
