/**
 * The connectors of config.toml: `[connectors.NAME]` on top of its preset, and which of them a route goes to. It sends nothing, and
 * templates are not looked into here: check-connectors.ts does, where somebody is about to use them.
 */

import * as z from 'zod';
import { closest } from '../core/closest.ts';
import {
  CLOUD_ROUTES,
  type CloudRoute,
  CONNECTOR_NAME,
  type Connector,
  type ConnectorSummary,
  EMBEDDED,
} from '../core/connectors.ts';
import { connectorOf, connectorSchema } from './connector-schema.ts';
import { isTable, layTables, presetNames, readPreset } from './presets.ts';

/** The parts of the config that speak of connectors. */
export interface ConnectorConfig {
  readonly connectors: Readonly<Record<string, Connector>>;
  readonly cloud: { readonly knowledge?: string | undefined; readonly code?: string | undefined };
}

export const connectorName = z
  .string()
  .regex(CONNECTOR_NAME, 'expected letters, digits, "_" and "-", up to 63 of them');

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Keys at that path that there are not. */
  readonly keys?: readonly string[];
}

type Built = { readonly ok: true; readonly connector: Connector } | { readonly ok: false; readonly issue: Issue };

export const connectorTables = z
  .record(connectorName, z.unknown())
  .transform((tables, context) => {
    const connectors: Record<string, Connector> = {};
    for (const [name, table] of Object.entries(tables)) {
      const built = build(name, table);
      if (built.ok) connectors[name] = built.connector;
      else report(context, [name, ...built.issue.path], built.issue);
    }
    return connectors;
  })
  .prefault({});

/** A connector from a preset, for what the config does not name: the embedded one. Throws if `table` does not fit: a bug. */
export function connectorFromPreset(name: string, preset: string, table: Record<string, unknown>): Connector {
  const built = build(name, { ...table, preset }, EMBEDDED);
  if (!built.ok) throw new Error(`${name}: ${built.issue.path.map(String).join('.')}: ${built.issue.message}`);
  return built.connector;
}

export function connectorsOf({ connectors }: ConnectorConfig): Connector[] {
  return Object.values(connectors);
}

/** What `[cloud]` names, else the first that serves the route, else the one that every device has. */
export function defaultConnector(config: ConnectorConfig, route: CloudRoute): string {
  const named = config.cloud[route === 'cloud-code' ? 'code' : 'knowledge'];
  return named ?? connectorsOf(config).find(({ routes }) => routes.includes(route))?.name ?? EMBEDDED;
}

/** For people and the router; `trouble` is known to whoever looks for the key. */
export function summaryOf(connector: Connector, config: ConnectorConfig, trouble?: string): ConnectorSummary {
  const { name, preset, description, routes, url, settings, tools, languages } = connector;
  const { model } = settings;
  return {
    name,
    ...(preset === undefined ? {} : { preset }),
    description,
    routes,
    origin: new URL(url).origin,
    ...(typeof model === 'string' ? { model } : {}),
    tools,
    ...(languages === undefined ? {} : { languages: Object.keys(languages) }),
    defaultFor: CLOUD_ROUTES.filter((route) => routes.includes(route) && defaultConnector(config, route) === name),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

/** Why the names of `[cloud]` and `[assistant]` cannot be meant: no such connector, or one that does something else. */
export function wrongNames(
  config: ConnectorConfig & { readonly assistant: { readonly connector?: string | undefined } },
): Issue[] {
  const issues: Issue[] = [];
  const look = (path: string[], name: string | undefined, why: (connector: Connector) => string | undefined): void => {
    if (name === undefined || name === EMBEDDED) return;
    const connector = config.connectors[name];
    const message =
      connector === undefined ? noSuch('connector', name, Object.keys(config.connectors)) : why(connector);
    if (message !== undefined) issues.push({ path, message });
  };
  const serves = (route: CloudRoute) => (connector: Connector) =>
    connector.routes.includes(route) ? undefined : `the connector "${connector.name}" does not serve ${route}`;
  look(['cloud', 'knowledge'], config.cloud.knowledge, serves('cloud-knowledge'));
  look(['cloud', 'code'], config.cloud.code, serves('cloud-code'));
  look(['assistant', 'connector'], config.assistant.connector, ({ name, tools }) =>
    tools ? undefined : `the connector "${name}" has no tools to propose runs with`,
  );
  return issues;
}

function build(name: string, table: unknown, reserved?: string): Built {
  const wrong = (path: PropertyKey[], message: string): Built => ({ ok: false, issue: { path, message } });
  if (name === EMBEDDED && reserved !== EMBEDDED) return wrong([], 'every device has this one; expected another name');
  if (!isTable(table)) return wrong([], 'expected a table');
  const { preset } = table;
  if (preset !== undefined && typeof preset !== 'string') return wrong(['preset'], 'expected the name of a preset');
  const beneath = preset === undefined ? {} : readPreset(preset);
  if (beneath === undefined) return wrong(['preset'], noSuch('preset', preset as string, presetNames()));
  const parsed = connectorSchema().safeParse(layTables(beneath, table));
  if (!parsed.success) return { ok: false, issue: parsed.error.issues[0] as Issue };
  const connector = connectorOf(name, parsed.data);
  const needed = parsed.data.needs.find((setting) => connector.settings[setting] === undefined);
  if (needed !== undefined)
    return wrong(
      needed === 'model' ? ['model'] : ['settings', needed],
      `expected a value: "${preset}" has none of its own`,
    );
  return { ok: true, connector };
}

function noSuch(what: string, name: string, known: readonly string[]): string {
  const close = closest(name, known);
  const list = known.length === 0 ? 'none is configured' : `there are ${known.join(', ')}`;
  return `there is no ${what} "${name}"; ${close === undefined ? list : `did you mean "${close}"?`}`;
}

function report(context: z.core.$RefinementCtx, path: PropertyKey[], { message, keys }: Issue): void {
  if (keys === undefined) context.addIssue({ code: 'custom', path, message });
  else context.addIssue({ code: 'unrecognized_keys', path, keys: [...keys], message });
}
