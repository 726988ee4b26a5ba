// `dispatch run` as scripts use it: it exits as the command did, and bytes pass as they are.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { gone } from '../../helpers/processes.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
});
afterAll(() => home.dispose());

/** Without a sandbox, in which processes have numbers of their own. */
const unboxed = ['run', '--yes', '--access', 'full-access', '--'];
const yes = (command: string, ...options: string[]) => home.cli(['run', '--yes', ...options, '--', command]);

describe('the exit code', () => {
  it.each([
    ['of a command that succeeds', 'true', 0],
    ['of one that fails', 'exit 7', 7],
    ['of the highest there is', 'exit 255', 255],
    ['of one that is not found', 'there-is-no-such-command', 127],
    ['of one that may not be executed', '/etc/passwd', 126],
    ['of one that a signal ended', 'kill -TERM $$', 143],
    ['of one that was killed', 'kill -KILL $$', 137],
  ])('is that %s', async (_, command, code) => {
    expect((await yes(command)).code).toBe(code);
  });

  it('is 124 after a time-out', async () => {
    const { code, err } = await home.cli(['run', '--timeout', '1', '--', 'sleep 60']);
    expect(code).toBe(124);
    expect(err).toMatch(/^dispatch: run \d+ failed \(timeout\): it took longer than the 1 s it was given/);
  });

  it('is 126 where policy asks and nobody is to be asked', async () => {
    const { code, err } = await home.cli(['run', '--no-wait', '--', 'touch never']);
    expect(code).toBe(126);
    expect(err).toContain('needs an approval');
    expect(existsSync(join(home.work, 'never'))).toBe(false);
  });

  it('is 126 after a rejection, whose reason is told', async () => {
    const run = home.start(['run', '--', 'touch never']);
    await run.printed('answer with "dispatch approve', 'err');
    const number = /run (\d+) waits for approval: touch never/.exec(run.err())?.[1] ?? '';
    expect(await home.cli(['reject', number, '--reason', 'not today'])).toMatchObject({
      code: 0,
      out: `rejected: run ${number}\n`,
    });
    expect(await run.done).toMatchObject({
      code: 126,
      out: '',
      err: expect.stringContaining(`run ${number} did not run to its end: it was rejected (not today)`),
    });
    expect(existsSync(join(home.work, 'never'))).toBe(false);
  });

  it('is 130 after Ctrl-C, which ends the whole run', async () => {
    const run = home.start([...unboxed, 'echo "pid $$"; sleep 300; echo never']);
    await run.printed('pid ');
    run.kill('SIGINT');
    const { code, err, out } = await run.done;
    expect(code).toBe(130);
    expect(err).toContain('it was cancelled');
    expect(out).not.toContain('never');
    await gone(Number(/pid (\d+)/.exec(out)?.[1]));
  });

  it('is 130 after Ctrl-C while it waits for approval', async () => {
    const run = home.start(['run', '--', 'touch never']);
    await run.printed('answer with', 'err');
    run.kill('SIGINT');
    expect((await run.done).code).toBe(130);
    expect(await home.json(['ps', '--json'])).toEqual([]);
  });

  it('is 2 for what cannot be meant', async () => {
    const cases: [string[], string][] = [
      [['run'], 'there is no command to run'],
      [['run', '--'], 'there is no command to run'],
      [['run', 'ls', '-l'], 'unknown option'],
      [['run', 'ls'], 'the command stands after "--": dispatch run -- ls'],
      [['run', '--access', 'root', '--', 'ls'], '--access root: expected read-only'],
      [['run', '--timeout', '0', '--', 'ls'], '--timeout 0: expected a whole number from 1'],
      [['run', '--timeout', '1.5', '--', 'ls'], '--timeout 1.5'],
      [['run', '--env', 'NOVALUE', '--', 'ls'], '--env NOVALUE: expected NAME=VALUE'],
      [['run', '--tiemout', '5', '--', 'ls'], 'did you mean --timeout?'],
    ];
    const results = await Promise.all(cases.map(([args]) => home.cli(args)));
    for (const [index, { code, out, err }] of results.entries()) {
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toContain(cases[index]?.[1]);
    }
  });

  it('is 125 where there is no such device', async () => {
    expect(await home.cli(['run', '--on', 'nowhere', '--', 'ls'])).toMatchObject({
      code: 125,
      err: expect.stringMatching(/^dispatch: there is no device "nowhere": known: /),
    });
  });
});

describe('standard input', () => {
  it('of 5 MB goes through', async () => {
    const bytes = Buffer.alloc(5_000_000, 'line of input\n');
    expect(await home.cli(['run', '--yes', '--', 'wc -c'], { stdin: bytes })).toMatchObject({
      out: '5000000\n',
      code: 0,
    });
  });

  it('comes back byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7919) % 256));
    const { code, bytes: back } = await home.cli(['run', '--yes', '--', 'cat'], { stdin: bytes });
    expect(code).toBe(0);
    expect(Buffer.compare(back, bytes)).toBe(0);
  });

  it('that is at its end is empty, and --no-stdin does not wait for it', async () => {
    expect(await home.cli(['run', '--yes', '--', 'wc -c'])).toMatchObject({ out: '0\n', code: 0 });
    const open = home.start(['run', '--yes', '--no-stdin', '--', 'wc -c'], { openStdin: true });
    expect(await open.done).toMatchObject({ out: '0\n', code: 0 });
  });

  it('is not waited for by a command that does not read it', async () => {
    const open = home.start(['run', '--', 'echo done'], { openStdin: true });
    expect(await open.done).toMatchObject({ out: 'done\n', code: 0 });
  });
});

