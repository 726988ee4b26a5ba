/** What may stand in config.toml, with the defaults. Every key is written up in docs/CONFIG.md. */

import * as z from 'zod';
import { DEVICE_NAME_RULE, isDeviceName } from '../core/devices.ts';
import { formatHostPort, parseHostPort } from './host-port.ts';

const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
const DURATION_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|kB|MB|GB)$/;
const SIZE_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** `"30m"` → milliseconds. */
const duration = z.string().transform((text, context) => {
  const match = DURATION.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) return Number(match[1]) * (DURATION_MS[match[2]] ?? 1);
  context.addIssue({ code: 'custom', message: 'expected a duration such as "45s", "30m" or "2h"' });
  return z.NEVER;
});

/** `"64MiB"` → bytes. */
const size = z.string().transform((text, context) => {
  const match = SIZE.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined)
    return Math.round(Number(match[1]) * (SIZE_BYTES[match[2]] ?? 1));
  context.addIssue({ code: 'custom', message: 'expected a size such as "512KiB", "64MiB" or "2GB"' });
  return z.NEVER;
});

/** An approval that expires before anybody can read it would be a trap. */
const expiry = duration.refine((ms) => ms >= 10_000 && ms <= 30 * 86_400_000, 'expected from "10s" to "30d"');

/** Less than a line would keep nothing. */
const cap = size.refine((bytes) => bytes >= 4096, 'expected at least "4KiB"');

const slots = z
  .int('expected a whole number from 1 to 256')
  .min(1, 'expected at least 1')
  .max(256, 'expected at most 256');

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

export const configSchema = z.strictObject({
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
    })
    .prefault({}),
  shell: z
    .strictObject({
      program: z.string().startsWith('/', 'expected an absolute path').optional(),
      slots: slots.default(8),
    })
    .prefault({}),
  inline: z.strictObject({ slots: slots.default(2) }).prefault({}),
  approvals: z.strictObject({ expire: expiry.prefault('30m') }).prefault({}),
  output: z.strictObject({ cap: cap.prefault('64MiB') }).prefault({}),
  artifacts: z
    .strictObject({ max_files: z.int().min(1).max(100_000).default(1000), max_bytes: size.prefault('4GiB') })
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
  metrics: z.strictObject({ listen: hostPort({ names: false }).optional() }).prefault({}),
  ui: z
    .strictObject({
      background: z.enum(['auto', 'dark', 'light'], 'expected "auto", "dark" or "light"').default('auto'),
      mouse: z.boolean().default(true),
      ascii: z.boolean().default(false),
      bell: z.boolean().default(true),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;
