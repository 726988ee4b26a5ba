// What a device may see and do on another, grant by grant; and that it is asked for at the moment of use.
import { afterEach, describe, expect, it } from 'vitest';
import type { LogEvent } from '../../../src/core/events.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { BOX, type EnginePair, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
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

/** The events that the laptop is told until its grants change, which ends what it reads. */
async function toldUntil(
  { box, onBox }: EnginePair,
  grants: Parameters<typeof onBox.set>[0],
  act: () => Promise<unknown>,
) {
  const told: LogEvent[] = [];
  const reading = (async () => {
    for await (const { events } of box.engine.service.log(LAPTOP, { after: 0 }, AbortSignal.timeout(10_000)))
      told.push(...events);
  })();
  await act();
  onBox.set(grants);
  await reading;
  return told;
}

describe('with `run` alone', () => {
  it('a device sees its own runs and nothing else', async () => {
    const both = await begin({ onBox: ['run'] });
    const { laptop, box } = both;
    const secret = await box.submit('echo theirs > "$DISPATCH_ARTIFACTS/x"', { approve: true });
    await box.done(secret.id);
    await box.engine.api.say({ text: 'private' });
    const own = await laptop.submit('true', { devices: ['box'] });
    await laptop.done(own.id);
    const { entries } = await laptop.engine.api['thread.read']({ limit: 100 });
    expect(JSON.stringify(entries)).not.toMatch(/theirs|private/);
    const { service } = box.engine;
    const signal = AbortSignal.timeout(5000);
    await expect(service.output(LAPTOP, { run: secret.id, offset: 0 }, signal)).rejects.toMatchObject({
      code: 'not-found',
    });
    const [artifact] = (await box.engine.api['artifacts.list']({ run: secret.id, limit: 5 })).artifacts;
    if (artifact === undefined) throw new Error('the run left nothing');
    await expect(service.blob(LAPTOP, { artifact: artifact.id, offset: 0 }, signal)).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(service.input(LAPTOP, { run: secret.id }, signal)).rejects.toMatchObject({ code: 'not-found' });
    await expect(service.call(LAPTOP, 'cancel', { run: secret.id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(service.call(LAPTOP, 'withdraw', { run: secret.id, note: 'x' })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(service.call(LAPTOP, 'signal', { run: secret.id, signal: 'SIGINT' })).rejects.toMatchObject({
      code: 'not-found',
    });
    const asked = await box.submit('touch x');
    await box.until(asked.id, 'waiting_approval');
    const [approval] = (await box.engine.api['approvals.list']({ limit: 5 })).approvals;
    if (approval === undefined) throw new Error('nothing was asked');
    await expect(
      service.call(LAPTOP, 'decide', {
        approval: approval.id,
        decision: 'approve',
        digest: approval.digest,
        signature: `${'A'.repeat(86)}==`,
      }),
    ).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('with `approve` alone', () => {
  it('a device sees what is open there and answers, and reads neither output nor history', async () => {
    const both = await begin({ onBox: ['approve'], joined: false });
    const { laptop, box } = both;
    const before = await box.submit('true');
    await box.done(before.id);
    both.join();
    const run = await box.submit('echo printed; true');
    await laptop.until(run.id, 'waiting_approval');
    await box.engine.api.say({ text: 'private' });
    const [approval] = (await laptop.engine.api['approvals.list']({ limit: 5 })).approvals;
    await laptop.engine.api.decide({ approval: approval?.id ?? '', decision: 'approve' });
    const done = await laptop.done(run.id);
    expect(done.status).toBe('completed');
    const [decided] = (await box.engine.api['run.get']({ run: run.id })).approvals;
    expect(decided).toMatchObject({ status: 'approved', decidedBy: { kind: 'human', device: LAPTOP } });
    await expect(laptop.output(run.id)).rejects.toMatchObject({ code: 'refused' });
    const seen = JSON.stringify((await laptop.engine.api['thread.read']({ limit: 50 })).entries);
    expect(seen).toContain(run.id);
    expect(seen).not.toContain('private');
    expect(seen).not.toContain(before.id);
    await expect(laptop.submit('true', { devices: ['box'] })).rejects.toMatchObject({ code: 'refused' });
  });

  it('of two conflicting answers the first one counts and the other one is told', async () => {
    const { laptop, box } = await begin({ onBox: ['approve'] });
    const run = await box.submit('touch x');
    await laptop.until(run.id, 'waiting_approval');
    const [approval] = (await laptop.engine.api['approvals.list']({ limit: 5 })).approvals;
    await box.engine.api.decide({ approval: approval?.id ?? '', decision: 'reject' });
    await expect(laptop.engine.api.decide({ approval: approval?.id ?? '', decision: 'approve' })).rejects.toMatchObject(
      { code: 'conflict' },
    );
    expect(await laptop.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'rejected' });
    await until(
      'the request to be gone here',
      async () => (await laptop.engine.api['approvals.list']({ limit: 5 })).approvals.length === 0,
    );
  });
});

describe('with `observe`', () => {
  it('a device shows the thread of the other in one order with its own, and what is said on one is on the other', async () => {
    const { laptop, box } = await begin({ onBox: ['observe'], onLaptop: ['observe'], joined: false });
    for (const [index, side] of [box, laptop, box, laptop].entries())
      await side.engine.api.say({ text: `line ${index}` });
    const run = await box.submit('echo seen', { approve: true });
    await box.done(run.id);
    pair?.join();
    await laptop.done(run.id);
    await box.engine.api.say({ text: 'live' });
    const texts = async (side: typeof laptop): Promise<string[]> =>
      (await side.engine.api['thread.read']({ limit: 100 })).entries.flatMap((entry) =>
        entry.kind === 'message' ? [entry.message.text] : entry.kind === 'run' ? [entry.run.task] : [],
      );
    const all = ['line 0', 'line 1', 'line 2', 'line 3', '!echo seen', 'live'];
    await until('both to have all of it', async () => (await texts(box)).length + (await texts(laptop)).length === 12);
    const shown = await texts(laptop);
    // What was said in the same millisecond on devices that did not hear each other has an order, though not that of the clock.
    expect(shown.toSorted()).toEqual(all.toSorted());
    expect(shown.at(-1)).toBe('live');
    expect(await texts(box)).toEqual(shown);
    expect(await laptop.output(run.id)).toBe('seen\n');
    expect(await laptop.store.verify()).toEqual([]);
    await laptop.store.rebuild();
    expect(await texts(laptop)).toEqual(shown);
    const kept = await laptop.engine.api['run.get']({ run: run.id });
    expect(kept.run.number).toBe(1);
  });

  it('given later, it brings what came before', async () => {
    const { laptop, box, onBox } = await begin({ onBox: ['run'] });
    await box.engine.api.say({ text: 'before' });
    const own = await laptop.submit('true', { devices: ['box'] });
    await laptop.done(own.id);
    onBox.set(['run', 'observe']);
    await until('the message', async () =>
      JSON.stringify((await laptop.engine.api['thread.read']({ limit: 50 })).entries).includes('before'),
    );
    expect(laptop.story(own.id).filter((type) => type === 'run.completed')).toHaveLength(1);
  });

  it('taken away, it shows nothing new', async () => {
    const both = await begin({ onBox: ['observe'] });
    both.onBox.set([]);
    const say = (): Promise<unknown> => both.box.engine.api.say({ text: 'after' });
    expect(await toldUntil(both, ['observe'], say)).toEqual([]);
    await until('what was said while it could not be seen', async () =>
      JSON.stringify((await both.laptop.engine.api['thread.read']({ limit: 5 })).entries).includes('after'),
    );
  });
});

describe('without any grant', () => {
  it('everything is refused', async () => {
    const both = await begin({ onBox: [] });
    const { service } = both.box.engine;
    const signal = AbortSignal.timeout(5000);
    const run = await both.box.submit('echo x', { approve: true });
    await both.box.done(run.id);
    const offer = {
      run: '0123456789abcdef' as RunId,
      task: '!true',
      action: { kind: 'shell', command: 'true', access: 'read-only' },
      because: [],
      by: { kind: 'human', device: LAPTOP },
      place: `018c00000000-0000/${LAPTOP}/000000000001`,
    } as const;
    await expect(service.call(LAPTOP, 'offer', offer)).rejects.toMatchObject({ code: 'refused' });
    await expect(service.call(LAPTOP, 'cancel', { run: run.id })).rejects.toMatchObject({ code: 'refused' });
    await expect(service.output(LAPTOP, { run: run.id, offset: 0 }, signal)).rejects.toMatchObject({ code: 'refused' });
    await expect(service.input(LAPTOP, { run: run.id }, signal)).rejects.toMatchObject({ code: 'refused' });
    expect(await toldUntil(both, ['observe'], () => both.box.engine.api.say({ text: 'private' }))).toEqual([]);
  });
});

describe('a device that is revoked', () => {
  it('has its runs ended at once, on both sides, and gets nothing more', async () => {
    const { laptop, box } = await begin({ onBox: ['run', 'approve'] });
    const run = await laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await until('it to run', () => box.story(run.id).includes('run.started'));
    await box.engine.api['device.revoke']({ device: 'laptop' });
    expect(await box.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
    const { devices } = await box.engine.api.devices({});
    expect(devices.map(({ local }) => local)).toEqual([true]);
    await expect(box.engine.service.call(LAPTOP, 'cancel', { run: run.id })).rejects.toMatchObject({ code: 'refused' });
  });

  it('on the other side: told over the link, it ends what it wanted there', async () => {
    const { laptop, box } = await begin({ onBox: ['run', 'approve'] });
    const run = await laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await laptop.until(run.id, 'running');
    await box.engine.api['device.revoke']({ device: 'laptop' });
    expect(await laptop.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
  });

  it('on the origin: what it wanted of that device is over', async () => {
    const { laptop } = await begin({ joined: false });
    const run = await laptop.submit('true', { devices: ['box'] });
    await laptop.engine.api['device.revoke']({ device: BOX });
    expect(await laptop.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
  });
});
