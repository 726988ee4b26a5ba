// Questions through a whole engine to a model server: the answer streams into the output, becomes a message of the thread, and what has
// come of it stays, whatever ends it.
import { afterEach, describe, expect, it } from 'vitest';
import type { ArtifactId, RunId } from '../../../src/core/ids.ts';
import { type CloudEngine, startCloudEngine } from '../../helpers/cloud-engine.ts';
import {
  type ModelReply,
  type ModelRequestBody,
  type ModelServer,
  startModelServer,
} from '../../helpers/model-server.ts';
import { until } from '../../helpers/until.ts';

let model: ModelServer | undefined;
let here: CloudEngine | undefined;
afterEach(async () => {
  await here?.dispose();
  await model?.close();
  here = undefined;
  model = undefined;
});

async function begin(
  reply: (request: ModelRequestBody, index: number) => ModelReply,
): Promise<{ here: CloudEngine; model: ModelServer }> {
  const server = await startModelServer(reply);
  const engine = await startCloudEngine({
    config: `[connectors.model]\npreset = "openai-chat"\nurl = "${server.url}"\nmodel = "m"\nkey = { env = "TEST_MODEL_KEY" }\n`,
    env: { TEST_MODEL_KEY: 'a-key-for-tests' },
  });
  model = server;
  here = engine;
  return { here: engine, model: server };
}

/** The messages of the newest request, without what the system says. */
const said = (server: ModelServer): [string, unknown][] =>
  (server.requests.at(-1)?.messages ?? []).flatMap(({ role, content }) =>
    role === 'system' ? [] : [[role, content] as [string, unknown]],
  );

