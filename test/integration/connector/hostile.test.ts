// A service that means no good, or is broken: it costs little, it leads nowhere, and what is told of it is true.

import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isPublicHost } from '../../../src/routes/cloud/connector/dispatcher.ts';
import { excerptOf } from '../../../src/routes/cloud/connector/json.ts';
import { ask, clientOf, closeLater, failureOf, outputOf, program, question, run } from '../../helpers/connectors.ts';
import { type Handler, json, serve, sse } from '../../helpers/http-service.ts';

const hook = async (handler: Handler, more = '') => {
  const service = await serve(handler);
  return { service, client: await clientOf(`preset = "webhook"\nurl = "${service.url}"\n${more}`) };
};
const namesOf = (events: readonly { type: string; name?: string }[]) =>
  events.flatMap(({ type, name }) => (type === 'file' ? [name] : []));

describe('files', () => {
  it('are no more in all than one answer may be: the rest is not loaded, and said', async () => {
    const { service, client } = await hook(({ path }, response) => {
      if (path.startsWith('/f')) return response.end('x'.repeat(1500));
      const files = ['1', '2', '3', '4'].map((name) => ({ name, url: `/f${name}` }));
      return json(response, { stdout: '', exitCode: 0, files });
    }, 'limits.response = "4KiB"');
    const events = await run(client, program('x'));
    expect(namesOf(events)).toEqual(['1', '2']);
    expect(service.asked.map(({ path }) => path)).toEqual(['/', '/f1', '/f2', '/f3']);
    expect(outputOf(events, 'stderr')).toContain('2 of the files that it made were left out');
    expect(events.at(-1)).toEqual({ type: 'end', exitCode: 0 });
  });

  it('are counted too, and many of one name take no longer than many names', async () => {
    const files = Array.from({ length: 20_000 }, () => ({ name: 'a.txt', content: '' }));
    const { client } = await hook((_asked, response) => json(response, { stdout: '', exitCode: 0, files }));
    const events = await run(client, program('x'));
    expect(namesOf(events).slice(0, 3)).toEqual(['a.txt', 'a-2.txt', 'a-3.txt']);
    expect(new Set(namesOf(events)).size).toBe(500);
    expect(outputOf(events, 'stderr')).toContain('19500 of the files');
  });

  const LISTED = `routes = ["cloud-code"]
call = { path = "/run", body = "{}" }
response = { format = "json", stdout = "out", exit_code = "code" }
files = { items = "length(files)", list = { path = "/files" } }`;

  it.each([
    ['fails', (response: Parameters<Handler>[1]) => json(response, {}, 403)],
    ['cannot be read', (response: Parameters<Handler>[1]) => json(response, { files: 1 })],
  ])('take nothing from the result where their list %s', async (_why, list) => {
    const service = await serve(({ path }, response) =>
      path === '/run' ? json(response, { out: 'done', code: 0 }) : list(response),
    );
    const events = await run(await clientOf(`url = "${service.url}"\n${LISTED}`), program('x'));
    expect(outputOf(events)).toBe('done');
    expect(outputOf(events, 'stderr')).toMatch(/files that it made could not be had: connector "it": /);
    expect(events.at(-1)).toEqual({ type: 'end', exitCode: 0 });
  });
});

it('knows which hosts are of the internet', async () => {
  expect(await isPublicHost('8.8.8.8')).toBe(true);
  for (const host of ['127.0.0.1', '[::1]', '10.1.2.3', 'localhost', '[::ffff:10.0.0.1]'])
    expect(await isPublicHost(host)).toBe(false);
});

