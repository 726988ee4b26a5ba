/** What may stand in config.toml, with the defaults. Every key is written up in docs/CONFIG.md. */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { DEVICE_NAME_RULE, isDeviceName } from '../core/devices.ts';
import { isOriginPattern, ORIGIN_RULE } from '../core/policy/origins.ts';
import { THEME_CHOICES } from '../core/theme-names.ts';
import { connectorName, connectorTables, wrongNames } from './connectors.ts';
import { formatHostPort, parseHostPort } from './host-port.ts';
import { routingSchema } from './routing.ts';
import { ruleSchema } from './rules.ts';
import { duration, folder, size, slots, variableName } from './units.ts';

/** An approval that expires before anybody can read it would be a trap. */
const expiry = duration.refine((ms) => ms >= 10_000 && ms <= 30 * 86_400_000, 'expected from "10s" to "30d"');

/** How long bytes stay: what a person looks at today must not go under their hands. */
const keep = z.union(
  [
    z.literal('forever'),
    duration.refine(
      (ms) => ms >= 3_600_000 && ms <= 36_500 * 86_400_000,
      'expected from "1h" to "36500d", or "forever"',
    ),
  ],
  'expected "forever" or a duration from "1h" to "36500d", such as "30d"',
);

/** Less than a line would keep nothing. */
const cap = size.refine((bytes) => bytes >= 4096, 'expected at least "4KiB"');

/** `"HOST:PORT"`, in the one spelling that everything else uses. */
const hostPort = (options: { names: boolean }) =>
  z.string('expected "HOST:PORT"').transform((text, context) => {
    const answer = parseHostPort(text, options);
    if (answer.ok) return formatHostPort(answer.value);
    context.addIssue({ code: 'custom', message: answer.why });
    return z.NEVER;
  });

/** A ticket carries up to four addresses, and a machine with more of its own is told which. */
const listenAddresses = z
  .array(hostPort({ names: false }))
  .min(1, 'expected at least one "HOST:PORT"')
  .max(16);

/** How long a command may run: a second at least. */
const limit = duration.refine((ms) => ms >= 1000 && ms <= 24 * 86_400_000, 'expected from "1s" to "24d"');

const originPattern = z.string().max(1000).refine(isOriginPattern, `expected ${ORIGIN_RULE}`);

/** Where a secret is found when a run starts. */
const secretSource = z.union(
  [z.strictObject({ env: variableName }), z.strictObject({ file: folder })],
  'expected { env = "NAME" } or { file = "~/path" }',
);

const keyNames = z.union([z.string(), z.array(z.string())], 'expected a key, or a list of keys');
/** `"run.cancel" = "X"`, and without the quotes, which makes tables of it. Which bindings there are the dashboard knows. */
const keyTables = z
  .record(z.string(), z.union([keyNames, z.record(z.string(), keyNames)], 'expected a key, or a list of keys'))
  .default({});

export const configSchema = z
  .strictObject({
    device: z
      .strictObject({
        name: z.string().refine(isDeviceName, `expected ${DEVICE_NAME_RULE}`).optional(),
      })
      .default({}),
    permissions: z
      .strictObject({
        shell: z.boolean().default(true),
        local_files: z.boolean().default(true),
        browser_automation: z.boolean().default(false),
        desktop_automation: z.boolean().default(false),
        max_access: z
          .enum(ACCESS_LEVELS, 'expected "read-only", "workspace-write" or "full-access"')
          .default('full-access'),
        reachable_folders: z.array(folder).max(1000).default(['~']),
      })
      .prefault({}),
    rules: z.array(ruleSchema).max(10_000).default([]),
    routing: routingSchema.default([]),
    sandbox: z
      .strictObject({
        network: z.boolean().default(true),
        hide: z.array(folder).max(1000).default([]),
        memory: size.refine((bytes) => bytes >= 2 ** 24, 'expected at least "16MiB"').optional(),
        processes: z.int().min(8, 'expected at least 8').max(1_000_000).default(4096),
        time: limit.optional(),
        unasked_time: limit.prefault('10m'),
      })
      .prefault({}),
    secrets: z.record(variableName, secretSource).default({}),
    notifications: z.strictObject({ desktop: z.boolean().default(true) }).prefault({}),
    shell: z
      .strictObject({
        program: z.string().startsWith('/', 'expected an absolute path').optional(),
        slots: slots.default(8),
      })
      .prefault({}),
    inline: z.strictObject({ slots: slots.default(2) }).prefault({}),
    approvals: z
      .strictObject({
        expire: expiry.prefault('30m'),
        full_access_approvers: z.int().min(1, 'expected at least 1').max(10, 'expected at most 10').default(1),
      })
      .prefault({}),
    files: z.strictObject({ slots: slots.default(4), backup: size.prefault('256MiB') }).prefault({}),
    browser: z
      .strictObject({
        program: z.string().startsWith('/', 'expected an absolute path').optional(),
        headless: z.union([z.boolean(), z.literal('auto')], 'expected true, false or "auto"').default('auto'),
        slots: slots.default(4),
        idle: limit.prefault('15m'),
        step_time: limit.prefault('30s'),
        allowed_origins: z.array(originPattern).max(1000).default([]),
        denied_origins: z.array(originPattern).max(1000).default([]),
      })
      .prefault({}),
    desktop: z
      .strictObject({
        display: z
          .string()
          .regex(/^[A-Za-z0-9._-]*:\d+(\.\d+)?$/, 'expected a display such as ":0"')
          .optional(),
      })
      .prefault({}),
    output: z.strictObject({ cap: cap.prefault('64MiB') }).prefault({}),
    artifacts: z
      .strictObject({
        max_files: z.int().min(1).max(100_000).default(1000),
        max_bytes: size.prefault('4GiB'),
        keep: keep.prefault('30d'),
        room: size.refine((bytes) => bytes >= 2 ** 20, 'expected at least "1MiB"').prefault('20GiB'),
      })
      .prefault({}),
    network: z
      .strictObject({
        listen: listenAddresses.optional(),
        lan: z.boolean().default(true),
        announce: z
          .array(hostPort({ names: true }))
          .max(4, 'expected at most 4 addresses: a ticket holds no more')
          .default([]),
      })
      .prefault({}),
    connectors: connectorTables,
    cloud: z
      .strictObject({
        knowledge: connectorName.optional(),
        code: connectorName.optional(),
        folders: z.array(folder).max(100).default([]),
        slots: slots.default(8),
      })
      .prefault({}),
    assistant: z
      .strictObject({
        connector: connectorName.optional(),
        max_steps: z.int().min(1, 'expected at least 1').max(1000, 'expected at most 1000').default(20),
      })
      .prefault({}),
    metrics: z.strictObject({ listen: hostPort({ names: false }).optional() }).prefault({}),
    keys: keyTables,
    ui: z
      .strictObject({
        background: z.enum(['auto', 'dark', 'light'], 'expected "auto", "dark" or "light"').default('auto'),
        theme: z.enum(THEME_CHOICES, `expected one of ${THEME_CHOICES.join(', ')}`).default('auto'),
        mouse: z.boolean().default(true),
        ascii: z.boolean().default(false),
        bell: z.boolean().default(true),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    for (const { path, message } of wrongNames(config)) context.addIssue({ code: 'custom', path: [...path], message });
  });

export type Config = z.output<typeof configSchema>;
