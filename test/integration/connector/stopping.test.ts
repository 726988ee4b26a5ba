// Stopping: at every stage it is quick, says `cancelled`, and the service is told where it can be.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask, clientOf, failureOf, program, question, run } from '../../helpers/connectors.ts';
import { beginEvents, type Handler, json, serve, sse } from '../../helpers/http-service.ts';

const JOBS = `
routes = ["cloud-code"]
[connectors.it.call]
path = "/jobs"
body = '{ "source": {{ source }}, "name": {{ id }} }'
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
[[connectors.it.after]]
path = "/bye"
body = '{ "job": {{ job }} }'
[connectors.it.response]
format = "json"
stdout = "out"
exit_code = "code"
`;

async function jobs(handler: Handler, settings = '') {
  const service = await serve(handler);
  return { service, client: await clientOf(`url = "${service.url}"\n${settings}${JOBS}`) };
}

const endless: Handler = ({ method, path }, response) => {
  if (path === '/jobs') return json(response, { id: 'a/b' }, 201);
  return json(response, method === 'DELETE' ? {} : { state: 'waiting' });
};

describe('stopping a question', () => {
  it('before anything is sent', async () => {
    const service = await serve(() => {});
    const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`);
    const failure = await failureOf(ask(client, question('x'), AbortSignal.abort()));
    expect(failure.code).toBe('cancelled');
    expect(service.connections).toBe(0);
  });

  it('while it waits for the first byte', async () => {
    const stop = new AbortController();
    const service = await serve(() => {});
    const client = await clientOf(`preset = "webhook"\nurl = "${service.url}"`);
    const asking = failureOf(ask(client, question('x'), stop.signal));
    await service.once(() => true);
    stop.abort();
    expect((await asking).code).toBe('cancelled');
  });

  it('in the middle of the answer, and the connection goes with it', async () => {
    const stop = new AbortController();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const service = await serve((_asked, response) => {
      beginEvents(response);
      response.write(sse({ choices: [{ delta: { content: 'one' } }] }));
      response.on('close', resolve);
    });
    const client = await clientOf(`preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"`);
    const failure = await failureOf(
      (async () => {
        for await (const event of client.ask(question('x'), stop.signal)) if (event.type === 'text') stop.abort();
      })(),
    );
    expect(failure.code).toBe('cancelled');
    await closed;
  });

  it('by no longer reading', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const service = await serve((_asked, response) => {
      beginEvents(response);
      response.write(sse({ choices: [{ delta: { content: 'one' } }] }));
      response.on('close', resolve);
    });
    const client = await clientOf(`preset = "openai-chat"\nmodel = "m"\nurl = "${service.url}"`);
    for await (const event of client.ask(question('x'), new AbortController().signal)) if (event.type === 'text') break;
    await closed;
  });
});

describe('stopping a job', () => {
  it('while it is asked after: the service is told, and what is to be made at the end is made', async () => {
    const stop = new AbortController();
    const { service, client } = await jobs(endless);
    const running = failureOf(run(client, program('x'), stop.signal));
    await service.once(({ method, path }) => method === 'GET' && path === '/jobs/a%2Fb');
    stop.abort();
    expect((await running).code).toBe('cancelled');
    expect(service.asked.slice(-2).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE /jobs/a%2Fb',
      'POST /bye',
    ]);
  });

  it('does not wait for a service that does not hear it', async () => {
    const stop = new AbortController();
    const { service, client } = await jobs((asked, response, raw) =>
      asked.method === 'DELETE' ? undefined : endless(asked, response, raw),
    );
    const running = failureOf(run(client, program('x'), stop.signal));
    await service.once(({ method }) => method === 'GET');
    const started = performance.now();
    stop.abort();
    expect((await running).code).toBe('cancelled');
    expect(performance.now() - started).toBeLessThan(6500);
  }, 15_000);

  it('tells the service also when the time is over', async () => {
    const { service, client } = await jobs(endless);
    const events = await run(client, program('x', { timeoutMs: 1 }));
    expect(events.at(-1)).toEqual({ type: 'end', timedOut: true });
    expect(service.asked.some(({ method }) => method === 'DELETE')).toBe(true);
  });

  it('and when all of it took too long', async () => {
    const { service, client } = await jobs(endless, 'limits.total = "150ms"\n');
    expect(await failureOf(run(client, program('x')))).toMatchObject({
      code: 'timeout',
      hint: expect.stringContaining('limits.total'),
    });
    expect(service.asked.some(({ method }) => method === 'DELETE')).toBe(true);
  });
});

describe('a job', () => {
  it('that is done is not cancelled, and what is to be made at the end is made', async () => {
    let asked = 0;
    const { service, client } = await jobs((one, response, raw) => {
      const waits = one.method === 'GET' && asked++ >= 2;
      return waits ? json(response, { state: 'done', out: 'hi', code: 0 }) : endless(one, response, raw);
    });
    const events = await run(client, program('x'));
    expect(events.map(({ type }) => type)).toEqual(['output', 'end']);
    await delay(0);
    expect(service.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /jobs',
      ...Array(3).fill('GET /jobs/a%2Fb'),
      'POST /bye',
    ]);
    expect(service.asked.at(-1)?.body).toBe('{"job":"a/b"}');
  });

  it('that failed says so', async () => {
    const { client } = await jobs(({ path }, response) =>
      json(response, path === '/jobs' ? { id: 1 } : { state: 'broken' }),
    );
    expect((await failureOf(run(client, program('x')))).message).toContain('broken');
  });

  it('without a state is an error', async () => {
    const { client } = await jobs(({ path }, response) =>
      json(response, path === '/jobs' ? { id: 1 } : { status: 'ok' }),
    );
    expect(await failureOf(run(client, program('x')))).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('poll.state'),
    });
  });
});
