/**
 * What `#word` in a task names: a route or a connector. A route by its name or its short name goes first, then a connector by its whole
 * name, then whatever one thing alone begins so. It resolves; what a name changes is decided in apply-overrides.ts.
 */

import { ROUTES, type Route } from '../actions.ts';
import type { ConnectorSummary } from '../connectors.ts';

export type Override =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'ambiguous'; readonly choices: readonly string[] };

const ROUTE_NAMES: readonly (readonly [name: string, route: Route])[] = [
  ...ROUTES.map((route) => [route, route] as const),
  ['knowledge', 'cloud-knowledge'],
  ['code', 'cloud-code'],
  ['local', 'desktop-local'],
  ['desktop', 'desktop-local'],
];
/** Less is too little to go by: `#c` at the end of a sentence is no route. */
const SHORTEST = 3;

/** Undefined if it names nothing. */
export function resolveOverride(word: string, connectors: readonly ConnectorSummary[]): Override | undefined {
  const asked = word.toLowerCase();
  const exact = ROUTE_NAMES.find(([name]) => name === asked);
  if (exact !== undefined) return { kind: 'route', route: exact[1] };
  const named =
    connectors.find(({ name }) => name === word) ?? connectors.find(({ name }) => name.toLowerCase() === asked);
  if (named !== undefined) return { kind: 'connector', connector: named.name };
  if (asked.length < SHORTEST) return undefined;
  const routes = new Set(ROUTE_NAMES.flatMap(([name, route]) => (name.startsWith(asked) ? [route] : [])));
  const begun = connectors.filter(({ name }) => name.toLowerCase().startsWith(asked)).map(({ name }) => name);
  const [route] = routes;
  const [connector] = begun;
  if (routes.size + begun.length > 1)
    return { kind: 'ambiguous', choices: [...routes, ...begun].map((name) => `#${name}`) };
  if (route !== undefined) return { kind: 'route', route };
  return connector === undefined ? undefined : { kind: 'connector', connector };
}

/** What may be written after `#`, for completion and for hints. */
export function overrideNames(connectors: readonly ConnectorSummary[]): readonly string[] {
  return [...ROUTES, ...connectors.map(({ name }) => name)];
}
