import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { Plan, ShellAction } from '../../../../src/core/actions.ts';
import type { DeviceId, RunId, Sha256 } from '../../../../src/core/ids.ts';
import { resolvePath } from '../../../../src/routes/desktop/resolve-path.ts';
import type { WorkingSandbox } from '../../../../src/routes/desktop/sandbox/sandbox.ts';
import { createShellExecutor } from '../../../../src/routes/desktop/shell-executor.ts';
import { whatChanged } from '../../../../src/routes/desktop/what-changed.ts';

const roots: string[] = [];
let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-planned-')));
  roots.push(home);
});
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;
/** A sandbox that is never started: plans only name it. */
const sandbox: WorkingSandbox = {
  kind: 'bubblewrap',
  report: () => ({ kind: 'bubblewrap', version: '0' }),
  confine: () => {
    throw new Error('nothing is started here');
  },
  mayWrite: async () => {},
  writesNoMore: () => {},
  settleLost: () => {},
};
const executor = (more: Partial<Parameters<typeof createShellExecutor>[0]> = {}) =>
  createShellExecutor({
    device: 'd' as DeviceId,
    home,
    slots: 1,
    sha256,
    sandbox,
    folders: () => [home],
    network: true,
    limits: { processes: 100 },
    baseEnv: { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, GITHUB_TOKEN: 'x' },
    secrets: {
      names: () => ['KEY'],
      read: async (names) => Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
    },
    ...more,
  });
