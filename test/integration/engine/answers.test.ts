// What a person can answer besides yes and no: for this run, always, an edited command; and how several persons agree.
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/cli/ids.ts';
import type { Approval } from '../../../src/core/approvals.ts';
import type { RunId } from '../../../src/core/ids.ts';
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

/** A run that waits, and the request for it. */
async function asked(test: TestEngine, command: string): Promise<{ run: RunId; approval: Approval }> {
  const { id } = await test.submit(command);
  return { run: id, approval: await requestOf(test, id) };
}
async function requestOf(test: TestEngine, run: RunId): Promise<Approval> {
  await test.until(run, 'waiting_approval');
  const { approvals } = await test.engine.api['approvals.list']({ limit: 10 });
  const approval = approvals.find(({ runId }) => runId === run);
  if (approval === undefined) throw new Error('nothing waits');
  return approval;
}

describe('an edited command', () => {
  it('asks anew, and is what runs; both versions stay in the thread', async () => {
    const test = await start();
    const { run, approval } = await asked(test, 'touch first; echo first');
    const { approval: next } = await test.engine.api['approval.edit']({
      approval: approval.id,
      digest: approval.digest,
      command: 'touch second; echo second',
    });
    expect(next).toMatchObject({
      status: 'pending',
      edits: approval.id,
      payload: { command: 'touch second; echo second' },
    });
    expect(next.digest).not.toBe(approval.digest);
    // The old one is nobody's to answer any more.
    await expect(
      test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await test.engine.api.decide({ approval: next.id, decision: 'approve', digest: next.digest });
    expect(await test.done(run)).toMatchObject({ status: 'completed' });
    expect(await test.output(run)).toBe('second\n');
    expect(existsSync(join(test.home, 'first'))).toBe(false);
    const { approvals } = await test.engine.api['run.get']({ run });
    expect(approvals.map(({ status, payload }) => [status, payload.command])).toEqual([
      ['expired', 'touch first; echo first'],
      ['approved', 'touch second; echo second'],
    ]);
    expect(approvals[0]).toMatchObject({ replacedBy: next.id });
  });

  it('is refused where anything in it is secret: what is kept apart from the log could not change with it', async () => {
    const test = await start();
    const secret = ['ghp', 'a'.repeat(36)].join('_');
    const { run, approval } = await asked(test, 'echo first > file');
    const edit = { approval: approval.id, digest: approval.digest };
    await expect(test.engine.api['approval.edit']({ ...edit, command: `echo ${secret} > kept` })).rejects.toMatchObject(
      { code: 'refused' },
    );
    const { id: withEnv } = await test.submit('echo second > file', { env: { TOKEN: 'something-secret' } });
    const other = await requestOf(test, withEnv);
    await expect(
      test.engine.api['approval.edit']({ approval: other.id, digest: other.digest, command: 'echo third > file' }),
    ).rejects.toMatchObject({ code: 'refused' });
    for (const id of [run, withEnv]) {
      expect(test.story(id)).not.toContain('approval.edited');
      expect(JSON.stringify(await test.store.eventsOf(id))).not.toContain(secret);
      expect(await test.store.run(id)).toMatchObject({ run: { status: 'waiting_approval' } });
    }
  });

  it('that the gate forbids changes nothing: the first one still waits', async () => {
    const rule = { name: 'no-dd', decision: 'deny', command: ['dd', '...'], source: 'config' } as const;
    const test = await start({ owner: { rules: [rule] } });
    const { run, approval } = await asked(test, 'echo first > file');
    const edit = { approval: approval.id, digest: approval.digest };
    await expect(test.engine.api['approval.edit']({ ...edit, command: 'dd if=a of=b' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('no-dd') as string,
    });
    await expect(test.engine.api['approval.edit']({ ...edit, command: '' })).rejects.toMatchObject({ code: 'refused' });
    await expect(test.engine.api['approval.edit']({ ...edit, command: 'echo •••••• > x' })).rejects.toMatchObject({
      code: 'invalid',
    });
    const stale = { ...edit, digest: 'f'.repeat(64), command: 'echo x' };
    await expect(test.engine.api['approval.edit'](stale)).rejects.toMatchObject({ code: 'conflict' });
    await test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    expect(await test.done(run)).toMatchObject({ status: 'completed' });
  });
});

describe('an answer "for this run"', () => {
  it('covers the same request of the same run, and says so', async () => {
    const secrets = { TOKEN: 'the-first-value' };
    const test = await start({ slots: 1, secrets });
    const blocker = await test.submit('sleep 60', { approve: true });
    const action = {
      kind: 'shell',
      command: 'cd .; printenv TOKEN | wc -c',
      access: 'workspace-write',
      cwd: test.home,
    } as const;
    const { run } = await test.engine.api.submit({
      id: newId(),
      task: '!x',
      action: { ...action, secrets: ['TOKEN'] },
    });
    const approval = await requestOf(test, run.id);
    const answer = {
      approval: approval.id,
      digest: approval.digest,
      decision: 'approve-for-run',
      forMs: 600_000,
    } as const;
    await test.engine.api.decide(answer);
    // What is shown stays the same; the digest does not.
    secrets.TOKEN = 'another value, which is longer';
    await test.engine.api.cancel({ run: blocker.id });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    expect(await test.output(run.id)).toBe('31\n');
    const { approvals } = await test.engine.api['run.get']({ run: run.id });
    expect(approvals).toMatchObject([
      { status: 'approved', decision: 'approve-for-run' },
      { status: 'approved', under: approval.id },
    ]);
    expect(approvals[1]?.digest).not.toBe(approval.digest);
  });

  it('never covers a changed program: a person is asked, and told why', async () => {
    const test = await start({ slots: 1 });
    const script = join(test.home, 'work.sh');
    await writeFile(script, 'echo one\n');
    await chmod(script, 0o755);
    const blocker = await test.submit('sleep 60', { approve: true });
    const { run, approval } = await asked(test, './work.sh; echo end');
    expect(approval.payload.programs).toMatchObject([{ name: './work.sh', path: script }]);
    await test.engine.api.decide({ approval: approval.id, decision: 'approve-for-run', digest: approval.digest });
    await writeFile(script, 'echo two\n');
    await test.engine.api.cancel({ run: blocker.id });
    expect((await requestOf(test, run)).description).toMatch(/^You are asked again: \.\/work\.sh changed/);
    expect(test.story(run)).not.toContain('run.started');
  });

  it('given once only covers nothing else: a changed file asks anew', async () => {
    const test = await start({ slots: 1 });
    const script = join(test.home, 'work.sh');
    await writeFile(script, 'echo one\n');
    await chmod(script, 0o755);
    const blocker = await test.submit('sleep 60', { approve: true });
    const { run, approval } = await asked(test, './work.sh; echo end');
    await test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    await test.until(run, 'running');
    await writeFile(script, 'echo two\n');
    await test.engine.api.cancel({ run: blocker.id });
    const next = await requestOf(test, run);
    expect(next.id).not.toBe(approval.id);
    expect(next.digest).not.toBe(approval.digest);
    await test.engine.api.decide({ approval: next.id, decision: 'reject', digest: next.digest });
    expect(await test.done(run)).toMatchObject({ status: 'cancelled', reason: 'rejected' });
    expect(test.story(run)).not.toContain('run.started');
  });
});

describe('an answer "always"', () => {
  it('adds exactly the rule that was shown, which then lets the same through and nothing more', async () => {
    const test = await start();
    const { run, approval } = await asked(test, 'touch made');
    const proposed = await test.engine.api['approval.propose']({ approval: approval.id });
    expect(proposed.toml).toContain('[[rules]]');
    const wider = { ...proposed.rule, command: ['touch', '...'] };
    const answer = { approval: approval.id, decision: 'approve-always', digest: approval.digest } as const;
    await expect(test.engine.api.decide({ ...answer, rule: wider })).rejects.toMatchObject({ code: 'conflict' });
    await expect(test.engine.api.decide(answer)).rejects.toMatchObject({ code: 'invalid' });
    expect((await test.engine.api['policy.list']({})).rules.filter(({ source }) => source === 'config')).toEqual([]);
    await test.engine.api.decide({ ...answer, rule: proposed.rule });
    expect(await test.done(run)).toMatchObject({ status: 'completed' });
    expect((await test.engine.api['run.get']({ run })).approvals).toMatchObject([{ rule: proposed.rule.name }]);
    const check = (command: string) => test.engine.api['policy.check']({ command, cwd: test.home });
    // Nothing keeps it in bounds on this device, and the rule was made for just that.
    expect(await check('touch made')).toMatchObject({ verdict: 'allow', rule: proposed.rule.name });
    for (const other of ['touch made; rm -rf ~', 'touch made other', 'touch made && curl x | sh', 'touch $(rm x)']) {
      expect(await check(other), other).toMatchObject({ verdict: 'ask' });
    }
  });
});

describe('a rule that cannot be added', () => {
  it('is told, and what was approved runs all the same', async () => {
    const test = await start({ owner: { refusesRules: true } });
    const { run, approval } = await asked(test, 'touch made');
    const { rule } = await test.engine.api['approval.propose']({ approval: approval.id });
    const answer = { approval: approval.id, decision: 'approve-always', digest: approval.digest, rule } as const;
    await expect(test.engine.api.decide(answer)).rejects.toMatchObject({ code: 'storage' });
    expect(await test.done(run)).toMatchObject({ status: 'completed' });
    expect(existsSync(join(test.home, 'made'))).toBe(true);
  });
});

describe('a yes', () => {
  it('counts at the moment of acting: not beyond its time, and not when more must agree by then', async () => {
    let approvers = 1;
    const owner = { approvers: () => approvers };
    const test = await start({ slots: 1, owner, settings: { approvalTtlMs: 10_000 } });
    const blocker = await test.submit('sleep 60', { approve: true });
    const { run, approval } = await asked(test, 'touch made; echo x');
    await test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    await test.until(run, 'running');
    approvers = 2;
    await test.engine.api.cancel({ run: blocker.id });
    expect(await requestOf(test, run)).toMatchObject({
      approvers: 2,
      description: expect.stringContaining('2 devices must say yes now') as string,
    });
    expect(existsSync(join(test.home, 'made'))).toBe(false);
  });

  it('said once is not "always": whoever says that later is told', async () => {
    const test = await start({ slots: 1 });
    const blocker = await test.submit('sleep 60', { approve: true });
    const { approval } = await asked(test, 'touch made');
    const { rule } = await test.engine.api['approval.propose']({ approval: approval.id });
    const yes = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    await test.engine.api.decide(yes);
    await test.engine.api.decide(yes);
    await expect(test.engine.api.decide({ ...yes, decision: 'approve-always', rule })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await test.engine.api['policy.list']({})).rules.filter(({ source }) => source === 'config')).toEqual([]);
    await test.engine.api.cancel({ run: blocker.id });
  });

  it('named by the number of its run is not taken for a command that was changed since', async () => {
    const test = await start();
    const { approval } = await asked(test, 'touch first; echo first');
    const { approval: next } = await test.engine.api['approval.edit']({
      approval: approval.id,
      digest: approval.digest,
      command: 'touch second; echo second',
    });
    await expect(test.engine.api.decide({ approval: '1', decision: 'approve' })).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining(next.id) as string,
    });
    await test.engine.api.decide({ approval: next.id, decision: 'approve' });
  });
});

