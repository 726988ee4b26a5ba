import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Action } from '../../../src/core/actions.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { createRunVault } from '../../../src/store/vault.ts';

const RUN = '0123456789abcdef' as RunId;
const ACTION: Action = {
  kind: 'shell',
  command: 'echo sk-secret ünï',
  access: 'read-only',
  env: { TOKEN: 'sk-secret' },
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-vault-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('keeps an action for the next process, and erases it', async () => {
  await createRunVault(dir).keep(RUN, ACTION);
  const vault = createRunVault(dir);
  expect(await vault.open(RUN)).toEqual(ACTION);
  await vault.erase(RUN);
  expect(await vault.open(RUN)).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test('keeps it private, whatever stood there before', async () => {
  writeFileSync(join(dir, `${RUN}.action.part`), 'left by a crash', { mode: 0o666 });
  await createRunVault(dir).keep(RUN, ACTION);
  expect(readdirSync(dir)).toEqual([`${RUN}.action`]);
  expect(statSync(join(dir, `${RUN}.action`)).mode & 0o777).toBe(0o600);
});

test('the newest action counts', async () => {
  const vault = createRunVault(dir);
  await vault.keep(RUN, ACTION);
  await vault.keep(RUN, { kind: 'inline', language: 'expression', source: '1' });
  expect(await vault.open(RUN)).toEqual({ kind: 'inline', language: 'expression', source: '1' });
});

test('erases what a crash left half-written, and nothing else', async () => {
  const other = 'fedcba9876543210' as RunId;
  const vault = createRunVault(dir);
  await vault.keep(other, ACTION);
  writeFileSync(join(dir, `${RUN}.action.part`), '{"kind":"sh');
  await vault.erase(RUN);
  await vault.erase(RUN);
  expect(readdirSync(dir)).toEqual([`${other}.action`]);
});

test('says what is damaged without showing it', async () => {
  writeFileSync(join(dir, `${RUN}.action`), '{"secret": "sk-sec');
  const opened = createRunVault(dir).open(RUN);
  await expect(opened).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining(join(dir, RUN)) });
  await expect(opened).rejects.not.toThrow(/sk-sec/);
});

test('says where it cannot write', async () => {
  mkdirSync(join(dir, 'sub'));
  writeFileSync(join(dir, 'sub', 'file'), '');
  const vault = createRunVault(join(dir, 'sub', 'file'));
  await expect(vault.keep(RUN, ACTION)).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining(join(dir, 'sub', 'file')),
  });
});
