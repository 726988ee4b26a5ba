// The worked example of docs/CONNECTORS.md, as it stands there, and every other table in it: they load, and the example does what it says.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkConnectors, parseConfig } from '../../../src/config/load.ts';
import type { Connector } from '../../../src/core/connectors.ts';
import { createConnectorClient } from '../../../src/routes/cloud/connector/client.ts';
import { closeLater, depsOf, outputOf, program, run } from '../../helpers/connectors.ts';
import { json, serve } from '../../helpers/http-service.ts';

const MANUAL = readFileSync(new URL('../../../docs/CONNECTORS.md', import.meta.url), 'utf8');
const TABLES = [...MANUAL.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

async function load(text: string): Promise<Connector> {
  const config = parseConfig(text, 'config.toml');
  await checkConnectors({ config, file: 'config.toml', exists: true });
  return Object.values(config.connectors)[0] as Connector;
}

it.each(TABLES.map((text) => [text.split('\n')[0], text]))('%s loads', async (_name, text) => {
  expect(await load(text ?? '')).toMatchObject({ url: expect.stringContaining('http') });
});

it('the worked example runs code', async () => {
  let asked = 0;
  const service = await serve(({ path }, response) => {
    if (path === '/api/jobs') return json(response, { id: 17 });
    if (path === '/api/jobs/17/files') return json(response, { files: [{ name: 'out.txt' }] });
    if (path === '/api/jobs/17/files/out.txt') return response.end('made');
    asked++;
    return json(
      response,
      asked < 2
        ? { state: 'running' }
        : { state: 'done', log: { out: 'hi\n', err: '' }, exit: { code: 3, words: 'as told' } },
    );
  });
  const connector = { ...(await load(TABLES.at(-1) ?? '')), url: `${service.url}/api` };
  const client = closeLater(createConnectorClient(connector, depsOf({ env: { FARM_TOKEN: 'farm' } })));
  const files = [
    { name: 'a', base64: 'eA==' },
    { name: 'b', base64: 'eQ==' },
  ];
  const events = await run(client, program('print("hi")', { files, timeoutMs: 900_000 }));
  expect(outputOf(events)).toBe('hi\n');
  expect(events).toContainEqual({ type: 'file', name: 'out.txt', bytes: Buffer.from('made') });
  expect(events.at(-1)).toEqual({ type: 'end', exitCode: 3, message: 'as told' });
  expect(service.asked[0]?.headers['x-farm-token']).toBe('farm');
  expect(JSON.parse(service.asked[0]?.body ?? '')).toEqual({
    runtime: 'py3.12',
    pool: 'small',
    main: 'print("hi")',
    seconds: 300,
    files: { a: 'eA==', b: 'eQ==' },
  });
});
