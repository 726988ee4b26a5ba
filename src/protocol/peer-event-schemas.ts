/**
 * The events, runs and approvals of another device, with a bound on everything. What this version does not know of one is left out;
 * an event of a type that it does not know is refused.
 */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { ROUTES, SANDBOX_KINDS } from '../core/actions.ts';
import { type Actor, type Approval, DECISIONS } from '../core/approvals.ts';
import { ARTIFACT_KINDS, REMOVAL_REASONS } from '../core/artifacts.ts';
import type { Timestamp } from '../core/clock.ts';
import type { LogEvent } from '../core/events.ts';
import {
  type ApprovalId,
  type ArtifactId,
  type DeviceId,
  ID_PATTERN,
  type MessageId,
  type RunId,
  type Sha256,
} from '../core/ids.ts';
import type { Run } from '../core/runs.ts';
import { ANSWER_EXTRAS, exitCode, FAILURE_EXTRAS, runWithoutOdd, signal, withoutOdd } from './odd-extras.ts';
import { action } from './schemas.ts';

const TEXT_MAX = 2 ** 20;
/** The result of an expression, and sentences that quote a task, are longer than the task itself. */
const LONG_TEXT_MAX = 4 * TEXT_MAX;
const PATH_MAX = 4096;
const VARIABLES_MAX = 1000;
const PROCESSES_MAX = 10_000;
const GAPS_MAX = 10_000;
/** Of the files that one plan changes. */
const CHANGES_MAX = 10_000;

/** A schema of plain text that stands for a branded one. */
const branded = <T extends string>(schema: z.ZodString): z.ZodType<T, T> => schema as unknown as z.ZodType<T, T>;
const id = z.string().regex(ID_PATTERN, 'expected 16 characters of lower-case Crockford base32');

export const runId = branded<RunId>(id);
export const approvalId = branded<ApprovalId>(id);
export const artifactId = branded<ArtifactId>(id);
const messageId = branded<MessageId>(id);
const deviceId = branded<DeviceId>(z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{8,128}$/, 'expected a peer id'));
export const digest = branded<Sha256>(z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'));
const timestamp = branded<Timestamp>(z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/, 'expected a timestamp'));
export const entryKey = z.string().min(1).max(300);
export const whole = z.int().min(0);
/** Ed25519: 64 bytes. */
export const signature = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'expected an Ed25519 signature in base64');
export const text = z.string().max(TEXT_MAX);
const longText = z.string().max(LONG_TEXT_MAX);
const path = z.string().max(PATH_MAX);

export const actor: z.ZodType<Actor> = z.object({
  kind: z.enum(['human', 'assistant', 'agent', 'device']),
  device: deviceId,
});

const because = z.array(z.string().max(LONG_TEXT_MAX)).max(1000);
const receipt = z.object({
  stopped: z.array(z.object({ pid: whole, command: text, signal })).max(PROCESSES_MAX),
  left: z.array(z.object({ pid: whole, command: text })).max(PROCESSES_MAX),
});
const output = z.object({
  bytes: whole,
  droppedBytes: whole,
  gaps: z.exactOptional(z.array(z.object({ offset: whole, bytes: whole })).max(GAPS_MAX)),
  firstAt: z.exactOptional(whole),
});
const names = z.array(z.string().max(1024)).max(VARIABLES_MAX);
const programs = z.array(z.object({ name: path, path, sha256: digest })).max(1000);
const sandbox = z.object({
  kind: z.enum(SANDBOX_KINDS),
  writable: z.array(path).max(2000),
  readable: z.array(path).max(2000),
  network: z.boolean(),
  limits: z.object({ memoryBytes: z.exactOptional(whole), processes: z.exactOptional(whole) }),
});
const startedPlan = z.object({
  cwd: path,
  executable: path,
  executableSha256: z.exactOptional(digest),
  enforced: z.enum(ACCESS_LEVELS),
  sandbox: z.exactOptional(sandbox),
  envNames: names,
  secrets: names,
  programs,
});
const payload = z.object({
  command: longText,
  cwd: path,
  executable: path,
  envNames: z.array(z.string().max(1024)).max(VARIABLES_MAX),
  access: z.enum(ACCESS_LEVELS),
  enforced: z.enum(ACCESS_LEVELS),
  timeoutMs: z.exactOptional(whole),
  sandbox: z.exactOptional(sandbox),
  programs: z.exactOptional(programs),
  secrets: z.exactOptional(names),
  changes: z.exactOptional(
    z.array(z.object({ path, before: z.exactOptional(digest), after: z.exactOptional(digest) })).max(CHANGES_MAX),
  ),
  diff: z.exactOptional(text),
  diffArtifact: z.exactOptional(artifactId),
  targets: z.exactOptional(z.array(text).max(1000)),
  steps: z.exactOptional(z.array(longText).max(1000)),
  picture: z.exactOptional(artifactId),
  warnings: z.exactOptional(z.array(text).max(100)),
  rule: z.exactOptional(z.string().max(200)),
  likeness: z.exactOptional(digest),
});
const decisions = z.array(z.enum(DECISIONS)).max(DECISIONS.length);
const note = z.exactOptional(z.string().max(20_000));

