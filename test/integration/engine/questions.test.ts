// Questions of the grammar as they are submitted: what they follow up, and what goes along.
import { afterEach, describe, expect, it } from 'vitest';
import type { KnowledgeAction } from '../../../src/core/cloud.ts';
import type { Run } from '../../../src/core/runs.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { DEVICE, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { createScriptedQuestions } from '../../helpers/scripted-questions.ts';

let engine: TestEngine | undefined;
let asked: KnowledgeAction[] = [];
afterEach(async () => {
  await engine?.dispose();
  engine = undefined;
  asked = [];
});
const begin = async (): Promise<TestEngine> => {
  engine = await startEngine({ executors: [createScriptedQuestions(DEVICE, asked)] });
  return engine;
};
const ask = async ({ engine: { api } }: TestEngine, task: string): Promise<Run> =>
  (await api.submit({ id: systemIds.next(), task, approve: true })).run;

describe('a question', () => {
  it('goes to the connector that was shown', async () => {
    const here = await begin();
    const run = await here.done((await ask(here, '?what is a CRDT')).id);
    expect(run).toMatchObject({
      route: 'cloud-knowledge',
      action: { question: 'what is a CRDT', connector: 'embedded' },
    });
    expect(asked).toHaveLength(1);
  });

  it('follows up the newest answer', async () => {
    const here = await begin();
    await expect(ask(here, '??and then')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('no answer yet'),
    });
    await here.done((await ask(here, '?one')).id);
    const two = await ask(here, '?two');
    await here.done(two.id);
    await here.done((await here.submit('true')).id);
    const three = await ask(here, '??and then');
    expect(three.action).toEqual({ kind: 'knowledge', question: 'and then', connector: 'embedded', after: two.id });
    await here.done(three.id);
  });

  it('takes artifacts along, by their place, their id, or a name that is the only one', async () => {
    const here = await begin();
    const make = (name: string) => here.submit(`echo x > "$DISPATCH_ARTIFACTS/${name}"`, { approve: true });
    const run = await here.done((await make('report.txt')).id);
    const { artifacts } = await here.engine.api['run.get']({ run: run.id });
    const report = artifacts.find(({ name }) => name === 'report.txt');
    const along = [{ artifact: report?.id, name: 'report.txt' }];
    for (const named of [`${run.number}/report.txt`, report?.id ?? '', 'report.txt']) {
      const question = await ask(here, `+${named} what is in it?`);
      expect(question.action).toMatchObject({ question: 'what is in it?', attach: along });
      await here.done(question.id);
    }
    await expect(ask(here, '?what +nothing.txt')).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining("quote it ('+nothing.txt')"),
    });
    const other = await here.done((await make('report.txt')).id);
    await expect(ask(here, '?what +report.txt')).rejects.toMatchObject({
      code: 'ambiguous',
      hint: expect.stringContaining(`+${other.number}/report.txt`),
    });
  });
});