describe('two approvers', () => {
  it('must be two devices: one alone does not suffice, however often it says yes', async () => {
    const test = await start({ owner: { approvers: 2 } });
    const { run, approval } = await asked(test, 'touch made; echo x');
    expect(approval).toMatchObject({ approvers: 2, decisions: ['approve', 'reject'] });
    const yes = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    for (let times = 0; times < 3; times += 1) {
      expect(await test.engine.api.decide(yes)).toMatchObject({
        approval: { status: 'pending', agreed: [{ by: { kind: 'human' } }] },
      });
    }
    expect(test.story(run).filter((type) => type === 'approval.agreed')).toHaveLength(1);
    expect(existsSync(join(test.home, 'made'))).toBe(false);
    // A no is one person's to say.
    await test.engine.api.decide({ ...yes, decision: 'reject' });
    expect(await test.done(run)).toMatchObject({ status: 'cancelled', reason: 'rejected' });
  });

  it('counts a yes beforehand as one of them', async () => {
    const test = await start({ owner: { approvers: 2 } });
    const run = await test.submit('touch made; echo x', { approve: true });
    const approval = await requestOf(test, run.id);
    expect(approval).toMatchObject({ status: 'pending', agreed: [{ by: { kind: 'human' } }] });
    const impatient = await test.submit('touch other; echo x', { approve: true, noWait: true });
    expect(await test.done(impatient.id)).toMatchObject({ status: 'failed', reason: 'refused' });
  });
});

describe('a program', () => {
  it('may ask, and may not say yes for itself', async () => {
    const test = await start();
    const action = { kind: 'shell', command: 'touch made', access: 'workspace-write', cwd: test.home } as const;
    await expect(
      test.engine.api.submit({ id: newId(), task: '!touch made', action, as: 'agent', approve: true }),
    ).rejects.toMatchObject({ code: 'refused' });
    const { run } = await test.engine.api.submit({ id: newId(), task: '!touch made', action, as: 'agent' });
    expect(run.by.kind).toBe('agent');
    const approval = await requestOf(test, run.id);
    await test.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
  });
});
