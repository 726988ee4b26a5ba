// The URLs of artifacts as programs on this machine use them: real HTTP from a real engine, and requests that nobody honest makes.
import { once } from 'node:events';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ArtifactServer, createArtifactServer } from '../../../src/control/http/artifact-server.ts';
import type { PublishedArtifact } from '../../../src/core/artifacts.ts';
import { startEngine, type TestEngine } from '../../helpers/engine.ts';
import { expectSame } from '../../helpers/kept-output.ts';
import { until } from '../../helpers/until.ts';

const NUMBERS = Buffer.from(`${Array.from({ length: 200_000 }, (_, index) => index + 1).join('\n')}\n`);
const FILES: Readonly<Record<string, string>> = {
  'numbers.txt': 'seq 1 200000 > numbers.txt',
  'page.html': 'echo "<script>alert(1)</script>" > page.html',
  'drawing.svg': `echo '<svg xmlns="http://www.w3.org/2000/svg"/>' > drawing.svg`,
  'script.js': 'echo "alert(1)" > script.js',
  'data.json': `echo '{"a":1}' > data.json`,
  empty: ': > empty',
  // "Aé" with its mark, and a mark alone; bash writes bytes in octal.
  'little.txt': String.raw`printf '\377\376A\0\351\0' > little.txt`,
  'big.txt': String.raw`printf '\376\377\0A\0\351' > big.txt`,
  'mark.txt': String.raw`printf '\377\376' > mark.txt`,
  'one.txt': 'printf A > one.txt',
  'sub/deep/ünï "x"; 100%\u202e.txt': `mkdir -p sub/deep; echo hi > $'sub/deep/ünï "x"; 100%\\u202e.txt'`,
  'back\\..\\slash.txt': `echo hi > 'back\\..\\slash.txt'`,
};

let server: ArtifactServer;
let engine: TestEngine;
const faults: string[] = [];
const artifacts = new Map<string, PublishedArtifact>();

beforeAll(async () => {
  server = await createArtifactServer({ requestMs: 400, onFault: (what, error) => faults.push(`${what}: ${error}`) });
  engine = await startEngine({ downloadUrl: (artifact) => server.urlOf(artifact) });
  server.serve(engine.engine.api);
  const run = await engine.submit(
    `export LC_ALL=C.UTF-8; cd "$DISPATCH_ARTIFACTS"; ${Object.values(FILES).join('; ')}`,
    {
      approve: true,
    },
  );
  expect(await engine.done(run.id)).toMatchObject({ status: 'completed' });
  for (const artifact of (await engine.engine.api['run.get']({ run: run.id })).artifacts)
    artifacts.set(artifact.name, artifact);
});

afterAll(async () => {
  await server.close();
  await engine.dispose();
  expect(faults).toEqual([]);
});

