import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Plan, ShellAction } from '../../../src/core/actions.ts';
import type { DeviceId, RunId, Sha256 } from '../../../src/core/ids.ts';
import { type PlanOptions, planShell } from '../../../src/routes/desktop/plan.ts';
import { createShells } from '../../../src/routes/desktop/shells.ts';
import { whatChanged } from '../../../src/routes/desktop/what-changed.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-plan-')));
afterAll(() => rmSync(home, { recursive: true }));
writeFileSync(join(home, 'file'), '');
mkdirSync(join(home, 'folder'));
symlinkSync('folder', join(home, 'link'));

const options: PlanOptions = {
  device: 'd' as DeviceId,
  home,
  shells: createShells(undefined, process.env.PATH ?? ''),
  enforced: 'full-access',
  environment: { PATH: '/bin' },
  sha256: (text) => createHash('sha256').update(text).digest('hex') as Sha256,
};
const run = 'r' as RunId;
const action = (more: Partial<ShellAction> = {}): ShellAction => ({
  kind: 'shell',
  command: 'true',
  access: 'read-only',
  ...more,
});

async function planOf(more: Partial<ShellAction> = {}, other: Partial<PlanOptions> = {}): Promise<Plan> {
  const prepared = await planShell({ ...options, ...other }, run, action(more));
  if (!prepared.ok) throw new Error(prepared.reason);
  return prepared.plan;
}

describe('a plan', () => {
  test('says what would run, where, with what and how freely', async () => {
    const plan = await planOf({ command: 'echo "a b"', env: { B: '2', A: '1' } });
    expect(plan).toMatchObject({
      device: 'd',
      run: 'r',
      kind: 'shell',
      argv: [expect.stringMatching(/^\/.*sh$/), '-c', 'echo "a b"'],
      cwd: home,
      envNames: ['A', 'B'],
      envDigest: options.sha256('A=1\0B=2\0PATH=/bin'),
      executable: realpathSync(plan.argv[0] ?? ''),
      enforced: 'full-access',
    });
    expect(plan.executableSha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('names the folder that a link leads to', async () => {
    expect((await planOf({ cwd: join(home, 'link') })).cwd).toBe(join(home, 'folder'));
  });

  test('changes with a value of the environment, and does not hold it', async () => {
    const one = await planOf({ env: { TOKEN: 'hunter2' } });
    const two = await planOf({ env: { TOKEN: 'hunter3' } });
    expect(one.envDigest).not.toBe(two.envDigest);
    expect(JSON.stringify(one)).not.toContain('hunter2');
    expect(whatChanged(one, two)).toContain('not what was checked');
    expect(whatChanged(one, await planOf({ env: { TOKEN: 'hunter2' } }))).toBeUndefined();
  });
});

describe('an action is refused', () => {
  const wrong: [string, Partial<ShellAction>, string][] = [
    ['without a command', { command: ' \n' }, 'empty'],
    ['with a NUL', { command: 'a\0b' }, 'NUL'],
    ['longer than the system takes', { command: `: ${'x'.repeat(131_072)}` }, '131071 bytes'],
    ['with a relative folder', { cwd: 'here' }, 'not an absolute path'],
    ['with a folder that is not there', { cwd: '/no/such/folder' }, 'does not exist'],
    ['with a file for a folder', { cwd: join(home, 'file') }, 'is not a folder'],
    ['with a folder below a file', { cwd: join(home, 'file', 'x') }, 'does not exist'],
    ['with a variable without a name', { env: { '': 'x' } }, 'cannot name a variable'],
    ['with = in a name', { env: { 'A=B': 'x' } }, 'cannot name a variable'],
    ['with a NUL in a value', { env: { A: 'x\0' } }, 'NUL'],
    ['with a variable of Dispatch', { env: { DISPATCH_RUN: 'x' } }, 'set by Dispatch'],
    ['with a variable longer than the system takes', { env: { A: 'x'.repeat(131_072) } }, '131071 bytes'],
    ['with a terminal without columns', { tty: { cols: 0, rows: 24 } }, '0×24'],
    ['with a terminal too large', { tty: { cols: 80, rows: 1001 } }, '80×1001'],
    ['with half a row', { tty: { cols: 80, rows: 1.5 } }, '80×1.5'],
    ['with no time', { timeoutMs: 0 }, 'time limit'],
    ['with more time than can be counted', { timeoutMs: 2 ** 31 }, 'time limit'],
  ];
  test.each(wrong)('%s', async (_name, more, reason) => {
    expect(await planShell(options, run, action(more))).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });

  test.each([
    ['that is not there', '/no/such/shell', 'does not exist'],
    ['that is a folder', '/', 'not a program'],
    ['without a whole path', 'bash', 'not an absolute path'],
    ['that may not be executed', join(home, 'file'), 'may not be executed'],
  ])('for a shell %s', async (_name, path, reason) => {
    const shells = createShells(path, '');
    expect(await planShell({ ...options, shells }, run, action())).toMatchObject({
      ok: false,
      reason: expect.stringContaining(reason),
    });
  });
});

test('as long as the system takes is accepted', async () => {
  expect((await planOf({ command: 'x'.repeat(131_071) })).argv[2]).toHaveLength(131_071);
});

test('the shell is bash where it is there, else sh', async () => {
  mkdirSync(join(home, 'bin'));
  const file = (name: string) => writeFileSync(join(home, 'bin', name), `${name}\n`, { mode: 0o755 });
  file('bash');
  expect((await planOf({}, { shells: createShells(undefined, `:relative:${join(home, 'bin')}`) })).argv[0]).toBe(
    join(home, 'bin', 'bash'),
  );
});

test('a shell that changed has another hash', async () => {
  const path = join(home, 'own-shell');
  writeFileSync(path, 'one', { mode: 0o755 });
  const shells = createShells(path, '');
  const before = await planOf({}, { shells });
  writeFileSync(path, 'two');
  const after = await planOf({}, { shells });
  expect(after.executableSha256).not.toBe(before.executableSha256);
  expect(whatChanged(before, after)).toContain(path);
});
