import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addRule, removeRule, ruleToToml } from '../../../src/config/edit-rules.ts';
import { loadConfig, parseConfig } from '../../../src/config/load.ts';
import { ruleOf } from '../../../src/config/rules.ts';
import type { DeviceId } from '../../../src/core/ids.ts';
import type { RuleBody } from '../../../src/core/policy/rules.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dispatch-rules-'));
  file = join(folder, 'config.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string): void => writeFileSync(file, text, { mode: 0o600 });
const text = (): string => readFileSync(file, 'utf8');

const RULE: RuleBody = { name: 'npm-test', decision: 'allow', command: ['npm', 'test'] };
const WHOLE: RuleBody = {
  name: 'whole',
  decision: 'deny',
  routes: ['desktop-local'],
  requesters: ['agent'],
  access: 'workspace-write',
  command: ['a "b"', "'c'", 'd\ne', '\\*', '...'],
  without: ['-x'],
  paths: ['~/x'],
  match: ['a'],
  noMatch: ['b'],
  expiresAt: 1_800_000_000_000,
  grantedBy: 'device-of-phone' as DeviceId,
};
const TABLE = '[[rules]]\nname = "npm-test"\ndecision = "allow"\ncommand = [ "npm", "test" ]\n';

describe('a rule as text', () => {
  it('is the table that people would write', () => expect(ruleToToml(RULE)).toBe(TABLE));

  it('holds all of it, in the names of the file, and a date that people can read', () => {
    const toml = ruleToToml(WHOLE);
    expect(parseConfig(toml, 'x').rules.map(ruleOf)).toEqual([WHOLE]);
    expect(toml).toContain('no_match = ');
    expect(toml).toContain('# 2027-01-15T08:00:00.000Z');
  });
});

describe('adding', () => {
  it.each([
    ['', TABLE],
    ['[shell]\nslots = 3\n', `[shell]\nslots = 3\n\n${TABLE}`],
    ['[shell]\nslots = 3 # mine', `[shell]\nslots = 3 # mine\n\n${TABLE}`],
    ['# only a note\n', `# only a note\n\n${TABLE}`],
    [
      '[[rules]]\nname = "x"\ndecision = "ask"\n\n[ui]\nbell = false\n',
      `[[rules]]\nname = "x"\ndecision = "ask"\n\n[ui]\nbell = false\n\n${TABLE}`,
    ],
    ['[shell]\r\nslots = 3\r\n', `[shell]\r\nslots = 3\r\n\r\n${TABLE.replaceAll('\n', '\r\n')}`],
  ])('to %j', (before, after) => {
    write(before);
    const config = addRule(file, RULE);
    expect(text()).toBe(after);
    expect(config.rules.at(-1)).toMatchObject({ name: 'npm-test' });
    expect(loadConfig(file).config).toEqual(config);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('makes the file where there is none', () => {
    addRule(file, WHOLE);
    expect(loadConfig(file).config.rules.map(ruleOf)).toEqual([WHOLE]);
  });

  it('refuses a name that is taken', () => {
    write(TABLE);
    expect(() => addRule(file, RULE)).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(text()).toBe(TABLE);
  });

  it('refuses where it cannot be done, and leaves the file alone', () => {
    for (const before of [
      'rules = []\n',
      'rules = [{ name = "x", decision = "ask" }]\n',
      'not toml',
      '[[rules]]\nname = "x"\n',
    ]) {
      write(before);
      expect(() => addRule(file, RULE)).toThrow(expect.objectContaining({ code: 'config' }));
      expect(text()).toBe(before);
    }
    write('');
    expect(() => addRule(file, { ...RULE, name: 'not a name' })).toThrow(expect.objectContaining({ code: 'config' }));
    expect(text()).toBe('');
  });
});

describe('removing', () => {
  const X = '[[rules]]\nname = "x"\ndecision = "ask"\n';
  it.each([
    [TABLE, ''],
    [`${TABLE}\n${X}`, X],
    [`${X}\n${TABLE}`, X],
    [`${X}\n# why\n${TABLE}\n# about ui\n[ui]\nbell = false\n`, `${X}\n# why\n\n# about ui\n[ui]\nbell = false\n`],
    [`[ui]\nbell = false\n\n${TABLE}\n${X}`, `[ui]\nbell = false\n\n${X}`],
    [
      '[ [ "rules" ] ] # here\nname = \'npm-test\' # it\n# within\ndecision = "allow"\ncommand = [\n "a", # b\n]\n[ui]\n',
      '[ui]\n',
    ],
    [`${X.trimEnd()}\n${TABLE}${X.replace('x', 'y')}`, `${X}${X.replace('x', 'y')}`],
    [`${X}\n${TABLE}`.replaceAll('\n', '\r\n'), X.replaceAll('\n', '\r\n')],
  ])('from %j', (before, after) => {
    write(before.replace('[ [', '[[').replace('] ]', ']]'));
    const config = removeRule(file, 'npm-test');
    expect(text()).toBe(after);
    expect(loadConfig(file).config).toEqual(config);
    expect(config.rules.some(({ name }) => name === 'npm-test')).toBe(false);
  });

  it('what was added leaves what was there', () => {
    for (const before of ['', '[ui]\nbell = false\n', `# note\n\n${X}`, `${X}\n\n`]) {
      write(before);
      addRule(file, RULE);
      removeRule(file, 'npm-test');
      expect(text().trimEnd()).toBe(before.trimEnd());
    }
  });

  it('refuses what is not there', () => {
    write(X);
    expect(() => removeRule(file, 'npm-test')).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(text()).toBe(X);
  });

  it('refuses where it cannot be done, and leaves the file alone', () => {
    const before = 'rules = [{ name = "x", decision = "ask" }, { name = "y", decision = "ask" }]\n';
    write(before);
    expect(() => removeRule(file, 'x')).toThrow(expect.objectContaining({ code: 'config' }));
    expect(text()).toBe(before);
  });

  it('takes the right one of many', () => {
    const names = ['a', 'b', 'c', 'd'];
    write(
      names
        .map((name) => `[[rules]]\nname = "${name}"\ndecision = "ask"\ncommand = ["[[rules]]", "# no"]\n`)
        .join('\n'),
    );
    removeRule(file, 'b');
    removeRule(file, 'd');
    expect((parse(text()).rules as { name: string }[]).map(({ name }) => name)).toEqual(['a', 'c']);
  });
});
