// Answers that come from another device: they carry its signature, count as far as its grant goes, and agree with those of others.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Approval, type DecisionStatement, statementText } from '../../../src/core/approvals.ts';
import { canonicalJson } from '../../../src/core/canonical.ts';
import type { DeviceId, RunId } from '../../../src/core/ids.ts';
import type { TestEngine } from '../../helpers/engine.ts';
import { BOX, type EnginePair, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
import { createTestSigner } from '../../helpers/signer.ts';
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

/** The request for a run, as the other device knows it. */
async function requestOn(engine: TestEngine, run: RunId): Promise<Approval> {
  await engine.until(run, 'waiting_approval');
  const { approvals } = await engine.engine.api['approvals.list']({ limit: 10 });
  const approval = approvals.find(({ runId }) => runId === run);
  if (approval === undefined) throw new Error('nothing waits');
  return approval;
}

const sign = (device: DeviceId, { id, digest, expiresAt }: Approval, decision: 'approve' | 'reject'): string =>
  createTestSigner(device).sign(statementText({ approval: id, digest, decision, device, expiresAt }));

describe('an answer from another device', () => {
  it('is signed there, verified here, and on the record of both', async () => {
    const { laptop, box } = await begin();
    const { id } = await box.submit('touch made; echo x');
    const approval = await requestOn(laptop, id);
    await laptop.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest });
    expect(await box.done(id)).toMatchObject({ status: 'completed' });
    const [answered] = (await box.engine.api['run.get']({ run: id })).approvals;
    expect(answered).toMatchObject({
      status: 'approved',
      decidedBy: { kind: 'human', device: LAPTOP },
      signature: sign(LAPTOP, approval, 'approve'),
    });
    const [record] = (await box.engine.api.audit({ run: id, limit: 1 })).records;
    expect(record?.steps.find(({ type }) => type === 'approval.decided')).toMatchObject({ signature: 'valid' });
    expect(await box.engine.api['audit.verify']({})).toMatchObject({ ok: true, findings: [] });
  });

  it('is nothing without its own signature: not with none, not with that of another device, answer or request', async () => {
    const { laptop, box } = await begin();
    const { id } = await box.submit('touch made; echo x');
    const { id: otherRun } = await box.submit('touch other; echo x');
    const approval = await requestOn(laptop, id);
    const other = await requestOn(laptop, otherRun);
    const answer = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    const forged = [
      `${'A'.repeat(86)}==`,
      sign(BOX, approval, 'approve'),
      sign(LAPTOP, approval, 'reject'),
      sign(LAPTOP, other, 'approve'),
      sign(LAPTOP, { ...approval, expiresAt: approval.expiresAt + 1 }, 'approve'),
      sign(LAPTOP, { ...approval, digest: other.digest }, 'approve'),
    ];
    for (const signature of forged) {
      await expect(box.engine.service.call(LAPTOP, 'decide', { ...answer, signature })).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('signature') as string,
      });
    }
    expect(await box.store.run(id)).toMatchObject({ run: { status: 'waiting_approval' } });
    const signature = sign(LAPTOP, approval, 'approve');
    await box.engine.service.call(LAPTOP, 'decide', { ...answer, signature });
    expect(await box.done(id)).toMatchObject({ status: 'completed' });
    // The same again is fine, and changes nothing.
    await box.engine.service.call(LAPTOP, 'decide', { ...answer, signature });
    expect(box.story(id).filter((type) => type === 'approval.decided')).toHaveLength(1);
    // The opposite is told that it came too late.
    const no = { ...answer, decision: 'reject', signature: sign(LAPTOP, approval, 'reject') } as const;
    await expect(box.engine.service.call(LAPTOP, 'decide', no)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('can change the command, and answers for the changed one', async () => {
    const { laptop, box } = await begin();
    const { id } = await box.submit('touch first; echo first');
    const approval = await requestOn(laptop, id);
    const { approval: next } = await laptop.engine.api['approval.edit']({
      approval: approval.id,
      digest: approval.digest,
      command: 'echo second > second; echo second',
    });
    await until(
      'the laptop to know of the new request',
      async () => (await laptop.store.approval(next.id)) !== undefined,
    );
    await laptop.engine.api.decide({ approval: next.id, decision: 'approve', digest: next.digest });
    expect(await box.done(id)).toMatchObject({ status: 'completed' });
    expect(await box.output(id)).toBe('second\n');
    expect(existsSync(join(box.home, 'first'))).toBe(false);
  });

  it('"always" adds a rule that counts as long as the device may answer, and goes with its revocation', async () => {
    const { laptop, box, onBox } = await begin();
    const { id } = await box.submit('touch made');
    const approval = await requestOn(laptop, id);
    const { rule } = await laptop.engine.api['approval.propose']({ approval: approval.id });
    const answer = { approval: approval.id, decision: 'approve-always', digest: approval.digest, rule } as const;
    await laptop.engine.api.decide(answer);
    expect(await box.done(id)).toMatchObject({ status: 'completed' });
    const own = async () => (await box.engine.api['policy.list']({})).rules.filter(({ source }) => source === 'config');
    expect(await own()).toMatchObject([{ name: rule.name, grantedBy: LAPTOP }]);
    const check = () => box.engine.api['policy.check']({ command: 'touch made', cwd: box.home });
    expect(await check()).toMatchObject({ verdict: 'allow', rule: rule.name });
    onBox.set(['run', 'observe']);
    expect(await check()).toMatchObject({ verdict: 'ask' });
    onBox.set(['run', 'approve']);
    expect(await check()).toMatchObject({ verdict: 'allow' });
    await box.engine.api['device.revoke']({ device: 'laptop' });
    expect(await own()).toEqual([]);
  });

  it('without the grant is no answer, no edit, no proposal', async () => {
    const { box } = await begin({ onBox: ['run', 'observe'] });
    const { id } = await box.submit('touch made; echo x');
    const approval = await requestOn(box, id);
    const { service } = box.engine;
    const signature = sign(LAPTOP, approval, 'approve');
    const { id: request, digest } = approval;
    const refused = { code: 'refused' };
    await expect(
      service.call(LAPTOP, 'decide', { approval: request, decision: 'approve', digest, signature }),
    ).rejects.toMatchObject(refused);
    await expect(service.call(LAPTOP, 'edit', { approval: request, digest, command: 'touch y' })).rejects.toMatchObject(
      refused,
    );
    await expect(service.call(LAPTOP, 'propose', { approval: request })).rejects.toMatchObject(refused);
    expect(await box.store.run(id)).toMatchObject({ run: { status: 'waiting_approval' } });
  });
});

