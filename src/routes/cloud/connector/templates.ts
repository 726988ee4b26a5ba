/**
 * Fills in the Liquid templates of a connector. What is put out is escaped for where it goes (JSON, a URL, a form), so that nothing that
 * is asked can change what is sent. Templates reach no file and no prototype, and a name that nothing has is an error.
 */

import type { Liquid, Template } from 'liquidjs';
import { type ZipFile, zip } from './zip.ts';

export type Values = Readonly<Record<string, unknown>>;

/** Where the text goes. */
export type Place = 'json' | 'url' | 'path' | 'plain' | 'lenient';

export interface Templates {
  render(place: Place, text: string, values: Values): string;
  /** What an expression stands for; undefined if nothing has that name. */
  value(expression: string, values: Values): unknown;
}

/** A template that says itself why it cannot be: its text is for people. */
export class RefusedByTemplate extends Error {}

const ESCAPE: Readonly<Record<Place, (value: unknown) => string>> = {
  json: (value) => JSON.stringify(value) ?? 'null',
  url: (value) => encodeURIComponent(textOf(value)),
  path: (value) => pathPiece(textOf(value)),
  plain: textOf,
  lenient: textOf,
};

export async function createTemplates(): Promise<Templates> {
  // Whole, as the bundle has no names of what is CommonJS.
  const { default: liquidjs } = await import('liquidjs');
  const engines = new Map<Place, Liquid>();
  const parsed = new Map<string, Template[]>();

  const engineOf = (place: Place): Liquid => {
    const known = engines.get(place);
    if (known !== undefined) return known;
    const engine = new liquidjs.Liquid({
      strictVariables: place !== 'lenient',
      strictFilters: true,
      ownPropertyOnly: true,
      lenientIf: true,
      templates: {},
      outputEscape: ESCAPE[place],
    });
    addFilters(engine);
    engines.set(place, engine);
    return engine;
  };

  return {
    render(place, text, values) {
      if (!text.includes('{')) return text;
      const key = `${place}:${text}`;
      const engine = engineOf(place);
      const template = parsed.get(key) ?? engine.parse(text);
      parsed.set(key, template);
      return unwrapped(() => engine.renderSync(template, values));
    },
    value: (expression, values) => unwrapped(() => engineOf('lenient').evalValueSync(expression, { ...values })),
  };
}

/** The names are those of TEMPLATE_FILTERS. */
function addFilters(engine: Liquid): void {
  engine.registerFilter('refuse', (text: unknown) => {
    throw new RefusedByTemplate(String(text));
  });
  engine.registerFilter('parse', (text: unknown) => objectIn(String(text)));
  engine.registerFilter('zip', (files: unknown) => zip(files as ZipFile[]).toString('base64'));
}

/** What a filter throws arrives inside errors of Liquid. */
function unwrapped<T>(act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    let error = thrown as Error & { originalError?: Error };
    while (error.originalError !== undefined) error = error.originalError;
    if (error instanceof RefusedByTemplate) throw error;
    throw new Error((thrown as Error).message.split('\n')[0]);
  }
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** One piece of a path stays one piece, and leads nowhere else. */
function pathPiece(text: string): string {
  if (text.split('/').some((part) => part === '.' || part === '..'))
    throw new RefusedByTemplate(`${JSON.stringify(text)} cannot be a piece of a path`);
  return encodeURIComponent(text);
}
