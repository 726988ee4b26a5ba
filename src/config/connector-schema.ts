/** What may stand in a `[connectors.NAME]` table once its preset is beneath it, and what it becomes for the domain. */

import * as z from 'zod';
import { CLOUD_ROUTES, type Connector, type ConnectorCall, KEY_NAME, RESPONSE_FORMATS } from '../core/connectors.ts';
import { duration, folder, size, slots, variableName } from './units.ts';

const DEFAULT_SLOTS = 4;
const LONGEST_MS = 24 * 86_400_000;

const template = () => z.string('expected a text').max(100_000);
const expression = () => z.string('expected a JMESPath expression').min(1).max(20_000);
const wait = () => duration.refine((ms) => ms >= 1 && ms <= LONGEST_MS, 'expected from "1ms" to "24d"');
const states = () => z.array(z.union([z.string(), z.number(), z.boolean()])).max(100);
const headerName = () => z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'expected the name of a header');
const headers = () => z.record(headerName(), template());
const httpUrl = () =>
  z.string('expected a URL that begins with "http://" or "https://"').refine((text) => {
    const url = URL.parse(text);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
    return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  }, 'expected a URL such as "https://host/path", without a name, a password or a query in it');

const keySource = () =>
  z.union(
    [
      z.strictObject({ env: variableName }),
      z.strictObject({ file: folder }),
      z.strictObject({
        keyring: z.string().regex(KEY_NAME, 'expected letters, digits, ".", "_" and "-"'),
      }),
      z.literal(false),
    ],
    'expected { env = "NAME" }, { file = "~/path" } or { keyring = "NAME" }, or false for none',
  );

const call = () =>
  z.strictObject({
    method: z
      .enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'expected "GET", "POST", "PUT", "PATCH" or "DELETE"')
      .optional(),
    path: template().default(''),
    headers: headers().optional(),
    query: z.record(z.string().min(1), template()).optional(),
    body: template().optional(),
    body_type: z.enum(['json', 'form', 'text'], 'expected "json", "form" or "text"').optional(),
    save: z.record(variableName, expression()).optional(),
    when: template().optional(),
    each: template().optional(),
  });
const calls = () => z.array(call()).max(20).default([]);

const response = () =>
  z.strictObject({
    format: z.enum(RESPONSE_FORMATS, `expected one of ${RESPONSE_FORMATS.join(', ')}`),
    end: z.string().optional(),
    stream_done: expression().optional(),
    encoding: z.literal('base64', 'expected "base64"').optional(),
    complete: z.array(z.string()).max(20).optional(),
    text: expression().optional(),
    model: expression().optional(),
    citations: expression().optional(),
    usage: expression().optional(),
    tool_calls: expression().optional(),
    stop: expression().optional(),
    error: expression().optional(),
    stdout: expression().optional(),
    stderr: expression().optional(),
    exit_code: expression().optional(),
    signal: expression().optional(),
    timed_out: expression().optional(),
    message: expression().optional(),
    files: expression().optional(),
    done: expression().optional(),
  });

const limits = () =>
  z
    .strictObject({
      connect: wait().prefault('10s'),
      first_byte: wait().prefault('2m'),
      idle: wait().prefault('2m'),
      total: wait().prefault('30m'),
      response: size.refine((bytes) => bytes >= 1024, 'expected at least "1KiB"').prefault('64MiB'),
      retries: z.int().min(0).max(10, 'expected at most 10').default(2),
    })
    .prefault({});