describe('an answer that holds what does not belong to it', () => {
  it('is refused as a whole: nothing is added, nothing is written down', async () => {
    const { laptop, box } = await begin();
    const { id } = await box.submit('touch made');
    const approval = await requestOn(laptop, id);
    const { rule } = await laptop.engine.api['approval.propose']({ approval: approval.id });
    const base = { approval: approval.id, digest: approval.digest } as const;
    const text = (more: Partial<DecisionStatement>): string =>
      statementText({
        ...base,
        decision: 'approve',
        device: LAPTOP,
        expiresAt: approval.expiresAt,
        ...more,
      });
    const signer = createTestSigner(LAPTOP);
    const ruleText = canonicalJson(rule);
    for (const [answer, signed] of [
      [
        { decision: 'reject', rule },
        { decision: 'reject', rule: ruleText },
      ],
      [{ decision: 'approve', rule }, { rule: ruleText }],
      [{ decision: 'approve', forMs: 60_000 }, { forMs: 60_000 }],
      [{ decision: 'approve-for-run' }, { decision: 'approve-for-run' }],
      [{ decision: 'approve-always' }, { decision: 'approve-always' }],
    ] as const) {
      const signature = signer.sign(text(signed));
      await expect(box.engine.service.call(LAPTOP, 'decide', { ...base, ...answer, signature })).rejects.toMatchObject({
        code: expect.stringMatching(/^(invalid|refused)$/) as string,
      });
    }
    expect((await box.engine.api['policy.list']({})).rules.filter(({ source }) => source === 'config')).toEqual([]);
    expect(await box.store.run(id)).toMatchObject({ run: { status: 'waiting_approval' } });
    expect(await box.engine.api['audit.verify']({})).toMatchObject({ ok: true });
  });

  it('of a device that is revoked in the same moment leaves no rule behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { laptop, box } = await begin();
      const { id } = await box.submit('touch made');
      const approval = await requestOn(laptop, id);
      const { rule } = await laptop.engine.api['approval.propose']({ approval: approval.id });
      const answer = { approval: approval.id, decision: 'approve-always', digest: approval.digest, rule } as const;
      const always = laptop.engine.api.decide(answer).catch(() => {});
      await box.engine.api['device.revoke']({ device: 'laptop' });
      await always;
      const { rules } = await box.engine.api['policy.list']({});
      expect(rules.filter(({ source }) => source === 'config')).toEqual([]);
      await pair?.[Symbol.asyncDispose]();
      pair = undefined;
    }
  });
});

describe('two approvers', () => {
  it('are two devices; whichever comes second lets it run', async () => {
    const { laptop, box } = await begin({ box: { owner: { approvers: 2 } } });
    const { id } = await box.submit('touch made; echo x');
    const approval = await requestOn(laptop, id);
    const yes = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    await laptop.engine.api.decide(yes);
    await laptop.engine.api.decide(yes);
    await until('both to know of the first yes', async () => {
      const known = await Promise.all([laptop, box].map(({ store }) => store.approval(approval.id)));
      return known.every((each) => each?.status === 'pending' && each.agreed?.length === 1);
    });
    expect(existsSync(join(box.home, 'made'))).toBe(false);
    await box.engine.api.decide(yes);
    expect(await box.done(id)).toMatchObject({ status: 'completed' });
    expect(await box.engine.api['audit.verify']({})).toMatchObject({ ok: true, signatures: 2 });
  });
});

