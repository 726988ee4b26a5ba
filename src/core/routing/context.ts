/** What a task is routed by: the devices, the connectors, and what a person has set. One function makes it, so that nothing is forgotten. */

import { type ConnectorSummary, EMBEDDED } from '../connectors.ts';
import type { Device } from '../devices.ts';
import { createFleet, type Fleet, isTarget } from './fleet.ts';
import type { Vocabulary } from './grammar.ts';
import { resolveOverride } from './overrides.ts';
import { type CompiledRule, compileRules, type RoutingRule } from './rules.ts';

/** What of it the config of this device says. */
export interface RouteSources {
  /** Of this device. */
  readonly connectors: readonly ConnectorSummary[];
  /** The connector of the assistant, if one is configured. */
  readonly assistant?: string;
  readonly routing?: readonly RoutingRule[];
}

export interface RouteContext extends RouteSources {
  readonly devices: readonly Device[];
  /** Where the person stands: the working folder for a shell task on this device. */
  readonly cwd?: string;
  readonly tty?: { readonly cols: number; readonly rows: number };
}

/** What answers the cloud routes with nothing configured. */
export const EMBEDDED_SUMMARY: ConnectorSummary = {
  name: EMBEDDED,
  description: 'answers from documents of this device, and runs code in a sandbox',
  routes: ['cloud-knowledge', 'cloud-code'],
  origin: 'http://127.0.0.1',
  tools: false,
  defaultFor: ['cloud-knowledge', 'cloud-code'],
};

const NOTHING_SET: RouteSources = { connectors: [EMBEDDED_SUMMARY] };

export function routeContext(
  devices: readonly Device[],
  where: Pick<RouteContext, 'cwd' | 'tty'> = {},
  sources: RouteSources = NOTHING_SET,
): RouteContext {
  return { devices, ...where, ...sources };
}

/** The same, ready to be looked up: made once for as long as nothing changes. */
export interface CompiledContext {
  readonly fleet: Fleet;
  readonly rules: readonly CompiledRule[];
  readonly vocabulary: Vocabulary;
}

const NO_RULES: readonly RoutingRule[] = [];

export function compileContext({ devices, connectors, routing = NO_RULES }: RouteContext): CompiledContext {
  const fleet = createFleet(devices);
  return {
    fleet,
    rules: compileRules(routing),
    vocabulary: {
      isDevice: (name) => fleet.byName.has(name),
      isTarget: (name) => isTarget(fleet, name),
      isOverride: (word) => resolveOverride(word, connectors) !== undefined,
    },
  };
}