describe('a question', () => {
  it('is answered in the output and in the thread, by the first connector there is', async () => {
    const { here } = await begin(() => ({ text: '# Yes\n\nIt is **so**.' }));
    const run = await here.ask('is it so?');
    expect(await here.done(run.id)).toMatchObject({
      status: 'completed',
      route: 'cloud-knowledge',
      rule: 'own-questions',
      result: '# Yes',
    });
    expect(await here.output(run.id)).toBe('# Yes\n\nIt is **so**.\n');
    expect(await here.answerOf(run.id)).toMatchObject({
      role: 'assistant',
      text: '# Yes\n\nIt is **so**.',
      about: { connector: 'model', model: 'test-model' },
    });
    const { entries } = await here.engine.api['thread.read']({ limit: 10 });
    expect(entries.map((entry) => (entry.kind === 'artifact' ? entry.artifact.kind : entry.kind))).toEqual([
      'run',
      'output',
      'message',
    ]);
    const { entries: found } = await here.engine.api.search({ query: 'so', limit: 10 });
    expect(found.map(({ kind }) => kind)).toContain('message');
  });

  it('is seen while it streams', async () => {
    const { here } = await begin(() => ({ text: 'the first words', afterwards: 'hang' }));
    const run = await here.ask('slowly');
    const reading = new AbortController();
    const { chunks } = await here.engine.api.output({ run: run.id, offset: 0 }, reading.signal);
    let text = '';
    for await (const { bytes } of chunks) {
      text += Buffer.from(bytes).toString();
      if (text === 'the first words') break;
    }
    expect((await here.until(run.id, 'running')).status).toBe('running');
    await here.engine.api.cancel({ run: run.id });
    expect(await here.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
    expect(await here.answerOf(run.id)).toMatchObject({ text: 'the first words', about: { cut: 'it was stopped' } });
  });

  it('keeps what had come when the connection breaks', async () => {
    const { here } = await begin(() => ({ text: 'half of it', afterwards: 'reset' }));
    const run = await here.ask('what?');
    const done = await here.done(run.id);
    expect(done).toMatchObject({ status: 'failed', reason: 'connector' });
    const answer = await here.answerOf(run.id);
    expect(answer?.text).toBe('half of it');
    expect(answer?.about?.cut).toMatch(/model/);
  });

  it('that takes too long is stopped, with what had come', async () => {
    const { here } = await begin(() => ({ text: 'so far', afterwards: 'hang' }));
    const run = await here.ask('what?', { timeoutMs: 500 });
    expect(await here.done(run.id)).toMatchObject({ status: 'failed', reason: 'timeout' });
    expect(await here.answerOf(run.id)).toMatchObject({ text: 'so far', about: { cut: 'its time was over' } });
  });

  it('follows another one up, with the conversation so far', async () => {
    const { here, model } = await begin((_request, index) => ({ text: `answer ${index + 1}` }));
    const first = await here.ask('one?');
    await here.done(first.id);
    const second = await here.ask('two?', { after: first.id });
    await here.done(second.id);
    const third = await here.ask('three?', { after: second.id });
    await here.done(third.id);
    expect(said(model)).toEqual([
      ['user', 'one?'],
      ['assistant', 'answer 1'],
      ['user', 'two?'],
      ['assistant', 'answer 2'],
      ['user', 'three?'],
    ]);
  });

  it('takes artifacts and files along, and a look at the thread', async () => {
    const { here, model } = await begin(() => ({ text: 'ok' }));
    const made = await here.submit('printf "a,b" > $DISPATCH_ARTIFACTS/data.csv', { approve: true });
    await here.done(made.id);
    const { artifacts } = await here.engine.api['artifacts.list']({ run: made.id, limit: 10 });
    const csv = artifacts.find(({ name }) => name === 'data.csv');
    const run = await here.ask('what is in it?', {
      attach: [
        { artifact: csv?.id as ArtifactId, name: 'data.csv' },
        { name: 'notes.txt', content: Buffer.from('my notes').toString('base64') },
      ],
      thread: 10,
    });
    expect(await here.done(run.id)).toMatchObject({ status: 'completed' });
    const text = JSON.stringify(said(model));
    for (const part of ['what is in it?', 'a,b', 'data.csv', 'my notes', 'notes.txt', `run ${made.number}`]) {
      expect(text).toContain(part);
    }
  });

  it('holds no content of attached files in the log', async () => {
    const { here } = await begin(() => ({ text: 'ok' }));
    const content = Buffer.from('a private matter').toString('base64');
    const run = await here.ask('?', { attach: [{ name: 'x.txt', content }] });
    await here.done(run.id);
    expect(JSON.stringify(await here.store.eventsOf(run.id))).not.toContain(content);
  });

  it.each([
    ['a run that there is not', { after: '0000000000000000' as RunId }, /no run/],
    [
      'an artifact that there is not',
      { attach: [{ artifact: '0000000000000000' as ArtifactId, name: 'x' }] },
      /no artifact/,
    ],
  ])('fails clearly for %s', async (_what, more, message) => {
    const { here, model } = await begin(() => ({ text: 'ok' }));
    const run = await here.ask('?', more);
    const done = await here.done(run.id);
    expect(done.status).toBe('failed');
    expect(done.status === 'failed' ? done.message : '').toMatch(message);
    expect(model.requests).toEqual([]);
  });

  it('is not written down for a connector that there is not', async () => {
    const { here } = await begin(() => ({ text: 'ok' }));
    await expect(here.ask('?', { connector: 'nothing' })).rejects.toMatchObject({
      code: 'not-found',
      message: 'there is no connector "nothing"',
    });
    expect((await here.engine.api['runs.list']({ limit: 10 })).runs).toEqual([]);
  });

  it('cannot steer a terminal with its answer', async () => {
    const { here } = await begin(() => ({ text: 'a\u001b]0;x\u0007b \u001b[2J' }));
    const run = await here.ask('?');
    await here.done(run.id);
    expect(await here.output(run.id)).toBe('a\\x1b]0;x\\x07b \\x1b[2J\n');
    expect((await here.answerOf(run.id))?.text).not.toContain('\u001b');
  });

  it('is asked for again, of another connector, as any run is', async () => {
    const { here } = await begin((_request, index) => ({ text: `answer ${index + 1}` }));
    const run = await here.ask('?');
    await here.done(run.id);
    const { run: again } = await here.engine.api.retry({ run: run.id, id: '0000000000000001' });
    expect(await here.done(again.id)).toMatchObject({ status: 'completed', retryOf: run.id });
    await until('second answer', async () => (await here.answerOf(again.id))?.text === 'answer 2');
  });

  it('goes on with the newest answer to a person here, and not with that to a program', async () => {
    const { here, model } = await begin((_request, index) => ({ text: `answer ${index + 1}` }));
    const own = await here.ask('mine?');
    await here.done(own.id);
    const action = { kind: 'knowledge', question: 'of a program?' } as const;
    const { run: asked } = await here.engine.api.submit({ id: '0000000000000002', task: '?x', action, as: 'agent' });
    await here.until(asked.id, 'waiting_approval');
    await here.engine.api.decide({ approval: String(asked.number), decision: 'approve' });
    await here.done(asked.id);
    const { run } = await here.engine.api.submit({
      id: '0000000000000003',
      task: '?and?',
      action: { kind: 'knowledge', question: 'and?' },
      followUp: true,
    });
    expect(await here.done(run.id)).toMatchObject({ action: { after: own.id } });
    expect(said(model)).toEqual([
      ['user', 'mine?'],
      ['assistant', 'answer 1'],
      ['user', 'and?'],
    ]);
  });
});
