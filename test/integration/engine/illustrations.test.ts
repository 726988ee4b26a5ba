// What a person is shown of a plan besides its text, what is kept of it, and what executors say of the files that they leave.
import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/core/approvals.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { EngineSettings } from '../../../src/engine/context.ts';
import { DEVICE, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { createProber } from '../../helpers/prober.ts';
import { createScriptedFiles, DONE, type FilesScript } from '../../helpers/scripted-files.ts';

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const KEY = ['AKIA', 'IOSFODNN7', 'EXAMPLQ'].join('');

let test: TestEngine;
const start = async (script: Partial<FilesScript>, settings: Partial<EngineSettings> = {}): Promise<void> => {
  test = await startEngine({
    executors: [createScriptedFiles({ device: DEVICE, act: async () => DONE, ...script })],
    prober: createProber(['shell', 'local_files']),
    settings,
  });
};
afterEach(async () => {
  expect(test.faults).toEqual([]);
  await test.dispose();
});

const write = async (content = 'new'): Promise<Run> => {
  const action = { kind: 'files', operation: { op: 'write', path: '/a', content } } as const;
  return (await test.engine.api.submit({ id: newId(), task: 'write it', action })).run;
};
const asked = async (run: Run): Promise<Approval> => {
  await test.until(run.id, 'waiting_approval');
  const { approvals } = await test.engine.api['run.get']({ run: run.id });
  const newest = approvals.at(-1);
  if (newest === undefined) throw new Error('nothing was asked');
  return newest;
};
const bytesOf = async (id: string): Promise<string> => {
  const { chunks } = await test.engine.api.blob({ artifact: id, offset: 0 }, new AbortController().signal);
  const parts: Uint8Array[] = [];
  for await (const { bytes } of chunks) parts.push(bytes);
  return Buffer.concat(parts).toString('latin1');
};
let ids = 0;
const newId = (): string => `0000000000000${String(ids++).padStart(3, '0')}`;

describe('what is shown of a plan', () => {
  it('goes with the request: diff, steps, warnings, and a picture as an artifact of the run', async () => {
    await start({
      before: () => 'old',
      illustration: () => ({
        diff: '--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new\n',
        steps: ['write a'],
        warnings: ['it is a link'],
        picture: { bytes: PNG, mimeType: 'image/png' },
      }),
    });
    const run = await write();
    const { payload, description } = await asked(run);
    expect(payload).toMatchObject({
      command: 'write /a',
      access: 'workspace-write',
      enforced: 'workspace-write',
      diff: '--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new\n',
      steps: ['write a'],
      warnings: ['it is a link'],
      changes: [{ path: '/a', before: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(description).toContain('Work on files on here.');
    expect(await bytesOf(payload.picture ?? '')).toBe(PNG.toString('latin1'));
    const { artifacts } = await test.engine.api['run.get']({ run: run.id });
    expect(artifacts).toMatchObject([{ id: payload.picture, name: 'approval/before.png', kind: 'image' }]);
  });

  it('is planned by what the checks looked at, and by no second look', async () => {
    const real = join(realpathSync(tmpdir()), 'work', 'a');
    await start({ before: () => 'old', facts: { paths: [{ written: '/a', real, use: 'file' }] } });
    const { payload } = await asked(await write());
    expect(payload.targets).toEqual([real]);
  });

  it('is cut at the end of a line where it is long, and kept whole beside', async () => {
    const diff = `--- a\n+++ a\n${Array.from({ length: 20_000 }, (_, n) => `+line ${n}\n`).join('')}`;
    await start({ illustration: () => ({ diff }) });
    const { payload } = await asked(await write());
    expect(payload.diff?.length).toBeLessThanOrEqual(64 * 1024);
    expect(payload.diff?.endsWith('\n')).toBe(true);
    expect(diff.startsWith(payload.diff ?? 'x')).toBe(true);
    expect(await bytesOf(payload.diffArtifact ?? '')).toBe(diff);
  });

  it('says how much of a long sentence is left out, and shows no half of a secret', async () => {
    const step = `type ${'x'.repeat(9_990)} ${KEY} ${'y'.repeat(5_000)}`;
    await start({ illustration: () => ({ steps: ['short', step] }) });
    const [short, long] = (await asked(await write())).payload.steps ?? [];
    expect(short).toBe('short');
    expect(long).toMatch(/… and \d+ more characters: the command has all of it$/);
    const [, shown = '', more] = /^(.*)… and (\d+) more/s.exec(long ?? '') ?? [];
    expect(shown).toHaveLength(10_000);
    expect(Number(more)).toBeGreaterThan(4_900);
    expect(shown).not.toContain(KEY.slice(0, 4));
  });

  it('holds no secret, neither where it is shown nor where it is kept', async () => {
    const secret = `+key = ${KEY}\n`;
    await start({
      illustration: () => ({ diff: secret + '+x\n'.repeat(40_000), steps: [`type ${KEY}`], warnings: [KEY] }),
    });
    const { payload } = await asked(await write());
    expect(JSON.stringify(payload)).not.toContain(KEY);
    expect(await bytesOf(payload.diffArtifact ?? '')).not.toContain(KEY);
  });

  it('is asked about anew where the content is another one by the time of the start, whatever the picture', async () => {
    let content = 'old';
    let pictures = 0;
    await start({
      before: () => content,
      illustration: () => ({ picture: { bytes: Buffer.from([pictures++]), mimeType: 'image/png' } }),
    });
    const run = await write();
    const first = await asked(run);
    content = 'changed meanwhile';
    await test.engine.api.decide({ approval: first.id, decision: 'approve-for-run', digest: first.digest });
    await expect.poll(async () => (await asked(run)).id).not.toBe(first.id);
    const again = await asked(run);
    expect(again.description).toContain('the files that it changes changed since it was approved');
    await test.engine.api.decide({ approval: again.id, decision: 'approve', digest: again.digest });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
  });
});

describe('a file that an executor leaves', () => {
  it('is of the kind that the executor says, and of the type that its content has', async () => {
    await start({
      act: async (_operation, { artifactsDir, describe: say }) => {
        await writeFile(join(artifactsDir, 'notes.txt'), 'old content');
        await writeFile(join(artifactsDir, 'other.txt'), 'something');
        say('notes.txt', { kind: 'backup' });
        return DONE;
      },
    });
    const { run } = await test.engine.api.submit({
      id: newId(),
      task: 'read it',
      action: { kind: 'files', operation: { op: 'read', path: '/a' } },
    });
    await test.done(run.id);
    const { artifacts } = await test.engine.api['run.get']({ run: run.id });
    expect(artifacts.map(({ name, kind, mimeType }) => [name, kind, mimeType])).toEqual([
      ['notes.txt', 'backup', 'text/plain'],
      ['other.txt', 'document', 'text/plain'],
    ]);
  });
});

describe('backups', () => {
  it('are all kept, however few other files a run may leave', async () => {
    const names = Array.from({ length: 5 }, (_, at) => `backup/${at}`);
    await start(
      {
        act: async (_operation, { artifactsDir, describe: say }) => {
          await mkdir(join(artifactsDir, 'backup'));
          for (const name of [...names, 'one', 'two', 'three', 'four']) {
            await writeFile(join(artifactsDir, name), `what was in ${name}`);
            if (names.includes(name)) say(name, { kind: 'backup' });
          }
          return DONE;
        },
      },
      { maxArtifacts: 2, maxArtifactBytes: 30 },
    );
    const { run } = await test.engine.api.submit({
      id: newId(),
      task: 'read it',
      action: { kind: 'files', operation: { op: 'read', path: '/a' } },
    });
    await test.done(run.id);
    const { artifacts } = await test.engine.api['run.get']({ run: run.id });
    const left = artifacts.filter(({ kind }) => kind !== 'output').map(({ name }) => name);
    expect(left).toEqual([...names, 'four']);
  });
});

describe('a long text that is to be written', () => {
  it('stands in the log by its length alone, and comes whole to whoever writes it', async () => {
    const content = 'x'.repeat(100_000);
    let written = '';
    await start({
      act: async (operation) => {
        if (operation.op === 'write') written = operation.content;
        return DONE;
      },
    });
    const run = await write(content);
    const { id, digest } = await asked(run);
    expect(JSON.stringify(await test.store.eventsOf(run.id))).not.toContain('xxxxxxxx');
    await test.engine.api.decide({ approval: id, decision: 'approve', digest });
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    expect(written).toBe(content);
  });
});
