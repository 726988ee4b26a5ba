/**
 * Which connector of this device answers: the one that is named, else the default of the route. One that is named is never exchanged for
 * another; one that cannot be used is refused with the reason, and code whose language the default does not take goes to the one that does.
 */

import type { CloudRoute, ConnectorSummary } from '../connectors.ts';
import { type Refusal, refuse } from '../errors.ts';

export interface ConnectorChoice {
  readonly ok: true;
  readonly connector: string;
  readonly because: string;
}

interface Wanted {
  readonly route: CloudRoute;
  readonly named?: string;
  /** Whoever names it, as a phrase; the person if absent. */
  readonly by?: string;
  /** Of a program. */
  readonly language?: string;
}

const DOES: Readonly<Record<CloudRoute, string>> = {
  'cloud-knowledge': 'answers questions',
  'cloud-code': 'runs programs',
};

export function chooseConnector(
  { route, named, by = 'you named', language }: Wanted,
  connectors: readonly ConnectorSummary[],
): ConnectorChoice | Refusal {
  const serving = connectors.filter(({ routes }) => routes.includes(route));
  if (named !== undefined) {
    const found = connectors.find(({ name }) => name === named);
    if (found === undefined)
      return refuse('not-found', `there is no connector "${named}"`, `known: ${listed(connectors)}`);
    return usable(found, route, language, serving, `${by} ${named}`);
  }
  const preferred =
    serving.find(({ defaultFor }) => defaultFor.includes(route)) ?? (serving.length === 1 ? serving[0] : undefined);
  if (preferred !== undefined && takes(preferred, language)) {
    return usable(
      preferred,
      route,
      language,
      serving,
      serving.length === 1
        ? `${preferred.name} is the only one that ${DOES[route]}`
        : `${preferred.name} is the default`,
    );
  }
  const fitting = serving.filter((connector) => takes(connector, language) && connector.trouble === undefined);
  const [only, another] = fitting;
  if (only === undefined) {
    if (preferred !== undefined) return usable(preferred, route, language, serving, '');
    return refuse('unavailable', `no connector here ${DOES[route]}`, 'see "dispatch connector list"');
  }
  if (another !== undefined) {
    const choices = fitting.map(({ name }) => `#${name}`);
    return refuse(
      'ambiguous',
      `${fitting.length} connectors could, and none is the default`,
      `name one: ${choices.join(' or ')}`,
      choices,
    );
  }
  const because =
    preferred === undefined
      ? `${only.name} is the only one that can be used${language === undefined ? '' : ` for ${language}`}`
      : `${preferred.name} does not take ${language ?? ''}, and ${only.name} is the only one that may`;
  return { ok: true, connector: only.name, because };
}

function usable(
  { name, routes, trouble, languages = [], ...rest }: ConnectorSummary,
  route: CloudRoute,
  language: string | undefined,
  serving: readonly ConnectorSummary[],
  because: string,
): ConnectorChoice | Refusal {
  const others = serving.filter(
    (other) => other.name !== name && other.trouble === undefined && takes(other, language),
  );
  const instead =
    others.length === 0 ? undefined : `name another one: ${others.map((other) => `#${other.name}`).join(' or ')}`;
  if (!routes.includes(route))
    return refuse('usage', `${name} is no connector that ${DOES[route]}`, instead ?? `known: ${listed(serving)}`);
  if (trouble !== undefined)
    return refuse('config', `${name} cannot be used: ${trouble}`, instead ?? 'see "dispatch connector list"');
  if (languages.length > 0 && !takes({ ...rest, name, routes, languages }, language)) {
    return refuse('refused', `${name} does not take ${language ?? ''}`, instead ?? `it takes ${languages.join(', ')}`);
  }
  return { ok: true, connector: name, because };
}

function takes({ languages }: ConnectorSummary, language: string | undefined): boolean {
  if (language === undefined || languages === undefined || languages.length === 0) return true;
  const wanted = language.toLowerCase();
  return languages.some((each) => each.toLowerCase() === wanted);
}

function listed(connectors: readonly ConnectorSummary[]): string {
  return connectors.length === 0 ? 'none' : connectors.map(({ name }) => `#${name}`).join(', ');
}
