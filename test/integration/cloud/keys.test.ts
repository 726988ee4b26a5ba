// Keys that come while a peer runs: what routes by them is told, and they are known to whoever hides them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/load.ts';
import { createConnectors, type PeerConnectors } from '../../../src/peer/connectors.ts';
import { until } from '../../helpers/until.ts';

let folder: string | undefined;
let connectors: PeerConnectors | undefined;
afterEach(async () => {
  await connectors?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

test('a key that is stored makes its connector usable, and is told', async () => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-keys-'));
  const config = parseConfig(
    '[connectors.gpt]\npreset = "openai-chat"\nmodel = "m"\nkey = { keyring = "gpt" }\n',
    'config.toml',
  );
  const embedded = { address: async () => Promise.reject(new Error('not here')), close: async () => {} };
  const made = createConnectors({
    config,
    embedded,
    env: {},
    warn: () => {},
    home: folder,
    keysFile: join(folder, 'keys.json'),
  });
  connectors = made;
  let told = 0;
  made.onChange(() => {
    told += 1;
  });
  const trouble = (): string | undefined => made.routing().connectors.find(({ name }) => name === 'gpt')?.trouble;
  await until('word of the missing key', () => trouble() !== undefined && told === 1);
  expect(await made.keys()).toEqual([]);
  expect(await made.keepKey('gpt', 'a-key-to-be-hidden')).toContain('keys.json');
  expect(trouble()).toBeUndefined();
  expect(told).toBe(2);
  expect(await made.keys()).toEqual(['a-key-to-be-hidden']);
});
