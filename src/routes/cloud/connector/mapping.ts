/**
 * Finds in a value what a mapping names. What is not there, or of another kind than it should be, is not there: services leave things
 * out. Only if a whole answer held nothing at all is it told what an expression stumbled over.
 */

import type { ConnectorMapping } from '../../../core/connectors.ts';

type Field = Exclude<keyof ConnectorMapping, 'complete'>;

export interface Mapping {
  text(field: Field, value: unknown): string | undefined;
  /** As `text`, or several of them. */
  texts(field: Field, value: unknown): string[];
  number(field: Field, value: unknown): number | undefined;
  flag(field: Field, value: unknown): boolean;
  /** The objects of a list; none if it is no list. */
  list(field: Field, value: unknown): Record<string, unknown>[];
  record(field: Field, value: unknown): Record<string, unknown> | undefined;
  has(field: Field): boolean;
  /** What the first expression that failed said. */
  readonly trouble: string | undefined;
}

/** Evaluates an expression on its own: for saved values, states, lists of files. */
export type Search = (value: unknown, expression: string) => unknown;

export async function loadSearch(): Promise<Search> {
  const { default: jmespath } = await import('jmespath');
  return (value, expression) => jmespath.search(value, expression);
}

export function createMapping(mapping: ConnectorMapping, search: Search): Mapping {
  let trouble: string | undefined;
  const look = (field: Field, value: unknown): unknown => {
    const expression = mapping[field];
    if (expression === undefined) return undefined;
    try {
      const found = search(value, expression);
      return found === null || found === false ? undefined : found;
    } catch (error) {
      trouble ??= `${field}: ${(error as Error).message}`;
      return undefined;
    }
  };
  return {
    text: (field, value) => asText(look(field, value)),
    texts(field, value) {
      const found = look(field, value);
      return (Array.isArray(found) ? found : [found]).flatMap((one) => asText(one) ?? []).filter((text) => text !== '');
    },
    number(field, value) {
      const found = look(field, value);
      return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
    },
    flag: (field, value) => look(field, value) === true,
    list(field, value) {
      const found = look(field, value);
      return Array.isArray(found) ? found.filter(isRecord) : [];
    },
    record(field, value) {
      const found = look(field, value);
      return isRecord(found) ? found : undefined;
    },
    has: (field) => mapping[field] !== undefined,
    get trouble() {
      return trouble;
    },
  };
}

export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
