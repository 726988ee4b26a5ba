// A run that nobody has begun is sent elsewhere: once, and never while it may have begun.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Action } from '../../../src/core/actions.ts';
import type { Run, RunState } from '../../../src/core/runs.ts';
import { systemIds } from '../../../src/peer/system.ts';
import { aConnector } from '../../fixtures/routing/contexts.ts';
import { BOX, type EnginePair, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
import { NO_CONNECTORS } from '../../helpers/lonely.ts';
import { createScriptedQuestions } from '../../helpers/scripted-questions.ts';
import { until } from '../../helpers/until.ts';

let pair: EnginePair | undefined;
const begin = async (...options: Parameters<typeof startPair>): Promise<EnginePair> => {
  pair = await startPair(...options);
  return pair;
};
afterEach(async () => {
  expect([...(pair?.laptop.faults ?? []), ...(pair?.box.faults ?? [])]).toEqual([]);
  await pair?.[Symbol.asyncDispose]();
  pair = undefined;
});
const names = ['second', 'third'];
const CONNECTORS = { ...NO_CONNECTORS, routing: () => ({ connectors: names.map((name) => aConnector(name)) }) };
const newId = (): string => systemIds.next();
const reroute = async (run: string, more: { device?: string; connector?: string; id?: string }) =>
  (await (pair as EnginePair).laptop.engine.api.reroute({ run, id: newId(), ...more })).run;

describe('re-routing', () => {
  it('takes a run back from a device that is away, and submits it anew', async () => {
    const { laptop, box } = await begin({ joined: false });
    const old = await laptop.submit('true', { devices: ['box'] });
    const next = await reroute(old.id, { device: 'local' });
    expect(next).toMatchObject({ retryOf: old.id, device: LAPTOP, task: old.task });
    expect(next.because).toEqual([`it is run ${old.number}, re-routed`, 'you named laptop', ...next.because.slice(2)]);
    expect(await laptop.done(old.id)).toMatchObject({
      status: 'cancelled',
      reason: 'user',
      note: 're-routed to laptop',
    });
    expect(await laptop.done(next.id)).toMatchObject({ status: 'completed', exitCode: 0 });
    pair?.join();
    await until('the link', async () => (await laptop.engine.api.devices({})).devices[1]?.presence.state === 'online');
    expect(box.story(old.id)).toEqual([]);
  });

  it('does it once for an id, and once for a run', async () => {
    const { laptop } = await begin({ joined: false });
    const old = await laptop.submit('true', { devices: ['box'] });
    const id = newId();
    const [one, same] = await Promise.all([
      reroute(old.id, { device: 'local', id }),
      reroute(old.id, { device: 'local', id }),
    ]);
    expect(one.id).toBe(same.id);
    expect((await reroute(old.id, { device: 'local', id })).id).toBe(one.id);
    await expect(reroute(old.id, { device: 'local' })).rejects.toMatchObject({
      code: 'conflict',
      message: `run ${old.number} was sent on already, as run ${one.number}`,
    });
    await laptop.done(one.id);
  });

  it('of two that come at once, only one sends it on', async () => {
    const { laptop } = await begin({ joined: false });
    const old = await laptop.submit('true', { devices: ['box'] });
    const both = await Promise.allSettled([reroute(old.id, { device: 'local' }), reroute(old.id, { device: 'local' })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { runs } = await laptop.engine.api['runs.list']({ limit: 10 });
    expect(runs.filter(({ retryOf }) => retryOf === old.id)).toHaveLength(1);
    for (const { id } of runs) await laptop.done(id);
  });

  it('waits for the word of a device that it was offered to', async () => {
    const { laptop, box } = await begin({ box: { slots: 1 } });
    const busy = await laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await until('it to run', () => box.story(busy.id).includes('run.started'));
    const old = await laptop.submit('true', { devices: ['box'] });
    await until('it to be there', () => box.story(old.id).includes('run.received'));
    const next = await reroute(old.id, { device: 'local' });
    const withdrawn = { status: 'cancelled', reason: 'user', note: 're-routed to laptop' };
    expect(await box.done(old.id)).toMatchObject(withdrawn);
    expect(await laptop.done(old.id)).toMatchObject(withdrawn);
    expect(box.story(old.id)).not.toContain('run.started');
    expect(await laptop.done(next.id)).toMatchObject({ status: 'completed', retryOf: old.id });
    await laptop.engine.api.cancel({ run: busy.id });
    await laptop.done(busy.id);
  });

  it('changes nothing where the device may have it and is gone', async () => {
    const { laptop, box } = await begin({ box: { slots: 1 } });
    const busy = await laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await until('it to run', () => box.story(busy.id).includes('run.started'));
    const old = await laptop.submit('true', { devices: ['box'] });
    await until('it to be there', () => box.story(old.id).includes('run.received'));
    pair?.cut();
    await expect(reroute(old.id, { device: 'local' })).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    const { run } = await laptop.engine.api['run.get']({ run: old.id });
    expect(run).toMatchObject({ status: 'queued' });
    expect(run.cancelRequested).toBeUndefined();
    pair?.join();
    await laptop.engine.api.cancel({ run: busy.id });
    await laptop.done(busy.id);
    await laptop.done(old.id);
  });

  it('ends nothing that its device has accepted, also where this one has not heard of it', async () => {
    const { laptop, box } = await begin();
    const run = await laptop.submit('until [ -e go ]; do sleep 0.02; done', { devices: ['box'], approve: true });
    await until('it to run', () => box.story(run.id).includes('run.started'));
    await until('that to be known', () => laptop.story(run.id).includes('run.started'));
    // As it was a moment ago: offered, and nothing heard.
    const { store } = laptop;
    const { run: read } = store;
    const state = await read.call(store, run.id);
    const { acceptedAt: _a, startedAt: _s, ...rest } = (state as RunState).run as Run & { status: 'running' };
    const before: RunState = { run: { ...rest, status: 'queued' } };
    store.run = async (id) => (id === run.id ? before : read.call(store, id));
    await expect(reroute(run.id, { device: 'local' })).rejects.toMatchObject({ code: 'conflict' });
    store.run = read;
    await expect(reroute(run.id, { device: 'local' })).rejects.toMatchObject({ code: 'conflict' });
    for (const { story } of [laptop, box]) {
      expect(story(run.id)).not.toContain('run.cancel_requested');
      expect(story(run.id)).not.toContain('run.cancelled');
    }
    expect((await laptop.engine.api['runs.list']({ limit: 10 })).runs).toHaveLength(1);
    await writeFile(join(laptop.home, 'go'), '');
    expect(await laptop.done(run.id)).toMatchObject({ status: 'completed' });
  });

  it('knows that it was done, however many runs came after', async () => {
    const { laptop } = await begin({ joined: false });
    const old = await laptop.submit('true', { devices: ['box'] });
    const next = await reroute(old.id, { device: 'local' });
    await laptop.done(next.id);
    for (let made = 0; made < 520; made += 40)
      await Promise.all(Array.from({ length: 40 }, () => laptop.submit('true', { devices: ['box'] })));
    await expect(reroute(old.id, { device: 'local' })).rejects.toMatchObject({
      code: 'conflict',
      message: `run ${old.number} was sent on already, as run ${next.number}`,
    });
  });

  it('refuses what has begun, or is over', async () => {
    const { laptop, box } = await begin();
    const running = await laptop.submit('touch begun; until [ -e go ]; do sleep 0.02; done', {
      devices: ['box'],
      approve: true,
    });
    await until('it to run', () => existsSync(join(laptop.home, 'begun')));
    await until('that to be known', () => laptop.story(running.id).includes('run.started'));
    await expect(reroute(running.id, { device: 'local' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('it is running, and may have begun'),
    });
    await laptop.engine.api.cancel({ run: running.id });
    expect(await laptop.done(running.id)).toMatchObject({ status: 'cancelled' });
    await expect(reroute(running.id, { device: 'local' })).rejects.toMatchObject({ code: 'conflict' });
    const done = await laptop.submit('true');
    await laptop.done(done.id);
    await expect(reroute(done.id, { device: 'box' })).rejects.toMatchObject({
      code: 'conflict',
      hint: `retry it: "dispatch retry ${done.number}"`,
    });
    expect(box.story(done.id)).toEqual([]);
  });

  it('refuses to send it nowhere, to where it is, or to a connector where there is none', async () => {
    const { laptop } = await begin({ joined: false });
    const old = await laptop.submit('true', { devices: ['box'] });
    await expect(reroute(old.id, {})).rejects.toMatchObject({ code: 'usage' });
    await expect(reroute(old.id, { device: 'box' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(reroute(old.id, { device: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(reroute(old.id, { device: 'local', connector: 'embedded' })).rejects.toMatchObject({ code: 'usage' });
    expect((await laptop.engine.api['run.get']({ run: old.id })).run.status).toBe('queued');
    await laptop.engine.api.cancel({ run: old.id });
  });

  it('gives a question to another connector, and a retry too', async () => {
    const asked: Extract<Action, { kind: 'knowledge' }>[] = [];
    const { laptop } = await begin({
      joined: false,
      laptop: { executors: [createScriptedQuestions(LAPTOP, asked)], connectors: CONNECTORS },
    });
    const action = { kind: 'knowledge', question: 'why?', connector: 'first' } as const;
    const { run: old } = await laptop.engine.api.submit({ id: newId(), task: '?why?', action, devices: ['box'] });
    const next = await reroute(old.id, { device: 'local', connector: 'second' });
    expect(next.action).toEqual({ ...action, connector: 'second' });
    expect(await laptop.store.run(old.id)).toMatchObject({
      run: { note: 're-routed to laptop and second', device: BOX },
    });
    await laptop.engine.api.cancel({ run: next.id });
    await laptop.done(next.id);
    const { run: again } = await laptop.engine.api.retry({ run: next.id, connector: 'third', id: newId() });
    expect(again).toMatchObject({
      action: { connector: 'third' },
      because: expect.arrayContaining(['you named third']),
    });
    await laptop.engine.api.cancel({ run: again.id });
    await laptop.done(again.id);
  });

  it('leaves words for the assistant on this device', async () => {
    const { laptop } = await begin();
    const action = { kind: 'knowledge', question: 'tidy up', assistant: true } as const;
    const submitted = laptop.engine.api.submit({ id: newId(), task: 'tidy up', action, devices: ['box'] });
    await expect(submitted).rejects.toMatchObject({
      code: 'usage',
      message: 'the assistant of box serves the people of box alone',
    });
    expect((await laptop.engine.api['runs.list']({ limit: 10 })).runs).toEqual([]);
  });
});
