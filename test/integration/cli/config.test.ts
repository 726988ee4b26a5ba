// `dispatch config`, and that nothing starts with a broken file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { processesWith } from '../../helpers/processes.ts';

let home: CliHome;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.dispose());

describe('dispatch config', () => {
  it('without a file tells where it would be, and that all is at its default', async () => {
    const file = home.paths.configFile;
    expect(await home.cli(['config', 'path'])).toMatchObject({ code: 0, out: `${file}\n` });
    expect(await home.json(['config', 'path', '--json'])).toEqual({ path: file });
    expect(await home.cli(['config', 'check'])).toMatchObject({
      code: 0,
      out: `there is no ${file}: everything is at its default\n`,
    });
    expect(await home.json(['config', 'check', '--json'])).toEqual({
      path: file,
      exists: false,
      ok: true,
      warnings: [],
    });
    expect(await home.json(['config', 'show', '--json'])).toMatchObject({
      shell: { slots: 8 },
      approvals: { expire: 1_800_000 },
      output: { cap: 67_108_864 },
    });
  });

  it('check warns of secrets that no run could be given', async () => {
    const there = join(home.path, 'there');
    writeFileSync(there, 'value', { mode: 0o600 });
    const open = join(home.path, 'open');
    writeFileSync(open, 'value', { mode: 0o644 });
    home.writeConfig(
      `[secrets]\nA = { file = "${there}" }\nB = { file = "${there}.not" }\nC = { file = "${open}" }\nD = { env = "NOT_SET" }\nE = { env = "SET" }\n`,
    );
    const { code, out, err } = await home.cli(['config', 'check'], { env: { SET: 'value' } });
    expect({ code, out }).toEqual({ code: 0, out: `${home.paths.configFile} is valid\n` });
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringContaining(`the secret B cannot be read: ${there}.not cannot be opened (ENOENT)`),
      expect.stringContaining(`the secret C cannot be used: others may read or change ${open}: chmod 600`),
      'dispatch: the secret D: the variable NOT_SET is not set here, and the peer has to be started with it',
    ]);
    const json = (await home.json(['config', 'check', '--json'], { env: { SET: 'value' } })) as { warnings: string[] };
    expect(json.warnings).toHaveLength(3);
    expect(JSON.stringify(json)).not.toContain('value');
  });

  it('check holds rules against their examples', async () => {
    home.writeConfig('[[rules]]\nname = "x"\ndecision = "allow"\ncommand = ["ls"]\nmatch = ["rm"]\n');
    const { code, err } = await home.cli(['config', 'check']);
    expect(code).toBe(125);
    expect(err).toContain('the rule "x" (match): the rule does not match its own example: rm');
  });

  it('with a file shows what holds, and the peer obeys it', async () => {
    home.writeConfig('[device]\nname = "desk"\n\n[permissions]\nshell = false\n');
    expect(await home.cli(['config', 'check'])).toMatchObject({ code: 0, out: `${home.paths.configFile} is valid\n` });
    expect(await home.json(['config', 'show', '--json'])).toMatchObject({ device: { name: 'desk' } });
    expect(await home.json(['devices', '--json'])).toMatchObject([{ name: 'desk', permissions: { shell: false } }]);
    const { code, err } = await home.cli(['run', '--yes', '--', 'ls']);
    expect(code).toBe(126);
    expect(err).toMatch(/^dispatch: run 1 failed \(refused\): /);
  });

  it.each([
    [
      '[shell]\nslots = 4\n\n[aprovals]\nexpire = "5m"\n',
      ':4: aprovals: there is no such key: did you mean "approvals"?',
    ],
    ['[approvals]\nexipre = "5m"\n', ':2: approvals.exipre: there is no such key: did you mean "expire"?'],
    [
      '[approvals]\nexpire = "soon"\n',
      ':2: approvals.expire: expected a duration such as "45s", "30m" or "2h": mend the value',
    ],
    ['[shell]\n# many\nslots = 1000\n', ':3: shell.slots: expected at most 256: mend the value'],
    ['[shell\n', ':1:7: not valid TOML'],
  ])('names file, line, key and the way out, and nothing starts: %j', async (text, message) => {
    home.writeConfig(text);
    for (const args of [['config', 'check'], ['config', 'show'], ['doctor'], ['run', '--', 'true'], ['peer'], []]) {
      const { code, out, err } = await home.cli(args);
      expect({ args, code, out }).toEqual({ args, code: 125, out: '' });
      const line = err.split('\n').find((candidate) => candidate.startsWith('dispatch: '));
      expect(line?.startsWith(`dispatch: ${home.paths.configFile}${message}`), err).toBe(true);
    }
    await expect.poll(() => processesWith(`DISPATCH_HOME=${home.path}`)).toEqual([]); // one that gave up is on its way out
    const json = await home.cli(['config', 'check', '--json']);
    expect(JSON.parse(json.err)).toMatchObject({
      code: 'config',
      message: expect.stringContaining(home.paths.configFile),
    });
  });
});
