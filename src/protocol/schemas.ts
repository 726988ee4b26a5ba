/**
 * What a peer accepts as parameters of each method, with a bound on everything that could be large. Only those who receive
 * import this: zod costs a client more than its whole start.
 */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { ROUTES } from '../core/actions.ts';
import { DECISIONS } from '../core/approvals.ts';
import { ARTIFACT_KINDS } from '../core/artifacts.ts';
import { SESSION_NAME } from '../core/browser.ts';
import { CONNECTOR_NAME, KEY_NAME } from '../core/connectors.ts';
import { GRANTS } from '../core/grants.ts';
import { type DeviceId, ID_PATTERN } from '../core/ids.ts';
import { type RuleBody, VERDICTS } from '../core/policy/rules.ts';
import { LONGEST_TASK, RUN_STATUSES } from '../core/runs.ts';
import { attachments, browserStep, codeFiles, desktopStep, fileOperation, runId, steps } from './action-schemas.ts';
import type { Method, Params } from './api.ts';

const TEXT_MAX = LONGEST_TASK;
const PATH_MAX = 4096;
const VARIABLES_MAX = 1000;
const DAYS_30_MS = 30 * 24 * 3600 * 1000;

const NO_NUL = 'it holds a NUL character, which no program can be given';

/** Text of at most 1 MiB of characters. */
const text = z.string().max(TEXT_MAX);
/** Text that goes to a program, which sees it as ending at the first NUL. */
const programText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), NO_NUL);
const path = programText(PATH_MAX).min(1);
/** What names a run or an approval. The engine says whether it names one; here it is kept short and fit to be shown. */
const ref = z.string().regex(/^[^\s\p{C}]{1,64}$/u, 'expected an id, the beginning of one, or the number of a run');
/** An artifact also goes by `RUN/NAME`. */
const artifactRef = z.string().regex(/^[^\p{Cc}]{1,4200}$/u, 'expected an id, the beginning of one, or RUN/NAME');
const newId = z.string().regex(ID_PATTERN, 'expected 16 characters of lower-case Crockford base32');
const entryKey = z.string().min(1).max(300);
const deviceName = z.string().min(1).max(200);
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const whole = z.int().min(0);
const limit = z.int().min(1).max(1000);
const stream = z.int().min(1).max(0xffffffff);
const cells = z.int().min(1).max(10_000);
const tty = z.strictObject({ cols: cells, rows: cells });
const access = z.enum(ACCESS_LEVELS);
const cursor = z
  .record(z.string().min(1).max(200), whole)
  .refine((devices) => Object.keys(devices).length <= 1000, 'a cursor of more than 1000 devices');
const timeoutMs = z.int().min(1).max(DAYS_30_MS);
const nothing = z.strictObject({});

const variableName = z
  .string()
  .max(1024)
  .regex(/^[^=\0]+$/, 'expected the name of a variable, without "=" or NUL');
const env = z
  .record(variableName, programText(TEXT_MAX))
  .refine((variables) => Object.keys(variables).length <= VARIABLES_MAX, `more than ${VARIABLES_MAX} variables`);

const keyName = z.string().regex(KEY_NAME, 'expected the name of a key');
const connectorName = z.string().regex(CONNECTOR_NAME, 'expected the name of a connector');

export const action = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('shell'),
    command: programText(TEXT_MAX),
    access,
    cwd: z.exactOptional(path),
    env: z.exactOptional(env),
    secrets: z.exactOptional(
      z.array(variableName).max(100) as unknown as z.ZodType<readonly string[], readonly string[]>,
    ),
    timeoutMs: z.exactOptional(timeoutMs),
    tty: z.exactOptional(tty),
    stdin: z.exactOptional(z.boolean()),
  }),
  z.strictObject({
    kind: z.literal('files'),
    operation: fileOperation,
    cwd: z.exactOptional(path),
    timeoutMs: z.exactOptional(timeoutMs),
  }),
  z.strictObject({
    kind: z.literal('browser'),
    steps: steps(browserStep),
    session: z.exactOptional(z.string().regex(SESSION_NAME, 'expected letters, digits, "_" and "-", at most 63')),
    secrets: z.exactOptional(
      z.array(variableName).max(100) as unknown as z.ZodType<readonly string[], readonly string[]>,
    ),
    timeoutMs: z.exactOptional(timeoutMs),
  }),
  z.strictObject({
    kind: z.literal('desktop'),
    steps: steps(desktopStep),
    timeoutMs: z.exactOptional(timeoutMs),
  }),
  z.strictObject({
    kind: z.literal('knowledge'),
    question: text.min(1),
    connector: z.exactOptional(connectorName),
    after: z.exactOptional(runId),
    attach: z.exactOptional(attachments),
    thread: z.exactOptional(z.int().min(1).max(1000)),
    assistant: z.exactOptional(z.literal(true)),
    timeoutMs: z.exactOptional(timeoutMs),
  }),
  z.strictObject({
    kind: z.literal('code'),
    language: z.string().regex(/^[A-Za-z0-9+#._-]{1,64}$/, 'expected the name of a language'),
    source: text,
    stdin: z.exactOptional(text),
    files: z.exactOptional(codeFiles),
    connector: z.exactOptional(connectorName),
    timeoutMs: z.exactOptional(timeoutMs),
  }),
  z.strictObject({
    kind: z.literal('inline'),
    language: z.enum(['expression', 'script']),
    source: text,
    timeoutMs: z.exactOptional(timeoutMs),
  }),
]);

