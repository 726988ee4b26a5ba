// A paired device that means ill, or is unlucky in its timing: it gets what it was granted and nothing else.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { beforehandText } from '../../../src/core/approvals.ts';
import { canonicalJson } from '../../../src/core/canonical.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { systemIds } from '../../../src/peer/system.ts';
import type { Offer } from '../../../src/protocol/peer-api.ts';
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

const FIRST = '0123456789abcdea' as RunId;
const SECOND = '0123456789abcdeb' as RunId;
const placeNumber = (number: number): string => `018c00000000-0000/${LAPTOP}/${String(number).padStart(12, '0')}`;
const offer = (run: RunId, command: string, more: Partial<Offer> = {}): Offer => ({
  run,
  task: `!${command}`,
  action: { kind: 'shell', command, access: 'workspace-write' },
  because: [],
  by: { kind: 'human', device: LAPTOP },
  place: placeNumber(1),
  ...more,
});

/** With a yes beforehand, as the laptop would sign it. */
function yes(offered: Offer): Offer {
  const action = systemIds.sha256(canonicalJson(offered.action));
  const statement = { run: offered.run, executor: BOX, action, device: LAPTOP };
  return { ...offered, approve: { action, signature: createTestSigner(LAPTOP).sign(beforehandText(statement)) } };
}

