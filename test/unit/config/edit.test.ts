// One key is set; comments, order and everything else stay; what cannot be done so is refused, and the file left alone.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigEdit, setConfigValues } from '../../../src/config/edit.ts';
import { loadConfig } from '../../../src/config/load.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-edit-'));
  file = join(folder, 'config.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NAME: ConfigEdit = { table: 'device', key: 'name', value: 'desk' };
const edited = (before: string, ...edits: ConfigEdit[]): string => {
  writeFileSync(file, before, { mode: 0o600 });
  setConfigValues(file, edits.length === 0 ? [NAME] : edits);
  return readFileSync(file, 'utf8');
};

describe('setting a key', () => {
  it.each([
    ['in an empty file', '', '[device]\nname = "desk"\n'],
    ['in place of another value', '[device]\nname = "old" # mine\n', '[device]\nname = "desk" # mine\n'],
    ['in place of a literal text', "[device]\nname='old'\n", '[device]\nname="desk"\n'],
    ['in place of a text over lines', '[device]\nname = """\nold"""\n[ui]\n', '[device]\nname = "desk"\n[ui]\n'],
    ['under a header without keys', '[device]\n[ui]\n', '[device]\nname = "desk"\n[ui]\n'],
    ['under the last header', '[device]', '[device]\nname = "desk"'],
    [
      'before the comment of the next table',
      '[device]\n# a name\n\n# the screen\n[ui]\nmouse = false\n',
      '[device]\nname = "desk"\n# a name\n\n# the screen\n[ui]\nmouse = false\n',
    ],
    ['as a dotted key', 'device.name = "old"\n', 'device.name = "desk"\n'],
    ['as a quoted key', '"device" . \'name\' = "old"\n', '"device" . \'name\' = "desk"\n'],
    ['in an inline table', 'device = { name = "old" } # x\n', 'device = { name = "desk" } # x\n'],
    ['in an empty inline table', 'device = {}\n', 'device = { name = "desk" }\n'],
    ['after other tables', '[ui]\nmouse = false', '[ui]\nmouse = false\n\n[device]\nname = "desk"\n'],
    ['with the line breaks of Windows', '[device]\r\n# x\r\n[ui]\r\n', '[device]\r\nname = "desk"\r\n# x\r\n[ui]\r\n'],
    [
      'past texts that look like statements',
      '[network]\nannounce = [\n  "a:1", # [device]\n  # name = "x"\n]\n[device] # name = "y"\n',
      '[network]\nannounce = [\n  "a:1", # [device]\n  # name = "x"\n]\n[device] # name = "y"\nname = "desk"\n',
    ],
  ])('%s', (_where, before, after) => {
    expect(edited(before)).toBe(after);
  });

  it('beside others of dotted keys', () => {
    const edit = { table: 'permissions', key: 'shell', value: false };
    expect(edited('permissions.local_files = false\n\n[ui]\n', edit)).toBe(
      'permissions.local_files = false\npermissions.shell = false\n\n[ui]\n',
    );
  });

  it('keeps the other keys of an inline table', () => {
    const edit = { table: 'permissions', key: 'shell', value: false };
    expect(edited('permissions = { local_files = false, shell = true }\n', edit)).toBe(
      'permissions = { local_files = false, shell = false }\n',
    );
  });

  it('several at once, and gives what holds', () => {
    const edits = [
      { table: 'permissions', key: 'shell', value: false },
      { table: 'permissions', key: 'browser_automation', value: true },
      { table: 'network', key: 'listen', value: ['0.0.0.0:4747'] },
    ];
    writeFileSync(file, '# mine\n[permissions]\nshell = true\n', { mode: 0o600 });
    expect(setConfigValues(file, edits)).toMatchObject({
      permissions: { shell: false, browser_automation: true },
      network: { listen: ['0.0.0.0:4747'] },
    });
    expect(readFileSync(file, 'utf8')).toBe(
      '# mine\n[permissions]\nshell = false\nbrowser_automation = true\n\n[network]\nlisten = [ "0.0.0.0:4747" ]\n',
    );
    expect(loadConfig(file).config.permissions.shell).toBe(false);
  });
});

describe('it refuses, and leaves the file alone,', () => {
  it.each([
    [
      'a value that no rule allows',
      '[device]\n',
      { ...NAME, value: 'a b' },
      /config\.toml:2: device\.name: expected letters/,
    ],
    ['a file that is broken', '[device\n', NAME, /config\.toml:1:\d+: not valid TOML/],
    [
      'a table over several lines, which may hold comments',
      'device = {\n  # mine\n}\n',
      NAME,
      /device\.name cannot be set in .*config\.toml without changing something else in it/,
    ],
  ])('%s', (_what, before, edit, message) => {
    writeFileSync(file, before, { mode: 0o600 });
    expect(() => setConfigValues(file, [edit])).toThrow(message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(readdirSync(folder)).toEqual(['config.toml']);
  });

  it('one that others can write', () => {
    writeFileSync(file, '');
    chmodSync(file, 0o666);
    expect(() => setConfigValues(file, [NAME])).toThrow('can be written by others');
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('a place where no file can be', () => {
    mkdirSync(file);
    expect(() => setConfigValues(file, [NAME])).toThrow(/cannot read .*config\.toml/);
  });
});

describe('the file', () => {
  it('is made, with its folder, for nobody else', () => {
    file = join(folder, 'deeper', 'config.toml');
    setConfigValues(file, [NAME]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deeper')).mode & 0o777).toBe(0o700);
  });

  it('is closed to others when it is written', () => {
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    setConfigValues(file, [NAME]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('stays where a link leads', () => {
    const real = join(folder, 'dotfiles.toml');
    writeFileSync(real, '# mine\n', { mode: 0o600 });
    symlinkSync(real, file);
    setConfigValues(file, [NAME]);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe('# mine\n\n[device]\nname = "desk"\n');
  });

  it('is not touched if it says so already', () => {
    writeFileSync(file, '[device]\nname = "desk"\n', { mode: 0o600 });
    const { ino } = statSync(file);
    setConfigValues(file, [NAME]);
    expect(statSync(file).ino).toBe(ino);
  });

  it('is replaced whole: what a killed process left does not matter', () => {
    writeFileSync(join(folder, `.config.toml.${process.pid}`), 'half', { mode: 0o600 });
    setConfigValues(file, [NAME]);
    expect(readFileSync(file, 'utf8')).toBe('[device]\nname = "desk"\n');
    expect(existsSync(join(folder, `.config.toml.${process.pid}`))).toBe(false);
  });
});
