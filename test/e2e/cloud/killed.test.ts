// kill -9 of the peer in the middle of an answer: the run is failed/interrupted, is not asked again, and what had come is kept and marked.
import { expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { type PeerHome, peerStage } from '../../helpers/two-peers.ts';

const stage = peerStage();

async function begin(model: ModelServer): Promise<PeerHome> {
  const home = await stage.home('here', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${model.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  await home.begin();
  return home;
}

test('an answer that was on its way is kept and marked', async () => {
  const model = await startModelServer(() => ({ text: 'The answer to all of this is', afterwards: 'hang' }));
  try {
    const home = await begin(model);
    const asking = home.start(['ask', 'what is the answer?']);
    await asking.printed('all of this is');
    await home.killPeer();
    await asking.done;
    await home.begin();
    const { run, answer } = (await home.json(['show', '1', '--json'])) as {
      run: { status: string; reason: string };
      answer: { text: string; about: { cut: string; connector: string } };
    };
    expect(run).toMatchObject({ status: 'failed', reason: 'interrupted' });
    expect(answer).toMatchObject({
      text: 'The answer to all of this is',
      about: { cut: 'the peer ended while it came', connector: 'model' },
    });
    expect(model.requests).toHaveLength(1);
    const shown = await home.cli(['show', '1']);
    expect(shown.out).toContain('not all of it: the peer ended while it came');
  } finally {
    await model.close();
  }
}, 90_000);
