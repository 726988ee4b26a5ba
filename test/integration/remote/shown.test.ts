// What a request shows of a device goes to those who may see it: whoever merely asks must not learn by asking what is there.
import { afterEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/core/approvals.ts';
import type { ArtifactId } from '../../../src/core/ids.ts';
import type { Rule } from '../../../src/core/policy/rules.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { SubmitParams } from '../../../src/protocol/api.ts';
import type { TestEngine } from '../../helpers/engine.ts';
import { BOX, type EnginePair, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
import { createProber } from '../../helpers/prober.ts';
import { createScriptedFiles, DONE } from '../../helpers/scripted-files.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const ASKS_FIRST: Rule = { name: 'ask-to-read', decision: 'ask', source: 'config', operations: ['files.read'] };

let pair: EnginePair | undefined;
afterEach(async () => {
  expect([...(pair?.laptop.faults ?? []), ...(pair?.box.faults ?? [])]).toEqual([]);
  await pair?.[Symbol.asyncDispose]();
  pair = undefined;
});

async function begin(grants: Parameters<typeof startPair>[0] = {}, rules: readonly Rule[] = []): Promise<EnginePair> {
  const files = createScriptedFiles({
    device: BOX,
    before: () => 'old',
    facts: { paths: [{ written: '/a', real: '/a', use: 'file' }] },
    illustration: () => ({ diff: '-what is in it\n', picture: { bytes: PNG, mimeType: 'image/png' } }),
    act: async () => DONE,
  });
  const prober = createProber(['shell', 'local_files']);
  pair = await startPair({ ...grants, laptop: { prober }, box: { executors: [files], prober, owner: { rules } } });
  return pair;
}

let ids = 0;
const submit = async (engine: TestEngine, more: Partial<SubmitParams> = {}): Promise<Run> => {
  const action = { kind: 'files', operation: { op: 'delete', path: '/a' } } as const;
  const id = `000000000000s${String(ids++).padStart(3, '0')}`;
  return (await engine.engine.api.submit({ id, task: 'delete it', action, ...more })).run;
};
const askedOn = async (engine: TestEngine, run: Run): Promise<Approval> => {
  await engine.until(run.id, 'waiting_approval');
  const [approval] = (await engine.engine.api['run.get']({ run: run.id })).approvals;
  if (approval === undefined) throw new Error('nothing was asked');
  return approval;
};
const asksBox = { devices: ['box'] };

describe('the difference that a request shows', () => {
  it('goes to a device that may read the files unasked', async () => {
    const { laptop, box } = await begin({ onBox: ['run'] });
    const { payload } = await askedOn(box, await submit(laptop, asksBox));
    expect(payload.diff).toBe('-what is in it\n');
  });

  it('goes to no device that would be asked about reading them, which is said', async () => {
    const { laptop, box } = await begin({ onBox: ['run'] }, [ASKS_FIRST]);
    const run = await submit(laptop, asksBox);
    const { payload } = await askedOn(box, run);
    expect(payload.diff).toBeUndefined();
    expect(payload.warnings).toEqual([expect.stringContaining('look at them on the device')]);
    await laptop.until(run.id, 'waiting_approval');
    expect(JSON.stringify(await laptop.store.eventsOf(run.id))).not.toContain('what is in it');
  });

  it('goes to whoever may answer, and to the device itself, whatever the rules ask about', async () => {
    const { laptop, box } = await begin({ onBox: ['run', 'approve'] }, [ASKS_FIRST]);
    for (const run of [await submit(laptop, asksBox), await submit(box)]) {
      expect((await askedOn(box, run)).payload.diff).toBe('-what is in it\n');
    }
  });
});

describe('the picture that a request shows', () => {
  const reads = async ({ box }: EnginePair, artifact: ArtifactId | undefined): Promise<Buffer> => {
    if (artifact === undefined) throw new Error('no picture was shown');
    const { chunks } = await box.engine.service.blob(LAPTOP, { artifact, offset: 0 }, AbortSignal.timeout(5000));
    const parts: Uint8Array[] = [];
    for await (const { bytes } of chunks) parts.push(bytes);
    return Buffer.concat(parts);
  };

  it('is shown to whoever merely asks once somebody said yes', async () => {
    const both = await begin({ onBox: ['run'] });
    const run = await submit(both.laptop, asksBox);
    const { id, digest, payload } = await askedOn(both.box, run);
    const { picture } = payload;
    await expect(reads(both, picture)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('those who may answer') as string,
    });
    await both.box.engine.api.decide({ approval: id, decision: 'approve', digest });
    await both.box.done(run.id);
    expect(await reads(both, picture)).toEqual(PNG);
  });

  it('is never shown to them after a no', async () => {
    const both = await begin({ onBox: ['run'] });
    const run = await submit(both.laptop, asksBox);
    const { id, digest, payload } = await askedOn(both.box, run);
    await both.box.engine.api.decide({ approval: id, decision: 'reject', digest });
    await both.box.done(run.id);
    await expect(reads(both, payload.picture)).rejects.toMatchObject({ code: 'refused' });
  });

  it.each([['approve'], ['observe']] as const)('is shown before to a device with the grant %s', async (grant) => {
    const both = await begin({ onBox: ['run', grant] });
    const { payload } = await askedOn(both.box, await submit(both.laptop, asksBox));
    expect(await reads(both, payload.picture)).toEqual(PNG);
  });
});
