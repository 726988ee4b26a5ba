// The protocol of Dispatch's own server, as it is written down in its preset: both routes, each with a stream of its own.

import { expect, it } from 'vitest';
import { connectorFromPreset } from '../../../src/config/connectors.ts';
import { createConnectorClient } from '../../../src/routes/cloud/connector/client.ts';
import { ask, closeLater, depsOf, failureOf, outputOf, program, question, run } from '../../helpers/connectors.ts';
import { type Handler, serve, sse } from '../../helpers/http-service.ts';

async function embedded(handler: Handler) {
  const service = await serve(handler);
  const connector = connectorFromPreset('embedded', 'embedded', { url: service.url });
  return {
    service,
    client: closeLater(createConnectorClient(connector, depsOf({ env: { DISPATCH_EMBEDDED_KEY: 'inner' } }))),
  };
}

const lines = (...data: unknown[]): string => data.map((one) => `${JSON.stringify(one)}\n`).join('');

it('answers', async () => {
  const body = sse(
    { type: 'text', text: 'See ' },
    { type: 'citation', title: 'Manual', url: 'file:///m', line: 1, endLine: 9 },
    { type: 'text', text: 'there.' },
    { type: 'end' },
  );
  const { service, client } = await embedded((_asked, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body),
  );
  const attachments = [
    { name: 'a.txt', mimeType: 'text/plain', text: 'x' },
    { name: 'b.png', mimeType: 'image/png', base64: 'AA==' },
  ];
  const events = await ask(client, { messages: [{ role: 'user', text: 'where?', attachments }], tools: [] });
  expect(events).toEqual([
    { type: 'text', text: 'See ' },
    { type: 'citation', citation: { title: 'Manual', url: 'file:///m', line: 1, endLine: 9 } },
    { type: 'text', text: 'there.' },
    { type: 'end' },
  ]);
  expect(service.asked[0]).toMatchObject({
    method: 'POST',
    path: '/v1/answers',
    headers: { authorization: 'Bearer inner' },
  });
  expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({
    question: 'where?',
    messages: [{ role: 'user', text: 'where?' }],
    attachments: [
      { name: 'a.txt', mimeType: 'text/plain', text: 'x' },
      { name: 'b.png', mimeType: 'image/png' },
    ],
  });
});

it('runs code', async () => {
  const body = lines(
    { type: 'output', stream: 'stdout', base64: btoa('out') },
    { type: 'output', stream: 'stderr', base64: btoa('err') },
    { type: 'file', name: 'f.txt', base64: btoa('file'), mimeType: 'text/plain' },
    { type: 'end', exitCode: 0, message: 'as told' },
  );
  const { service, client } = await embedded((_asked, response) =>
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(body),
  );
  const events = await run(client, program('code', { stdin: 'in', files: [{ name: 'a', base64: 'eA==' }] }));
  expect(outputOf(events) + outputOf(events, 'stderr')).toBe('outerr');
  expect(events).toContainEqual({ type: 'file', name: 'f.txt', bytes: Buffer.from('file'), mimeType: 'text/plain' });
  expect(events.at(-1)).toEqual({ type: 'end', exitCode: 0, message: 'as told' });
  expect(service.asked[0]?.path).toBe('/v1/code');
  expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({
    language: 'python',
    source: 'code',
    stdin: 'in',
    files: [{ name: 'a', base64: 'eA==' }],
    timeoutMs: 20_000,
  });
});

it('does not take a stream without its end for a whole one', async () => {
  const { client } = await embedded((_asked, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(sse({ type: 'text', text: 'half' })),
  );
  expect(await failureOf(ask(client, question('x')))).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('before it was whole'),
  });
});

it('tells of an error in a stream', async () => {
  const { client } = await embedded((_asked, response) =>
    response
      .writeHead(200, { 'content-type': 'application/x-ndjson' })
      .end(lines({ type: 'error', message: 'no sandbox here' })),
  );
  expect((await failureOf(run(client, program('x')))).message).toContain('no sandbox here');
});
