// What config.toml says of the dashboard is read once, and again whenever it could say something else.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readUiSettings } from '../../../src/cli/ui-settings.ts';

let folder: string;
let paths: { configFile: string; uiFile: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-ui-'));
  paths = { configFile: join(folder, 'config.toml'), uiFile: join(folder, 'state', 'ui.json') };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string): void => writeFileSync(paths.configFile, text, { mode: 0o600 });

it('is the default where there is no file, and nothing is kept', async () => {
  expect(await readUiSettings(paths)).toMatchObject({ mouse: true, bell: true, background: 'auto' });
  expect(existsSync(paths.uiFile)).toBe(false);
});

it('is what the file says, also the second time', async () => {
  write('[ui]\nmouse = false\n');
  const first = await readUiSettings(paths);
  expect(first).toMatchObject({ mouse: false, bell: true });
  expect(existsSync(paths.uiFile)).toBe(true);
  expect(await readUiSettings(paths)).toEqual(first);
});

it('is what a changed file says, of the same length and time too', async () => {
  write('[ui]\nbell = false\n');
  await readUiSettings(paths);
  const { atime, mtime } = statSync(paths.configFile);
  write('[ui]\nbell =  true\n');
  utimesSync(paths.configFile, atime, mtime);
  expect(await readUiSettings(paths)).toMatchObject({ bell: true });
});

it('is an error where the file has become wrong, or others can write it', async () => {
  write('[ui]\nmouse = false\n');
  await readUiSettings(paths);
  chmodSync(paths.configFile, 0o666);
  await expect(readUiSettings(paths)).rejects.toThrow('can be written by others');
  chmodSync(paths.configFile, 0o600);
  write('[ui]\nmouse = "no"\n');
  await expect(readUiSettings(paths)).rejects.toThrow('ui.mouse');
});

it('is read anew where what was kept is no use', async () => {
  write('[ui]\nmouse = false\n');
  const settings = await readUiSettings(paths);
  for (const broken of ['', '{', 'null', '{"of":"other","ui":{}}']) {
    writeFileSync(paths.uiFile, broken);
    expect(await readUiSettings(paths)).toEqual(settings);
  }
  expect(JSON.parse(readFileSync(paths.uiFile, 'utf8'))).toMatchObject({ ui: { mouse: false } });
});

it('is read anew where somebody has changed what was kept', async () => {
  write('[ui]\nmouse = false\n');
  const settings = await readUiSettings(paths);
  const { of } = JSON.parse(readFileSync(paths.uiFile, 'utf8'));
  for (const ui of [undefined, null, {}, { ...settings, mouse: 'no' }, { ...settings, keys: { 'approval.next': 5 } }]) {
    writeFileSync(paths.uiFile, JSON.stringify({ of, ui }));
    expect(await readUiSettings(paths)).toEqual(settings);
  }
  writeFileSync(paths.uiFile, JSON.stringify({ of, ui: { ...settings, mouse: true } }));
  chmodSync(paths.uiFile, 0o666);
  expect(await readUiSettings(paths)).toEqual(settings);
});
