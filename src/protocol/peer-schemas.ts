/**
 * What a peer accepts from another one, with a bound on everything: paired does not mean honest. Only those who receive import this.
 */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { SANDBOX_KINDS } from '../core/actions.ts';
import { DECISIONS } from '../core/approvals.ts';
import { CAPABILITY_NAMES, type DeviceReport } from '../core/devices.ts';
import { ERROR_CODES, type WireError } from '../core/errors.ts';
import { GRANTS } from '../core/grants.ts';
import type { DeviceId } from '../core/ids.ts';
import { CHECKS } from '../core/policy/gate.ts';
import { VERDICTS } from '../core/policy/rules.ts';
import { completions, progress, transferEnd } from './action-schemas.ts';
import type { LogBatch, PeerMethod, PeerParams, PeerResult } from './peer-api.ts';
import {
  actor,
  approval,
  approvalId,
  artifactId,
  digest,
  entryKey,
  logEvent,
  run,
  runId,
  signature,
  text,
  whole,
} from './peer-event-schemas.ts';
import {
  GOODBYE_REASONS,
  type Hello,
  type HelloVersions,
  type LinkNotifications,
  type PingParams,
  type Ready,
  type Refused,
  type StreamAnswer,
  type StreamOpenings,
} from './peer-messages.ts';
import { action, ruleBody } from './schemas.ts';

const DAYS_30_MS = 30 * 24 * 3600 * 1000;
const FOLDERS_MAX = 1000;
const ADDRESSES_MAX = 64;
const EVENTS_MAX = 10_000;
const PROBES_MAX = 200;

const nothing = z.strictObject({});
const cells = z.int().min(1).max(10_000);
const grants = z.array(z.enum(GRANTS)).max(GRANTS.length);
const multiaddrs = z.array(z.string().min(1).max(400)).max(ADDRESSES_MAX);
/** What people are shown: one line. */
const line = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line');

/** What a newer one of the same protocol says besides is passed over. */
const report = z.object({
  name: line(200).min(1),
  platform: line(50),
  version: line(100),
  capabilities: z.object({
    shell: z.boolean(),
    browserAutomation: z.boolean(),
    desktopAutomation: z.boolean(),
    local_files: z.boolean(),
    reachableFolders: z.array(z.string().max(4096)).max(FOLDERS_MAX),
  }),
  permissions: z.object({
    local_files: z.boolean(),
    shell: z.boolean(),
    browser_automation: z.boolean(),
    desktop_automation: z.boolean(),
  }),
  enforces: z.array(z.enum(ACCESS_LEVELS)).max(ACCESS_LEVELS.length),
  maxAccess: z.exactOptional(z.enum(ACCESS_LEVELS)),
  sandbox: z.exactOptional(
    z.union([
      z.object({ kind: z.enum(SANDBOX_KINDS), version: line(200) }),
      z.object({ kind: z.literal('none'), detail: line(1000) }),
    ]),
  ),
  probes: z.exactOptional(
    z
      .array(
        z.object({
          name: line(100).min(1),
          ok: z.boolean(),
          detail: line(1000),
          fix: z.exactOptional(line(1000)),
          needed: z.exactOptional(z.enum(CAPABILITY_NAMES)),
        }),
      )
      .max(PROBES_MAX),
  ),
  load: z.object({ running: whole, slots: whole }),
}) satisfies z.ZodType<DeviceReport>;

const versions = {
  kind: z.literal('hello'),
  protocol: z.object({ oldest: whole, newest: whole }),
  version: line(100),
};

export const HELLO_VERSIONS: z.ZodType<HelloVersions> = z.object(versions);

export const HELLO: z.ZodType<Hello> = z.object({
  ...versions,
  instance: z.string().min(1).max(100),
  now: whole,
  report,
  gives: grants,
  addresses: multiaddrs,
});

export const READY: z.ZodType<Ready> = z.object({ kind: z.literal('ready'), now: whole });

/** An error of a code that this version does not know is one all the same. */
export const WIRE_ERROR: z.ZodType<WireError> = z.object({
  code: z.enum(ERROR_CODES).catch('internal'),
  message: z.string().max(20_000),
  retryable: z.boolean(),
  hint: z.exactOptional(z.string().max(20_000)),
  details: z.exactOptional(z.record(z.string().max(200), z.unknown())),
});

export const REFUSED: z.ZodType<Refused> = z.object({ kind: z.literal('refused'), error: WIRE_ERROR });

export const NOTIFICATIONS: { [N in keyof LinkNotifications]: z.ZodType<LinkNotifications[N]> } = {
  report: z.object({ report }),
  grants: z.object({ gives: grants }),
  addresses: z.object({ addresses: multiaddrs }),
  alive: z.object({}),
  progress: z.object({ run: runId, progress }),
  goodbye: z.object({ reason: z.enum(GOODBYE_REASONS) }),
};

