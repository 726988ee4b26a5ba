// The preset for a service of one's own: plain JSON for both routes, in one piece or as a stream.

import { expect, it } from 'vitest';
import { ask, clientOf, failureOf, KEY, outputOf, program, question, run, textOf } from '../../helpers/connectors.ts';
import { type Handler, type HttpService, json, serve, sse } from '../../helpers/http-service.ts';

const client = (service: HttpService) => clientOf(`preset = "webhook"\nurl = "${service.url}/hook"`);
const serving = async (handler: Handler) => {
  const service = await serve(handler);
  return { service, client: await client(service) };
};

it('asks a question, and reads all that may be in an answer', async () => {
  const answer = {
    text: '**Yes**',
    model: 'mine',
    citations: [{ title: 'Handbook', url: 'https://example.com', line: 3, endLine: 5 }, { url: 'no title' }, 'odd'],
    usage: { input: 2, output: 1 },
  };
  const { service, client } = await serving((_asked, response) => json(response, answer));
  const before = [{ role: 'user', text: 'a' } as const, { role: 'assistant', text: 'b' } as const];
  const events = await ask(client, question('Is it "so"?', before));
  expect(events).toEqual([
    { type: 'model', model: 'mine' },
    { type: 'text', text: '**Yes**' },
    { type: 'citation', citation: { title: 'Handbook', url: 'https://example.com', line: 3, endLine: 5 } },
    { type: 'usage', usage: { input: 2, output: 1 } },
    { type: 'end' },
  ]);
  const [asked] = service.asked;
  expect(asked).toMatchObject({ method: 'POST', path: '/hook', headers: { authorization: `Bearer ${KEY}` } });
  expect(JSON.parse(asked?.body ?? '')).toEqual({
    route: 'cloud-knowledge',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    question: 'Is it "so"?',
    messages: [...before, { role: 'user', text: 'Is it "so"?' }],
  });
});

it('runs code, and takes files inline, as base64 and by URL', async () => {
  const { service, client } = await serving(({ path }, response) => {
    if (path === '/made') return response.end('by url');
    const files = [
      { name: 'a.txt', content: 'text' },
      { name: 'b.bin', base64: 'AP8=', mimeType: 'application/octet-stream' },
      { name: '../../c.txt', url: '/made' },
      { name: 'a.txt', content: 'again' },
    ];
    return json(response, { stdout: 'out', stderr: 'err', exitCode: 4, files });
  });
  const events = await run(client, program('code', { stdin: 'in', files: [{ name: 'f', base64: 'eA==' }] }));
  expect(outputOf(events) + outputOf(events, 'stderr')).toBe('outerr');
  expect(
    events.flatMap((event) =>
      event.type === 'file' ? [[event.name, Buffer.from(event.bytes).toString('latin1')]] : [],
    ),
  ).toEqual([
    ['a.txt', 'text'],
    ['b.bin', '\x00\xff'],
    ['c.txt', 'by url'],
    ['a-2.txt', 'again'],
  ]);
  expect(events.at(-1)).toEqual({ type: 'end', exitCode: 4 });
  expect(JSON.parse(service.asked[0]?.body ?? '')).toMatchObject({
    route: 'cloud-code',
    language: 'python',
    source: 'code',
    stdin: 'in',
    files: [{ name: 'f', base64: 'eA==' }],
    timeout_s: 20,
  });
});

it('sends no key for a file of another origin', async () => {
  const other = await serve((_asked, response) => response.end('elsewhere'));
  const { client } = await serving((_asked, response) =>
    json(response, { stdout: '', files: [{ name: 'x', url: `${other.url}/x` }] }),
  );
  const events = await run(client, program('code'));
  expect(events.filter(({ type }) => type === 'file')).toHaveLength(1);
  expect(other.asked[0]?.headers.authorization).toBeUndefined();
});

it.each([
  ['application/x-ndjson', '{"text":"one "}\n\n{"text":"two"}\n{"done":true}\n'],
  ['text/event-stream', sse({ text: 'one ' }, { text: 'two', done: true })],
])('takes a stream of %s', async (type, body) => {
  const { client } = await serving((_asked, response) => response.writeHead(200, { 'content-type': type }).end(body));
  expect(textOf(await ask(client, question('x')))).toBe('one two');
});

it.each([
  ['application/x-ndjson', '{"text":"one","stdout":"1"}\n'],
  ['text/event-stream', sse({ text: 'one', stdout: '1' }, { text: 'two', stdout: '2' })],
])('does not take a stream of %s for whole that does not say so', async (type, body) => {
  const { client } = await serving((_asked, response) => response.writeHead(200, { 'content-type': type }).end(body));
  const cut = { code: 'unavailable', message: expect.stringContaining('before it was whole') };
  expect(await failureOf(ask(client, question('x')))).toMatchObject(cut);
  expect(await failureOf(run(client, program('x')))).toMatchObject(cut);
});

it('takes a stream of code that tells how it ended', async () => {
  const { client } = await serving((_asked, response) =>
    response
      .writeHead(200, { 'content-type': 'application/x-ndjson' })
      .end('{"stdout":"1"}\n{"stdout":"2"}\n{"exitCode":3}\n'),
  );
  const events = await run(client, program('x'));
  expect(outputOf(events)).toBe('12');
  expect(events.at(-1)).toEqual({ type: 'end', exitCode: 3 });
});

it.each([
  ['a status', 400],
  ['none', 200],
])('tells of an error with %s', async (_name, status) => {
  const { client } = await serving((_asked, response) => json(response, { error: 'no such thing' }, status));
  expect((await failureOf(ask(client, question('x')))).message).toContain('no such thing');
});
