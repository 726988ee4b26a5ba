/** What clients are told of the record: the part of the engine API that is about the audit. Types only. */

import type { Actor } from '../core/approvals.ts';
import type { LogEvent } from '../core/events.ts';
import type { Run } from '../core/runs.ts';

/** What happened to one run, for whoever asks later: each step with who or what made it so. */
export interface AuditRecord {
  run: Run;
  steps: AuditStep[];
}

export interface AuditStep {
  /** Unix milliseconds. */
  at: number;
  /** The device whose log says so, and the place in it. */
  device: string;
  seq: number;
  type: LogEvent['type'];
  by: Actor;
  /** One sentence for people. */
  text: string;
  /** Of an answer: whether its signature is that of the device that gave it; absent where it carries none. */
  signature?: 'valid' | 'invalid';
}

export interface AuditVerification {
  ok: boolean;
  /** Events read, and those of them that were written before there was a chain. */
  events: number;
  unchained: number;
  /** Signed answers that were verified. */
  signatures: number;
  /** Artifacts of this device's own runs, and how many of them were read; absent where the log could not be. */
  artifacts?: { total: number; read: number };
  /** What is wrong, and where. */
  findings: string[];
}
