/** Rules as they stand in config.toml, `[[rules]]`, and as the domain knows them. */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { ROUTES } from '../core/actions.ts';
import type { DeviceId } from '../core/ids.ts';
import { type RuleBody, VERDICTS } from '../core/policy/rules.ts';

const words = z.array(z.string().min(1).max(4096)).min(1).max(200);
const examples = z.array(z.string().min(1).max(4096)).max(100);

export const ruleSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" and "-"'),
  decision: z.enum(VERDICTS, 'expected "allow", "ask" or "deny"'),
  routes: z.array(z.enum(ROUTES)).min(1).optional(),
  requesters: z.array(z.string().min(1).max(200)).min(1).max(100).optional(),
  access: z.enum(ACCESS_LEVELS).optional(),
  command: words.optional(),
  without: words.optional(),
  operations: words.optional(),
  origins: words.optional(),
  paths: z.array(z.string().min(1).max(4096)).min(1).max(100).optional(),
  match: examples.optional(),
  no_match: examples.optional(),
  /** Unix milliseconds. */
  expires_at: z.int().min(0).optional(),
  granted_by: z.string().min(8).max(128).optional(),
});

type RuleTable = z.output<typeof ruleSchema>;

export function ruleOf({ no_match, expires_at, granted_by, ...rest }: RuleTable): RuleBody {
  const body: Record<string, unknown> = { ...rest };
  if (no_match !== undefined) body.noMatch = no_match;
  if (expires_at !== undefined) body.expiresAt = expires_at;
  if (granted_by !== undefined) body.grantedBy = granted_by as DeviceId;
  for (const [key, value] of Object.entries(body)) if (value === undefined) delete body[key];
  return body as unknown as RuleBody;
}

/** The other way round, with the keys in the order in which people read them. */
export function tableOf(rule: RuleBody): Readonly<Record<string, unknown>> {
  const { name, decision, routes, requesters, access, command, without, operations, origins, paths } = rule;
  const { match, noMatch, expiresAt, grantedBy } = rule;
  const table = {
    name,
    decision,
    routes,
    requesters,
    access,
    command,
    without,
    operations,
    origins,
    paths,
    match,
    no_match: noMatch,
    expires_at: expiresAt,
    granted_by: grantedBy,
  };
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined));
}
