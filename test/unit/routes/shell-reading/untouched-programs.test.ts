// With real folders: a program on PATH, and what a confined run could have put before it.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isUntouched } from '../../../../src/routes/desktop/shell-reading/untouched-programs.ts';

let root: string;
let home: string;
let system: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'dispatch-untouched-')));
  home = join(root, 'home');
  system = join(root, 'system');
  for (const folder of [home, system]) mkdirSync(folder);
  program(system, 'df');
  program(system, 'sh');
});
afterEach(() => rmSync(root, { recursive: true }));

function program(folder: string, name: string): void {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), 0o755);
}

function check(
  path: readonly string[],
  more: Record<string, string> = {},
  shell = join(system, 'sh'),
): Promise<boolean> {
  return isUntouched('df', { environment: { PATH: path.join(':'), ...more }, shell, home, folders: [home] });
}

it('is certain where nothing on the way can be written to', async () => {
  expect(await check([system])).toBe(true);
  expect(await check([join(root, 'missing'), system])).toBe(true);
  expect(await check([system, home])).toBe(true);
});

it('is not where something could stand before it, be it or be loaded with it', async () => {
  expect(await check([home, system])).toBe(false);
  expect(await check([join(home, 'missing'), system])).toBe(false);
  expect(await check(['', system])).toBe(false);
  expect(await check(['bin', system])).toBe(false);
  expect(await check([join(root, 'missing')])).toBe(false);
  expect(await check([system], { LD_LIBRARY_PATH: '/x' })).toBe(false);
  program(home, 'sh');
  expect(await check([system], {}, join(home, 'sh'))).toBe(false);
  symlinkSync(home, join(root, 'link'));
  expect(await check([join(root, 'link'), system])).toBe(false);
  program(home, 'real-df');
  mkdirSync(join(root, 'linked'));
  symlinkSync(join(home, 'real-df'), join(root, 'linked', 'df'));
  expect(await check([join(root, 'linked')])).toBe(false);
});

it('trusts a folder that the sandbox guards, where it is there and no link', async () => {
  const bin = join(home, '.local', 'bin');
  expect(await check([bin, system])).toBe(false);
  mkdirSync(bin, { recursive: true });
  expect(await check([bin, system])).toBe(true);
  rmSync(bin, { recursive: true });
  symlinkSync(home, bin);
  expect(await check([bin, system])).toBe(false);
});