const patternWords = z.array(z.string().min(1).max(4096)).min(1).max(200);
const exampleLines = z.array(z.string().min(1).max(PATH_MAX)).max(100);

/** A rule, as a client or another device gives it. */
export const ruleBody: z.ZodType<RuleBody, RuleBody> = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" and "-", at most 100'),
  decision: z.enum(VERDICTS),
  routes: z.exactOptional(z.array(z.enum(ROUTES)).min(1).max(ROUTES.length)),
  requesters: z.exactOptional(z.array(z.string().min(1).max(200)).min(1).max(100)),
  access: z.exactOptional(access),
  command: z.exactOptional(patternWords),
  without: z.exactOptional(patternWords),
  paths: z.exactOptional(z.array(path).min(1).max(100)),
  operations: z.exactOptional(patternWords),
  origins: z.exactOptional(patternWords),
  match: z.exactOptional(exampleLines),
  noMatch: z.exactOptional(exampleLines),
  expiresAt: z.exactOptional(whole),
  grantedBy: z.exactOptional(
    z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{8,128}$/, 'expected a peer id') as unknown as z.ZodType<DeviceId, DeviceId>,
  ),
}) as unknown as z.ZodType<RuleBody, RuleBody>;
const forMs = z
  .int()
  .min(1000)
  .max(24 * 3600 * 1000);
const requesterKind = z.enum(['human', 'assistant', 'agent', 'device']);

const grants = z.array(z.enum(GRANTS)).max(GRANTS.length);
/** host:port, or a device id. */
const place = z.string().min(1).max(300);

const filePlace = z.strictObject({ device: deviceName, path });

const page = { before: z.exactOptional(entryKey), limit };

/** What `policy.check` takes: one or the other, told apart by its key, so that what is wrong with it can be named. */
const checkOfCommand = z.strictObject({
  command: text,
  access: z.exactOptional(access),
  cwd: z.exactOptional(path),
  device: z.exactOptional(deviceName),
  as: z.exactOptional(requesterKind),
});
const checkOfAction = z.strictObject({
  action,
  device: z.exactOptional(deviceName),
  as: z.exactOptional(requesterKind),
});