describe('at the same moment', () => {
  it('a yes and a no of two devices end in one of them, and the other is told', async () => {
    const { laptop, box } = await begin();
    for (let round = 0; round < 10; round += 1) {
      const { id } = await box.submit(`touch made-${round}; echo x`);
      const approval = await requestOn(laptop, id);
      const answer = { approval: approval.id, digest: approval.digest };
      const both = await Promise.allSettled([
        laptop.engine.api.decide({ ...answer, decision: 'approve' }),
        box.engine.api.decide({ ...answer, decision: 'reject' }),
      ]);
      const run = await box.done(id);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const lost = both.find((each) => each.status === 'rejected');
      expect(lost?.reason).toMatchObject({ code: 'conflict' });
      expect(run.status).toBe(both[0].status === 'fulfilled' ? 'completed' : 'cancelled');
      expect(existsSync(join(box.home, `made-${round}`))).toBe(run.status === 'completed');
    }
  });

  it('a yes and the revocation of who says it never let it run afterwards', async () => {
    const { laptop, box } = await begin();
    const { id } = await box.submit('touch made; sleep 60');
    const approval = await requestOn(laptop, id);
    const yes = laptop.engine.api.decide({ approval: approval.id, decision: 'approve', digest: approval.digest }).then(
      () => 'taken',
      () => 'refused',
    );
    await box.engine.api['device.revoke']({ device: 'laptop' });
    // Taken and started before is stopped; in any other order it never starts.
    const outcome = await yes;
    const run = await box.until(id, 'waiting_approval', 'cancelled', 'failed');
    if (outcome === 'refused') expect(run.status).toBe('waiting_approval');
    expect(existsSync(join(box.home, 'made'))).toBe(box.story(id).includes('run.started'));
    const signature = sign(LAPTOP, approval, 'approve');
    await expect(
      box.engine.service.call(LAPTOP, 'decide', {
        approval: approval.id,
        decision: 'approve',
        digest: approval.digest,
        signature,
      }),
    ).rejects.toMatchObject({ code: 'refused' });
  });

  it('a yes and the end of its time end in one of them', async () => {
    const { laptop, box } = await begin({ box: { settings: { approvalTtlMs: 300 } } });
    const outcomes = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const { id } = await box.submit(`touch made-${round}; echo x`);
      const approval = await requestOn(laptop, id);
      await until('its last moment', () => Date.now() >= approval.expiresAt - (round % 3) * 40);
      const answered = await laptop.engine.api
        .decide({ approval: approval.id, decision: 'approve', digest: approval.digest })
        .then(
          () => 'taken',
          () => 'late',
        );
      const run = await box.done(id);
      outcomes.add(answered);
      // Taken in its last moment it may be over before it can start: then it is asked about again, and nobody answers.
      if (answered === 'late') expect(run).toMatchObject({ status: 'cancelled', reason: 'expired' });
      expect(existsSync(join(box.home, `made-${round}`))).toBe(run.status === 'completed');
    }
    expect(outcomes.has('late')).toBe(true);
  });
});

describe('a request that waits', () => {
  it('is there after a restart of either side, and answered then', async () => {
    const both = await begin();
    const { id } = await both.box.submit('touch made; echo x');
    const approval = await requestOn(both.laptop, id);
    const yes = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    await both.restartBox();
    both.join();
    const still = await requestOn(both.laptop, id);
    expect(still).toMatchObject({ id: approval.id, digest: approval.digest, expiresAt: approval.expiresAt });
    await both.restartLaptop();
    both.join();
    await until('the box to be there', () =>
      both.laptop.engine.api
        .devices({})
        .then(({ devices }) =>
          devices.some(({ id: device, presence }) => device === BOX && presence.state === 'online'),
        ),
    );
    await both.laptop.engine.api.decide(yes);
    expect(await both.box.done(id)).toMatchObject({ status: 'completed' });
    expect(both.box.story(id)).not.toContain('approval.requested');
  });

  it('that two must agree on remembers the first over a restart', async () => {
    const both = await begin({ box: { owner: { approvers: 2 } } });
    const { id } = await both.box.submit('touch made; echo x');
    const approval = await requestOn(both.laptop, id);
    const yes = { approval: approval.id, decision: 'approve', digest: approval.digest } as const;
    await both.laptop.engine.api.decide(yes);
    await both.restartBox();
    expect(await both.box.store.approval(approval.id)).toMatchObject({
      status: 'pending',
      agreed: [{ by: { device: LAPTOP } }],
    });
    await both.box.engine.api.decide(yes);
    expect(await both.box.done(id)).toMatchObject({ status: 'completed' });
  });
});
