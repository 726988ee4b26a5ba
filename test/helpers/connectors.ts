// Connectors as a person would configure them, and what comes out of them. Whatever is opened is closed after each test.

import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { checkConnectors, parseConfig } from '../../src/config/load.ts';
import type { Connector } from '../../src/core/connectors.ts';
import { DispatchError } from '../../src/core/errors.ts';
import { type ConnectorDeps, createConnectorClient } from '../../src/routes/cloud/connector/client.ts';
import type {
  AnswerEvent,
  CodeEvent,
  CodeRequest,
  ConnectorClient,
  ModelMessage,
  ModelRequest,
} from '../../src/routes/cloud/connector/conversation.ts';

export const KEY = 'sk-test/+k3y&of the=connector';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

export function closeLater<T extends { close(): Promise<unknown> }>(one: T): T {
  open.push(one);
  return one;
}

/** What is open now stays open for all tests of the file, which closes it. */
export function holdOpen(): readonly { close(): Promise<unknown> }[] {
  return open.splice(0);
}

/** `table` is what stands below `[connectors.it]`. Templates are compiled as they are when a peer starts. */
export async function connectorOf(table: string): Promise<Connector> {
  const config = parseConfig(`[connectors.it]\n${table}`, 'config.toml');
  await checkConnectors({ config, file: 'config.toml', exists: true });
  return config.connectors.it as Connector;
}

/** The key is there unless `deps` says otherwise. */
export async function clientOf(table: string, deps: Partial<ConnectorDeps> = {}): Promise<ConnectorClient> {
  const connector = await connectorOf(`${table.includes('key =') ? '' : 'key = { env = "KEY" }\n'}${table}`);
  return closeLater(createConnectorClient(connector, depsOf(deps)));
}

export function depsOf(deps: Partial<ConnectorDeps> = {}): ConnectorDeps {
  const nowhere = join('/nonexistent', 'dispatch');
  return { env: { KEY }, home: nowhere, keysFile: join(nowhere, 'keys.json'), random: () => 0.01, ...deps };
}

export function question(text: string, more: readonly ModelMessage[] = []): ModelRequest {
  return { messages: [...more, { role: 'user', text }], tools: [] };
}

export function program(source: string, more: Partial<CodeRequest> = {}): CodeRequest {
  return { language: 'python', source, stdin: '', files: [], timeoutMs: 20_000, ...more };
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export function ask(
  client: ConnectorClient,
  request: ModelRequest,
  signal = new AbortController().signal,
): Promise<AnswerEvent[]> {
  return collect(client.ask(request, signal));
}

export function run(
  client: ConnectorClient,
  request: CodeRequest,
  signal = new AbortController().signal,
): Promise<CodeEvent[]> {
  return collect(client.run(request, signal));
}

export function textOf(events: readonly AnswerEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}

export function outputOf(events: readonly CodeEvent[], stream: 'stdout' | 'stderr' = 'stdout'): string {
  const pieces = events.flatMap((event) => (event.type === 'output' && event.stream === stream ? [event.bytes] : []));
  return Buffer.concat(pieces).toString('utf8');
}

/** What it rejects with; the test fails if it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<DispatchError> {
  const error = await promise.then(
    (value) => expect.fail(`expected a failure, and got ${JSON.stringify(value)?.slice(0, 300)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DispatchError);
  return error as DispatchError;
}
