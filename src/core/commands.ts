/** What can be asked of a run, as data: the imperative half of the domain, of which `decide` makes events or a refusal. */

import type { AccessLevel } from './access.ts';
import type { Action, StartedPlan } from './actions.ts';
import type { Actor, ApprovalPayload, Decision, Signature } from './approvals.ts';
import type { NewArtifact, RemovalReason } from './artifacts.ts';
import type { Refusal } from './errors.ts';
import type { EventBody, NewEvent } from './events.ts';
import type { ApprovalId, ArtifactId, RunId, Sha256 } from './ids.ts';

/** A run is to exist. */
interface SubmitCommand {
  readonly type: 'submit';
  readonly data: Extract<EventBody, { type: 'run.submitted' }>['data'];
}

/** A run of another device is to exist here, where it is to execute. */
interface ReceiveCommand {
  readonly type: 'receive';
  readonly data: Extract<EventBody, { type: 'run.received' }>['data'];
}

export type RunCommand = SubmitCommand | ReceiveCommand | ExistingCommand;

/** What can be done to a run that exists. */
export type ExistingCommand =
  /** The origin is about to offer it to the device that is to execute. */
  | { readonly type: 'offer' }
  /** The origin wants it ended, and another device may have accepted it. */
  | { readonly type: 'request-cancel' }
  | {
      readonly type: 'accept';
      readonly because: readonly string[];
      readonly rule?: string;
      readonly access?: AccessLevel;
    }
  | {
      readonly type: 'request-approval';
      readonly approval: ApprovalId;
      readonly title: string;
      readonly description: string;
      readonly payload: ApprovalPayload;
      readonly digest: Sha256;
      readonly decisions: readonly Decision[];
      readonly expiresAt: number;
      readonly approvers?: number;
    }
  | {
      readonly type: 'decide';
      readonly approval: ApprovalId;
      readonly decision: Decision;
      /** The digest that the person was shown. */
      readonly digest: Sha256;
      readonly note?: string;
      readonly signature?: Signature;
      /** The yes came with the task, signed over this. */
      readonly beforehand?: Sha256;
      /** With `approve-for-run`, in milliseconds. */
      readonly forMs?: number;
      /** With `approve-always`: the rule as JSON with sorted keys. */
      readonly rule?: string;
    }
  /** A person changes what is to run; the request for the changed one must follow in the same step. */
  | {
      readonly type: 'edit';
      readonly approval: ApprovalId;
      readonly digest: Sha256;
      readonly next: ApprovalId;
      readonly action: Action;
    }
  /** An answer "for this run" covers the pending request. */
  | { readonly type: 'cover'; readonly digest: Sha256 }
  | { readonly type: 'expire' }
  | {
      readonly type: 'start';
      readonly digest: Sha256;
      readonly mustBeApproved: boolean;
      readonly plan?: StartedPlan;
    }
  | { readonly type: 'answer'; readonly data: Extract<EventBody, { type: 'run.answered' }>['data'] }
  | { readonly type: 'complete'; readonly data: Extract<EventBody, { type: 'run.completed' }>['data'] }
  | { readonly type: 'fail'; readonly data: Extract<EventBody, { type: 'run.failed' }>['data'] }
  | { readonly type: 'cancel'; readonly data: Extract<EventBody, { type: 'run.cancelled' }>['data'] }
  /** Ends it only if nobody has accepted it, and nobody may have. */
  | { readonly type: 'withdraw'; readonly note: string }
  | { readonly type: 'remove-artifact'; readonly artifact: ArtifactId; readonly reason: RemovalReason }
  | { readonly type: 'add-artifact'; readonly artifact: NewArtifact };

/** What a decision depends on besides the state: who, when, for which run. */
export interface DecideContext {
  readonly runId: RunId;
  readonly by: Actor;
  /** Unix milliseconds. */
  readonly now: number;
}

export type DecideResult = { readonly ok: true; readonly events: readonly NewEvent[] } | Refusal;

/** Turns bodies into events of the run, by whoever asked. */
export type Emit = (...bodies: EventBody[]) => DecideResult;
