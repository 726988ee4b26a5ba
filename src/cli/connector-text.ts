/**
 * A connector as TOML for people, in the words that config.toml takes: all that holds for it, the preset's part and the owner's. Keys of
 * services are not in it, and what may be one is masked: the name and password of a proxy, and headers that are written out.
 */

import { stringify } from 'smol-toml';
import type { Connector, ConnectorAuth, ConnectorCall, ConnectorLimits } from '../core/connectors.ts';
import { sanitizeText } from '../tui/terminal/sanitize.ts';

const MASK = '***';

export function connectorText(connector: Connector): string {
  return sanitizeText(stringify({ connectors: { [connector.name]: tableOf(connector) } }).trimEnd());
}

/** The same for programs, as the API names things. */
export function withoutSecrets(connector: Connector): Connector {
  const { proxy, headers } = connector;
  return { ...connector, proxy: withoutPassword(proxy), headers: masked(headers) };
}

function tableOf(connector: Connector): Record<string, unknown> {
  const { name: _, limits, auth, call, before, after, poll, files, cancel, response, caFile, ...rest } = connector;
  return present({
    ...rest,
    headers: masked(rest.headers),
    proxy: withoutPassword(rest.proxy),
    ...keyOf(auth),
    ca_file: caFile,
    call: callOf(call),
    before: before.map(callOf),
    after: after.map(callOf),
    cancel: cancel === undefined ? undefined : callOf(cancel),
    poll: poll === undefined ? undefined : pollOf(poll),
    files: files === undefined ? undefined : filesOf(files),
    response: snaked(response),
    limits: limitsOf(limits),
  });
}

function keyOf(auth: ConnectorAuth | undefined): Record<string, unknown> {
  if (auth === undefined) return { key: false };
  const { key, header, scheme = '', optional = false } = auth;
  return { key, auth: { header, scheme, optional } };
}

function callOf({ bodyType, headers, ...rest }: ConnectorCall): Record<string, unknown> {
  return present({ ...rest, body_type: bodyType, headers: headers === undefined ? undefined : masked(headers) });
}

function pollOf({ call, everyMs, ...rest }: NonNullable<Connector['poll']>): Record<string, unknown> {
  return { ...rest, call: callOf(call), every: duration(everyMs) };
}

function filesOf({ list, get, ...rest }: NonNullable<Connector['files']>): Record<string, unknown> {
  return present({ ...rest, list: callOf(list), get: get === undefined ? undefined : callOf(get) });
}

function limitsOf({ connectMs, firstByteMs, idleMs, totalMs, responseBytes, retries }: ConnectorLimits): object {
  return {
    connect: duration(connectMs),
    first_byte: duration(firstByteMs),
    idle: duration(idleMs),
    total: duration(totalMs),
    response: size(responseBytes),
    retries,
  };
}

function duration(ms: number): string {
  const [unit, many] = (
    [
      ['h', 3_600_000],
      ['m', 60_000],
      ['s', 1000],
    ] as const
  ).find(([, of]) => ms % of === 0) ?? ['ms', 1];
  return `${ms / many}${unit}`;
}

function size(bytes: number): string {
  const [unit, many] = (
    [
      ['GiB', 2 ** 30],
      ['MiB', 2 ** 20],
      ['KiB', 2 ** 10],
    ] as const
  ).find(([, of]) => bytes % of === 0) ?? ['B', 1];
  return `${bytes / many}${unit}`;
}

/** What the service itself is told to be is no secret; what only the owner knows may be one. */
const HARMLESS = /^(accept|content-type|user-agent|anthropic-version)$/i;

function masked(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown = ([name, value]: [string, string]): [string, string] => [
    name,
    HARMLESS.test(name) || /^\s*\{\{[^}]*\}\}\s*$/.test(value) ? value : MASK,
  ];
  return Object.fromEntries(Object.entries(headers).map(shown));
}

function withoutPassword(proxy: string): string {
  const url = URL.parse(proxy);
  if (url === null || (url.username === '' && url.password === '')) return proxy;
  url.username = MASK;
  url.password = '';
  return url.href;
}

/** `exitCode` → `exit_code`. */
function snaked(table: object): Record<string, unknown> {
  const entries = Object.entries(table).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return present(Object.fromEntries(entries));
}

function present(table: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).filter(([, value]) => value !== undefined));
}
