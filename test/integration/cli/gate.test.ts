// Answers and rules from the command line against a real peer: what they let through afterwards, and what not.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Run } from '../../../src/core/runs.ts';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';

let home: CliHome;
beforeAll(async () => {
  home = createHome({ env: { OWN_TOKEN: 'value-of-the-token' } });
  home.writeConfig('# mine\n[secrets]\nTOKEN = { env = "OWN_TOKEN" }\n');
  await home.startPeer();
});
afterAll(() => home.dispose());

const made = (name: string): boolean => existsSync(join(home.work, name));

async function detached(...args: string[]): Promise<Run> {
  const run = (await home.json(['run', '--detach', '--json', ...args])) as Run;
  const [waiting] = (await home.json(['approvals', '--all', '-n', '1', '--json'])) as { runId: string }[];
  expect(waiting?.runId).toBe(run.id);
  return run;
}

needs('bwrap')('always', () => {
  it('lets the same through from then on, and nothing more', async () => {
    const { number } = await detached('--access', 'full-access', '--', 'touch one');
    await home.cli(['reject', String(number)]);
    const asked = await detached('--', 'touch one');
    const { err, code } = await home.cli(['approve', String(asked.number), '--always', '--yes']);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('command = [ "touch", "one" ]') });
    await home.cli(['wait', String(asked.number)]);
    expect(made('one')).toBe(true);
    expect(await home.cli(['run', '--no-wait', '--', 'touch', 'one'])).toMatchObject({ code: 0, err: '' });
    for (const more of ['touch one; rm -rf one', 'touch one two', 'touch two', 'touch one > /tmp/two'])
      expect((await home.cli(['run', '--no-wait', '--', more])).code, more).toBe(126);
    expect((await home.cli(['run', '--no-wait', '--agent', '--', 'touch one'])).code).toBe(126); // a person gave it for people
    expect(made('two')).toBe(false);
    expect(readFileSync(home.paths.configFile, 'utf8')).toMatch(/^# mine\n.*\[\[rules\]\]\n/s);
    const rules = (await home.json(['policy', 'list', '--json'])) as { source: string }[];
    expect(rules.filter(({ source }) => source === 'config')).toMatchObject([
      { decision: 'allow', command: ['touch', 'one'], access: 'workspace-write' },
    ]);
  });
});

needs('bwrap')('rules of the owner', () => {
  it('forbid what an agent asks for, and let it through again when they are gone', async () => {
    const add = ['policy', 'add', '--yes', '--deny', '--requester', 'agent', '--name', 'no-agents', '--', 'ls', '...'];
    expect((await home.cli(add)).code).toBe(0);
    const denied = await home.cli(['run', '--agent', '--', 'ls']);
    expect(denied).toMatchObject({ code: 126, err: expect.stringContaining('no-agents') });
    expect((await home.cli(['run', '--', 'ls'])).code).toBe(0);
    expect(await home.json(['policy', 'check', '--as', 'agent', '--json', '--', 'sudo ls'])).toMatchObject({
      decision: 'deny',
      rule: 'no-agents',
      check: 'policy',
    });
    expect((await home.cli(['policy', 'remove', 'no-agents'])).code).toBe(0);
    expect((await home.cli(['run', '--agent', '--', 'ls'])).code).toBe(0);
  });

  it('that contradict their examples are not added', async () => {
    const before = readFileSync(home.paths.configFile, 'utf8');
    const add = ['policy', 'add', '--yes', '--allow', '--match', 'make clean', '--', 'make', 'all'];
    const { code, out, err } = await home.cli(add);
    expect({ refused: code !== 0, out }).toEqual({ refused: true, out: '' });
    expect(err).toContain('make clean');
    expect(readFileSync(home.paths.configFile, 'utf8')).toBe(before);
  });
});

needs('bwrap')('secrets', () => {
  it('are given by name, approved by name, and shown nowhere', async () => {
    const { number } = await detached('--secret', 'TOKEN', '--', 'printf %s "$TOKEN" > given');
    expect((await home.cli(['approvals'])).out).toContain('with secret TOKEN');
    await home.cli(['approve', String(number)]);
    await home.cli(['wait', String(number)]);
    expect(readFileSync(join(home.work, 'given'), 'utf8')).toBe('value-of-the-token');
    const { out } = await home.cli(['show', String(number)]);
    expect(out).toMatch(/^secrets +TOKEN$/m);
    expect(out + (await home.cli(['show', String(number), '--json'])).out).not.toContain('value-of-the-token');
    expect(await home.cli(['run', '--secret', 'OTHER', '--', 'true'])).toMatchObject({
      code: expect.any(Number),
      err: expect.stringContaining('OTHER'),
    });
  });
});

needs('bwrap')('permissions', () => {
  it('bound where runs work, and how far they reach', async () => {
    const inner = join(home.work, 'inner');
    mkdirSync(inner);
    writeFileSync(join(inner, 'file'), 'text\n');
    expect(await home.cli(['permissions', 'set', 'reach+=inner', 'reach-=~'])).toMatchObject({ code: 0, err: '' });
    expect(await home.json(['permissions', '--json'])).toMatchObject({ reachableFolders: [inner] });
    expect(await home.cli(['run', '--', 'ls'])).toMatchObject({ code: 126, err: expect.stringContaining('reach+=') });
    expect(await home.cli(['run', '--', 'cat file'], { cwd: inner })).toMatchObject({ code: 0, out: 'text\n' });
    expect(await home.cli(['permissions', 'set', 'reach=~', 'max-access=workspace-write'])).toMatchObject({ code: 0 });
    expect(readFileSync(home.paths.configFile, 'utf8')).toMatch(/reachable_folders = \[ ?"~" ?\]/);
    expect(await home.cli(['run', '--access', 'full-access', '--', 'touch far'])).toMatchObject({
      code: 126,
      err: expect.stringContaining('max-access=full-access'),
    });
    expect((await home.cli(['permissions', 'set', 'max-access=full-access'])).code).toBe(0);
  });
});
