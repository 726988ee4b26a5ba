// Statuses that tell of a failure, other tries, and being sent elsewhere.

import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, clientOf, closeLater, failureOf, question, textOf } from '../../helpers/connectors.ts';
import { type Handler, json, serve } from '../../helpers/http-service.ts';

const GOOD = { text: 'good' };

async function hook(handler: Handler, more = '') {
  const service = await serve(handler);
  return { service, client: await clientOf(`preset = "webhook"\nurl = "${service.url}/hook"\n${more}`) };
}

/** Fails with the first answers, then all is well. */
const firstly = (...first: ((...args: Parameters<Handler>) => unknown)[]): Handler => {
  const left = [...first];
  return (...args) => (left.shift() ?? ((_asked, response) => json(response, GOOD)))(...args);
};

describe('a status', () => {
  it.each([
    [401, 'refused', 'environment variable KEY'],
    [403, 'refused', 'environment variable KEY'],
    [404, 'not-found', 'url and model'],
    [413, 'too-large', 'send less'],
    [422, 'invalid', 'settings'],
    [429, 'unavailable', 'wait'],
    [500, 'unavailable', 'later'],
    [501, 'unavailable', 'later'],
    [529, 'unavailable', 'later'],
  ] as const)('%i is told as %s, with what to do', async (status, code, hint) => {
    const { client } = await hook(
      (_asked, response) => json(response, { error: { message: 'in its words' } }, status),
      'limits.retries = 0',
    );
    const failure = await failureOf(ask(client, question('x')));
    expect(failure).toMatchObject({
      code,
      hint: expect.stringContaining(hint),
      retryable: status === 429 || status >= 500,
    });
    expect(failure.message).toContain('connector "it"');
    expect(failure.message).toContain('in its words');
    expect(failure.message).toContain(String(status));
  });

  it.each([400, 401, 404, 501])('%i is not tried again', async (status) => {
    const { service, client } = await hook((_asked, response) => json(response, {}, status));
    await failureOf(ask(client, question('x')));
    expect(service.asked).toHaveLength(1);
  });

  it('quotes a little of a long answer, on one line, without control characters', async () => {
    const { client } = await hook((_asked, response) =>
      response.writeHead(400).end(`\x1b[31mred\r\n\u202e${'long '.repeat(10_000)}`),
    );
    const { message } = await failureOf(ask(client, question('x')));
    expect(message.length).toBeLessThan(450);
    expect(message).toContain('\\u001b[31mred \\u202elong');
    expect(message).not.toMatch(/[\x00-\x1f\u202e]/);
  });
});

describe('another try', () => {
  it('comes after 503, with the same key for what is asked', async () => {
    const { service, client } = await hook(
      firstly(
        (_asked, response) => json(response, {}, 503),
        (_asked, response) => json(response, {}, 500),
      ),
    );
    expect(textOf(await ask(client, question('x')))).toBe('good');
    const keys = service.asked.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(keys).size).toBe(1);
    await ask(client, question('x'));
    expect(service.asked.at(-1)?.headers['idempotency-key']).not.toBe(keys[0]);
  });

  it('comes after a connection that was cut before anything was said', async () => {
    const { service, client } = await hook(firstly((_asked, response) => response.socket?.resetAndDestroy()));
    expect(textOf(await ask(client, question('x')))).toBe('good');
    expect(service.asked).toHaveLength(2);
  });

  it('does not come once something of the answer was given on', async () => {
    const { service, client } = await hook((_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"text":"some"}\n', () => response.socket?.resetAndDestroy());
    });
    await failureOf(ask(client, question('x')));
    expect(service.asked).toHaveLength(1);
  });

  it('is made as often as it is told, and no more', async () => {
    const { service, client } = await hook((_asked, response) => json(response, {}, 503), 'limits.retries = 1');
    await failureOf(ask(client, question('x')));
    expect(service.asked).toHaveLength(2);
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1900).toUTCString()],
  ])('waits as long as Retry-After says, in %s', async (_name, header) => {
    const times: number[] = [];
    const note = (): void => void times.push(performance.now());
    const { client } = await hook(
      firstly(
        (_asked, response) => {
          note();
          json(response, {}, 429, { 'retry-after': header() });
        },
        (_asked, response) => {
          note();
          json(response, GOOD);
        },
      ),
    );
    expect(textOf(await ask(client, question('x')))).toBe('good');
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(850);
  });

  it('is left to people if it would be long', async () => {
    const { service, client } = await hook((_asked, response) => json(response, {}, 429, { 'retry-after': '3600' }));
    expect(await failureOf(ask(client, question('x')))).toMatchObject({ hint: expect.stringContaining('3600 s') });
    expect(service.asked).toHaveLength(1);
  });

  it('can be stopped while it waits', async () => {
    const stop = new AbortController();
    const { service, client } = await hook((_asked, response) => json(response, {}, 429, { 'retry-after': '30' }));
    const asking = failureOf(ask(client, question('x'), stop.signal));
    await service.once(() => true);
    stop.abort();
    expect((await asking).code).toBe('cancelled');
  });
});

describe('no connection', () => {
  it('asks whether it is running', async () => {
    const client = await clientOf(`preset = "webhook"\nurl = "http://127.0.0.1:${await closedPort()}"`);
    expect(await failureOf(ask(client, question('x')))).toMatchObject({
      code: 'unavailable',
      hint: expect.stringContaining('is it running at http://127.0.0.1:'),
      retryable: true,
    });
  });

  it('because there is no such host', async () => {
    const client = await clientOf('preset = "webhook"\nurl = "http://nowhere.invalid"\nlimits.retries = 0');
    expect((await failureOf(ask(client, question('x')))).code).toBe('unavailable');
  });
});

describe('being sent on', () => {
  it('is followed within the same origin, with the request as it is', async () => {
    const { service, client } = await hook(({ path }, response) =>
      path === '/hook' ? response.writeHead(307, { location: '/new' }).end() : json(response, GOOD),
    );
    expect(textOf(await ask(client, question('x')))).toBe('good');
    expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /hook', 'POST /new']);
    expect(service.asked[1]?.body).toBe(service.asked[0]?.body);
  });

  it('with 303 asks for the other', async () => {
    const { service, client } = await hook(({ path }, response) =>
      path === '/hook' ? response.writeHead(303, { location: '/done' }).end() : json(response, GOOD),
    );
    await ask(client, question('x'));
    expect(service.asked[1]).toMatchObject({ method: 'GET', path: '/done', body: '' });
  });

  it.each([301, 302, 303, 307, 308])(
    'to another origin with %i is refused, and nothing is sent there',
    async (status) => {
      const other = await serve((_asked, response) => json(response, GOOD));
      const { client } = await hook((_asked, response) =>
        response.writeHead(status, { location: `${other.url}/steal` }).end(),
      );
      const failure = await failureOf(ask(client, question('x')));
      expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining(other.url) });
      expect(other.connections).toBe(0);
    },
  );

  it('in a circle comes to an end', async () => {
    const { service, client } = await hook((_asked, response) => response.writeHead(307, { location: '/hook' }).end());
    expect((await failureOf(ask(client, question('x')))).message).toContain('more than 5 times');
    expect(service.asked.length).toBe(6);
  });
});

/** One that was free a moment ago. */
function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
    closeLater({ close: async () => server.close() });
  });
}
