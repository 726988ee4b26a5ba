/**
 * Compiles all templates and expressions of connectors without using them, so that a broken one is an error of the config, with its key.
 * Apart from the rest of config, as what compiles them is large: only who is about to use connectors calls it.
 */

import { type Connector, type ConnectorCall, TEMPLATE_FILTERS } from '../core/connectors.ts';

interface Found {
  readonly key: readonly string[];
  readonly kind: 'template' | 'value' | 'expression';
  readonly text: string;
}

export interface BrokenTemplate {
  readonly connector: string;
  /** As it stands in config.toml. */
  readonly key: readonly string[];
  readonly why: string;
}

/** What its types leave out. */
interface Jmespath {
  compile(expression: string): unknown;
  search(data: unknown, expression: string): unknown;
}

export async function findBroken(connectors: readonly Connector[]): Promise<BrokenTemplate[]> {
  if (connectors.length === 0) return [];
  // Whole, as the bundle has no names of what is CommonJS.
  const [{ default: liquidjs }, { default: jmespath }] = await Promise.all([import('liquidjs'), import('jmespath')]);
  const { compile: parse, search } = jmespath as unknown as Jmespath;
  const liquid = new liquidjs.Liquid({ strictFilters: true, strictVariables: true, templates: {} });
  for (const name of TEMPLATE_FILTERS) liquid.registerFilter(name, (value) => value);
  const compile: Readonly<Record<Found['kind'], (text: string) => unknown>> = {
    template: (text) => liquid.parse(text),
    value: (text) => liquid.parse(`{{ ${text} }}`),
    expression: (text) => {
      parse(text);
      refuseUnknownFunction(() => search({}, text));
    },
  };
  return connectors.flatMap((connector) =>
    textsOf(connector).flatMap(({ key, kind, text }) => {
      try {
        compile[kind](text);
        return [];
      } catch (error) {
        const why = (error as Error).message.split('\n')[0] ?? '';
        return [{ connector: connector.name, key, why }];
      }
    }),
  );
}

/** Which functions there are is known only where one is called; that nothing is there to be called with is no fault. */
function refuseUnknownFunction(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (/unknown function/i.test((error as Error).message)) throw error;
  }
}

function textsOf({ headers, call, before, poll, files, cancel, after, response }: Connector): Found[] {
  const list = (name: string, calls: readonly ConnectorCall[]): Found[] =>
    calls.flatMap((one, index) => ofCall([name, String(index)], one));
  const { format: _, end, encoding, complete, ...mapping } = response;
  return [
    ...entries(['headers'], headers, 'template'),
    ...ofCall(['call'], call),
    ...list('before', before),
    ...list('after', after),
    ...(cancel === undefined ? [] : ofCall(['cancel'], cancel)),
    ...(poll === undefined ? [] : [expression(['poll', 'state'], poll.state), ...ofCall(['poll', 'call'], poll.call)]),
    ...(files === undefined ? [] : ofFiles(files)),
    ...entries(['response'], mapping, 'expression').map((found) => ({ ...found, key: found.key.map(snaked) })),
  ];
}

function ofFiles({ list, get, items, content, base64 }: NonNullable<Connector['files']>): Found[] {
  return [
    ...ofCall(['files', 'list'], list),
    ...(get === undefined ? [] : ofCall(['files', 'get'], get)),
    ...entries(['files'], { items, content, base64 }, 'expression'),
  ];
}

function ofCall(at: readonly string[], { path, headers, query, body, when, each, save }: ConnectorCall): Found[] {
  return [
    ...entries(at, { path, body, when }, 'template'),
    ...entries([...at, 'headers'], headers ?? {}, 'template'),
    ...entries([...at, 'query'], query ?? {}, 'template'),
    ...entries(at, { each }, 'value'),
    ...entries([...at, 'save'], save ?? {}, 'expression'),
  ];
}

function entries(at: readonly string[], texts: object, kind: Found['kind']): Found[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [{ key: [...at, key], kind, text }] : [],
  );
}

function expression(key: readonly string[], text: string): Found {
  return { key, kind: 'expression', text };
}

/** `exitCode` → `exit_code`. */
function snaked(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