/** Whole: of what a person writes and what the preset gives. */
const makeSchema = () =>
  z.strictObject({
    preset: z.string().optional(),
    description: z.string().max(300).default(''),
    docs: z.string().max(1000).optional(),
    routes: z.array(z.enum(CLOUD_ROUTES, `expected ${CLOUD_ROUTES.map((route) => `"${route}"`).join(' or ')}`)).min(1),
    url: httpUrl(),
    model: z.string().max(300).optional(),
    settings: z.record(variableName, z.json()).default({}),
    needs: z.array(variableName).default([]),
    key: keySource().optional(),
    auth: z
      .strictObject({
        header: headerName().default('Authorization'),
        scheme: z
          .string()
          .regex(/^[\x21-\x7e]{0,100}$/, 'expected a word such as "Bearer"')
          .default('Bearer'),
        optional: z.boolean().default(false),
      })
      .optional(),
    headers: headers().default({}),
    languages: z.record(z.string().min(1).max(100), z.json()).optional(),
    call: call(),
    before: calls(),
    poll: z
      .strictObject({
        call: call(),
        state: expression(),
        pending: states(),
        failed: states().default([]),
        every: wait().prefault('1s'),
      })
      .optional(),
    files: z
      .strictObject({
        list: call(),
        items: expression(),
        get: call().optional(),
        content: expression().optional(),
        base64: expression().optional(),
      })
      .optional(),
    cancel: call().optional(),
    after: calls(),
    response: response(),
    tools: z.boolean().default(false),
    limits: limits(),
    proxy: z
      .string()
      .refine(
        (text) => text === 'environment' || text === 'none' || /^https?:$/.test(URL.parse(text)?.protocol ?? ''),
        'expected "environment", "none" or a URL such as "http://proxy:3128"',
      )
      .default('environment'),
    ca_file: folder.optional(),
    addresses: z.enum(['any', 'public'], 'expected "any" or "public"').default('any'),
    idempotency_keys: z.boolean().default(false),
    slots: slots.default(DEFAULT_SLOTS),
  });

let made: ReturnType<typeof makeSchema> | undefined;

/** Made when it is needed: every command reads the config, and few have connectors in it. */
export function connectorSchema(): ReturnType<typeof makeSchema> {
  made ??= makeSchema();
  return made;
}

export type ConnectorTable = z.output<ReturnType<typeof makeSchema>>;

export function connectorOf(name: string, table: ConnectorTable): Connector {
  const {
    key,
    auth,
    model,
    settings,
    limits: times,
    poll,
    files,
    cancel,
    ca_file,
    needs: _,
    idempotency_keys,
    ...rest
  } = table;
  const { connect, first_byte, idle, total, response: responseBytes, retries } = times;
  const { before, after, call: main, response: mapping, ...plain } = rest;
  return withoutAbsent({
    ...plain,
    name,
    settings: model === undefined ? settings : { ...settings, model },
    auth: authOf(key, auth),
    call: callOf(main),
    before: before.map(callOf),
    after: after.map(callOf),
    cancel: cancel === undefined ? undefined : callOf(cancel),
    poll: poll === undefined ? undefined : pollOf(poll),
    files: files === undefined ? undefined : filesOf(files),
    response: camelled(mapping),
    limits: { connectMs: connect, firstByteMs: first_byte, idleMs: idle, totalMs: total, responseBytes, retries },
    caFile: ca_file,
    idempotencyKeys: idempotency_keys || undefined,
  }) as unknown as Connector;
}

function authOf(key: ConnectorTable['key'], auth: ConnectorTable['auth']): Connector['auth'] {
  if (key === undefined || key === false) return undefined;
  const { header = 'Authorization', scheme = 'Bearer', optional = false } = auth ?? {};
  return { key, header, ...(scheme === '' ? {} : { scheme }), ...(optional ? { optional } : {}) };
}

function callOf({ method, body_type, ...rest }: z.output<ReturnType<typeof call>>): ConnectorCall {
  const usual = rest.body === undefined ? 'GET' : 'POST';
  return withoutAbsent({ ...rest, method: method ?? usual, bodyType: body_type }) as unknown as ConnectorCall;
}

function pollOf({ call: asked, every, ...rest }: NonNullable<ConnectorTable['poll']>): Connector['poll'] {
  return { ...rest, call: callOf(asked), everyMs: every };
}

function filesOf({ list, get, ...rest }: NonNullable<ConnectorTable['files']>): unknown {
  return withoutAbsent({ ...rest, list: callOf(list), get: get === undefined ? undefined : callOf(get) });
}

/** `exit_code` → `exitCode`. */
function camelled(table: object): object {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

function withoutAbsent(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
