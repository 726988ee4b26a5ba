// What becomes of a program at a connector that ends it in one way or another: told as it was, and never better than that.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FinalRun } from '../../../src/core/runs.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { type CloudEngine, startCloudEngine } from '../../helpers/cloud-engine.ts';

type Answer = readonly (object | number)[];

let answer: Answer = [];
let server: Server;
let engine: CloudEngine;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    request.resume();
    // Numbers are pauses.
    for (const part of answer) {
      if (typeof part === 'number') await new Promise((resolve) => setTimeout(resolve, part));
      else response.write(`${JSON.stringify(part)}\n`);
    }
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  engine = await startCloudEngine({
    config: `[connectors.service]
preset = "embedded"
url = "http://127.0.0.1:${(server.address() as AddressInfo).port}"
key = { env = "KEY" }
`,
    env: { KEY: 'a-key-of-the-tests' },
  });
});
afterEach(async () => {
  await engine.dispose();
  server.closeAllConnections();
  server.close();
});

async function run(says: Answer, more: { timeoutMs?: number } = {}): Promise<FinalRun> {
  answer = says;
  const action = { kind: 'code', language: 'python', source: 'print(1)', connector: 'service', ...more } as const;
  const { run } = await engine.engine.api.submit({ id: systemIds.next(), task: 'test', action, devices: ['local'] });
  return engine.done(run.id) as Promise<FinalRun>;
}

describe('how it ended', () => {
  test('an end that says nothing is a good one', async () => {
    expect(await run([{ type: 'output', stream: 'stdout', base64: 'MQ==' }, { type: 'end' }])).toMatchObject({
      status: 'completed',
    });
  });

  test('an end that only has something to say is a failure', async () => {
    expect(await run([{ type: 'end', message: 'it could not be run: EEXIST' }])).toMatchObject({
      status: 'failed',
      reason: 'connector',
      message: 'it could not be run: EEXIST',
    });
  });

  test('why a signal ended it is printed', async () => {
    const ended = await run([{ type: 'end', signal: 'SIGKILL', message: 'it printed more than 10 bytes' }]);
    expect(ended).toMatchObject({ status: 'failed', reason: 'signal', signal: 'SIGKILL' });
    expect(await engine.output(ended.id)).toBe('[dispatch: it printed more than 10 bytes]\n');
  });

  test('a service that ends it before its time is not said to have given it', async () => {
    expect(await run([{ type: 'end', timedOut: true }], { timeoutMs: 60_000 })).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/service ended it at a time limit of its own, within .* asked for 60 s/),
    });
  });

  test('a service that ends it when its time is over is', async () => {
    const ended = await run([600, { type: 'end', timedOut: true }], { timeoutMs: 500 });
    expect(ended).toMatchObject({ message: expect.stringContaining('longer than the 0.5 s') });
  });
});
