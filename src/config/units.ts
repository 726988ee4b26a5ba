/** The kinds of values that several tables of config.toml have: durations, sizes, folders, names. */

import * as z from 'zod';

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
export const duration = z.string().transform((text, context) => {
  const match = DURATION.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) return Number(match[1]) * (DURATION_MS[match[2]] ?? 1);
  context.addIssue({ code: 'custom', message: 'expected a duration such as "45s", "30m" or "2h"' });
  return z.NEVER;
});

/** `"64MiB"` → bytes. */
export const size = z.string().transform((text, context) => {
  const match = SIZE.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined)
    return Math.round(Number(match[1]) * (SIZE_BYTES[match[2]] ?? 1));
  context.addIssue({ code: 'custom', message: 'expected a size such as "512KiB", "64MiB" or "2GB"' });
  return z.NEVER;
});

export const slots = z
  .int('expected a whole number from 1 to 256')
  .min(1, 'expected at least 1')
  .max(256, 'expected at most 256');

/** A folder of this machine; `~` is the home folder. */
export const folder = z
  .string()
  .max(4096)
  .regex(/^(\/|~(\/|$))[^\0]*$/, 'expected an absolute path, or one that begins with "~/"');

export const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,254}$/, 'expected the name of a variable');
