/** A person's yes or no, bound to the digest of exactly what will run. */

import type { AccessLevel } from './access.ts';
import type { PlannedChange, PlannedProgram, PlannedSandbox } from './actions.ts';
import { canonicalJson } from './canonical.ts';
import type { ApprovalId, ArtifactId, DeviceId, RunId, Sha256 } from './ids.ts';

/**
 * `approve`: this plan, once. `approve-for-run`: also what the same run asks for later, for a time. `approve-always`: this plan, and a
 * rule that lets its like through. `reject`: the run ends.
 */
export const DECISIONS = ['approve', 'approve-for-run', 'approve-always', 'reject'] as const;
export type Decision = (typeof DECISIONS)[number];

export function isYes(decision: Decision): boolean {
  return decision !== 'reject';
}

/** An Ed25519 signature in base64. */
export type Signature = string;

/** What a person's device signs when the person answers. The executor verifies it against the key that the device's id holds. */
export interface DecisionStatement {
  readonly approval: ApprovalId;
  readonly digest: Sha256;
  readonly decision: Decision;
  readonly device: DeviceId;
  /** When the request expires, in Unix milliseconds. */
  readonly expiresAt: number;
  /** With `approve-for-run`: for how long, in milliseconds. */
  readonly forMs?: number;
  /** With `approve-always`: the rule as JSON with sorted keys. */
  readonly rule?: string;
}

/** What a person's device signs who says yes together with the task, before there is a request. */
export interface BeforehandStatement {
  readonly run: RunId;
  /** The device that is to execute. */
  readonly executor: DeviceId;
  /** SHA-256 of the action as JSON with sorted keys, secrets and all. */
  readonly action: Sha256;
  /** The device of whoever says yes. */
  readonly device: DeviceId;
}

/** A yes that came with the task. */
export interface Beforehand {
  readonly action: Sha256;
  readonly signature: Signature;
}

export function beforehandText(statement: BeforehandStatement): string {
  return `dispatch yes beforehand 1\n${canonicalJson(statement)}`;
}

/** The bytes that are signed. The first line keeps the signature from meaning anything elsewhere. */
export function statementText(statement: DecisionStatement): string {
  return `dispatch decision 1\n${canonicalJson(statement)}`;
}

/** Who or what asks or answers. */
export interface Actor {
  readonly kind: 'human' | 'assistant' | 'agent' | 'device';
  readonly device: DeviceId;
}

/** What a person is shown; secrets are masked before it is made. */
export interface ApprovalPayload {
  readonly command: string;
  readonly cwd: string;
  readonly executable: string;
  readonly envNames: readonly string[];
  readonly access: AccessLevel;
  /** What the device will really enforce. */
  readonly enforced: AccessLevel;
  readonly timeoutMs?: number;
  /** Absent from devices that run an older version. */
  readonly sandbox?: PlannedSandbox;
  readonly programs?: readonly PlannedProgram[];
  readonly secrets?: readonly string[];
  /** What made it ask: the name of a rule; absent if no rule allowed it. */
  readonly rule?: string;
  /** What it changes of files. */
  readonly changes?: readonly PlannedChange[];
  /** The same as a unified diff, as far as it is text; cut at the end of a line where `diffArtifact` has all of it. */
  readonly diff?: string;
  readonly diffArtifact?: ArtifactId;
  /** What it touches that has no path: pages, windows. */
  readonly targets?: readonly string[];
  /** What it does, one sentence a step, where it has several. */
  readonly steps?: readonly string[];
  /** A picture of what it will touch, with a mark for each step that has a place. */
  readonly picture?: ArtifactId;
  /** What a person should know before saying yes, as sentences. */
  readonly warnings?: readonly string[];
  /** Equal for plans that are the same but for run and device. */
  readonly likeness?: Sha256;
}

/** One of several yeses that a request needs. */
export interface Agreement {
  readonly by: Actor;
  /** Unix milliseconds. */
  readonly at: number;
}

interface ApprovalBase {
  readonly id: ApprovalId;
  readonly runId: RunId;
  readonly title: string;
  readonly description: string;
  readonly payload: ApprovalPayload;
  /** The device that will execute. */
  readonly device: DeviceId;
  /** SHA-256 of the canonical plan. */
  readonly digest: Sha256;
  /** The decisions that are allowed. */
  readonly decisions: readonly Decision[];
  /** Unix milliseconds. */
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** How many devices must say yes; 1 if absent. */
  readonly approvers?: number;
  /** Those that have said yes while more are needed. */
  readonly agreed?: readonly Agreement[];
  /** The request that this one is an edited version of. */
  readonly edits?: ApprovalId;
}

export type Approval = ApprovalBase &
  (
    | { readonly status: 'pending' }
    | {
        readonly status: 'approved' | 'rejected';
        readonly decidedBy: Actor;
        readonly decidedAt: number;
        readonly decision?: Decision;
        readonly note?: string;
        /** Over the statement, by the device of `decidedBy`. */
        readonly signature?: Signature;
        /** An earlier answer "for this run" that this one follows from. */
        readonly under?: ApprovalId;
        /** The name of the rule that was added with it. */
        readonly rule?: string;
      }
    /** Nobody answered in time, or its run ended first. Never means yes. */
    | {
        readonly status: 'expired';
        readonly decidedAt: number /** The edited version. */;
        readonly replacedBy?: ApprovalId;
      }
  );

export type PendingApproval = Extract<Approval, { status: 'pending' }>;

/** The rule is kept as text, so that what was signed stays as it was. */
export function nameOfRule(text: string): string {
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return typeof name === 'string' ? name : 'unnamed';
  } catch {
    return 'unnamed';
  }
}
