// A run on another device, from the engines' point of view: offered, executed there, followed here.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/peer/system.ts';
import { type EnginePair, startPair } from '../../helpers/engine-pair.ts';
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

describe('a run on another device', () => {
  it('is executed there, approved beforehand, with its output and its story here', async () => {
    const { laptop, box } = await begin();
    const run = await laptop.submit('echo hello; echo made > "$DISPATCH_ARTIFACTS/file.txt"', {
      devices: ['box'],
      approve: true,
    });
    expect(run).toMatchObject({ status: 'queued', number: 1 });
    expect(await laptop.output(run.id)).toBe('hello\n');
    const done = await laptop.done(run.id);
    expect(done).toMatchObject({ status: 'completed', exitCode: 0, number: 1 });
    expect(await box.done(run.id)).toMatchObject({ status: 'completed', origin: done.origin, device: done.device });
    expect(laptop.story(run.id)).toEqual([
      'run.submitted',
      'run.offered',
      'run.received',
      'run.accepted',
      'approval.requested',
      'approval.decided',
      'run.started',
      'artifact.created',
      'artifact.created',
      'run.completed',
    ]);
    const { artifacts } = await laptop.engine.api['run.get']({ run: run.id });
    expect(artifacts.map(({ name, device }) => [name, device]).sort()).toEqual([
      ['file.txt', done.device],
      ['output.log', done.device],
    ]);
    expect(await laptop.store.verify()).toEqual([]);
    expect(await box.store.verify()).toEqual([]);
  });

  it('tells how much it has printed so far, and gives that and what comes after it', async () => {
    const { laptop } = await begin();
    const run = await laptop.submit('echo hello; until [ -e go ]; do sleep 0.02; done; echo more', {
      devices: ['box'],
      approve: true,
    });
    const read = async (): Promise<{ size: number; text: string }> => {
      const { size, chunks } = await laptop.engine.api.output({ run: run.id, offset: 0 }, AbortSignal.timeout(10_000));
      let text = '';
      for await (const { bytes } of chunks) {
        text += Buffer.from(bytes).toString();
        if (text.length >= size) break;
      }
      return { size, text };
    };
    await until('start', async () => (await laptop.engine.api['run.get']({ run: run.id })).run.startedAt !== undefined);
    await until('output', async () => (await read()).size > 0);
    expect(await read()).toEqual({ size: 6, text: 'hello\n' });
    const whole = laptop.output(run.id);
    writeFileSync(join(laptop.home, 'go'), '');
    expect(await whole).toBe('hello\nmore\n');
  });

  it('waits for a yes, which the origin may give where it holds the grant', async () => {
    const { laptop } = await begin();
    const run = await laptop.submit('touch yes', { devices: ['box'] });
    await laptop.until(run.id, 'waiting_approval');
    const [approval] = (await laptop.engine.api['approvals.list']({ limit: 5 })).approvals;
    const answered = await laptop.engine.api.decide({
      approval: approval?.id ?? '',
      decision: 'approve',
      digest: approval?.digest ?? '',
    });
    expect(answered.run.number).toBe(1);
    expect(await laptop.done(run.id)).toMatchObject({ status: 'completed' });
    // The test names the folder; on a real box it would be one of the box's.
    expect(existsSync(join(laptop.home, 'yes'))).toBe(true);
  });

  it('is refused by a device that does not allow it, before anything runs, and at the device itself too', async () => {
    const { laptop, box, onBox } = await begin({ onBox: ['observe'] });
    await expect(laptop.submit('true', { devices: ['box'] })).rejects.toMatchObject({ code: 'refused' });
    onBox.set(['run']);
    const run = await laptop.submit('touch asked', { devices: ['box'], approve: true });
    // `--yes` of one that may not approve counts for nothing: the owner is asked.
    await laptop.until(run.id, 'waiting_approval');
    const [approval] = (await laptop.engine.api['approvals.list']({ limit: 5 })).approvals;
    await expect(laptop.engine.api.decide({ approval: approval?.id ?? '', decision: 'approve' })).rejects.toMatchObject(
      { code: 'refused' },
    );
    await box.engine.api.decide({ approval: approval?.id ?? '', decision: 'reject', note: 'no' });
    expect(await laptop.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'rejected' });
  });

  it('keeps its secrets off both logs and has them where it executes', async () => {
    const { laptop, box } = await begin();
    const run = await laptop.submit('printf %s "$TOKEN" | wc -c', {
      devices: ['box'],
      approve: true,
      env: { TOKEN: 'hunter2-hunter2' },
    });
    expect(await laptop.output(run.id)).toBe('15\n');
    await Promise.all([laptop.done(run.id), box.done(run.id)]);
    expect(JSON.stringify([laptop.changes, box.changes])).not.toContain('hunter2');
  });

  it('takes input and is cancelled from its origin', async () => {
    const { laptop, box } = await begin();
    const action = { kind: 'shell', command: 'cat; sleep 60', access: 'workspace-write', stdin: true } as const;
    const { run } = await laptop.engine.api.submit({
      id: systemIds.next(),
      task: '!cat',
      action,
      devices: ['box'],
      approve: true,
    });
    const input = await laptop.engine.api.input({ run: run.id });
    await input.write(Buffer.from('typed\n'));
    await input.end();
    const { chunks } = await laptop.engine.api.output({ run: run.id, offset: 0 }, AbortSignal.timeout(10_000));
    for await (const { bytes } of chunks) {
      expect(Buffer.from(bytes).toString()).toBe('typed\n');
      break;
    }
    await laptop.engine.api.cancel({ run: run.id });
    expect(await laptop.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
    expect(await box.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
  });

  it('goes on without its origin, and the origin misses nothing', async () => {
    const { laptop, box, cut, join: rejoin } = await begin();
    const run = await laptop.submit('echo one; until [ -e go ]; do sleep 0.02; done; echo two', {
      devices: ['box'],
      approve: true,
    });
    const output = laptop.output(run.id);
    await laptop.until(run.id, 'running');
    await until('the command to have begun', () => box.story(run.id).includes('run.started'));
    cut();
    writeFileSync(join(laptop.home, 'go'), '');
    await box.done(run.id);
    expect((await laptop.engine.api['run.get']({ run: run.id })).run.status).toBe('running');
    rejoin();
    expect(await laptop.done(run.id)).toMatchObject({ status: 'completed' });
    expect(await output).toBe('one\ntwo\n');
    expect(laptop.story(run.id)).toEqual([
      'run.submitted',
      'run.offered',
      'run.received',
      'run.accepted',
      'approval.requested',
      'approval.decided',
      'run.started',
      'artifact.created',
      'run.completed',
    ]);
  });

  it('waits for a device that is not there, and is expired or cancelled at its origin meanwhile', async () => {
    const { laptop, box, join: rejoin } = await begin({ joined: false, onBox: ['run', 'approve'] });
    const kept = await laptop.submit('echo kept >> kept', { devices: ['box'], approve: true });
    const stale = await laptop.submit('echo stale >> stale', { devices: ['box'], approve: true, expiresInMs: 50 });
    const dropped = await laptop.submit('echo dropped >> dropped', { devices: ['box'], approve: true });
    expect(await laptop.engine.api.cancel({ run: dropped.id })).toMatchObject({ run: { status: 'cancelled' } });
    expect(await laptop.done(stale.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
    rejoin();
    expect(await laptop.done(kept.id)).toMatchObject({ status: 'completed' });
    expect(box.story(stale.id)).toEqual([]);
    expect(box.story(dropped.id)).toEqual([]);
    expect(readFileSync(join(laptop.home, 'kept'), 'utf8')).toBe('kept\n');
  });

  it('survives a crash of the device that executes, and is not run again', async () => {
    const started = await begin();
    const run = await started.laptop.submit('echo once >> ran; sleep 60', { devices: ['box'], approve: true });
    await until('the command to have begun', () => existsSync(join(started.laptop.home, 'ran')));
    await started.laptop.until(run.id, 'running');
    await started.restartBox();
    started.join();
    expect(await started.laptop.done(run.id)).toMatchObject({ status: 'failed', reason: 'interrupted' });
    expect(readFileSync(join(started.laptop.home, 'ran'), 'utf8')).toBe('once\n');
  });

  it('survives a crash of its origin, and is there once', async () => {
    const started = await begin();
    const run = await started.laptop.submit('echo once >> ran; until [ -e go ]; do sleep 0.02; done', {
      devices: ['box'],
      approve: true,
    });
    await until('the command to have begun', () => existsSync(join(started.laptop.home, 'ran')));
    const { home } = started.laptop;
    started.cut();
    await started.laptop.abandon();
    writeFileSync(join(home, 'go'), '');
    await started.box.done(run.id);
    await started.restartLaptop().catch((error: unknown) => {
      throw error;
    });
    started.join();
    expect(await started.laptop.done(run.id)).toMatchObject({ status: 'completed' });
    expect(readFileSync(join(home, 'ran'), 'utf8')).toBe('once\n');
    const { runs } = await started.laptop.engine.api['runs.list']({ limit: 10 });
    expect(runs.map(({ id }) => id)).toEqual([run.id]);
  });

  it('goes to several devices as one group, each with a run of its own, however often it is sent', async () => {
    const { laptop, box } = await begin();
    const params = {
      id: systemIds.next(),
      task: '!pwd',
      action: { kind: 'shell', command: 'pwd', access: 'read-only' },
      devices: ['@all'],
      approve: true,
    } as const;
    const { run, runs } = await laptop.engine.api.submit({ ...params, devices: [...params.devices] });
    const again = await laptop.engine.api.submit({ ...params, devices: [...params.devices] });
    expect(runs.map(({ id }) => id)).toEqual(again.runs.map(({ id }) => id));
    expect(runs.map(({ group }) => group)).toEqual([run.id, run.id]);
    expect(new Set(runs.map(({ device }) => device)).size).toBe(2);
    for (const each of runs) expect(await laptop.done(each.id)).toMatchObject({ status: 'completed' });
    expect(await laptop.output(runs[1]?.id ?? '')).toBe(`${box.home}\n`);
  });
});
