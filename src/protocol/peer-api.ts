/**
 * What one device may ask another over a peer link: the subset of the engine API that grants allow. Types only. Bulk (log, output,
 * blobs, input) travels on streams of its own.
 */

import type { Action } from '../core/actions.ts';
import type { Actor, Approval, Beforehand, Decision, Signature } from '../core/approvals.ts';
import type { LogEvent } from '../core/events.ts';
import type { TransferEnd } from '../core/files.ts';
import type { ApprovalId, EntryKey, RunId, Sha256 } from '../core/ids.ts';
import type { GateAnswer } from '../core/policy/gate.ts';
import type { RuleBody } from '../core/policy/rules.ts';
import type { Run } from '../core/runs.ts';
import type { Completion } from './api.ts';

/** The versions of the peer protocols that this Dispatch speaks: the newest is preferred, and two sides take the newest of both. */
export const PEER_VERSIONS = { oldest: 1, newest: 1 } as const;

/** Clocks that are further apart than this do not give two logs one order. */
export const MAX_CLOCK_GAP_MS = 36 * 3600 * 1000;

/** A run that one device wants another to execute. */
export interface Offer {
  readonly run: RunId;
  readonly task: string;
  /** Raw: it goes to where it is executed, and is masked there before anything is written. */
  readonly action: Action;
  readonly because: readonly string[];
  readonly by: Actor;
  /** Of `run.submitted` in the log of the origin. */
  readonly place: EntryKey;
  readonly retryOf?: RunId;
  readonly group?: RunId;
  /** How long it may still wait to be accepted, in milliseconds: durations survive clocks that disagree. */
  readonly expiresInMs?: number;
  readonly noWait?: true;
  /** The requester says yes beforehand, signed by its device; counts only with the grant `approve`. */
  readonly approve?: Beforehand;
  /** It is to be ended at once: the requester changed its mind while nobody knew whether it had been accepted. */
  readonly cancel?: true;
}

/** An answer to a request of another device. */
export interface PeerDecision {
  readonly approval: ApprovalId;
  readonly decision: Decision;
  /** What the person was shown. */
  readonly digest: Sha256;
  readonly note?: string;
  readonly forMs?: number;
  readonly rule?: RuleBody;
  readonly signature: Signature;
}

/** method → [parameters, result]. */
export interface PeerMethods {
  /** Idempotent by run id. Resolves when the run is in the log there. Needs `run`. */
  offer: [Offer, { run: Run }];
  /** Needs `run` and that the run is the caller's. */
  cancel: [{ run: RunId }, { run: Run }];
  /** Ends it only if it has not been accepted; else `conflict`, and it goes on. Needs `run` and that the run is the caller's. */
  withdraw: [{ run: RunId; note: string }, { run: Run }];
  /** Needs `approve`. Signed by the caller over what `DecisionStatement` says. */
  decide: [PeerDecision, { approval: Approval; run: Run }];
  /** Needs `approve` and `run`: the changed command is the caller's. */
  edit: [{ approval: ApprovalId; digest: Sha256; command: string }, { approval: Approval; run: Run }];
  /** Needs `approve`. */
  propose: [{ approval: ApprovalId }, { rule: RuleBody; toml: string }];
  /** What the device would do with an action of the caller's. Needs `run`. */
  check: [{ action: Action; as?: Actor['kind'] }, GateAnswer];
  /** Names that a path there may go on with. Needs `run`, and that the device would list the folder without asking. */
  complete: [{ path: string; limit: number }, { completions: readonly Completion[] }];
  /** The device looks again what it can do; what is new follows as its report. Needs any grant. */
  probe: [Record<string, never>, Record<string, never>];
  /** Of a transfer from the device: how it ended at the caller, which the run that sends is for. */
  'transfer-end': [{ run: RunId; end: TransferEnd }, Record<string, never>];
  /** Need `run` and that the run is the caller's. */
  resize: [{ run: RunId; cols: number; rows: number }, Record<string, never>];
  signal: [{ run: RunId; signal: string }, Record<string, never>];
}

export type PeerMethod = keyof PeerMethods;
export type PeerParams<M extends PeerMethod> = PeerMethods[M][0];
export type PeerResult<M extends PeerMethod> = PeerMethods[M][1];

/** A piece of a device's log as another may see it: in order, with gaps where it may not. */
export interface LogBatch {
  readonly events: readonly LogEvent[];
  /** Everything up to here has been told, or may not be. */
  readonly upTo: number;
  /** What the grants show (see `scopeOf`). */
  readonly scope: string;
}
