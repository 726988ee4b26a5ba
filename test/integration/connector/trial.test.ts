// Trying a connector out: the first stage that fails is the last one told, with what to do.

import { expect, it } from 'vitest';
import type { ConnectorDeps } from '../../../src/routes/cloud/connector/client.ts';
import type { TestStage } from '../../../src/routes/cloud/connector/conversation.ts';
import { clientOf, collect } from '../../helpers/connectors.ts';
import { json, serve } from '../../helpers/http-service.ts';

async function tried(table: string, deps: Partial<ConnectorDeps> = {}): Promise<readonly [string, TestStage]> {
  const client = await clientOf(`preset = "webhook"\nlimits.retries = 0\n${table}`, deps);
  const stages = await collect(client.test(new AbortController().signal));
  const last = stages.at(-1) as TestStage;
  expect(stages.slice(0, -1).every(({ ok }) => ok)).toBe(true);
  return [stages.map(({ name }) => name).join(' '), last];
}

it('tells that there is no key', async () => {
  const [names, last] = await tried('url = "http://127.0.0.1:1"', { env: {} });
  expect(names).toBe('configuration key');
  expect(last).toMatchObject({
    ok: false,
    detail: 'there is none in the environment variable KEY',
    fix: expect.stringContaining('set it there'),
  });
});

it('tells that nothing listens', async () => {
  const [names, last] = await tried('url = "http://127.0.0.1:1"');
  expect(names).toBe('configuration key connect');
  expect(last).toMatchObject({ ok: false, fix: 'is it running at http://127.0.0.1:1?', ms: expect.any(Number) });
});

it('tells that the address may not be dialled', async () => {
  const [, last] = await tried('url = "http://localhost:1"\naddresses = "public"');
  expect(last).toMatchObject({ name: 'connect', ok: false, fix: expect.stringContaining('addresses = "any"') });
});

it('tells that it is not let in', async () => {
  const service = await serve((_asked, response) => json(response, {}, 401));
  const [names, last] = await tried(`url = "${service.url}"`);
  expect(names).toBe('configuration key connect request (cloud-knowledge)');
  expect(last).toMatchObject({ ok: false, fix: expect.stringContaining('environment variable KEY') });
});

it('tells that the answer is something else', async () => {
  const service = await serve((_asked, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  );
  const [names, last] = await tried(`url = "${service.url}"`);
  expect(names).toBe('configuration key connect request (cloud-knowledge) answer (cloud-knowledge)');
  expect(last).toMatchObject({ ok: false, detail: expect.stringContaining('text/html') });
});

it('runs a program where there is no question to ask', async () => {
  const service = await serve((_asked, response) => json(response, { stdout: '42\n', exitCode: 0 }));
  const [, last] = await tried(`url = "${service.url}"\nroutes = ["cloud-code"]`);
  expect(last).toMatchObject({
    name: 'answer',
    ok: true,
    detail: 'a program in python ended with 0, and put out "42"',
  });
});

it('tries both routes where it serves both, and says which', async () => {
  const service = await serve(({ body }, response) =>
    json(response, { text: 'OK' }, body.includes('"cloud-code"') ? 501 : 200),
  );
  const [names, last] = await tried(`url = "${service.url}"`);
  expect(names).toBe(
    'configuration key connect request (cloud-knowledge) answer (cloud-knowledge) request (cloud-code)',
  );
  expect(last).toMatchObject({ ok: false, detail: expect.stringContaining('status 501') });
});

it('ends when it is stopped', async () => {
  const service = await serve(() => {});
  const stop = new AbortController();
  const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`);
  const trying = collect(client.test(stop.signal));
  await service.once(() => true);
  stop.abort();
  expect((await trying).at(-1)).toMatchObject({
    name: 'request (cloud-knowledge)',
    ok: false,
    detail: expect.stringContaining('stopped'),
  });
});
