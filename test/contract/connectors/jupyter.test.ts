// The preset for Jupyter against a real server with a real kernel.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CodeEvent } from '../../../src/routes/cloud/connector/conversation.ts';
import { clientOf, collect, failureOf, outputOf, program, run } from '../../helpers/connectors.ts';
import { type Jupyter, startJupyter } from '../../helpers/jupyter.ts';
import { needs } from '../../helpers/needs.ts';

let jupyter: Jupyter;

needs('a Jupyter server', 'a Python kernel')('Jupyter', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    jupyter = await startJupyter();
  }, 90_000);
  afterAll(() => jupyter.close());

  const client = (token = jupyter.token) =>
    clientOf(`preset = "jupyter"\nurl = "${jupyter.url}"`, { env: { KEY: token } });
  const ended = (events: readonly CodeEvent[]): CodeEvent | undefined => events.at(-1);
  /** Jupyter makes a folder of its own beside them. */
  const ours = (): string[] => readdirSync(jupyter.folder).filter((name) => name !== '.ipynb_checkpoints');
  const expectNothingLeft = async (): Promise<void> => {
    expect(await jupyter.get('/api/kernels')).toEqual([]);
    expect(ours()).toEqual([]);
  };

  it('runs code, and tells its two outputs apart', async () => {
    const source = 'import sys\nprint("to out")\nprint("to err", file=sys.stderr)\n6 * 7';
    const events = await run(await client(), program(source));
    expect(outputOf(events)).toBe('to out\n42\n');
    expect(outputOf(events, 'stderr')).toBe('to err\n');
    expect(ended(events)).toEqual({ type: 'end', exitCode: 0 });
    await expectNothingLeft();
  });

  it('streams output while the code runs', async () => {
    // The second line is put out only once the first one has been read: a file in its folder says so.
    const source = [
      'import os, time',
      'print("first", flush=True)',
      'while not os.path.exists("go"): time.sleep(0.02)',
      'print("second")',
    ].join('\n');
    const seen: string[] = [];
    for await (const event of (await client()).run(program(source), new AbortController().signal)) {
      if (event.type !== 'output') continue;
      seen.push(Buffer.from(event.bytes).toString('utf8'));
      if (seen.length > 1) continue;
      const folder = ours()[0] ?? '';
      const body = JSON.stringify({ type: 'file', format: 'text', content: '' });
      const headers = { authorization: `token ${jupyter.token}`, 'content-type': 'application/json' };
      await fetch(`${jupyter.url}/api/contents/${folder}/go`, { method: 'PUT', headers, body });
    }
    expect(seen.join('')).toBe('first\nsecond\n');
    await expectNothingLeft();
  });

  it('takes files, also in folders, and gives back those that were made or changed', async () => {
    const files = ['same.txt', 'changed.txt', 'deep/er/a b.txt'].map((name) => ({ name, base64: btoa(name) }));
    const source = [
      'text = open("deep/er/a b.txt").read() + open("same.txt").read()',
      'open("changed.txt", "a").write("!")',
      'open("made.bin", "wb").write(bytes([0, 255, 10]))',
      'print(text)',
    ].join('\n');
    const events = await run(await client(), program(source, { files }));
    expect(outputOf(events)).toBe('deep/er/a b.txtsame.txt\n');
    const got = events.flatMap((event) =>
      event.type === 'file' ? [[event.name, Buffer.from(event.bytes).toString('latin1')]] : [],
    );
    expect(got.sort()).toEqual([
      ['changed.txt', 'changed.txt!'],
      ['made.bin', '\x00\xff\n'],
    ]);
    await expectNothingLeft();
  });

  it('gives pictures as files, each with a name of its own', async () => {
    const source = [
      'from IPython.display import display, Image',
      'import base64',
      `png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")`,
      'display(Image(data=png)); display(Image(data=png))',
    ].join('\n');
    const events = await run(await client(), program(source));
    const files = events.filter((event) => event.type === 'file');
    expect(files.map(({ name, mimeType }) => [name, mimeType])).toEqual([
      ['figure.png', 'image/png'],
      ['figure-2.png', 'image/png'],
    ]);
    expect(
      Buffer.from(files[0]?.bytes ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('tells of an error with its traceback', async () => {
    const events = await run(await client(), program('1 / 0'));
    expect(outputOf(events, 'stderr')).toContain('ZeroDivisionError');
    expect(ended(events)).toEqual({ type: 'end', exitCode: 1, message: 'ZeroDivisionError: division by zero' });
    await expectNothingLeft();
  });

  it('interrupts the kernel when it is stopped, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const source = 'import time\nprint("begun", flush=True)\nwhile True: time.sleep(0.05)';
    const failure = await failureOf(
      (async () => {
        for await (const event of (await client()).run(program(source), stop.signal))
          if (event.type === 'output') stop.abort();
      })(),
    );
    expect(failure.code).toBe('cancelled');
    await expectNothingLeft();
  });

  it('stops code that takes too long', async () => {
    const events = await run(await client(), program('import time\ntime.sleep(60)', { timeoutMs: 1000 }));
    expect(ended(events)).toEqual({ type: 'end', timedOut: true });
    await expectNothingLeft();
  });

  it('says that there is no standard input, before anything is made', async () => {
    const failure = await failureOf(run(await client(), program('x', { stdin: 'text' })));
    expect(failure.message).toContain('no standard input');
    await expectNothingLeft();
  });

  it('does not run what it has no kernel for', async () => {
    const failure = await failureOf(run(await client(), program('x', { language: 'Fortran' })));
    expect(failure).toMatchObject({ code: 'invalid', message: 'connector "it" does not run Fortran' });
  });

  it('is not let in with a wrong token', async () => {
    const failure = await failureOf(run(await client('wrong-token'), program('1')));
    expect(failure).toMatchObject({ code: 'refused', hint: expect.stringContaining('environment variable KEY') });
    expect(JSON.stringify(failure.toWire())).not.toContain('wrong-token');
  });

  it('is tried out stage by stage', async () => {
    const stages = await collect((await client()).test(new AbortController().signal));
    expect(stages.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
      'configuration true',
      'key true',
      'connect true',
      'request true',
      'answer true',
    ]);
    expect(stages.at(-1)?.detail).toContain('"42"');
  });
});
