// A sentence in the composer, an assistant that proposes a run on another device, a yes with a key, and an answer that uses what came out.
import { mkdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { dashboards, projectOf } from '../../helpers/dashboard.ts';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { pairHomes, peerStage } from '../../helpers/two-peers.ts';

const peers = peerStage();
const stage = dashboards();
let model: ModelServer | undefined;
afterEach(async () => {
  await model?.close();
  model = undefined;
});

test('the assistant proposes a run on another device, which is approved with a key, and answers with what it printed', async () => {
  const server = await startModelServer((request, index) => {
    if (index === 0) {
      const command = 'touch seen && echo disk-full';
      return {
        text: 'I look on far.',
        calls: [{ name: 'run_shell', arguments: { device: 'far', command, access: 'workspace-write' } }],
      };
    }
    const result = request.messages.findLast(({ role }) => role === 'tool');
    return { text: `It says **${(JSON.parse(String(result?.content)) as { output: string }).output}**.` };
  });
  model = server;
  const near = await peers.home('near', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${server.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n[assistant]\nconnector = "model"\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  const far = await peers.home('far');
  await Promise.all([near.begin(), far.begin()]);
  await pairHomes(far, near, { allow: ['run', 'approve', 'observe'] });
  mkdirSync(projectOf(near), { recursive: true });
  const dashboard = await stage.open(near);
  await dashboard.waitFor(/● far +(<1|\d+) ms/, 40_000);
  dashboard.submit('tell me about the disk of the other machine, please');
  await dashboard.readApproval();
  expect(dashboard.screen()).toContain('touch seen && echo disk-full');
  expect(dashboard.screen()).toMatch(/assistant/);
  expect(server.requests).toHaveLength(1);
  await dashboard.pressAlone('y');
  await dashboard.waitFor('disk-full', 30_000);
  await dashboard.waitFor(/ai .*I look on far/);
  await dashboard.waitFor(/It says .*disk-full/);
}, 120_000);
