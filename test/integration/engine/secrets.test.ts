import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/peer/system.ts';
import { type EngineOptions, startEngine, type TestEngine } from '../../helpers/engine.ts';
import { until } from '../../helpers/until.ts';

const SECRET = "Zq8v'R4nT2 mKp9/xW1";
const KEY = ['first line of it', 'second line of it', 'end of it'].join('\n');

let current: TestEngine | undefined;
afterEach(async () => {
  await current?.dispose();
  current = undefined;
});

/** Runs a command that is given both secrets, and that somebody says yes to. */
async function run(command: string, tty?: { cols: number; rows: number }, options: EngineOptions = {}) {
  const test = await startEngine({ secrets: { MY_SECRET: SECRET, MY_KEY: KEY }, ...options });
  current = test;
  const secrets = ['MY_SECRET', 'MY_KEY'];
  const { run: submitted } = await test.engine.api.submit({
    id: systemIds.next(),
    task: `!${command}`,
    action: { kind: 'shell', command, access: 'workspace-write', secrets, ...(tty === undefined ? {} : { tty }) },
    approve: true,
  });
  const ended = await test.done(submitted.id);
  return { test, ended, output: await test.output(submitted.id) };
}

/** All that a peer keeps, in one text, once it has put away what its runs needed while they ran: that goes after they have ended. */
async function keptBy({ home }: TestEngine): Promise<string> {
  await until('end of the folders of runs', async () => (await readdir(join(home, 'runs'))).length === 0);
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n');
}

describe('secrets that a run is given', () => {
  it('reach the command whole', async () => {
    const { ended, output } = await run(
      'test "$MY_SECRET" = "Zq8v\'"\'R4nT2 mKp9/xW1\' && printf %s "$MY_KEY" | wc -l',
    );
    expect(ended).toMatchObject({ status: 'completed' });
    expect(output.trim()).toBe('2');
  });

  it.each([
    ['as they are', 'echo "it is $MY_SECRET."', `it is ${'*'.repeat(SECRET.length)}.\n`],
    ['in base64', 'printf %s "$MY_SECRET" | base64', `${'*'.repeat(28)}\n`],
    ['in base64 of more', 'printf "ab%s" "$MY_SECRET" | base64 -w0', `YWJ${'*'.repeat(25)}`],
    ['in hexadecimal', 'printf %s "$MY_SECRET" | od -An -tx1 -v | tr -d " \\n"', '*'.repeat(2 * SECRET.length)],
    [
      'line by line',
      'echo "$MY_KEY" | sed "s/^/> /"',
      KEY.replace(/^.*$/gm, (line) => `> ${'*'.repeat(line.length)}`).concat('\n'),
    ],
    ['in two halves', `printf %s "\${MY_SECRET%% *}"; printf %s " \${MY_SECRET#* }"`, '*'.repeat(SECRET.length)],
    ['from the environment', 'env | grep MY_SECRET', `MY_SECRET=${'*'.repeat(SECRET.length)}\n`],
  ])('are not in its output %s', async (_, command, expected) => {
    const { test, ended, output } = await run(command);
    expect(ended).toMatchObject({ status: 'completed' });
    expect(output).toBe(expected);
    const kept = await keptBy(test);
    for (const text of [SECRET, KEY, 'second line of it', Buffer.from(SECRET).toString('base64')]) {
      expect(kept.includes(text), text).toBe(false);
    }
  });

  it('are not in what a terminal shows either', async () => {
    const { output } = await run('echo "$MY_SECRET"; echo "$MY_KEY"', { cols: 80, rows: 24 });
    expect(output).toBe([SECRET, ...KEY.split('\n')].map((line) => `${'*'.repeat(line.length)}\r\n`).join(''));
  });

  it('leave offsets as they were, also where much is printed', async () => {
    const { ended, output } = await run('for i in $(seq 20000); do echo "$i $MY_SECRET"; done');
    const expected = Array.from({ length: 20_000 }, (_, index) => `${index + 1} ${'*'.repeat(SECRET.length)}\n`).join(
      '',
    );
    expect(output).toBe(expected);
    expect(ended).toMatchObject({ output: { bytes: expected.length, droppedBytes: 0 } });
  });

  it('are shown by name to whoever is asked', async () => {
    const test = await startEngine({ secrets: { MY_SECRET: SECRET } });
    current = test;
    const command = 'echo "$MY_SECRET" > x; true';
    await test.engine.api.submit({
      id: systemIds.next(),
      task: `!${command}`,
      action: { kind: 'shell', command, access: 'full-access', secrets: ['MY_SECRET'] },
    });
    const [asked] = await until('request', async () => {
      const { approvals } = await test.engine.api['approvals.list']({ limit: 1 });
      return approvals.length > 0 && approvals;
    });
    expect(asked).toMatchObject({ status: 'pending', payload: { command, secrets: ['MY_SECRET'] } });
    expect(JSON.stringify(test.changes)).not.toContain(SECRET);
  });
});

describe('tokens in a task', () => {
  it.each([
    ['Figma', `${'fi'}gd_${'aB3'.repeat(16)}`],
    ['Tailscale', `${'ts'}key-auth-${'k1'.repeat(8)}-${'Zz9'.repeat(11)}`],
  ])('of %s are nowhere on the disk once it has ended, and reach the command', async (_, token) => {
    const command = `test "$(printf %s '${token}' | wc -c)" = ${token.length}`;
    const { test, ended } = await run(command);
    expect(ended).toMatchObject({ status: 'completed', masked: true });
    expect((await keptBy(test)).includes(token)).toBe(false);
    expect(JSON.stringify(test.changes)).not.toContain(token);
  });

  it('are not in what says why a person is asked, nor in the request', async () => {
    const test = await startEngine();
    current = test;
    const token = `${'fi'}gd_${'aB3'.repeat(16)}`;
    const command = `frobnicate ${token} --as hunter22`;
    const runs = [
      await test.submit(command, { env: { PASSPHRASE: 'hunter22' } }),
      await test.submit(`frobnicate ${token}`),
    ];
    for (const { id } of runs) await test.until(id, 'waiting_approval');
    for (const text of [JSON.stringify(test.changes), await keptLog(test)]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain('hunter22');
    }
  });
});

/** What the thread keeps, without the raw action that waits beside it. */
async function keptLog({ home }: TestEngine): Promise<string> {
  const files = await readdir(join(home, 'thread'));
  return (await Promise.all(files.map((file) => readFile(join(home, 'thread', file), 'latin1')))).join('\n');
}
