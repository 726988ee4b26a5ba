// Whatever way an operation ends, what it began at the service does not go on there, and is not begun twice.

import { describe, expect, it } from 'vitest';
import { ask, clientOf, failureOf, program, question, run, textOf } from '../../helpers/connectors.ts';
import { type Handler, json, serve } from '../../helpers/http-service.ts';

const JOBS = `
routes = ["cloud-code"]
limits.retries = 2
[connectors.it.call]
path = "/jobs"
body = '{ "source": {{ source }} }'
save = { job = "id" }
[connectors.it.poll]
call = { path = "/jobs/{{ job }}" }
state = "state"
pending = ["waiting"]
failed = ["broken"]
every = "10ms"
[connectors.it.cancel]
method = "DELETE"
path = "/jobs/{{ job }}"
when = "{{ job }}"
[connectors.it.response]
format = "json"
stdout = "out"
exit_code = "code"
`;

async function jobs(handler: Handler, settings = '', warn: (message: string) => void = () => {}) {
  const service = await serve(handler);
  const client = await clientOf(`url = "${service.url}"\n${settings}${JOBS}`, { warn });
  const calls = (method: string) => service.asked.filter((asked) => asked.method === method);
  return { service, client, calls };
}

describe('a job is cancelled', () => {
  it.each([
    ['asking after it fails', (response: Parameters<Handler>[1]) => json(response, {}, 502)],
    ['what it answers is too large', (response: Parameters<Handler>[1]) => json(response, { state: 'x'.repeat(4096) })],
    ['what it answers is no JSON', (response: Parameters<Handler>[1]) => response.end('<html>')],
  ])('where %s', async (_why, answer) => {
    const { client, calls } = await jobs(({ path, method }, response) => {
      if (path === '/jobs') return json(response, { id: 'a' });
      return method === 'DELETE' ? json(response, {}) : answer(response);
    }, 'limits.response = "1KiB"\n');
    await failureOf(run(client, program('x')));
    expect(calls('DELETE').map(({ path }) => path)).toEqual(['/jobs/a']);
  });

  it('not where it tells itself that it is over', async () => {
    const { client, calls } = await jobs(({ path }, response) =>
      json(response, path === '/jobs' ? { id: 'a' } : { state: 'broken' }),
    );
    await failureOf(run(client, program('x')));
    expect(calls('DELETE')).toEqual([]);
  });

  it('where it was stopped while it was handed over: its name is waited for', async () => {
    const stop = new AbortController();
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    const { service, client, calls } = await jobs(async ({ path }, response) => {
      if (path === '/jobs') await stopped;
      json(response, { id: 'a', state: 'waiting' });
    });
    const running = failureOf(run(client, program('x'), stop.signal));
    await service.once(({ path }) => path === '/jobs');
    stop.abort();
    resolve();
    expect((await running).code).toBe('cancelled');
    expect(calls('DELETE').map(({ path }) => path)).toEqual(['/jobs/a']);
    expect(calls('GET')).toEqual([]);
  });

  it('by DELETE also where it is sent on, and with GET only by 303', async () => {
    const { client, service } = await jobs(({ path, method }, response) => {
      if (path === '/jobs') return json(response, { id: 'a' });
      if (method === 'GET') return json(response, {}, 502);
      if (path === '/jobs/a') return response.writeHead(302, { location: '/v2/jobs/a' }).end();
      if (path === '/v2/jobs/a') return response.writeHead(303, { location: '/gone' }).end();
      return json(response, {});
    });
    await failureOf(run(client, program('x')));
    expect(service.asked.slice(-3).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /jobs/a',
      'DELETE /v2/jobs/a',
      'GET /gone',
    ]);
  });

  it('and whoever is told that it did not work is told of the connector once', async () => {
    const said: string[] = [];
    const { client } = await jobs(
      ({ path, method }, response) =>
        path === '/jobs' ? json(response, { id: 'a' }) : json(response, {}, method === 'GET' ? 404 : 403),
      '',
      (message) => said.push(message),
    );
    await failureOf(run(client, program('x')));
    expect(said).toEqual([expect.stringMatching(/^connector "it": cancel: it does not let us in, status 403/)]);
  });
});

describe('a program', () => {
  const hook = async (handler: Handler, more = '') => {
    const service = await serve(handler);
    return { service, client: await clientOf(`preset = "webhook"\nurl = "${service.url}"\n${more}`) };
  };
  const cut: Handler = (_asked, response) => response.socket?.destroy();
  const failed: Handler = (_asked, response) => json(response, {}, 500);

  it.each([
    ['a connection that was cut', cut],
    ['500', failed],
  ])('is not run again after %s', async (_after, handler) => {
    const { service, client } = await hook(handler);
    expect((await failureOf(run(client, program('x')))).code).toBe('unavailable');
    expect(service.asked).toHaveLength(1);
  });

  it.each([429, 503])('is handed over again where it was not taken: %i', async (status) => {
    let times = 0;
    const { service, client } = await hook((_asked, response) =>
      times++ === 0 ? json(response, {}, status) : json(response, { stdout: '', exitCode: 0 }),
    );
    await run(client, program('x'));
    expect(service.asked).toHaveLength(2);
  });

  it('is handed over again where the service knows it by its key', async () => {
    let times = 0;
    const { service, client } = await hook(
      (_asked, response) => (times++ === 0 ? response.socket?.destroy() : json(response, { stdout: '', exitCode: 0 })),
      'idempotency_keys = true',
    );
    await run(client, program('x'));
    expect(new Set(service.asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(service.asked).toHaveLength(2);
  });

  it('is no question, which is asked again', async () => {
    let times = 0;
    const { client } = await hook((_asked, response) =>
      times++ === 0 ? response.socket?.destroy() : json(response, { text: 'good' }),
    );
    expect(textOf(await ask(client, question('x')))).toBe('good');
  });
});

it('asks no more at once than there are slots, and who is stopped waits no longer', async () => {
  const held: (() => void)[] = [];
  const service = await serve((_asked, response) => held.push(() => json(response, { text: 'good' })));
  const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"\nslots = 1`);
  const stop = new AbortController();
  const first = ask(client, question('first'));
  const second = failureOf(ask(client, question('second'), stop.signal));
  const third = ask(client, question('third'));
  await service.once(() => true);
  stop.abort();
  expect((await second).code).toBe('cancelled');
  held[0]?.();
  await first;
  await service.once(({ body }) => body.includes('third'));
  held[1]?.();
  expect(textOf(await third)).toBe('good');
  expect(service.asked.map(({ body }) => JSON.parse(body).question)).toEqual(['first', 'third']);
});
