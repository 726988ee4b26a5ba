// What a client begins while a peer still takes up what the one before it left is not taken for left behind.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startEngine, type TestEngine } from '../../helpers/engine.ts';

let test: TestEngine | undefined;
afterEach(async () => {
  expect(test?.faults).toEqual([]);
  await test?.dispose();
});

it('neither a run that goes on already, nor one that waits, nor secrets', async () => {
  test = await startEngine({ start: false });
  const { engine, home } = test;
  await engine.survey();
  const running = await test.submit('echo begun; until [ -e go ]; do sleep 0.02; done; echo ended', { approve: true });
  const secret = await test.submit('echo "$TOKEN"', { approve: true, env: { TOKEN: 'hunter2' } });
  const asking = await test.submit('touch asked');
  await test.until(running.id, 'running');
  await engine.start();
  writeFileSync(join(home, 'go'), '');
  expect(await test.done(running.id)).toMatchObject({ status: 'completed' });
  expect(await test.output(running.id)).toBe('begun\nended\n');
  expect(await test.done(secret.id)).toMatchObject({ status: 'completed' });
  expect(await test.until(asking.id, 'waiting_approval')).toMatchObject({ number: 3 });
});