/** A path inside a folder: one that leads out of it is no name of an artifact. */
const artifactName = z
  .string()
  .min(1)
  .max(4200)
  .refine(
    (name) => !name.includes('\0') && !name.startsWith('/') && !name.split('/').includes('..'),
    'it leads out of its folder',
  );
const artifact = z.object({
  id: artifactId,
  name: artifactName,
  kind: z.enum(ARTIFACT_KINDS),
  mimeType: z.string().max(255),
  sizeBytes: whole,
  sha256: digest,
});

const submitted = {
  number: whole,
  task: text,
  route: z.enum(ROUTES),
  action,
  device: deviceId,
  because,
  retryOf: z.exactOptional(runId),
  masked: z.exactOptional(z.literal(true)),
  group: z.exactOptional(runId),
  expiresAt: z.exactOptional(whole),
  noWait: z.exactOptional(z.literal(true)),
  proposedBy: z.exactOptional(runId),
};
const failure = {
  reason: z.enum(['exit', 'signal', 'timeout', 'interrupted', 'refused', 'connector', 'invalid', 'internal']),
  message: longText,
  ...FAILURE_EXTRAS,
  output: z.exactOptional(output),
  receipt: z.exactOptional(receipt),
};
const cancellation = {
  reason: z.enum(['user', 'rejected', 'expired', 'revoked']),
  note,
  output: z.exactOptional(output),
  receipt: z.exactOptional(receipt),
};
const completion = { exitCode, output, result: z.exactOptional(longText) };

const place = {
  v: z.literal(1),
  device: deviceId,
  seq: z.int().min(1),
  at: timestamp,
  prev: z.exactOptional(digest),
  stream: z.union([runId, z.literal('thread')]),
  by: actor,
};
const event = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ ...place, type: z.literal(type), data });
const empty = z.object({}) as unknown as z.ZodType<Record<string, never>>;
const approved = z.exactOptional(z.literal(true));
const beforehand = z.exactOptional(z.object({ action: digest, signature }));

