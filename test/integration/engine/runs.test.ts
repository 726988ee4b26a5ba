import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/peer/system.ts';
import { type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';

/** One black pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=';

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

describe('a run', () => {
  it('runs a harmless command at once and keeps its output', async () => {
    const test = await start();
    const run = await test.submit('echo hello');
    expect(run).toMatchObject({ status: 'queued', number: 1, route: 'desktop-local' });
    expect(await test.done(run.id)).toMatchObject({
      status: 'completed',
      exitCode: 0,
      output: { bytes: 6, droppedBytes: 0 },
    });
    expect(await test.output(run.id)).toBe('hello\n');
    expect(test.story(run.id)).toEqual([
      'run.submitted',
      'run.accepted',
      'run.started',
      'artifact.created',
      'run.completed',
    ]);
  });

  it('turns the files it leaves into artifacts and tidies up after itself', async () => {
    const test = await start();
    const run = await test.submit(
      `mkdir $DISPATCH_ARTIFACTS/sub; echo "# hi" > $DISPATCH_ARTIFACTS/sub/a.md; echo ${PNG} | base64 -d > $DISPATCH_ARTIFACTS/p.png; ln -s /etc/passwd $DISPATCH_ARTIFACTS/link`,
      { approve: true },
    );
    await test.done(run.id);
    const { artifacts } = await test.engine.api['artifacts.list']({ run: run.id, limit: 10 });
    const files = artifacts.filter(({ kind }) => kind !== 'output');
    expect(files.map(({ name, kind, mimeType }) => [name, kind, mimeType])).toEqual([
      ['p.png', 'image', 'image/png'],
      ['sub/a.md', 'document', 'text/markdown'],
    ]);
    const { chunks } = await test.engine.api.blob(
      { artifact: `${run.number}/sub/a.md`, offset: 0 },
      AbortSignal.timeout(5000),
    );
    for await (const { bytes } of chunks) expect(Buffer.from(bytes).toString()).toBe('# hi\n');
    await test.engine.close(); // tidying up comes after the end has been told
    expect((await readdir(join(test.home, 'runs'))).filter((name) => name.includes(run.id))).toEqual([]);
  });

  it('says how it failed', async () => {
    const test = await start();
    const exit = await test.submit('exit 7', { approve: true });
    expect(await test.done(exit.id)).toMatchObject({ status: 'failed', reason: 'exit', exitCode: 7 });
    const signal = await test.submit('kill -SEGV $$', { approve: true });
    expect(await test.done(signal.id)).toMatchObject({ status: 'failed', reason: 'signal', signal: 'SIGSEGV' });
    const folder = (
      await test.engine.api.submit({
        id: systemIds.next(),
        task: '!ls',
        action: { kind: 'shell', command: 'ls', access: 'read-only', cwd: '/no/such/folder' },
      })
    ).run;
    expect(await test.done(folder.id)).toMatchObject({
      status: 'failed',
      reason: 'invalid',
      message: expect.stringContaining('/no/such/folder'),
    });
  });

  it('counts once, however often it is submitted', async () => {
    const test = await start();
    const id = systemIds.next();
    const params = {
      id,
      task: '!echo once',
      action: { kind: 'shell', command: 'echo once', access: 'read-only' },
    } as const;
    const [first, second] = [await test.engine.api.submit(params), await test.engine.api.submit(params)];
    expect(second.run.number).toBe(first.run.number);
    await test.done(id);
    await test.engine.api.submit(params);
    expect(test.story(id).filter((type) => type === 'run.started')).toHaveLength(1);
  });

  it('waits for a slot, and gets it in order', async () => {
    const test = await start({ slots: 1 });
    const first = await test.submit('sleep 60');
    await test.until(first.id, 'running');
    const second = await test.submit('echo second');
    const third = await test.submit('echo third');
    expect((await test.engine.api['run.get']({ run: second.id })).run.status).toBe('queued');
    await test.engine.api.cancel({ run: first.id });
    await Promise.all([test.done(second.id), test.done(third.id)]);
    const starts = test.changes.filter(({ event }) => event.type === 'run.started').map(({ event }) => event.stream);
    expect(starts).toEqual([first.id, second.id, third.id]);
  });

  it('is cancelled with everything that belongs to it', async () => {
    const test = await start();
    const run = await test.submit('echo ready; sleep 61 & sleep 62', { approve: true });
    const { chunks } = await test.engine.api.output({ run: run.id, offset: 0 }, AbortSignal.timeout(5000));
    for await (const _ of chunks) break;
    await test.engine.api.cancel({ run: run.id });
    const ended = await test.done(run.id);
    expect(ended).toMatchObject({ status: 'cancelled', reason: 'user', receipt: { left: [] } });
    const names = ended.status === 'cancelled' ? ended.receipt?.stopped.map(({ command }) => command).join(' ') : '';
    expect(names).toContain('sleep');
    await test.engine.api.cancel({ run: run.id }); // the same answer again is fine
  });

  it('is cancelled while it waits, without ever starting', async () => {
    const test = await start();
    const run = await test.submit('touch started');
    await test.until(run.id, 'waiting_approval');
    await test.engine.api.cancel({ run: run.id });
    expect(await test.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
    expect(test.story(run.id)).not.toContain('run.started');
    await expect(test.engine.api.decide({ approval: String(run.number), decision: 'approve' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('ends at its time limit', async () => {
    const test = await start();
    const { run } = await test.engine.api.submit({
      id: systemIds.next(),
      task: '!sleep 60',
      action: { kind: 'shell', command: 'sleep 60', access: 'read-only', timeoutMs: 200 },
    });
    expect(await test.done(run.id)).toMatchObject({ status: 'failed', reason: 'timeout', receipt: { left: [] } });
  });

  it('is retried as a new run', async () => {
    const test = await start();
    const run = await test.submit('echo again');
    await test.done(run.id);
    const again = (await test.engine.api.retry({ run: '1', id: systemIds.next() })).run;
    expect(again).toMatchObject({ number: 2, retryOf: run.id, action: run.action });
    await test.done(again.id);
    expect(await test.output(again.id)).toBe('again\n');
  });

  it('never writes a secret down, and uses it all the same', async () => {
    const test = await start();
    const secret = 'Zq8vR4nT2mKp9xW1';
    const run = await test.submit(`TOKEN=${secret}; echo \${#TOKEN} \${#FROM_ENV}`, {
      env: { FROM_ENV: secret },
      approve: true,
    });
    await test.done(run.id);
    expect(await test.output(run.id)).toBe('16 16\n');
    expect(JSON.stringify(test.changes)).not.toContain(secret);
    await expect(test.engine.api.retry({ run: run.id, id: systemIds.next() })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('secrets'),
    });
  });

  it('keeps head and tail of more output than the cap, at their own offsets', async () => {
    const test = await start({ settings: { outputCapBytes: 64 * 1024 } });
    const all = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join(''));
    const run = await test.submit('seq 100000', { approve: true });
    const ended = await test.done(run.id);
    expect(ended).toMatchObject({ status: 'completed', output: { bytes: all.length } });
    for (const from of [0, 10, 32 * 1024, 100_000, all.length - 7]) {
      const { chunks } = await test.engine.api.output({ run: run.id, offset: from }, AbortSignal.timeout(5000));
      let kept = 0;
      let end = from;
      for await (const { offset, bytes } of chunks) {
        expect(Buffer.from(bytes).equals(all.subarray(offset, offset + bytes.length))).toBe(true);
        expect(offset).toBeGreaterThanOrEqual(end);
        end = offset + bytes.length;
        kept += bytes.length;
      }
      expect(end).toBe(all.length);
      if (from === 0) expect(kept).toBe(64 * 1024);
    }
    const { chunks } = await test.engine.api.blob(
      { artifact: `${run.number}/output.log`, offset: 0 },
      AbortSignal.timeout(5000),
    );
    const file: Uint8Array[] = [];
    for await (const { bytes } of chunks) file.push(Buffer.from(bytes));
    expect(Buffer.concat(file).toString()).toMatch(/\n\[dispatch: \d+ bytes dropped here\]\n/);
  });

  it('takes input and end-of-file', async () => {
    const test = await start();
    const { run } = await test.engine.api.submit({
      id: systemIds.next(),
      task: '!cat',
      action: { kind: 'shell', command: 'cat', access: 'workspace-write', stdin: true },
      approve: true,
    });
    const input = await test.engine.api.input({ run: run.id });
    void input.write(Buffer.from('one\n'));
    void input.write(Buffer.from('two\n'));
    await input.end();
    expect(await test.done(run.id)).toMatchObject({ status: 'completed' });
    expect(await test.output(run.id)).toBe('one\ntwo\n');
  });
});

describe('names of runs', () => {
  it('are ids, prefixes and numbers, and wrong ones are told', async () => {
    const test = await start();
    const run = await test.submit('true');
    await test.done(run.id);
    for (const ref of [run.id, run.id.slice(0, 8), '1'])
      expect((await test.engine.api['run.get']({ run: ref })).run.id).toBe(run.id);
    await expect(test.engine.api['run.get']({ run: 'zzzz' })).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('dispatch ps'),
    });
    await expect(test.engine.api['run.get']({ run: '99' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(test.engine.api['artifact.get']({ artifact: '1/nothing' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('followers', () => {
  it('see every change once and in order, from wherever they begin', async () => {
    const test = await start();
    const begin = test.store.cursor();
    const seen: number[][] = [];
    const stop = new AbortController();
    const runs: string[] = [];
    for (let i = 0; i < 20; i++) {
      const mine: number[] = [];
      seen.push(mine);
      const following = test.engine.api.follow(begin, ({ event }) => mine.push(event.seq), stop.signal);
      runs.push((await test.submit(`echo ${i}`)).id);
      await following;
    }
    await Promise.all(runs.map((id) => test.done(id)));
    stop.abort();
    const all = test.changes.map(({ event }) => event.seq);
    expect(all.length).toBe(20 * 5);
    for (const mine of seen) expect(mine).toEqual(all);
  });
});

describe('cancelling at any moment', () => {
  it('ends every run, and none goes on without one', async () => {
    const test = await start({ slots: 2 });
    const runs = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const run = await test.submit(`sleep 30; echo ${i} >> effects`, { approve: i % 2 === 0 });
        for (let turn = 0; turn < i % 8; turn++) await new Promise((resolve) => setImmediate(resolve));
        await test.engine.api.cancel({ run: run.id });
        return run;
      }),
    );
    for (const run of runs) expect(await test.done(run.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
    await expect(readFile(join(test.home, 'effects'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
