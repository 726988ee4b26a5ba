/** Routing rules as they stand in config.toml, `[[routing]]`, and as the router knows them. What is wrong with one is said of the key. */

import * as z from 'zod';
import { ACCESS_LEVELS } from '../core/access.ts';
import { CONNECTOR_NAME } from '../core/connectors.ts';
import { DEVICE_NAME } from '../core/devices.ts';
import { alternativesOf, faultOf, MOST_ALTERNATIVES, type RoutingRule, RULE_ROUTES } from '../core/routing/rules.ts';

const pattern = z.string().min(1).max(1000);

const routingRuleSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" and "-"'),
    match: z.union(
      [pattern, z.array(pattern).min(1, 'expected at least one pattern').max(100)],
      'expected a pattern, or a list of them',
    ),
    route: z.enum(RULE_ROUTES, 'expected "cloud-knowledge", "desktop-local" or "inline"').optional(),
    connector: z.string().regex(CONNECTOR_NAME, 'expected the name of a connector').optional(),
    device: z.string().regex(DEVICE_NAME, 'expected the name of a device, "local" or "all"').optional(),
    access: z.enum(ACCESS_LEVELS, 'expected "read-only", "workspace-write" or "full-access"').optional(),
    run: z.string().min(1).max(4096).optional(),
  })
  .transform((table, context): RoutingRule => {
    const rule = ruleOf(table);
    const fault = faultOf(rule);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message });
    return rule;
  });

export const routingSchema = z
  .array(routingRuleSchema)
  .max(1000)
  .transform((rules, context) => {
    let sum = 0;
    const over = rules.findIndex((rule) => {
      sum += alternativesOf(rule);
      return sum > MOST_ALTERNATIVES;
    });
    if (over === -1) return rules;
    context.addIssue({
      code: 'custom',
      path: [over, 'match'],
      message: `with this rule the patterns of all rules have more than ${MOST_ALTERNATIVES} alternatives: use "*" in the place of some`,
    });
    return rules;
  });

type RuleTable = { readonly name: string; readonly match: string | readonly string[] } & {
  readonly [K in Exclude<keyof RoutingRule, 'name' | 'match'>]?: RoutingRule[K] | undefined;
};

function ruleOf({ name, match, route, connector, device, access, run }: RuleTable): RoutingRule {
  return {
    name,
    match: typeof match === 'string' ? [match] : match,
    ...(route === undefined ? {} : { route }),
    ...(connector === undefined ? {} : { connector }),
    ...(device === undefined ? {} : { device }),
    ...(access === undefined ? {} : { access }),
    ...(run === undefined ? {} : { run }),
  };
}
