// Output that goes on: following the output of a run and the thread, and readers that leave early.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome, LAUNCHER } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
});
afterAll(() => home.dispose());

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const DISPATCH = `${quote(process.execPath)} ${quote(LAUNCHER)}`;

/** A pipeline of bash with `dispatch` in it. */
function bash(text: string): { code: number | null; out: string; err: string } {
  const script = `dispatch() { ${DISPATCH} "$@"; }\n${text}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    env: home.env,
    cwd: home.work,
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { code: status, out: stdout, err: stderr };
}

describe('logs -f', () => {
  it('prints what was printed and what comes, to the end of the run', async () => {
    // In a folder of its own: what is new in the home folder itself does not come into the view of what only reads.
    mkdirSync(join(home.work, 'steps'));
    const step = (word: string): void => writeFileSync(join(home.work, 'steps', word), '');
    const wait = (word: string): string => `until [ -e steps/${word} ]; do sleep 0.02; done; echo ${word}`;
    const { out } = await home.cli(['run', '--detach', '--yes', '--', `echo one; ${wait('two')}; ${wait('three')}`]);
    const id = out.trim();
    const logs = home.start(['logs', '-f', id]);
    await logs.printed('one\n');
    step('two');
    await logs.printed('two\n');
    const snapshot = await home.cli(['logs', id]);
    expect(snapshot).toMatchObject({ code: 0, out: 'one\ntwo\n' });
    step('three');
    expect(await logs.done).toMatchObject({ code: 0, out: 'one\ntwo\nthree\n', err: '' });
    expect(await home.cli(['logs', id])).toMatchObject({ code: 0, out: 'one\ntwo\nthree\n' });
  });

  it('ends by Ctrl-C, and the run goes on', async () => {
    const { out } = await home.cli(['run', '--detach', '--yes', '--', 'echo begun; sleep 300']);
    const logs = home.start(['logs', '-f', out.trim()]);
    await logs.printed('begun');
    logs.kill('SIGINT');
    expect(await logs.done).toMatchObject({ code: 130 });
    expect(await home.json(['show', out.trim(), '--json'])).toMatchObject({ run: { status: 'running' } });
    expect(await home.cli(['cancel', out.trim()])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/cancelled\/user\n$/),
    });
  });

  it('of a run that waits says so without -f', async () => {
    const { out } = await home.cli(['run', '--detach', '--', 'touch never']);
    expect(await home.cli(['logs', out.trim()])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringMatching(/^dispatch: run \d+ has not started: it is waiting_approval\n$/),
    });
    await home.cli(['cancel', out.trim()]);
  });
});

describe('thread -f', () => {
  it('prints what happens, and with --json each change', async () => {
    const plain = home.start(['thread', '-f', '-n', '1']);
    const json = home.start(['thread', '-f', '-n', '1', '--json']);
    await home.cli(['say', 'before']);
    await Promise.all([plain.printed('before'), json.printed('before')]);
    await home.cli(['run', '--', 'echo now']);
    await Promise.all([plain.printed('echo now  (completed)'), json.printed('run.completed')]);
    plain.kill('SIGINT');
    json.kill('SIGINT');
    expect(await plain.done).toMatchObject({ code: 0 });
    const { out } = await json.done;
    const changes = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event?: { type: string } });
    const types = changes.flatMap(({ event }) => (event === undefined ? [] : [event.type]));
    expect(types.slice(types.indexOf('run.submitted'))).toEqual([
      'run.submitted',
      'run.accepted',
      'run.started',
      'artifact.created',
      'run.completed',
    ]);
  });
});

describe('dispatch alone, where there is no terminal', () => {
  it('prints the thread and a hint', async () => {
    await home.cli(['say', 'a word']);
    const { code, out, err } = await home.cli([]);
    expect(code).toBe(0);
    expect(out).toMatch(/you: a word\n$/);
    expect(err).toMatch(/^dispatch: this is not a terminal, so here is the thread; "dispatch --help" lists/);
    expect(out).not.toContain('\u001b');
  });
});

needs('bash')('in a pipeline', () => {
  it('a reader that leaves early is no error', () => {
    expect(bash('set -o pipefail; for i in 1 2 3; do dispatch say line $i; done | head -1')).toMatchObject({ code: 0 });
    const head = bash('set -o pipefail; dispatch thread -n 1000 | head -1');
    expect(head).toMatchObject({ code: 0, err: '' });
    expect(head.out.trim().split('\n')).toHaveLength(1);
    expect(bash('set -o pipefail; dispatch run --yes -- seq 1 1000000 | head -2')).toMatchObject({
      out: '1\n2\n',
      err: '',
    });
  });

  it('what comes in goes out', () => {
    expect(bash('printf "b\\na\\n" | dispatch run --yes -- sort | tr a-z A-Z')).toEqual({
      code: 0,
      out: 'A\nB\n',
      err: '',
    });
    expect(bash('echo "6 * 7" | dispatch eval -')).toMatchObject({ code: 0, out: '42\n' });
  });

  it('a full disk under the output is told', () => {
    const { code, err } = bash('dispatch run --yes -- seq 1 100000 > /dev/full');
    expect(code).toBe(125);
    expect(err).toMatch(/^dispatch: cannot write standard output: .*ENOSPC.*\n$/);
  });
});