const schemas = {
  hello: z.strictObject({ protocol: z.int(), version: z.string().max(100), client: z.string().max(100) }),
  status: nothing,
  stop: nothing,
  snapshot: z.strictObject({ entries: limit }),
  follow: z.strictObject({ cursor }),
  submit: z.strictObject({
    id: newId,
    task: text,
    action: z.exactOptional(action),
    devices: z.exactOptional(z.array(deviceName).min(1).max(200)),
    expiresInMs: z.exactOptional(timeoutMs),
    cwd: z.exactOptional(path),
    tty: z.exactOptional(tty),
    followUp: z.exactOptional(z.literal(true)),
    noWait: z.exactOptional(z.boolean()),
    approve: z.exactOptional(z.boolean()),
    as: z.exactOptional(z.literal('agent')),
  }),
  transfer: z.strictObject({
    id: newId,
    task: text,
    from: filePlace,
    to: filePlace,
    overwrite: z.exactOptional(z.boolean()),
    cwd: z.exactOptional(path),
    noWait: z.exactOptional(z.boolean()),
    approve: z.exactOptional(z.boolean()),
    as: z.exactOptional(z.literal('agent')),
  }),
  'files.complete': z.strictObject({
    device: z.exactOptional(deviceName),
    path: programText(PATH_MAX),
    cwd: z.exactOptional(path),
    limit,
  }),
  route: z.strictObject({ task: text, cwd: z.exactOptional(path), tty: z.exactOptional(tty) }),
  cancel: z.strictObject({ run: ref }),
  retry: z.strictObject({
    run: ref,
    connector: z.exactOptional(connectorName),
    id: newId,
    as: z.exactOptional(z.literal('agent')),
  }),
  reroute: z.strictObject({
    run: ref,
    device: z.exactOptional(deviceName),
    connector: z.exactOptional(connectorName),
    id: newId,
    as: z.exactOptional(z.literal('agent')),
  }),
  decide: z.strictObject({
    approval: ref,
    decision: z.enum(DECISIONS),
    digest: z.exactOptional(digest),
    note: z.exactOptional(z.string().max(10_000)),
    forMs: z.exactOptional(forMs),
    rule: z.exactOptional(ruleBody),
  }),
  'approval.edit': z.strictObject({ approval: ref, digest, command: programText(TEXT_MAX) }),
  'approval.propose': z.strictObject({ approval: ref }),
  resize: z.strictObject({ run: ref, cols: cells, rows: cells }),
  signal: z.strictObject({
    run: ref,
    signal: z.string().regex(/^SIG[A-Z0-9]{1,12}$/, 'expected a name such as SIGINT'),
  }),
  say: z.strictObject({ text: text.min(1) }),
  'thread.read': z.strictObject({ ...page, after: z.exactOptional(entryKey) }),
  search: z.strictObject({ ...page, after: z.exactOptional(entryKey), query: z.string().max(1000) }),
  'run.get': z.strictObject({ run: ref }),
  'runs.list': z.strictObject({
    status: z.exactOptional(z.array(z.enum(RUN_STATUSES)).max(RUN_STATUSES.length)),
    before: z.exactOptional(ref),
    limit,
  }),
  wait: z.strictObject({ runs: z.array(ref).min(1).max(1000), orApproval: z.exactOptional(z.boolean()) }),
  'approvals.list': z.strictObject({ all: z.exactOptional(z.boolean()), limit }),
  'artifacts.list': z.strictObject({
    run: z.exactOptional(ref),
    kinds: z.exactOptional(z.array(z.enum(ARTIFACT_KINDS)).max(ARTIFACT_KINDS.length)),
    limit,
  }),
  'artifacts.prune': z.strictObject({ dry: z.boolean() }),
  'artifact.get': z.strictObject({ artifact: artifactRef }),
  devices: z.strictObject({ probe: z.exactOptional(z.boolean()) }),
  'device.rename': z.strictObject({ device: deviceName, name: z.string().max(200) }),
  'device.revoke': z.strictObject({ device: deviceName }),
  'permissions.set': z.strictObject({
    permissions: z.exactOptional(
      z.strictObject({
        local_files: z.exactOptional(z.boolean()),
        shell: z.exactOptional(z.boolean()),
        browser_automation: z.exactOptional(z.boolean()),
        desktop_automation: z.exactOptional(z.boolean()),
      }),
    ),
    reachableFolders: z.exactOptional(z.array(path).max(1000)),
    addFolders: z.exactOptional(z.array(path).max(1000)),
    removeFolders: z.exactOptional(z.array(path).max(1000)),
    maxAccess: z.exactOptional(access),
  }),
  'pair.open': z.strictObject({
    allow: grants,
    mutual: z.exactOptional(z.boolean()),
    compare: z.exactOptional(z.boolean()),
  }),
  'pair.close': nothing,
  'pair.join': z.union([
    z.strictObject({ ticket: z.string().max(4096) }),
    z.strictObject({ code: z.string().max(200), at: place }),
    z.strictObject({ compare: z.literal(true), at: place }),
  ]),
  'pair.confirm': z.strictObject({
    proposal: z.string().min(1).max(64),
    accept: z.boolean(),
    give: z.exactOptional(grants),
    name: z.exactOptional(z.string().max(200)),
    word: z.exactOptional(z.string().max(64)),
  }),
  'pair.lan': nothing,
  'artifact.fetch': z.strictObject({ artifact: artifactRef }),
  'policy.check': z.unknown().transform((given, context): Params<'policy.check'> => {
    const isOfAction = typeof given === 'object' && given !== null && 'action' in given;
    const parsed = (isOfAction ? checkOfAction : checkOfCommand).safeParse(given);
    if (parsed.success) return parsed.data;
    for (const { path: where, message } of parsed.error.issues)
      context.issues.push({ code: 'custom', path: [...where], message, input: given });
    return z.NEVER;
  }),
  'policy.list': nothing,
  'policy.add': z.strictObject({ rule: ruleBody }),
  'policy.remove': z.strictObject({ name: z.string().min(1).max(200) }),
  'connectors.list': nothing,
  'connector.show': z.strictObject({ name: connectorName }),
  'connector.test': z.strictObject({ name: connectorName }),
  'connector.forget': z.strictObject({ name: keyName }),
  'connector.key': z.strictObject({ name: keyName, key: z.string().min(1).max(16_384) }),
  audit: z.strictObject({ run: z.exactOptional(ref), before: z.exactOptional(ref), limit }),
  'audit.verify': z.strictObject({ artifacts: z.exactOptional(z.boolean()) }),
  doctor: z.strictObject({ rebuild: z.exactOptional(z.boolean()), verify: z.exactOptional(z.boolean()) }),
  'output.open': z.strictObject({ run: ref, offset: whole, maxLag: z.exactOptional(whole) }),
  'blob.open': z.strictObject({ artifact: artifactRef, offset: whole }),
  'input.open': z.strictObject({ run: ref }),
  'input.end': z.strictObject({ stream }),
  'stream.close': z.strictObject({ stream }),
} as const satisfies Record<Method, z.ZodType>;

/** With every optional property required, so that one which only one of two types has tells them apart. */
type Full<T> = T extends readonly (infer Item)[]
  ? Full<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]-?: Full<T[K]> }
    : T;
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Same<A, B> = Mutual<A, B> extends true ? Mutual<Full<A>, Full<B>> : false;

/** Does not compile where a schema and the API disagree: the error names the method. */
type Checked = {
  [M in Method]: Same<z.infer<(typeof schemas)[M]>, Params<M>> extends true ? z.ZodType<Params<M>> : never;
};
export const SCHEMAS: Checked = schemas;