export const PING: z.ZodType<PingParams> = z.object({ roundTripMs: z.exactOptional(z.number().min(0).max(3_600_000)) });

/** Strict: a restriction that is not understood must not be passed over. */
export const PEER_PARAMS: { [M in PeerMethod]: z.ZodType<PeerParams<M>> } = {
  offer: z.strictObject({
    run: runId,
    task: text,
    action,
    because: z.array(z.string().max(10_000)).max(100),
    by: actor,
    place: entryKey,
    retryOf: z.exactOptional(runId),
    group: z.exactOptional(runId),
    expiresInMs: z.exactOptional(z.int().min(0).max(DAYS_30_MS)),
    noWait: z.exactOptional(z.literal(true)),
    approve: z.exactOptional(z.object({ action: digest, signature })),
    cancel: z.exactOptional(z.literal(true)),
  }),
  cancel: z.strictObject({ run: runId }),
  withdraw: z.strictObject({ run: runId, note: z.string().max(1000) }),
  decide: z.strictObject({
    approval: approvalId,
    decision: z.enum(DECISIONS),
    digest,
    note: z.exactOptional(z.string().max(10_000)),
    forMs: z.exactOptional(
      z
        .int()
        .min(1000)
        .max(24 * 3600 * 1000),
    ),
    rule: z.exactOptional(ruleBody),
    signature,
  }),
  edit: z.strictObject({ approval: approvalId, digest, command: text }),
  propose: z.strictObject({ approval: approvalId }),
  check: z.strictObject({ action, as: z.exactOptional(z.enum(['human', 'assistant', 'agent', 'device'])) }),
  complete: z.strictObject({ path: z.string().max(4096), limit: z.int().min(1).max(1000) }),
  probe: nothing,
  'transfer-end': z.strictObject({ run: runId, end: transferEnd }),
  resize: z.strictObject({ run: runId, cols: cells, rows: cells }),
  signal: z.strictObject({
    run: runId,
    signal: z.string().regex(/^SIG[A-Z0-9]{1,12}$/, 'expected a name such as SIGINT'),
  }),
};

const gateAnswer = z.object({
  verdict: z.enum(VERDICTS),
  check: z.enum(CHECKS),
  access: z.enum(ACCESS_LEVELS),
  rule: z.exactOptional(z.string().max(200)),
  because: z.array(z.string().max(20_000)).max(100),
  hint: z.exactOptional(z.string().max(20_000)),
});

export const PEER_RESULTS: { [M in PeerMethod]: z.ZodType<PeerResult<M>> } = {
  offer: z.object({ run }),
  cancel: z.object({ run }),
  withdraw: z.object({ run }),
  decide: z.object({ approval, run }),
  edit: z.object({ approval, run }),
  propose: z.object({ rule: ruleBody, toml: z.string().max(100_000) }),
  check: gateAnswer,
  complete: z.object({ completions }),
  probe: nothing,
  'transfer-end': nothing,
  resize: nothing,
  signal: nothing,
};

export const OPENINGS: { [S in keyof StreamOpenings]: z.ZodType<StreamOpenings[S]> } = {
  log: z.strictObject({ after: whole }),
  output: z.strictObject({ run: runId, offset: whole, maxLag: z.exactOptional(whole) }),
  blob: z.strictObject({ artifact: artifactId, offset: whole }),
  input: z.strictObject({ run: runId }),
  transfer: z.strictObject({ run: runId, entry: whole, offset: whole }),
};

export const STREAM_ANSWER: z.ZodType<StreamAnswer> = z.union([
  z.object({ ok: z.literal(true), size: z.exactOptional(whole) }),
  z.object({ ok: z.literal(false), error: WIRE_ERROR }),
]);

const LOG_BATCH = z.object({
  events: z.array(logEvent).max(EVENTS_MAX),
  upTo: whole,
  scope: z.string().max(100),
}) satisfies z.ZodType<LogBatch>;

/** A piece of the log of that device: its own events alone, in order, none beyond `upTo`. */
export function logBatchOf(device: DeviceId): z.ZodType<LogBatch> {
  return LOG_BATCH.refine(
    ({ events }) => events.every((event) => event.device === device),
    'an event of another device',
  )
    .refine(
      ({ events }) => events.every(({ seq }, at) => at === 0 || seq > (events[at - 1]?.seq ?? 0)),
      'events out of order',
    )
    .refine(({ events, upTo }) => events.every(({ seq }) => seq <= upTo), 'an event beyond the end of its piece');
}
