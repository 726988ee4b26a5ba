// The protocol over real sockets: who is let in, what is refused and how, and that hanging up ends what was asked for.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, KEY, startCloud } from '../../helpers/cloud.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ limits: { slots: 1, waiting: 1 } });
});
afterAll(() => cloud.close());

interface Raw {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** With these headers and no others. */
function raw(path: string, headers: Record<string, string>, { method = 'GET', body = '' } = {}): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(cloud.url);
    const request = httpRequest({ hostname, port, path, method, headers, setHost: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString('utf8'),
          headers: response.headers,
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const host = (): string => new URL(cloud.url).host;
const authorization = `Bearer ${KEY}`;

describe('who is let in', () => {
  test.each([
    ['no key', {}],
    ['another key', { authorization: 'Bearer wrong' }],
    ['a longer key', { authorization: `${authorization}x` }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
  ])('%s is refused', async (_, headers) => {
    const { status, body, headers: answered } = await raw('/v1/status', { host: host(), ...headers });
    expect(status).toBe(401);
    expect(JSON.parse(body)).toEqual({ error: { message: 'the key is missing or wrong' } });
    expect(answered['www-authenticate']).toBe('Bearer');
  });

  test.each(['evil.example', 'evil.example:80', '10.0.0.1', '127.0.0.1.evil.example', 'localhost.evil.example', ''])(
    'a Host of "%s" is refused, with the key or without',
    async (name) => {
      for (const headers of [{ host: name }, { host: name, authorization }]) {
        const { status } = await raw('/v1/status', headers);
        expect([400, 403]).toContain(status);
      }
    },
  );

  test.each(['http://evil.example', 'null', 'http://127.0.0.1'])('an Origin of %s is refused', async (origin) => {
    const { status, body } = await raw('/v1/status', { host: host(), authorization, origin });
    expect(status).toBe(403);
    expect(body).toContain('Origin');
  });

  test.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])('a Host of %s is served', async (name) => {
    const { status } = await raw('/v1/status', { host: `${name}:${new URL(cloud.url).port}`, authorization });
    expect(status).toBe(200);
  });
});

describe('what is refused', () => {
  const post = { host: 'localhost', authorization, 'content-type': 'application/json' };

  test('another path, and another method', async () => {
    expect((await raw('/v1/nothing', { host: host(), authorization })).status).toBe(404);
    const { status, headers } = await raw('/v1/code', { host: host(), authorization });
    expect([status, headers.allow]).toEqual([405, 'POST']);
  });

  test('a body that a form of a web page could send', async () => {
    const { status } = await raw(
      '/v1/answers',
      { ...post, 'content-type': 'text/plain' },
      { method: 'POST', body: '{}' },
    );
    expect(status).toBe(415);
  });

  test('what is no JSON', async () => {
    const { status, body } = await raw('/v1/answers', post, { method: 'POST', body: '{' });
    expect(status).toBe(400);
    expect(body).toContain('no JSON');
  });

  test.each([
    ['/v1/answers', {}, 'question'],
    ['/v1/answers', { question: '' }, 'question'],
    ['/v1/answers', { question: 'x', messages: [{ role: 1 }] }, 'messages'],
    ['/v1/code', { language: 'js' }, 'source'],
    ['/v1/code', { language: 'js', source: '', files: [{ name: '../x', base64: '' }] }, 'files'],
    ['/v1/code', { language: 'js', source: '', files: [{ name: '/etc/x', base64: '' }] }, 'files'],
    ['/v1/code', { language: 'js', source: '', files: [{ name: 'x', base64: '!' }] }, 'files'],
    ['/v1/code', { language: 'js', source: '', files: ['a', 'a/b'].map((name) => ({ name, base64: '' })) }, 'files'],
    ['/v1/code', { language: 'js', source: '', timeoutMs: -1 }, 'timeoutMs'],
    ['/v1/code', { language: 'cobol', source: '' }, 'cobol'],
  ])('%s %j', async (path, body, names) => {
    const response = await cloud.request(path, { body });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain(names);
  });

  test('a body that is too large, told or not', async () => {
    const huge = JSON.stringify({ question: 'x'.repeat(16 * 1024 * 1024) });
    const response = await cloud.request('/v1/answers', { body: huge });
    expect(response.status).toBe(413);
  });
});

test('the status tells what there is', async () => {
  const status = await cloud.status();
  expect(status.name).toBe('dispatch-cloud');
  expect(status.knowledge.documents).toBeGreaterThan(5);
  const names = status.languages.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['javascript', 'typescript', 'python', 'bash', 'python-wasm', 'bash-wasm']),
  );
  expect(status.languages.find(({ name }) => name === 'javascript')).toMatchObject({
    runtime: 'quickjs',
    aliases: ['js', 'ecmascript', 'quickjs'],
  });
});

test('what a template leaves empty may be null', async () => {
  const ran = await cloud.run('js', 'print(1)', { stdin: null, files: null, timeoutMs: null });
  expect(ran.stdout).toBe('1\n');
  const asked = await cloud.ask('how do I pair a device', {
    messages: null,
    attachments: [{ name: 'x', mimeType: null }],
  });
  expect(asked.citations).not.toEqual([]);
});

test('one runs, one waits, and one more is told to come back', async () => {
  const busy = { body: { language: 'js', source: 'print(1); while (true);', timeoutMs: 60_000 } };
  const [first, second] = [new AbortController(), new AbortController()];
  const running = await cloud.request('/v1/code', { ...busy, signal: first.signal });
  const reader = (running.body as ReadableStream<Uint8Array>).getReader();
  expect(Buffer.from((await reader.read()).value as Uint8Array).toString('utf8')).toContain('MQo=');
  const waiting = cloud.request('/v1/code', { ...busy, signal: second.signal }).catch((error: Error) => error.name);
  await expect
    .poll(async () => {
      const response = await cloud
        .request('/v1/code', {
          body: { language: 'js', source: '', timeoutMs: 1000 },
          signal: AbortSignal.timeout(200),
        })
        .catch(() => undefined);
      return response?.status;
    })
    .toBe(503);
  second.abort();
  expect(await waiting).toBe('AbortError');
  const next = cloud.run('js', 'print(2)');
  first.abort();
  expect((await next).stdout).toBe('2\n');
});
