/** Makes one HTTP request of a call: URL, headers and body, each checked. It sends nothing. */

import type { Connector, ConnectorCall } from '../../../core/connectors.ts';
import type { DispatchError } from '../../../core/errors.ts';
import type { Failures } from './failures.ts';
import { type Place, RefusedByTemplate, type Templates, type Values } from './templates.ts';

export interface PreparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Making {
  readonly connector: Connector;
  readonly templates: Templates;
  readonly failures: Failures;
  readonly key: string | undefined;
}

const CONTENT_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  text: 'text/plain; charset=utf-8',
};
const BODY_PLACES = { json: 'json', form: 'url', text: 'plain' } as const satisfies Record<string, Place>;

export function prepare(making: Making, call: ConnectorCall, name: string, values: Values): PreparedRequest {
  const { connector, failures } = making;
  const fill = (place: Place, text: string, where: string): string =>
    render(making, place, text, `${name}.${where}`, values);
  const url = new URL(connector.url.replace(/\/+$/, '') + fill('path', call.path, 'path'));
  if (url.origin !== new URL(connector.url).origin)
    throw failures.make('invalid', `its ${name}.path leads to another host`, 'begin it with "/"');
  for (const [key, text] of Object.entries(call.query ?? {}))
    url.searchParams.append(key, fill('plain', text, `query.${key}`));

  const headers: Record<string, string> = { accept: '*/*', 'user-agent': 'dispatch' };
  const type = call.bodyType ?? 'json';
  const body = call.body === undefined ? undefined : fill(BODY_PLACES[type], call.body, 'body');
  if (body !== undefined) headers['content-type'] = CONTENT_TYPES[type];
  for (const [key, text] of Object.entries({ ...connector.headers, ...call.headers })) {
    const value = fill('plain', text, `headers.${key}`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw failures.make('invalid', `its header ${key} has characters that no header may have`, 'mend its template');
    headers[key.toLowerCase()] = value;
  }
  Object.assign(headers, authOf(making));
  if (body === undefined) return { method: call.method, url: url.href, headers };
  return { method: call.method, url: url.href, headers, body: type === 'json' ? asJson(body, making, name) : body };
}

/** The header that carries the key; none if there is none. */
export function authOf({ connector: { auth }, key, failures }: Making): Record<string, string> {
  if (auth === undefined) return {};
  if (key !== undefined)
    return { [auth.header.toLowerCase()]: auth.scheme === undefined ? key : `${auth.scheme} ${key}` };
  if (auth.optional) return {};
  throw failures.missingKey();
}

/** Whether a call is to be made at all: a template that gives nothing, `false` or `0` says no, and so does a name that nothing has. */
export function isWanted(making: Making, { when }: ConnectorCall, name: string, values: Values): boolean {
  if (when === undefined) return true;
  return !['', 'false', '0'].includes(render(making, 'lenient', when, `${name}.when`, values).trim());
}

/** What a call is made for, one after the other: once, or for each item of a list. */
export function itemsOf(making: Making, { each }: ConnectorCall, name: string, values: Values): Values[] {
  if (each === undefined) return [values];
  try {
    const list = making.templates.value(each, values);
    return Array.isArray(list) ? list.map((item) => ({ ...values, item })) : [];
  } catch (error) {
    throw making.failures.ofTemplate(`${name}.each`, error);
  }
}

function render({ templates, failures }: Making, place: Place, text: string, where: string, values: Values): string {
  try {
    return templates.render(place, text, values);
  } catch (error) {
    throw refusal(error, failures) ?? failures.ofTemplate(where, error);
  }
}

function refusal(error: unknown, failures: Failures): DispatchError | undefined {
  return error instanceof RefusedByTemplate
    ? failures.make('invalid', error.message, 'change what is asked')
    : undefined;
}

/** Once more in one spelling, without the spaces of the template. */
function asJson(text: string, { failures }: Making, name: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw failures.ofTemplate(`${name}.body`, new Error(`what it gives is not JSON: ${(error as Error).message}`));
  }
}
