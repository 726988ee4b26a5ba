// A keyring that nobody unlocks. It stands in for the one of the system, which a test cannot lock.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { readStoredKey, storeKey } from '../../../src/routes/cloud/connector/stored-keys.ts';

const asked: string[] = [];
let silent = true;
vi.mock('@napi-rs/keyring', () => ({
  AsyncEntry: class {
    getPassword() {
      asked.push('get');
      return silent ? new Promise(() => {}) : Promise.reject(new Error('locked'));
    }
    setPassword() {
      asked.push('set');
      return Promise.reject(new Error('locked'));
    }
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'dispatch-keyring-'));
afterAll(() => rmSync(folder, { recursive: true }));
const keysFile = join(folder, 'keys.json');

it('is left as soon as nobody wants the key, and not asked again for a while once it failed', async () => {
  writeFileSync(keysFile, '{"gpt": "from the file"}');
  const stop = new AbortController();
  const reading = readStoredKey('gpt', { keysFile }, stop.signal);
  await vi.waitFor(() => expect(asked).toEqual(['get']));
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });

  silent = false;
  expect(await readStoredKey('gpt', { keysFile })).toBe('from the file');
  expect(await readStoredKey('gpt', { keysFile })).toBe('from the file');
  expect(asked).toEqual(['get', 'get']);

  await storeKey('gpt', 'new', { keysFile });
  expect(asked).toEqual(['get', 'get', 'set']);
  expect(await readStoredKey('gpt', { keysFile })).toBe('new');
});
