import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/peer/system.ts';
import { type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';

const SECRET = 'Zq8vR4nT2mKp9xW1';

let current: TestEngine | undefined;
const start = async (options?: EngineOptions): Promise<TestEngine> => {
  current = await startEngine(options);
  return current;
};
afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

const keptFiles = async (test: TestEngine): Promise<string[]> => readdir(join(test.home, 'runs')).catch(() => []);

describe('the raw action of a run with secrets', () => {
  it.each([
    ['rejected', (test: TestEngine, run: string) => test.engine.api.decide({ approval: run, decision: 'reject' })],
    ['cancelled', (test: TestEngine, run: string) => test.engine.api.cancel({ run })],
  ] as const)('is erased when the run is %s without ever having run', async (_, end) => {
    const test = await start();
    const run = await test.submit('true; true', { env: { TOKEN: SECRET } });
    await test.until(run.id, 'waiting_approval');
    expect(await keptFiles(test)).toContain(`${run.id}.action`);
    await end(test, String(run.number));
    await test.done(run.id);
    await expect.poll(() => keptFiles(test)).toEqual([]);
    await expect(test.engine.api.retry({ run: run.id, id: systemIds.next() })).rejects.toMatchObject({
      code: 'refused',
    });
  });

  it('is erased at the next start if a crash left it', async () => {
    const first = await start();
    const run = await first.submit('echo done');
    await first.done(run.id);
    await first.close();
    await writeFile(join(first.home, 'runs', `${run.id}.action`), SECRET);
    await mkdir(join(first.home, 'runs', 'aaaaaaaaaaaaaaaa', 'artifacts'), { recursive: true });
    const second = await start({ home: first.home });
    expect(await keptFiles(second)).toEqual([]);
  });

  it('is not in the reason of a rejection either', async () => {
    const test = await start();
    const run = await test.submit('true; true');
    await test.until(run.id, 'waiting_approval');
    await test.engine.api.decide({ approval: '1', decision: 'reject', note: `password=${SECRET}` });
    expect(JSON.stringify(test.changes)).not.toContain(SECRET);
  });
});

describe('the environment of the peer', () => {
  it('is part of what is approved: another PATH asks again', async () => {
    const home = await mkdtemp(join(tmpdir(), 'dispatch-engine-'));
    const first = await start({ home, baseEnv: { PATH: '/usr/bin:/bin' } });
    const run = await first.submit('true; true');
    await first.until(run.id, 'waiting_approval');
    await first.close();
    const evil = join(home, 'evil');
    const second = await start({ home, baseEnv: { PATH: `${evil}:/usr/bin:/bin` } });
    const [approval] = (await second.engine.api['approvals.list']({ limit: 1 })).approvals;
    await second.engine.api.decide({ approval: approval?.id ?? '', decision: 'approve' });
    await second.until(run.id, 'waiting_approval');
    expect(second.story(run.id)).not.toContain('run.started');
    await second.engine.api.cancel({ run: run.id });
  });

  it('cannot change what a harmless command is', async () => {
    const home = await mkdtemp(join(tmpdir(), 'dispatch-engine-'));
    await writeFile(join(home, 'ls'), '#!/bin/sh\necho PWNED\n', { mode: 0o755 });
    await writeFile(join(home, 'startup'), 'echo PWNED\n');
    const test = await start({
      home,
      baseEnv: {
        PATH: '.::/usr/bin:/bin',
        BASH_ENV: join(home, 'startup'),
        ENV: join(home, 'startup'),
        'BASH_FUNC_ls%%': '() { echo PWNED; }',
      },
    });
    const run = await test.submit('ls');
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    const output = await test.output(run.id);
    expect(output).not.toContain('PWNED');
    expect(output).toContain('startup');
  });
});

describe('the same submission', () => {
  it.each([true, false])('twice at once is one run (approved beforehand: %s)', async (approve) => {
    const test = await start();
    const id = systemIds.next();
    const action = {
      kind: 'shell',
      command: 'echo x >> effects',
      access: 'workspace-write',
      cwd: test.home,
      env: { A: SECRET },
    } as const;
    const params = { id, task: '!echo', action, ...(approve ? { approve } : {}) };
    const both = await Promise.all([test.engine.api.submit(params), test.engine.api.submit(params)]);
    expect(both[0]).toEqual(both[1]);
    if (!approve) {
      await test.until(id, 'waiting_approval');
      await test.engine.api.decide({ approval: '1', decision: 'approve' });
    }
    expect(await test.done(id)).toMatchObject({ status: 'completed' });
    expect(await readFile(join(test.home, 'effects'), 'utf8')).toBe('x\n');
  });
});

describe('a run that a lost peer left', () => {
  it('keeps what it had printed if it is cancelled while it is being ended', async () => {
    const first = await start();
    const run = await first.submit('echo before; sleep 60', { approve: true });
    const { chunks } = await first.engine.api.output({ run: run.id, offset: 0 }, AbortSignal.timeout(5000));
    for await (const _ of chunks) break;
    await first.abandon();
    const second = await startEngine({ home: first.home, start: false });
    current = second;
    const starting = second.engine.start();
    const cancelled = second.engine.api.cancel({ run: run.id });
    await starting;
    expect((await cancelled).run).toMatchObject({ status: 'failed', reason: 'interrupted' });
    expect(await second.output(run.id)).toContain('before');
    await rm(first.home, { recursive: true, force: true });
  });
});