const anyEvent = z.discriminatedUnion('type', [
  event('run.submitted', z.object({ ...submitted, approved, beforehand })),
  event('run.offered', empty),
  event('run.received', z.object({ ...submitted, approved, beforehand, origin: deviceId, place: entryKey })),
  event('run.cancel_requested', empty),
  event(
    'run.accepted',
    z.object({ because, rule: z.exactOptional(text), access: z.exactOptional(z.enum(ACCESS_LEVELS)) }),
  ),
  event(
    'approval.requested',
    z.object({
      approval: approvalId,
      title: longText,
      description: longText,
      payload,
      digest,
      decisions,
      expiresAt: whole,
      approvers: z.exactOptional(z.int().min(1).max(100)),
    }),
  ),
  event(
    'approval.agreed',
    z.object({
      approval: approvalId,
      digest,
      signature: z.exactOptional(signature),
      beforehand: z.exactOptional(digest),
    }),
  ),
  event('approval.edited', z.object({ approval: approvalId, next: approvalId, action })),
  event(
    'approval.decided',
    z.object({
      approval: approvalId,
      decision: z.enum(DECISIONS),
      digest,
      note,
      signature: z.exactOptional(signature),
      forMs: z.exactOptional(whole),
      uses: z.exactOptional(whole),
      rule: z.exactOptional(z.string().max(100_000)),
      under: z.exactOptional(approvalId),
      beforehand: z.exactOptional(digest),
    }),
  ),
  event('approval.expired', z.object({ approval: approvalId })),
  event('run.started', z.object({ digest, plan: z.exactOptional(startedPlan) })),
  event('run.completed', z.object(completion)),
  event('run.failed', z.object(failure)),
  event('run.cancelled', z.object(cancellation)),
  event(
    'run.answered',
    z.object({
      message: messageId,
      text: longText,
      connector: z.string().max(200),
      ...ANSWER_EXTRAS,
    }),
  ),
  event('artifact.created', z.object({ artifact })),
  event('artifact.removed', z.object({ artifact: artifactId, reason: z.enum(REMOVAL_REASONS) })),
  event('message.said', z.object({ message: messageId, role: z.enum(['user', 'assistant']), text: longText })),
]);

export const logEvent: z.ZodType<LogEvent> = z.preprocess(withoutOdd, anyEvent);

const runBase = {
  id: runId,
  ...submitted,
  origin: deviceId,
  by: actor,
  approvedBefore: z.exactOptional(z.literal(true)),
  beforehand,
  offeredAt: z.exactOptional(whole),
  cancelRequested: z.exactOptional(z.literal(true)),
  submittedAt: whole,
  updatedAt: whole,
  acceptedAt: z.exactOptional(whole),
  startedAt: z.exactOptional(whole),
  rule: z.exactOptional(text),
  enforced: z.exactOptional(z.enum(ACCESS_LEVELS)),
  allowance: z.exactOptional(z.object({ approval: approvalId, until: whole, usesLeft: whole })),
};

const anyRun = z.discriminatedUnion('status', [
  z.object({ ...runBase, status: z.literal('queued') }),
  z.object({ ...runBase, status: z.literal('running'), approved: z.exactOptional(digest) }),
  z.object({ ...runBase, status: z.literal('waiting_approval'), approvalId }),
  z.object({ ...runBase, status: z.literal('completed'), endedAt: whole, ...completion }),
  z.object({ ...runBase, status: z.literal('failed'), endedAt: whole, ...failure }),
  z.object({ ...runBase, status: z.literal('cancelled'), endedAt: whole, ...cancellation }),
]);

export const run: z.ZodType<Run> = z.preprocess(runWithoutOdd, anyRun);

const approvalBase = {
  id: approvalId,
  runId,
  title: longText,
  description: longText,
  payload,
  device: deviceId,
  digest,
  decisions,
  requestedAt: whole,
  expiresAt: whole,
  approvers: z.exactOptional(z.int().min(1).max(100)),
  agreed: z.exactOptional(z.array(z.object({ by: actor, at: whole })).max(100)),
  edits: z.exactOptional(approvalId),
};
const answered = {
  decidedBy: actor,
  decidedAt: whole,
  decision: z.exactOptional(z.enum(DECISIONS)),
  note,
  signature: z.exactOptional(signature),
  under: z.exactOptional(approvalId),
  rule: z.exactOptional(text),
};

export const approval: z.ZodType<Approval> = z.discriminatedUnion('status', [
  z.object({ ...approvalBase, status: z.literal('pending') }),
  z.object({ ...approvalBase, status: z.literal('approved'), ...answered }),
  z.object({ ...approvalBase, status: z.literal('rejected'), ...answered }),
  z.object({
    ...approvalBase,
    status: z.literal('expired'),
    decidedAt: whole,
    replacedBy: z.exactOptional(approvalId),
  }),
]);
