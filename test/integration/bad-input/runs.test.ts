// Runs whose command, folder or output is not what anybody hopes for.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  home.writeConfig('[output]\ncap = "8MiB"\n');
  await home.startPeer();
});
afterAll(() => home.dispose());

const newest = async () => ((await home.json(['ps', '-a', '-n', '1', '--json'])) as { number: number }[])[0];

describe('a command', () => {
  it('that does not exist is told by the shell, and exits with 127', async () => {
    const { code, out } = await home.cli(['run', '--yes', '--', 'no-such-command --at all']);
    expect(code).toBe(127);
    expect(out).toContain('no-such-command');
    expect(await newest()).toMatchObject({ status: 'failed', reason: 'exit', exitCode: 127 });
  });

  it('that is no shell text at all is told by the shell', async () => {
    const { code, out } = await home.cli(['run', '--yes', '--', 'if then fi (((']);
    expect(code).toBe(2);
    expect(out).toMatch(/syntax error/i);
  });

  it('in a folder that is not there is refused with the way out', async () => {
    const { code, err } = await home.cli(['run', '--cwd', '/no/such/folder', '--', 'ls']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^dispatch: run \d+ failed \(invalid\): the working folder \/no\/such\/folder does not exist: choose another with --cwd\n$/,
    );
  });

  it('in a folder that went before it was approved does not run', async () => {
    const folder = join(home.work, 'passing');
    mkdirSync(folder);
    const run = home.start(['run', '--cwd', folder, '--', 'touch ../went-there']);
    await run.printed('answer with', 'err');
    rmSync(folder, { recursive: true });
    const number = /run (\d+) waits/.exec(run.err())?.[1] ?? '';
    expect((await home.cli(['approve', number])).code).toBe(0);
    expect(await run.done).toMatchObject({ code: 1, err: expect.stringContaining('does not exist') });
  });

  it('whose own folder goes while it runs ends as it ends', async () => {
    mkdirSync(join(home.work, 'doomed'));
    const { code, out } = await home.cli([
      'run',
      '--yes',
      '--cwd',
      join(home.work, 'doomed'),
      '--',
      'rm -r "$PWD"; echo survived; exit 4',
    ]);
    expect({ code, out }).toEqual({ code: 4, out: 'survived\n' });
  });

  it('with a NUL in it, or too long for the system, is refused', async () => {
    const client = await home.client();
    const action = { kind: 'shell', command: 'echo \0', access: 'workspace-write' } as const;
    await expect(client.call('submit', { id: '00000000000000za', task: '!x', action })).rejects.toMatchObject({
      code: 'invalid',
    });
    const long = await home.cli(['run', '--yes', '--', 'wc -c'], { stdin: 'x'.repeat(10) });
    expect(long.out).toBe('10\n');
    const command = `: ${'x'.repeat(900_000)}`;
    const { run } = await client.call('submit', {
      id: '00000000000000zb',
      task: '!long',
      action: { ...action, command },
      approve: true,
    });
    const [ended] = (await client.call('wait', { runs: [run.id] })).runs;
    expect(['completed', 'failed']).toContain(ended?.status);
    expect((await home.cli(['run', '--', 'echo alive'])).out).toBe('alive\n');
  });
});

describe('output', () => {
  it('of 100 MB on one line comes through, and every byte that does not is counted', async () => {
    const { code, bytes, err } = await home.cli(['run', '--yes', '--', 'head -c 100000000 /dev/zero | tr "\\0" x'], {
      timeoutMs: 60_000,
    });
    expect(code).toBe(0);
    const gaps = [...err.matchAll(/(\d+) bytes of output were dropped/g)].map((match) => Number(match[1]));
    const dropped = gaps.reduce((sum, gap) => sum + gap, 0);
    expect(bytes.length + dropped).toBe(100_000_000);
    const run = await newest();
    expect(run).toMatchObject({
      status: 'completed',
      output: { bytes: 100_000_000, droppedBytes: expect.any(Number) },
    });
    const logs = await home.cli(['logs', String(run?.number)]);
    expect(logs.err).toMatch(/^dispatch: \d+ bytes were dropped here/);
    expect(logs.bytes.length).toBeLessThan(10_000_000);
    expect((await home.cli(['thread'])).code).toBe(0);
  }, 90_000);

  it('that is binary is kept byte for byte', async () => {
    const { bytes, code } = await home.cli(['run', '--yes', '--', 'head -c 300000 /dev/urandom | tee copy']);
    expect(code).toBe(0);
    const number = String((await newest())?.number);
    expect(Buffer.compare((await home.cli(['logs', number])).bytes, bytes)).toBe(0);
    expect(Buffer.compare((await home.cli(['get', `${number}/output.log`, '-o', '-'])).bytes, bytes)).toBe(0);
    const copy = await home.cli(['run', '--yes', '--', 'cat copy']);
    expect(Buffer.compare(copy.bytes, bytes)).toBe(0);
  });

  it('with hostile escapes reaches whoever asks for it as it is, and no list', async () => {
    await home.cli(['run', '--yes', '--', String.raw`printf '\033]0;owned\007\033[2J\302\233'`]);
    const number = String((await newest())?.number);
    expect((await home.cli(['logs', number])).bytes).toEqual(Buffer.from('\u001b]0;owned\u0007\u001b[2J\u009b'));
    for (const args of [['show', number], ['thread'], ['ps', '-a'], ['artifacts', number]]) {
      expect((await home.cli(args)).out).not.toMatch(/[\u001b\u0007\u009b]/);
    }
  });
});