function artifact(name: string): PublishedArtifact {
  const found = artifacts.get(name);
  if (found === undefined)
    throw new Error(`there is no ${JSON.stringify(name)} among ${JSON.stringify([...artifacts.keys()])}`);
  return found;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `path`: as it goes over the wire, whatever a decent client would make of it. */
async function get(
  url: string,
  { method = 'GET', headers = {}, path }: { method?: string; headers?: OutgoingHttpHeaders; path?: string } = {},
): Promise<Answer> {
  const { port, pathname, search } = new URL(url);
  const asked = request({ host: '127.0.0.1', port, method, headers, path: path ?? pathname + search, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  const parts: Buffer[] = [];
  for await (const bytes of response) parts.push(bytes as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

/** What the server says to bytes as they are, until it hangs up. */
async function say(bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(bytes);
  return text(socket);
}

describe('a download', () => {
  test('gives the bytes, with headers that are safe', async () => {
    const { downloadUrl, sha256, id } = artifact('numbers.txt');
    expect(downloadUrl).toMatch(
      new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/artifacts/${id}/numbers\\.txt\\?token=[\\w-]{22}$`),
    );
    const { status, headers, body } = await get(downloadUrl);
    expect(status).toBe(200);
    expectSame(body, NUMBERS);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(NUMBERS.length),
      'content-disposition': `inline; filename="numbers.txt"; filename*=UTF-8''numbers.txt`,
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  test('works with what everybody has: fetch', async () => {
    const answer = await fetch(artifact('data.json').downloadUrl);
    expect([answer.status, await answer.json()]).toEqual([200, { a: 1 }]);
  });

  test.each(['page.html', 'drawing.svg', 'script.js'])('%s, which a browser would run, is only saved', async (name) => {
    const { headers, body } = await get(artifact(name).downloadUrl);
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}"; filename*=UTF-8''${name}`);
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(body.length).toBeGreaterThan(0);
  });

  test('has the name of the file, whatever that is made of, and never a path', async () => {
    const hostile = artifact('sub/deep/ünï "x"; 100%\u202e.txt');
    expect(new URL(hostile.downloadUrl).pathname).toBe(
      `/artifacts/${hostile.id}/${encodeURIComponent('ünï "x"; 100%\u202e.txt')}`,
    );
    const { status, headers, body } = await get(hostile.downloadUrl);
    expect([status, body.toString()]).toEqual([200, 'hi\n']);
    expect(headers['content-disposition']).toBe(
      `inline; filename="_n_ _x_; 100__.txt"; filename*=UTF-8''${encodeURIComponent('ünï "x"; 100%_.txt')}`,
    );
    expect((await get(artifact('back\\..\\slash.txt').downloadUrl)).headers['content-disposition']).toContain(
      'filename="slash.txt"',
    );
  });

  test.each([
    ['little.txt', 'utf-16le', 'A\u00e9'],
    ['big.txt', 'utf-16be', 'A\u00e9'],
    ['mark.txt', 'utf-16le', ''],
    ['one.txt', 'utf-8', 'A'],
  ])('%s is told to be in %s, and can be read so', async (name, charset, expected) => {
    const { downloadUrl } = artifact(name);
    const whole = await get(downloadUrl);
    expect([whole.status, whole.headers['content-type']]).toEqual([200, `text/plain; charset=${charset}`]);
    expect(new TextDecoder(charset).decode(whole.body)).toBe(expected);
    const asked = [{ method: 'HEAD' }, { headers: { Range: `bytes=${whole.body.length - 1}-` } }];
    for (const options of asked)
      expect((await get(downloadUrl, options)).headers['content-type']).toBe(`text/plain; charset=${charset}`);
  });

  test('may be of nothing', async () => {
    expect(await get(artifact('empty').downloadUrl)).toMatchObject({
      status: 200,
      headers: { 'content-length': '0' },
      body: Buffer.alloc(0),
    });
  });

  test('HEAD gives the same headers and no bytes', async () => {
    const whole = await get(artifact('numbers.txt').downloadUrl);
    const head = await get(artifact('numbers.txt').downloadUrl, { method: 'HEAD' });
    expect(head.body).toHaveLength(0);
    const { date: _whole, ...expected } = whole.headers;
    const { date: _head, ...found } = head.headers;
    expect([head.status, found]).toEqual([200, expected]);
  });

  test('is not sent again to who has it', async () => {
    const { downloadUrl, sha256 } = artifact('numbers.txt');
    for (const tag of [`"${sha256}"`, `W/"${sha256}"`, `"other", "${sha256}"`, '*'])
      expect(await get(downloadUrl, { headers: { 'If-None-Match': tag } })).toMatchObject({
        status: 304,
        body: Buffer.alloc(0),
      });
    expect((await get(downloadUrl, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  test('is served to many at once, and to one who reads slowly', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(artifact('numbers.txt').downloadUrl)));
    for (const { body } of answers) expectSame(body, NUMBERS);
  });
});

describe('a range', () => {
  const LAST = NUMBERS.length - 1;
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-99', 10, 99],
    ['bytes=1000000-', 1_000_000, LAST],
    ['bytes=-5', LAST - 4, LAST],
    ['bytes=-99999999', 0, LAST],
    [`bytes=5-${'9'.repeat(15)}`, 5, LAST],
    ['BYTES= 3-4', 3, 4],
  ])('%s is what is asked for', async (range, first, last) => {
    const { status, headers, body } = await get(artifact('numbers.txt').downloadUrl, { headers: { Range: range } });
    expect([status, headers['content-range'], headers['content-length']]).toEqual([
      206,
      `bytes ${first}-${last}/${NUMBERS.length}`,
      String(last - first + 1),
    ]);
    expectSame(body, NUMBERS.subarray(first, last + 1));
  });

  test.each([`bytes=${NUMBERS.length}-`, 'bytes=99999999-99999999', 'bytes=-0'])(
    '%s cannot be given',
    async (range) => {
      expect(await get(artifact('numbers.txt').downloadUrl, { headers: { Range: range } })).toMatchObject({
        status: 416,
        headers: { 'content-range': `bytes */${NUMBERS.length}` },
        body: Buffer.alloc(0),
      });
    },
  );

  test.each(['bytes=5-2', 'bytes=1-2,4-5', 'bytes=a-b', 'bytes=-', 'lines=1-2', 'bytes', ''])(
    '"%s" is passed over',
    async (range) => {
      const { status, body } = await get(artifact('numbers.txt').downloadUrl, { headers: { Range: range } });
      expect([status, body.length]).toEqual([200, NUMBERS.length]);
    },
  );

  test('of nothing cannot be given', async () => {
    expect((await get(artifact('empty').downloadUrl, { headers: { Range: 'bytes=0-' } })).status).toBe(416);
  });

  test('counts only while the content is the same', async () => {
    const { downloadUrl, sha256 } = artifact('numbers.txt');
    const ask = async (tag: string): Promise<number> =>
      (await get(downloadUrl, { headers: { Range: 'bytes=0-1', 'If-Range': tag } })).status;
    expect([await ask(`"${sha256}"`), await ask('"other"')]).toEqual([206, 200]);
  });
});

describe('who has no business here', () => {
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

  test('a page of the web that made its name lead here is refused', async () => {
    const { downloadUrl } = artifact('numbers.txt');
    for (const host of [
      'evil.example',
      `evil.example:${server.port}`,
      '127.0.0.1',
      'localhost:1',
      `127.0.0.1:${server.port}.evil.example`,
    ]) {
      const { status, body } = await get(downloadUrl, { headers: { Host: host } });
      expect([host, status]).toEqual([host, 403]);
      expect(body.toString()).toContain('answers to no other name');
    }
    expect((await get(downloadUrl, { headers: { Host: `LOCALHOST:${server.port}` } })).status).toBe(200);
  });

  test('a token of another artifact, a cut, empty, doubled or missing one opens nothing', async () => {
    const { downloadUrl, id } = artifact('numbers.txt');
    const token = new URL(downloadUrl).searchParams.get('token') as string;
    const other = new URL(artifact('empty').downloadUrl).searchParams.get('token') as string;
    const base = `/artifacts/${id}/numbers.txt`;
    for (const query of [
      '',
      '?',
      '?token=',
      `?token=${other}`,
      `?token=${token.slice(1)}`,
      `?token=${token}A`,
      `?token=${token}&x=1`,
      `?x=${token}`,
      `?token=${token}&token=${token}`,
    ]) {
      const answer = await get(downloadUrl, { path: base + query });
      expect([query, answer.status]).toEqual([query, 403]);
      expect(answer.headers).toMatchObject(plain);
    }
    expect((await get(downloadUrl, { path: `${base}?token=${token}` })).status).toBe(200);
  });

  test('an artifact that is not there looks like any other to who has no token', async () => {
    const { downloadUrl, id } = artifact('numbers.txt');
    const missing = await get(downloadUrl, { path: `/artifacts/${'0'.repeat(16)}/x?token=AAAAAAAAAAAAAAAAAAAAAA` });
    const there = await get(downloadUrl, { path: `/artifacts/${id}/x?token=AAAAAAAAAAAAAAAAAAAAAA` });
    expect([missing.status, missing.body]).toEqual([there.status, there.body]);
  });

  test('an artifact that went has a token and no bytes', async () => {
    const answer = await get(server.urlOf({ id: '0'.repeat(16) as never, name: 'gone' }));
    expect([answer.status, answer.body.toString()]).toEqual([
      404,
      `there is no artifact "${'0'.repeat(16)}": list them with "dispatch artifacts"\n`,
    ]);
  });

  test.each([
    '/',
    '/artifacts',
    '/artifacts/',
    '/artifacts/../../../etc/passwd',
    '/artifacts/x/../../../etc/passwd',
    '/artifacts/%2e%2e/passwd',
    '/artifacts/x/a/b',
    '/favicon.ico',
    '//evil.example/artifacts/x/y',
    'http://evil.example/',
    '*',
  ])('"%s" is nothing', async (path) => {
    const answer = await get(artifact('empty').downloadUrl, { path });
    expect([answer.status, answer.body.toString()]).toEqual([404, 'There is nothing here.\n']);
    expect(answer.headers).toMatchObject(plain);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not allowed', async (method) => {
    const { status, headers } = await get(artifact('empty').downloadUrl, { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test('a request with a body is refused', async () => {
    const url = artifact('empty').downloadUrl;
    expect((await get(url, { headers: { 'Content-Length': '5' } })).status).toBe(413);
    expect((await get(url, { headers: { 'Transfer-Encoding': 'chunked' } })).status).toBe(413);
  });

  test('what is no HTTP, or too much of it, ends the connection', async () => {
    expect(await say('\x16\x03\x01 hello\r\n\r\n')).toBe('');
    expect(await say(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)).toBe('');
    expect(await say('GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 403 /);
    expect(await say(`CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)).toBe('');
  });

  test('who says nothing, or half of it, is not waited for', async () => {
    expect(await say('')).toBe('');
    expect(await say('GET /artifacts/x/y HTTP/1.1\r\nHost: ')).toBe('');
  });

  test('a second request on the same connection is not answered', async () => {
    const { pathname, search, host } = new URL(artifact('empty').downloadUrl);
    const asked = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect((await say(asked + asked)).match(/HTTP\/1\.1 200/g)).toHaveLength(1);
  });

  test('a token ends with its server', async () => {
    const next = await createArtifactServer({ onFault: () => {} });
    next.serve(engine.engine.api);
    const { pathname, search } = new URL(artifact('empty').downloadUrl);
    expect((await get(`http://127.0.0.1:${next.port}${pathname}${search}`)).status).toBe(403);
    await next.close();
    await expect(get(`http://127.0.0.1:${next.port}/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

test('a peer that is only starting says so', async () => {
  const starting = await createArtifactServer({ onFault: () => {} });
  const url = starting.urlOf(artifact('empty'));
  expect(await get(url)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  starting.serve(engine.engine.api);
  expect((await get(url)).status).toBe(200);
  await starting.close();
});

test('a reader that goes away in the middle leaves nothing open', async () => {
  const large = { ...artifact('numbers.txt'), sizeBytes: 2 ** 40 };
  let reading = 0;
  const endless = async function* () {
    reading += 1;
    try {
      for (let offset = 0; ; offset += NUMBERS.length) yield { offset, bytes: NUMBERS };
    } finally {
      reading -= 1;
    }
  };
  const serving = await createArtifactServer({ onFault: () => {} });
  serving.serve({
    'artifact.get': async () => ({ artifact: large }),
    blob: async () => ({ artifact: large, chunks: endless() }),
  });
  const { port, pathname, search } = new URL(serving.urlOf(large));
  const asked = request({ host: '127.0.0.1', port, path: pathname + search, agent: false });
  asked.on('error', () => {});
  asked.end();
  await once(asked, 'response');
  expect(reading).toBe(1);
  asked.destroy();
  await until('end of the read', () => reading === 0);
  await serving.close();
});