const action = (command: string, more: Partial<ShellAction> = {}): ShellAction => ({
  kind: 'shell',
  command,
  access: 'workspace-write',
  ...more,
});
async function planOf(command: string, more: Partial<ShellAction> = {}): Promise<Plan> {
  const asked = action(command, more);
  const prepared = await executor().prepare('r' as RunId, asked, asked.access);
  if (!prepared.ok) throw new Error(prepared.reason);
  return prepared.plan;
}
const program = (name: string, content: string): string => {
  const path = join(home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
};

describe('a plan', () => {
  test('names the sandbox: what may be written, what may be read, the network and the limits', async () => {
    expect(await planOf('true')).toMatchObject({
      enforced: 'workspace-write',
      sandbox: { kind: 'bubblewrap', writable: [home], readable: [], network: true, limits: { processes: 100 } },
    });
    expect(await planOf('true', { access: 'read-only' })).toMatchObject({
      enforced: 'read-only',
      sandbox: { writable: [], readable: [home], network: false },
    });
    const full = await planOf('true', { access: 'full-access' });
    expect(full).toMatchObject({ enforced: 'full-access' });
    expect(full.sandbox).toBeUndefined();
  });

  test('says full access where there is no sandbox', async () => {
    const without = executor({ sandbox: { kind: 'none', report: () => ({ kind: 'none', detail: 'why' }) } });
    expect(without.enforces('read-only')).toBe('full-access');
    expect(without.sandbox?.()).toEqual({ kind: 'none', detail: 'why' });
    const prepared = await without.prepare('r' as RunId, action('true'), 'read-only');
    expect(prepared).toMatchObject({ ok: true, plan: { enforced: 'full-access' } });
  });

  test('holds programs and scripts by content', async () => {
    const tool = program('bin/tool', '#!/bin/sh\n');
    const script = program('build.sh', 'true\n');
    const { programs } = await planOf('tool -x && bash -e build.sh; ./build.sh | echo done');
    expect(programs).toContainEqual({ name: 'tool', path: tool, sha256: sha256('#!/bin/sh\n') });
    expect(programs).toContainEqual({ name: 'build.sh', path: script, sha256: sha256('true\n') });
    expect(programs).toContainEqual({ name: './build.sh', path: script, sha256: sha256('true\n') });
    expect(programs.map(({ name }) => name)).not.toContain('echo');
  });

  test.each([
    ['a script', (at: string) => writeFileSync(join(at, 'build.sh'), 'evil\n'), 'build.sh is not what it was'],
    ['a program', (at: string) => program('bin/tool', `${at}\n`), 'bin/tool is not what it was'],
    [
      'a link',
      (at: string) => {
        rmSync(join(at, 'bin/linked'));
        symlinkSync('tool', join(at, 'bin/linked'));
      },
      'linked leads to',
    ],
    ['a program before it in PATH', (at: string) => program('bin/env', `${at}\n`), 'env leads to'],
    ['a missing script', (at: string) => rmSync(join(at, 'build.sh')), 'was there when it was checked'],
  ])('is another one after %s has changed, and says which', async (_name, change, said) => {
    program('bin/tool', 'one\n');
    program('other', 'other\n');
    symlinkSync('../other', join(home, 'bin/linked'));
    program('build.sh', 'true\n');
    const command = 'tool; linked; env; bash build.sh';
    const before = await planOf(command);
    change(home);
    expect(whatChanged(before, await planOf(command))).toContain(said);
    expect(whatChanged(before, before)).toBeUndefined();
  });

  const EVERYWHERE: [string, Partial<ShellAction>?][] = [
    ['env ./script.sh'],
    ['env -i A=1 ./script.sh x'],
    ['timeout -k 5 60 ./script.sh'],
    ['timeout 60 bash script.sh'],
    ['nohup nice -n 5 ./script.sh'],
    ['exec ./script.sh'],
    ['command ./script.sh'],
    ['sudo -u nobody ./script.sh'],
    ['echo a | xargs -n1 ./script.sh'],
    ['find . -name a -exec ./script.sh {} +'],
    ['sh -c "./script.sh; true"'],
    ["sh -c 'nohup sh -c ./script.sh'"],
    ['eval ./script.sh'],
    ['trap ./script.sh EXIT'],
    ['bash < script.sh'],
    ['cat script.sh | sh'],
    ["echo './script.sh now' | sh"],
    ["bash <<'EOF'\n./script.sh\nEOF"],
    ['BASH_ENV=./script.sh bash -c true'],
    ['BASH_ENV=script.sh ls'],
    ['export BASH_ENV=$PWD/script.sh; bash -c true'],
    ['ENV=a:script.sh ls'],
    ['bash --rcfile=script.sh -i'],
    ['env -S"./script.sh a"'],
    ['vim -Sscript.sh'],
    ['cd sub && ../script.sh'],
    ['cd sub; cd deep; ../../script.sh'],
    ['cd sub/deep && bash ../../script.sh'],
    ['cd; ./script.sh', { cwd: '/usr', access: 'full-access' }],
    ['cd ~ && ./script.sh', { cwd: '/usr', access: 'full-access' }],
    ['env -C sub/deep ../../script.sh'],
    ['~/script.sh', { cwd: '/usr', access: 'full-access' }],
    ['bash "$HOME/script.sh"', { cwd: '/usr', access: 'full-access' }],
    ['f() { ./script.sh; }; f'],
    ['if true; then (./script.sh) & fi'],
    ['for i in 1; do time ./script.sh; done'],
    ['java script.sh'],
    ['./script.sh', { env: { PATH: '.:/usr/bin' } }],
    ['script.sh', { env: { PATH: '.:/usr/bin' } }],
    ['script.sh', { env: { PATH: ':/usr/bin' } }],
    ['true', { env: { BASH_ENV: './script.sh' } }],
    ['true', { env: { X: '/usr/lib/a.so script.sh' } }],
  ];
  test.each(EVERYWHERE)('is another one with another script: %s', async (command, more = {}) => {
    mkdirSync(join(home, 'sub/deep'), { recursive: true });
    program('script.sh', 'echo as shown\n');
    const withHome = { ...more, env: { HOME: home, ...more.env } };
    const before = await planOf(command, withHome);
    expect(whatChanged(before, await planOf(command, withHome))).toBeUndefined();
    program('script.sh', 'evil\n');
    expect(whatChanged(before, await planOf(command, withHome))).toMatch(
      /script\.sh is not what it was|a file that it or/,
    );
  });

  test('is another one when what it names comes to be there, wherever it may be meant', async () => {
    mkdirSync(join(home, 'sub'));
    const before = await planOf('cd sub && env ./script.sh');
    program('sub/script.sh', '');
    const now = await planOf('cd sub && env ./script.sh');
    expect(whatChanged(before, now)).toContain('sub/script.sh is there now');
    program('script.sh', '');
    expect(whatChanged(now, await planOf('cd sub && env ./script.sh'))).toContain('script.sh is there now');
    const echo = await planOf('env echo hi');
    program('bin/echo', '');
    expect(whatChanged(echo, await planOf('env echo hi'))).toContain('echo leads to');
  });

  test('holds no data of a command that says all that it does', async () => {
    program('data', 'one\n');
    const before = await planOf('cat data | sort > sorted');
    program('data', 'two\n');
    expect(whatChanged(before, await planOf('cat data | sort > sorted'))).toBeUndefined();
    expect(before).not.toHaveProperty('unheld');
    expect(before).not.toHaveProperty('untold');
  });

  test.each([
    ['$X run', 'a program whose name'],
    ['env "$X"', 'files that are only known'],
    ['bash *.sh', 'files that are only known'],
    ['cd "$X" && ./run', 'in a folder'],
    ['PATH=./bin run', 'by the PATH'],
    ['export PATH=./bin; run', 'by the PATH'],
    ['if ./run', 'could not be read'],
  ])('says what it cannot hold: %s', async (command, said) => {
    expect((await planOf(command)).unheld?.join('; ')).toContain(said);
  });

  test('looks for no more names than it has time for, and says so', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `n${index}`);
    expect((await planOf(`env ${names.join(' ')}`)).unheld?.join()).toContain('4000 places that were looked at');
  });

  test('holds no more files than it can name, and says so', async () => {
    const names = Array.from({ length: 250 }, (_, index) => `f${index}`);
    for (const name of names) writeFileSync(join(home, name), name);
    const { programs, unheld } = await planOf(`./f0; env ${names.join(' ')}`);
    expect(programs).toHaveLength(200);
    expect(unheld?.join()).toContain('first 200');
  });

  test('holds a large file by what tells that it is the same, and says so', async () => {
    const large = program('large', '');
    truncateSync(large, 300 * 1024 * 1024);
    const before = await planOf('./large');
    expect(before.programs).toMatchObject([{ name: './large' }]);
    expect(before.unheld).toEqual([expect.stringContaining(`\`${large}\`, which is held by its inode`)]);
    expect(whatChanged(before, await planOf('./large'))).toBeUndefined();
    writeFileSync(large, 'x', { flag: 'r+' });
    expect(whatChanged(before, await planOf('./large'))).toContain('large is not what it was');
  });

  test('holds what whoever asks may not know of, and tells nothing of it', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-outside-')));
    roots.push(outside);
    mkdirSync(join(home, '.ssh'));
    mkdirSync(join(home, 'own'));
    const hiding = executor({ sandbox: { ...sandbox, hidden: [join(home, 'own')] } });
    const planned = async (command: string): Promise<Plan> => {
      const prepared = await hiding.prepare('r' as RunId, action(command), 'full-access');
      if (!prepared.ok) throw new Error(prepared.reason);
      return prepared.plan;
    };
    for (const file of [join(outside, 'script'), join(home, '.ssh/key'), join(home, 'own/key')]) {
      for (const command of [`env ${file}`, `bash ${file}`, file]) {
        rmSync(file, { force: true });
        const nothing = await planned(command);
        writeFileSync(file, 'loot\n', { mode: 0o755 });
        const before = await planned(command);
        expect(before.programs.map(({ path }) => path)).not.toContain(file);
        expect(JSON.stringify(before)).not.toContain(sha256('loot\n'));
        expect({ ...before, untold: 0 }).toEqual({ ...nothing, untold: 0 });
        writeFileSync(file, 'other\n');
        expect(whatChanged(before, await planned(command))).toContain('a file that it or a variable names');
      }
    }
  });

  test('reads nothing that is made when it is read', async () => {
    const { programs } = await planOf('env /proc/self/environ /dev/zero /proc/kmsg', { access: 'full-access' });
    expect(programs.map(({ name }) => name)).toEqual(['env']);
  });

  test('is another one with other folders', async () => {
    const before = await planOf('true');
    const now = { ...before, sandbox: { ...before.sandbox, network: false } } as Plan;
    expect(whatChanged(before, now)).toContain('sandbox');
  });

  test('names secrets, and does not hold their values', async () => {
    const plan = await planOf('true', { secrets: ['KEY'] });
    expect(plan.secrets).toEqual(['KEY']);
    expect(plan.envDigest).not.toBe((await planOf('true')).envDigest);
    expect(JSON.stringify(plan)).not.toContain('value of');
  });

  test.each([
    ['a secret of Dispatch itself', { secrets: ['DISPATCH_RUN'] }, 'set by Dispatch'],
    ['a name that is given twice', { secrets: ['KEY'], env: { KEY: 'x' } }, 'as a variable and as a secret'],
    ['a folder out of reach', { cwd: '/usr' }, '/usr is in none'],
  ])('is refused for %s', async (_name, more, reason) => {
    const prepared = await executor().prepare('r' as RunId, action('true', more), 'workspace-write');
    expect(prepared).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('an inspection', () => {
  test('tells where folder, targets and arguments lead', async () => {
    mkdirSync(join(home, 'real'));
    symlinkSync('real', join(home, 'link'));
    const found = await executor().inspect(
      action('cp link/a /etc/passwd > link/new --into=link/../b', { cwd: join(home, 'link') }),
    );
    if (!found.ok) throw new Error(found.reason);
    const led = (written: string) => found.facts.paths.find((path) => path.written === written);
    expect(led(join(home, 'link'))).toMatchObject({ real: join(home, 'real'), use: 'folder' });
    expect(led('link/new')).toMatchObject({ real: join(home, 'real/link/new'), use: 'write' });
    expect(led('/etc/passwd')).toMatchObject({ real: realpathSync('/etc/passwd'), use: 'argument' });
    expect(led('link/../b')).toMatchObject({ real: join(home, 'real/b'), use: 'argument' });
    expect(found.facts.reading?.commands).toHaveLength(1);
  });

  test('refuses what no device could carry out', async () => {
    expect(await executor().inspect(action(' '))).toMatchObject({ ok: false, code: 'invalid' });
  });

  test('tells of a folder that cannot be worked in where it leads, and why: who may know is for others to say', async () => {
    symlinkSync('/nowhere', join(home, 'away'));
    program('file', '');
    for (const [cwd, real] of [
      [join(home, 'nowhere'), join(home, 'nowhere')],
      [join(home, 'away/x'), '/nowhere/x'],
      [join(home, 'file'), join(home, 'file')],
      ['/nowhere/../x', '/x'],
    ] as const) {
      const found = await executor().inspect(action('cat a', { cwd }));
      expect(found, cwd).toMatchObject({
        ok: true,
        facts: {
          paths: [
            { written: cwd, real, use: 'folder' },
            { written: 'a', real: `${real}/a` },
          ],
          unusable: { code: 'invalid' },
        },
      });
    }
    expect(await executor().inspect(action('true'))).not.toHaveProperty('facts.unusable');
  });

  test('says the same of a hidden folder whether it is there or not', async () => {
    mkdirSync(join(home, '.ssh/there'), { recursive: true });
    const hiding = executor({ sandbox: { ...sandbox, hidden: [join(home, 'own')] } });
    mkdirSync(join(home, 'own'));
    const said = async (cwd: string): Promise<string> => {
      const found = await hiding.inspect(action('true', { cwd: join(home, cwd), access: 'read-only' }));
      return JSON.stringify(found.ok ? found.facts.unusable : found).replaceAll(join(home, cwd), 'THERE');
    };
    expect(await said('.ssh/there')).toContain('hidden from runs');
    for (const cwd of ['.ssh', '.ssh/nothing', 'own', 'own/nothing'])
      expect(await said(cwd), cwd).toBe(await said('.ssh/there'));
    const open = await hiding.inspect(action('true', { cwd: join(home, '.ssh'), access: 'full-access' }));
    expect(open).not.toHaveProperty('facts.unusable');
  });

  test('of more paths than can be looked at is an obstacle', async () => {
    const found = await executor().inspect(action(`echo ${'a/b '.repeat(1100)}`));
    expect(found).toMatchObject({
      ok: true,
      facts: { reading: { obstacles: [expect.stringContaining('1000 paths')] } },
    });
  });
});

describe('a path', () => {
  test('is followed through links, also to what is not there yet', async () => {
    mkdirSync(join(home, 'a/b'), { recursive: true });
    symlinkSync('a/b', join(home, 'deep'));
    symlinkSync('nothing/here', join(home, 'dangling'));
    symlinkSync('circle', join(home, 'circle'));
    expect(await resolvePath(home, 'deep/../x')).toBe(join(home, 'a/x'));
    expect(await resolvePath(home, 'dangling')).toBe(join(home, 'nothing/here'));
    expect(await resolvePath(home, 'dangling/../../../../../../../..')).toBe('/');
    expect(await resolvePath(home, 'circle/x')).toBeUndefined();
    expect(await resolvePath(home, './new//file')).toBe(join(home, 'new/file'));
  });
});