it('does not follow the URL of a file of a public service into this network', async () => {
  const inner = await serve((_asked, response) => response.end('secret'));
  const proxy = createServer();
  proxy.on('connect', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const body = JSON.stringify({ stdout: '', exitCode: 0, files: [{ name: 'x', url: `${inner.url}/x` }] });
    socket.once('data', () =>
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      ),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  closeLater({ close: () => new Promise((resolve) => proxy.close(resolve)) });
  const client = await clientOf(
    `preset = "webhook"\nurl = "http://93.184.215.14"\nproxy = "http://127.0.0.1:${(proxy.address() as AddressInfo).port}"`,
  );
  expect(await failureOf(run(client, program('x')))).toMatchObject({
    code: 'refused',
    message: expect.stringContaining('not an address of the public internet'),
  });
  expect(inner.connections).toBe(0);
});

it('reads no more than a moment of an error that drips', async () => {
  const { client } = await hook((_asked, response) => {
    response.writeHead(400).write('it is ');
    const timer = setInterval(() => response.write('.'), 100);
    response.on('close', () => clearInterval(timer));
  });
  const started = performance.now();
  expect((await failureOf(ask(client, question('x')))).message).toContain('status 400');
  expect(performance.now() - started).toBeLessThan(4000);
});

describe('a proxy', () => {
  const through = (port: number) =>
    clientOf(
      `preset = "webhook"\nurl = "http://service.invalid"\nproxy = "http://127.0.0.1:${port}"\nlimits.retries = 2`,
    );
  const answering = async (status: number) => {
    let connects = 0;
    const proxy = createServer();
    proxy.on('connect', (_request, socket: Socket) => {
      connects++;
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closeLater({ close: () => new Promise((resolve) => proxy.close(resolve)) });
    return { port: (proxy.address() as AddressInfo).port, connects: () => connects };
  };

  it('that wants a password is named, and not asked again', async () => {
    const { port, connects } = await answering(407);
    expect(await failureOf(ask(await through(port), question('x')))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`the proxy http://127.0.0.1:${port} does not let us through`),
      hint: expect.stringContaining('a name and a password'),
      retryable: false,
    });
    expect(connects()).toBe(1);
  });

  it('that is not there is named, and not the service', async () => {
    const failure = await failureOf(ask(await through(1), question('x')));
    expect(failure).toMatchObject({
      message: expect.stringContaining('the proxy http://127.0.0.1:1: nothing listens there'),
      hint: expect.stringContaining('HTTPS_PROXY'),
    });
    expect(failure.message + failure.hint).not.toContain('service.invalid');
  });
});

it.each([
  ['99999999999999999999', 'longer than a week'],
  ['0', 'a while'],
  ['7300', '3 h'],
])('makes sense of a Retry-After of %s', async (header, words) => {
  const { client } = await hook(
    (_asked, response) => json(response, {}, 429, { 'retry-after': header }),
    'limits.retries = 0',
  );
  expect((await failureOf(ask(client, question('x')))).hint).toContain(words);
});

it.each([
  ['text/event-stream', `${sse({ text: 'one' })}data: {"text": "tw`],
  ['application/x-ndjson', '{"text": "one"}\n{"text"'],
  ['application/json', '{"text": "on'],
])('tells of %s that stops in the middle as a connection that ended', async (type, body) => {
  const { client } = await hook((_asked, response) => response.writeHead(200, { 'content-type': type }).end(body));
  expect(await failureOf(ask(client, question('x')))).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('the connection ended in the middle of'),
    retryable: true,
  });
});

describe('an expression that its answer does not fit', () => {
  it.each([
    ['call.save.job', 'save = { job = "length(id)" }', ''],
    ['poll.state', 'save = { job = "id" }', 'poll = { state = "length(id)", pending = ["x"], call = { path = "/p" } }'],
  ])('is told with its key: %s', async (key, save, poll) => {
    const service = await serve((_asked, response) => json(response, { id: 1 }));
    const client = await clientOf(`url = "${service.url}"
routes = ["cloud-code"]
call = { path = "/run", body = "{}", ${save} }
response = { format = "json", stdout = "out" }
${poll}`);
    expect(await failureOf(run(client, program('x')))).toMatchObject({
      code: 'config',
      message: expect.stringMatching(new RegExp(`^connector "it": ${key.replaceAll('.', '\\.')} `)),
    });
  });
});

it('tells of what is nested too deeply as of any other failure', async () => {
  const depth = 200_000;
  expect(excerptOf(JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)).text).toContain('too deeply');
  const service = await serve((_asked, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(`${'['.repeat(depth)}${']'.repeat(depth)}`),
  );
  const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`);
  expect((await failureOf(ask(client, question('x')))).message).toContain('connector "it"');
});

it('names limits.response only where that is the limit', async () => {
  const line: Handler = (_asked, response) =>
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(`"${'x'.repeat(34 * 2 ** 20)}`);
  const large = await hook(line);
  expect(await failureOf(ask(large.client, question('x')))).toMatchObject({
    code: 'too-large',
    hint: expect.stringContaining('whatever limits.response says'),
  });
  const small = await hook(line, 'limits.response = "1MiB"');
  expect((await failureOf(ask(small.client, question('x')))).hint).toBe('limits.response is the most that is read');
});
