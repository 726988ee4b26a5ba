import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/core/approvals.ts';
import { type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';

let current: TestEngine | undefined;
const start = async (options?: EngineOptions): Promise<TestEngine> => {
  current = await startEngine(options);
  return current;
};
afterEach(async () => {
  expect(current?.faults ?? []).toEqual([]);
  await current?.dispose();
  current = undefined;
});

const pending = async (test: TestEngine): Promise<Approval> => {
  const { approvals } = await test.engine.api['approvals.list']({ limit: 10 });
  if (approvals[0] === undefined) throw new Error('nothing waits');
  return approvals[0];
};

describe('an approval', () => {
  it('shows what will run, and the run goes on with a yes', async () => {
    const test = await start();
    const run = await test.submit('touch made; echo ok');
    await test.until(run.id, 'waiting_approval');
    expect(existsSync(join(test.home, 'made'))).toBe(false);
    const approval = await pending(test);
    expect(approval).toMatchObject({
      runId: run.id,
      status: 'pending',
      title: 'touch made; echo ok',
      payload: { command: 'touch made; echo ok', cwd: test.home, access: 'workspace-write', enforced: 'full-access' },
      decisions: ['approve', 'approve-for-run', 'reject'], // a rule is about one command
    });
    expect(approval.description).toContain('no rule allows');
    expect(approval.digest).toMatch(/^[0-9a-f]{64}$/);
    await test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    expect(existsSync(join(test.home, 'made'))).toBe(true);
    expect(test.story(run.id).slice(0, 5)).toEqual([
      'run.submitted',
      'run.accepted',
      'approval.requested',
      'approval.decided',
      'run.started',
    ]);
  });

  it('is not asked for by an agent that has asked for very many, and by others still', async () => {
    const test = await start();
    const runs = await Promise.all(Array.from({ length: 125 }, () => test.submit('touch made', { as: 'agent' })));
    await Promise.all(runs.map(({ id }) => test.until(id, 'waiting_approval', 'failed')));
    const { runs: all } = await test.engine.api['runs.list']({ limit: 200 });
    const refused = all.filter(({ status }) => status === 'failed');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ reason: 'refused', message: expect.stringContaining('120 requests') });
    expect(all.filter(({ status }) => status === 'waiting_approval')).toHaveLength(120);
    const mine = await test.submit('touch made');
    await test.until(mine.id, 'waiting_approval');
  });

  it('cancels the run with a no, and keeps the reason', async () => {
    const test = await start();
    const run = await test.submit('touch made');
    await test.until(run.id, 'waiting_approval');
    const answer = await test.engine.api.decide({
      approval: String(run.number),
      decision: 'reject',
      note: 'not today',
    });
    expect(answer.run).toMatchObject({ status: 'cancelled', reason: 'rejected', note: 'not today' });
    expect(answer.approval).toMatchObject({ status: 'rejected', note: 'not today', decidedBy: { kind: 'human' } });
    expect(existsSync(join(test.home, 'made'))).toBe(false);
  });

  it('takes the first answer, the same answer twice, and tells of a conflict', async () => {
    const test = await start();
    const run = await test.submit('sleep 60; true');
    await test.until(run.id, 'waiting_approval');
    const { id } = await pending(test);
    await test.engine.api.decide({ approval: id, decision: 'approve' });
    await test.engine.api.decide({ approval: id, decision: 'approve' });
    await expect(test.engine.api.decide({ approval: id, decision: 'reject' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already approved'),
    });
    await test.until(run.id, 'running');
    await test.engine.api.cancel({ run: run.id });
    await test.done(run.id);
    expect(test.story(run.id).filter((type) => type === 'approval.decided')).toHaveLength(1);
  });

  it('refuses an answer to something else than what was shown', async () => {
    const test = await start();
    const run = await test.submit('touch made');
    await test.until(run.id, 'waiting_approval');
    await expect(
      test.engine.api.decide({ approval: String(run.number), decision: 'approve', digest: 'f'.repeat(64) }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect((await pending(test)).status).toBe('pending');
  });

  it('expires, which never means yes', async () => {
    const test = await start({ settings: { approvalTtlMs: 150 } });
    const run = await test.submit('touch made');
    expect(await test.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
    expect(test.story(run.id)).not.toContain('run.started');
    const { approvals } = await test.engine.api['run.get']({ run: run.id });
    expect(approvals).toMatchObject([{ status: 'expired' }]);
  });

  it('asks again if what would run changed after the yes', async () => {
    const home = (await start()).home;
    await current?.dispose();
    await mkdir(home, { recursive: true });
    const shell = join(home, 'my-shell');
    await copyFile('/bin/sh', shell);
    await chmod(shell, 0o755);
    const test = await start({ home, shell, slots: 1 });
    const blocker = await test.submit('sleep 60');
    await test.until(blocker.id, 'running');
    const run = await test.submit('touch made');
    await test.until(run.id, 'waiting_approval');
    const first = await pending(test);
    await test.engine.api.decide({ approval: first.id, decision: 'approve' }); // no slot yet
    await writeFile(`${shell}.new`, '#!/bin/sh\ntouch evil\n', { mode: 0o755 });
    await rename(`${shell}.new`, shell);
    await test.engine.api.cancel({ run: blocker.id });
    await test.until(run.id, 'waiting_approval');
    const second = await pending(test);
    expect(second.id).not.toBe(first.id);
    expect(second.digest).not.toBe(first.digest);
    expect(existsSync(join(test.home, 'evil'))).toBe(false);
    await test.engine.api.cancel({ run: run.id });
    await test.done(run.id);
  });

  it('holds no slot while it waits', async () => {
    const test = await start({ slots: 1 });
    const waiting = await test.submit('touch made');
    await test.until(waiting.id, 'waiting_approval');
    const other = await test.submit('echo through');
    expect(await test.done(other.id)).toMatchObject({ status: 'completed' });
    await test.engine.api.cancel({ run: waiting.id });
  });

  it('is not waited for where nobody is to be asked', async () => {
    const test = await start();
    const run = await test.submit('touch made', { noWait: true });
    expect(await test.done(run.id)).toMatchObject({
      status: 'failed',
      reason: 'refused',
      message: expect.stringContaining('needs an approval'),
    });
  });

  it('is given beforehand by who submits, on the record', async () => {
    const test = await start();
    const run = await test.submit('touch made', { approve: true });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    expect(test.story(run.id)).toContain('approval.decided');
  });

  it('does not help where the owner forbids', async () => {
    const test = await start({ permissions: { shell: false } });
    const run = await test.submit('ls', { approve: true });
    expect(await test.done(run.id)).toMatchObject({
      status: 'failed',
      reason: 'refused',
      message: expect.stringContaining('permission'),
    });
    expect(test.story(run.id)).toEqual(['run.submitted', 'run.failed']);
  });
});

describe('after a restart', () => {
  it('a pending approval is still pending, and an approved run that never started starts', async () => {
    const first = await start({ slots: 1 });
    const waiting = await first.submit('touch waited');
    await first.until(waiting.id, 'waiting_approval');
    await first.close();
    const second = await start({ home: first.home });
    const approval = await pending(second);
    expect(approval.runId).toBe(waiting.id);
    await second.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    expect(await second.done(waiting.id)).toMatchObject({ status: 'completed' });
  });

  it('what ran is failed/interrupted, with what it had printed', async () => {
    const first = await start();
    const run = await first.submit('echo before; sleep 60', { approve: true });
    const { chunks } = await first.engine.api.output({ run: run.id, offset: 0 }, AbortSignal.timeout(5000));
    for await (const _ of chunks) break;
    await first.close();
    const second = await start({ home: first.home });
    expect(await second.done(run.id)).toMatchObject({ status: 'failed', reason: 'interrupted', receipt: { left: [] } });
    expect(await second.output(run.id)).toContain('before');
  });
});
