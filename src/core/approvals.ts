/** A person's yes or no, bound to the digest of exactly what will run. */

import type { AccessLevel } from './actions.ts';
import type { ApprovalId, DeviceId, RunId, Sha256 } from './ids.ts';

export const DECISIONS = ['approve', 'reject'] as const;
export type Decision = (typeof DECISIONS)[number];

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
}

export type Approval = ApprovalBase &
  (
    | { readonly status: 'pending' }
    | {
        readonly status: 'approved' | 'rejected';
        readonly decidedBy: Actor;
        readonly decidedAt: number;
        readonly note?: string;
      }
    /** Nobody answered in time, or its run ended first. Never means yes. */
    | { readonly status: 'expired'; readonly decidedAt: number }
  );

export type PendingApproval = Extract<Approval, { status: 'pending' }>;