describe('an offer', () => {
  it('of inline code is refused: it would read the whole thread', async () => {
    const { box } = await begin({ onBox: ['run', 'approve'] });
    const action = { kind: 'inline', language: 'expression', source: 'messages()' } as const;
    await expect(box.engine.service.call(LAPTOP, 'offer', { ...offer(FIRST, ''), action })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(await box.store.run(FIRST)).toBeUndefined();
  });

  it('cannot take the place of another run, nor speak for another device', async () => {
    const { box } = await begin({ onBox: ['run', 'approve'] });
    const { service } = box.engine;
    await service.call(LAPTOP, 'offer', yes(offer(FIRST, 'sleep 60')));
    await until('it to run', () => box.story(FIRST).includes('run.started'));
    await expect(service.call(LAPTOP, 'offer', yes(offer(SECOND, 'true')))).rejects.toMatchObject({
      code: 'conflict',
    });
    const elsewhere = placeNumber(2).replace(LAPTOP, '12D3KooWSomebodyELse');
    await expect(service.call(LAPTOP, 'offer', offer(SECOND, 'true', { place: elsewhere }))).rejects.toMatchObject({
      code: 'invalid',
    });
    const by = { kind: 'human', device: box.store.device } as const;
    await expect(
      service.call(LAPTOP, 'offer', offer(SECOND, 'true', { by, place: placeNumber(3) })),
    ).rejects.toMatchObject({ code: 'invalid' });
    expect((await box.store.runs({ status: ['running'], limit: 5 })).items.map(({ id }) => id)).toEqual([FIRST]);
    expect(await box.store.verify()).toEqual([]);
  });

  it('says yes to nothing without the grant, whatever it says of itself', async () => {
    const { box } = await begin({ onBox: ['run'] });
    await box.engine.service.call(LAPTOP, 'offer', yes(offer(FIRST, 'touch x')));
    expect(await box.until(FIRST, 'waiting_approval')).toMatchObject({ status: 'waiting_approval' });
  });

  it('that is in flight while its device is revoked runs nothing', async () => {
    const { box } = await begin({ onBox: ['run', 'approve'] });
    const env = { TOKEN: 'secret-secret-1234567' };
    const action = { kind: 'shell', command: `touch ${box.home}/ran`, access: 'workspace-write', env } as const;
    const offered = box.engine.service.call(LAPTOP, 'offer', yes({ ...offer(FIRST, ''), action }));
    const settled = offered.then(
      () => 'taken',
      () => 'refused',
    );
    await box.engine.api['device.revoke']({ device: 'laptop' });
    if ((await settled) === 'taken') {
      expect(await box.done(FIRST)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
    }
    expect(box.story(FIRST)).not.toContain('run.started');
    expect(existsSync(join(box.home, 'ran'))).toBe(false);
  });

  it('beyond what one device may keep open waits at home', async () => {
    const { box } = await begin({ onBox: ['run'] });
    const { service } = box.engine;
    const id = (number: number): RunId => `000000000000${String(number).padStart(4, '0')}` as RunId;
    const send = (number: number) =>
      service.call(LAPTOP, 'offer', offer(id(number), 'touch x', { place: placeNumber(number) }));
    // All at once: none may overtake the count.
    const answers = await Promise.allSettled(Array.from({ length: 150 }, (_, index) => send(index + 1)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(120);
    await expect(send(201)).rejects.toMatchObject({ code: 'unavailable', retryable: true });
  });
});

describe('a grant that is gone', () => {
  it('is gone for what waits, after a crash between the tombstone and all that follows it', async () => {
    const started = await begin({ onBox: ['run', 'approve'], box: { slots: 1 } });
    const first = await started.laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await until('it to run', () => started.box.story(first.id).includes('run.started'));
    const second = await started.laptop.submit('touch ran', { devices: ['box'], approve: true });
    await until('the yes', () => started.box.story(second.id).includes('approval.decided'));
    started.cut();
    await started.box.abandon();
    started.onBox.set([]);
    await started.restartBox();
    expect(await started.box.done(second.id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
    expect(existsSync(join(started.laptop.home, 'ran'))).toBe(false);
  });

  it('ends what runs under it, and what is being read', async () => {
    const { laptop, box, onBox } = await begin({ onBox: ['run', 'approve', 'observe'] });
    const run = await laptop.submit('echo begun; sleep 60', { devices: ['box'], approve: true });
    const own = await box.submit('echo theirs; sleep 60', { approve: true });
    await until('both to run', () => [run, own].every(({ id }) => box.story(id).includes('run.started')));
    const { chunks } = await box.engine.service.output(LAPTOP, { run: own.id, offset: 0 }, AbortSignal.timeout(20_000));
    const reading = (async () => {
      for await (const _ of chunks);
    })();
    onBox.set(['approve']);
    // No clean end: what was cut off must not look like the whole.
    await expect(reading).rejects.toMatchObject({ code: 'refused' });
    expect(await box.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'revoked' });
    expect((await box.engine.api['run.get']({ run: own.id })).run.status).toBe('running');
    await box.engine.api.cancel({ run: own.id });
    await box.done(own.id);
  });
});

describe('a run with a time to be accepted in', () => {
  it('is executed if it was, however late its origin hears of that', async () => {
    const started = await begin({ joined: false });
    const { laptop, box } = started;
    const { service } = box.engine as { service: { call: typeof box.engine.service.call } };
    const call = service.call;
    let calls = 0;
    // The answer to the first offer is lost.
    service.call = async (...args) => {
      const answer = await call(...args);
      calls += 1;
      if (calls === 1) started.cut();
      return answer;
    };
    started.join();
    const run = await laptop.submit('echo done', { devices: ['box'], approve: true, expiresInMs: 700 });
    await until('it to be done there', () => box.story(run.id).includes('run.completed'));
    await until('its time to be over', () => Date.now() > (run.expiresAt ?? 0));
    started.join();
    expect(await laptop.done(run.id)).toMatchObject({ status: 'completed', exitCode: 0 });
  });

  it('is ended where it waits for a slot', async () => {
    const { laptop, box } = await begin({ box: { slots: 1 } });
    const busy = await laptop.submit('sleep 60', { devices: ['box'], approve: true });
    await until('it to run', () => box.story(busy.id).includes('run.started'));
    // Allowed without asking, so that it is queued and not approved.
    const late = await laptop.submit('true', { devices: ['box'], expiresInMs: 300 });
    expect(await laptop.done(late.id)).toMatchObject({ status: 'cancelled', reason: 'expired' });
    await laptop.engine.api.cancel({ run: busy.id });
    await laptop.done(busy.id);
  });
});
