// Help texts, versions, and what the command line makes of words that it does not know. Nothing here needs a peer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/registry.ts';
import { type CliHome, createHome, type Finished } from '../../helpers/cli.ts';
import { processesWith } from '../../helpers/processes.ts';

let home: CliHome;
beforeAll(() => {
  home = createHome();
});
afterAll(async () => {
  expect(processesWith(`DISPATCH_HOME=${home.path}`)).toEqual([]); // none of this starts a peer
  await home.dispose();
});

describe('help', () => {
  it('of dispatch lists every command with what it does', async () => {
    const { code, out, err } = await home.cli(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const [name, { summary }] of Object.entries(COMMANDS)) {
      expect(out).toMatch(new RegExp(`^ {2}${name} +${summary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'm'));
    }
    expect((await home.cli(['help'])).out).toBe(out);
    expect((await home.cli(['-h'])).out).toBe(out);
  });

  it('of every command has usage, options and examples', async () => {
    const names = Object.keys(COMMANDS);
    const texts: Finished[] = [];
    for (const name of names) texts.push(await home.cli([name, '--help']));
    for (const [index, name] of names.entries()) {
      const { code, out, err } = texts[index] as Finished;
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
      expect(out).toContain(`\nUsage: dispatch ${name}`);
      expect(out).toMatch(/^ +(-h, )?--help {2}/m);
      const [, examples = ''] = out.split('\nExamples:\n');
      expect(examples, name).toContain(`dispatch ${name}`);
      expect(Math.max(...out.split('\n').map((line) => line.length)), `a line of ${name}`).toBeLessThanOrEqual(130);
    }
    expect((await home.cli(['help', 'run'])).out).toBe(texts[names.indexOf('run')]?.out);
    expect((await home.cli(['run', '-h'])).out).toBe(texts[names.indexOf('run')]?.out);
  });

  it('after -- belongs to the command that runs', async () => {
    expect((await home.cli(['policy', 'check', '--help'])).out).toContain('Usage: dispatch policy');
    expect((await home.cli(['route'])).code).toBe(2);
  });
});

describe('words that are not known', () => {
  it.each([
    [['nope'], 'there is no command "nope": "dispatch --help" lists them'],
    [['rnu'], 'there is no command "rnu": did you mean "dispatch run"? "dispatch --help" lists all'],
    [['aprove', '1'], 'there is no command "aprove": did you mean "dispatch approve"? "dispatch --help" lists all'],
    [['help', 'nope'], 'there is no command "nope": "dispatch --help" lists them'],
    [['--nope'], "unknown option '--nope': dispatch --help"],
    [['ps', '--al'], "unknown option '--al': did you mean --all? dispatch ps --help"],
    [['ps', '--status', 'done'], '--status done: expected one of queued, running, waiting_approval'],
    [['ps', '-n'], '--limit needs a value: dispatch ps --help'],
    [['ps', '-n', '0'], '--limit 0: expected a whole number from 1 to 1000: dispatch ps --help'],
    [['thread', '-n', '1e3'], '--limit 1e3: expected a whole number from 1 to 1000: dispatch thread --help'],
    [['ps', 'extra'], '"extra" is too much: dispatch ps --help'],
    [['version', '--', 'extra'], '"extra" is too much: dispatch version --help'],
    [['doctor', 'extra'], '"extra" is too much'],
    [['--plain', 'extra'], '"extra" is too much: dispatch --help'],
    [['peer', 'nope'], 'peer nope: expected status, stop or install: dispatch peer --help'],
    [['peer', 'status', 'extra'], '"extra" is too much: dispatch peer --help'],
    [['config', 'nope'], 'config nope: expected path, check or show: dispatch config --help'],
    [['completion'], 'completion : expected bash, zsh or fish'],
    [['completion', 'tcsh'], 'completion tcsh: expected bash, zsh or fish: dispatch completion --help'],
    [['show'], 'RUN is missing: dispatch show --help'],
    [['show', '1', '2'], 'one RUN at a time, but "2" came too: dispatch show --help'],
    [['wait'], 'RUN is missing'],
    [['cancel'], 'RUN is missing'],
    [['approve'], 'ID is missing'],
    [['reject'], 'ID is missing: dispatch reject --help'],
    [['get'], 'ARTIFACT is missing'],
    [['say'], 'there is nothing to say'],
    [['say', '  '], 'there is nothing to say'],
    [['search'], 'there is nothing to look for'],
    [['eval'], 'there is no expression'],
    [['policy'], 'policy: expected list, check, add, remove: dispatch policy --help'],
    [['policy', 'check'], 'expected: policy check -- COMMAND…'],
    [['revoke'], 'DEVICE is missing: dispatch revoke --help'],
    [['revoke', 'a', 'b'], 'one DEVICE at a time, but "b" came too: dispatch revoke --help'],
    [['rename'], 'DEVICE is missing: dispatch rename --help'],
    [['rename', 'a'], 'NAME is missing: dispatch rename --help'],
    [['rename', 'a', 'b', 'c'], '"c" is too much: dispatch rename --help'],
    [['permissions', 'list'], 'permissions list: expected set: dispatch permissions --help'],
    [['permissions', 'set', 'shell=1'], '"shell=1": expected shell=on or shell=off: dispatch permissions --help'],
    [['run', '--agent', '--yes', '--', 'x'], 'an agent cannot say yes for itself: leave --yes out'],
    [['run', '--secret', 'A=b', '--', 'x'], '--secret: expected the name of a secret, without its value'],
    [
      ['run', '--access', 'readonly', '--', 'x'],
      '--access readonly: expected read-only, workspace-write or full-access',
    ],
    [['pair', '--yes'], '--yes goes with the ticket of another device: dispatch pair --help'],
    [['pair', '--allow', 'everything'], '--allow: "everything" is no grant: expected run, approve, observe or none'],
    [['run', '--on', ',', '--', 'true'], '--on ,: expected DEVICE,… or @all: "dispatch devices" lists them'],
    [
      ['run', '--timeout', '-1', '--', 'x'],
      '--timeout -1: expected a whole number from 1 to 2592000: dispatch run --help',
    ],
    [['ps', '-n', '-5'], '--limit -5: expected a whole number from 1 to 1000: dispatch ps --help'],
    [['run', '--on', '--yes', '--', 'x'], '--on needs a value: dispatch run --help'],
    [['run', '--yes=1'], "option '-y, --yes' does not take an argument: dispatch run --help"],
    [['attach', '1'], 'attach needs a terminal: read the output with "dispatch logs -f 1"'],
  ])('%j: one line, and exit code 2', async (args, message) => {
    const { code, out, err } = await home.cli(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.startsWith(`dispatch: ${message}`), err).toBe(true);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('with --json come as the error', async () => {
    const { code, out, err } = await home.cli(['ps', '--al', '--json']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(JSON.parse(err)).toMatchObject({ code: 'usage', hint: 'did you mean --all? dispatch ps --help' });
  });
});

describe('version', () => {
  it('is the same in all its spellings', async () => {
    const { out, code } = await home.cli(['version']);
    expect(code).toBe(0);
    expect(out).toMatch(/^dispatch \d+\.\d+\.\d+ \(Node \d+\.\d+\.\d+\)\n$/);
    expect((await home.cli(['--version'])).out).toBe(out);
    expect((await home.cli(['-v'])).out).toBe(out);
  });
});