describe('standard output', () => {
  it('has every byte that there is, as it is', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    writeFileSync(join(home.work, 'all'), all);
    const { bytes } = await home.cli(['run', '--yes', '--', 'cat all']);
    expect(Buffer.compare(bytes, all)).toBe(0);
    const number = ((await home.json(['ps', '-a', '-n', '1', '--json'])) as { number: number }[])[0]?.number;
    expect(Buffer.compare((await home.cli(['logs', String(number)])).bytes, all)).toBe(0);
  });

  it('has both outputs of the command in their order', async () => {
    expect(await yes('echo one; echo two >&2; echo three')).toMatchObject({ out: 'one\ntwo\nthree\n', err: '' });
  });

  it('that nobody reads any more ends the run', async () => {
    const run = home.start([...unboxed, 'echo "pid $$"; while echo more; do sleep 0.05; done']);
    await run.printed('pid ');
    run.child.stdout?.destroy();
    await run.done;
    await gone(Number(/pid (\d+)/.exec(run.out())?.[1]));
    expect(await home.json(['ps', '-a', '-n', '1', '--json'])).toMatchObject([{ status: 'cancelled' }]);
  });

  it('is the run alone with --json, and the output goes to standard error', async () => {
    const { out, err, code } = await home.cli(['run', '--json', '--', 'echo hi']);
    expect(code).toBe(0);
    expect(err).toBe('hi\n');
    expect(JSON.parse(out)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-z]{16}$/),
      number: expect.any(Number),
      task: '!echo hi',
      route: 'desktop-local',
      status: 'completed',
      exitCode: 0,
      action: { kind: 'shell', command: 'echo hi', access: 'workspace-write', cwd: home.work },
      output: { bytes: 3, droppedBytes: 0 },
    });
  });
});

describe('options', () => {
  it('--yes runs it without a word about approval, and what is shown is what ran', async () => {
    expect(await yes('touch made; echo ok')).toMatchObject({ code: 0, out: 'ok\n', err: '' });
    expect(existsSync(join(home.work, 'made'))).toBe(true);
    const [approval] = (await home.json(['approvals', '--all', '-n', '1', '--json'])) as object[];
    expect(approval).toMatchObject({ status: 'approved', payload: { command: 'touch made; echo ok' } });
  });

  it('--cwd and --env surround the command; the value is not kept', async () => {
    const folder = join(home.work, 'folder');
    mkdirSync(folder);
    const { out, code } = await home.cli(
      ['run', '--yes', '--cwd', '..', '--env', 'A=one', '--env', 'B=two words', '--', 'pwd; echo "$A $B"'],
      { cwd: folder },
    );
    expect({ out, code }).toEqual({ out: `${home.work}\none two words\n`, code: 0 });
    expect((await home.cli(['thread', '--json'])).out).not.toContain('two words');
  });

  it('starts where it stands', async () => {
    const place = join(home.work, 'place');
    mkdirSync(place);
    expect(await home.cli(['run', '--', 'pwd'], { cwd: place })).toMatchObject({ out: `${place}\n`, code: 0 });
    expect(await home.cli(['run', '--', 'pwd'], { cwd: '/usr' })).toMatchObject({
      code: 126,
      err: expect.stringContaining('/usr is in none of the folders'),
    });
  });

  it('takes several words as they are, and one as shell text', async () => {
    expect((await home.cli(['run', '--yes', '--', 'printf', '%s|', 'a b', "c'd", '$HOME'])).out).toBe("a b|c'd|$HOME|");
    expect((await yes('printf "%s|" a b')).out).toBe('a|b|');
  });

  it('--detach prints the id and comes back; wait and logs -f do the rest', async () => {
    const { out, code } = await home.cli(['run', '--detach', '--yes', '--', 'echo later; exit 3']);
    expect(code).toBe(0);
    const id = out.trim();
    expect(id).toMatch(/^[0-9a-z]{16}$/);
    expect(await home.cli(['logs', '-f', id])).toMatchObject({ code: 0, out: 'later\n' });
    expect((await home.cli(['wait', id])).code).toBe(3);
    const detached = (await home.json(['run', '--detach', '--json', '--', 'true'])) as { id: string };
    expect((await home.cli(['wait', detached.id])).code).toBe(0);
  });

  it('--tty gives the command a terminal', async () => {
    const { out } = await yes('test -t 0 && test -t 1 && stty size', '--tty');
    expect(out).toBe('24 80\r\n');
  });

  it('files that it leaves become artifacts', async () => {
    await yes('echo report > "$DISPATCH_ARTIFACTS/report.txt"');
    const [run] = (await home.json(['ps', '-a', '-n', '1', '--json'])) as { number: number }[];
    const { out } = await home.cli(['get', `${run?.number}/report.txt`, '-o', 'copy.txt']);
    expect(out).toBe('copy.txt  7 B\n');
    expect(readFileSync(join(home.work, 'copy.txt'), 'utf8')).toBe('report\n');
  });
});
