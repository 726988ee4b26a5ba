// The connectors of one device, asked from another: the device that has them decides, and its thread is its own.
import { afterEach, expect, test } from 'vitest';
import type { Run } from '../../../src/core/runs.ts';
import type { Message } from '../../../src/core/thread.ts';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { type PeerHome, pairHomes, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();
let model: ModelServer | undefined;
afterEach(async () => {
  await model?.close();
  model = undefined;
});

/** `box` has a model, and lets `laptop` run things; its owner lets it ask as well where `allows` says so. */
async function begin(allows: boolean): Promise<{ laptop: PeerHome; box: PeerHome; model: ModelServer }> {
  const server = await startModelServer((_request, index) => ({ text: `answer ${index + 1}` }));
  model = server;
  const rule =
    '[[rules]]\nname = "laptop-asks"\ndecision = "allow"\noperations = ["cloud.ask"]\nrequesters = ["laptop"]\n';
  const laptop = await stage.home('laptop');
  const box = await stage.home('box', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${server.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n${allows ? rule : ''}`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  await Promise.all([laptop.begin(), box.begin()]);
  await pairHomes(box, laptop, { allow: ['run'] });
  return { laptop, box, model: server };
}

test('a question is answered there, and the answer is in both threads', async () => {
  const { laptop, box, model } = await begin(true);
  const asked = await laptop.cli(['ask', '--on', 'box', 'what?']);
  expect(asked).toMatchObject({ code: 0, out: 'answer 1\n' });
  for (const home of [laptop, box]) {
    await until(`answer on ${home.name}`, async () => {
      const { answer } = (await home.json(['show', '1', '--json'])) as { run: Run; answer?: Message };
      return answer?.text === 'answer 1';
    });
  }
  const further = await laptop.cli(['ask', '--on', 'box', '--in', '1', 'and?']);
  expect(further).toMatchObject({ code: 0, out: 'answer 2\n' });
  expect(model.requests.at(-1)?.messages.map(({ content }) => content)).toEqual(
    expect.arrayContaining(['what?', 'answer 1', 'and?']),
  );
}, 90_000);

test('without a word of its owner the device asks its own people', async () => {
  const { laptop, box, model } = await begin(false);
  const asking = laptop.start(['ask', '--on', 'box', 'what?']);
  const [waiting] = await until('request on box', async () => {
    const list = (await box.json(['approvals', '--json'])) as { id: string; title: string }[];
    return list.length > 0 && list;
  });
  expect(waiting?.title).toBe('what?');
  expect(model.requests).toEqual([]);
  await box.cli(['reject', String(waiting?.id), '--reason', 'ask your own']);
  expect(await asking.done).toMatchObject({ code: 126 });
  expect(model.requests).toEqual([]);
}, 90_000);

test('neither the thread of the other device, nor its conversations, nor its assistant are to be had', async () => {
  const { laptop, box, model } = await begin(true);
  await box.cli(['ask', 'a secret of box']);
  const own = (await box.json(['show', '1', '--json'])) as { run: Run };
  const before = model.requests.length;
  const client = await laptop.ask();
  const attempts = [{ thread: 10 }, { after: own.run.id }];
  for (const more of attempts) {
    const { run } = await client.call('submit', {
      id: `00000000000000${10 + attempts.indexOf(more)}`,
      task: '?x',
      action: { kind: 'knowledge', question: 'x', ...more },
      devices: ['box'],
    });
    const [done] = (await client.call('wait', { runs: [run.id] })).runs;
    expect(done, JSON.stringify(more)).toMatchObject({ status: 'failed', reason: 'refused' });
  }
  // Its assistant is not asked for at all.
  const refused = await laptop.cli(['ask', '--assist', '--on', 'box', 'tidy up']);
  expect(refused).toMatchObject({
    code: 2,
    err: expect.stringContaining('the assistant of box serves the people of box alone'),
  });
  expect((await client.call('runs.list', { limit: 10 })).runs).toHaveLength(attempts.length);
  expect(model.requests).toHaveLength(before);
}, 90_000);
