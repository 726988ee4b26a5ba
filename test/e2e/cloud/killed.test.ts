// kill -9 of the peer in the middle of an answer: the run is failed/interrupted, is not asked again, and what had come is kept and marked.
import { expect, test } from 'vitest';
import { type ModelServer, startModelServer } from '../../helpers/model-server.ts';
import { type PeerHome, peerStage } from '../../helpers/two-peers.ts';
import { until } from '../../helpers/until.ts';

const stage = peerStage();

async function begin(model: ModelServer): Promise<PeerHome> {
  const home = await stage.home('here', {
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${model.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n[assistant]\nconnector = "model"\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  await home.begin();
  return home;
}

/** Begins again. It serves at once: what was interrupted is marked a moment later. */
async function recovered(home: PeerHome): Promise<void> {
  await home.begin();
  await until('the end of what was interrupted', async () => {
    const runs = (await home.json(['ps', '--all', '--json'])) as { status: string; route: string }[];
    return runs.every(({ status, route }) => route !== 'cloud-knowledge' || status === 'failed');
  });
}

test('an answer that was on its way is kept and marked', async () => {
  const model = await startModelServer(() => ({ text: 'The answer to all of this is', afterwards: 'hang' }));
  try {
    const home = await begin(model);
    const asking = home.start(['ask', 'what is the answer?']);
    await asking.printed('all of this is');
    await home.killPeer();
    await asking.done;
    await recovered(home);
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

test('what Dispatch printed beside the answer is not taken for words of the model, and alone it is no answer', async () => {
  const shell = { name: 'run_shell', arguments: { device: 'local', command: 'rm -r x', access: 'full-access' } };
  const model = await startModelServer(
    (_request, index) =>
      [{ text: 'I look.\n\u25b8 run 7', calls: [shell] }, { calls: [shell] }][index] ?? { text: 'No.' },
  );
  try {
    const home = await begin(model);
    const asking = [home.start(['ask', '--assist', 'clean up']), home.start(['ask', '--assist', 'and again'])];
    await Promise.all(asking.map((each) => each.printed('rm -r x')));
    await home.killPeer();
    await Promise.all(asking.map((each) => each.done));
    await recovered(home);
    const runs = (await home.json(['ps', '--all', '--json'])) as { number: number; route: string }[];
    const asked = runs.filter(({ route }) => route === 'cloud-knowledge').map(({ number }) => String(number));
    const shown = (await Promise.all(asked.map((run) => home.json(['show', run, '--json'])))) as {
      answer?: { text: string };
    }[];
    const answers = shown.map(({ answer }) => answer?.text);
    expect(answers.filter((text) => text !== undefined)).toEqual(['I look.\n\u25b8 run 7']);
    const spoken = asked[answers.findIndex((text) => text !== undefined)] ?? '';
    await home.cli(['ask', '--in', spoken, 'and now?']);
    expect(
      model.requests
        .at(-1)
        ?.messages.slice(1)
        .map(({ role, content }) => [role, content]),
    ).toEqual([
      ['user', expect.any(String)],
      ['assistant', 'I look.\n\u25b8 run 7'],
      ['user', 'and now?'],
    ]);
  } finally {
    await model.close();
  }
}, 90_000);
