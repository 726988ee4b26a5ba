// The command line with two real peers on this machine: they pair by its words, run, stop, come back, and part again.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Approval } from '../../../src/core/approvals.ts';
import type { Device } from '../../../src/core/devices.ts';
import type { Run } from '../../../src/core/runs.ts';
import { type CliHome, createHome, LAUNCHER, type Running } from '../../helpers/cli.ts';
import { needs } from '../../helpers/needs.ts';
import { startTerminal, type TerminalDriver } from '../../helpers/terminal-driver.ts';
import { until } from '../../helpers/until.ts';

let near: CliHome;
let far: CliHome;
/** Where the far one listens, the same after each start. */
let address: string;

async function startPeer(home: CliHome, name: string, listen: string): Promise<Running> {
  const args = ['peer', '--background', '--name', name, '--listen', listen, '--no-lan'];
  const peer = home.start(args, { timeoutMs: 600_000 });
  await peer.printed('{"serving":true}\n');
  return peer;
}

async function presence(state: Device['presence']['state']): Promise<Device> {
  return until(`${state} device`, async () => {
    const devices = (await near.json(['devices', '--json'])) as Device[];
    return devices.find((device) => !device.local && device.presence.state === state);
  });
}

/** One run with the grants in `allow`; gives what both sides printed. */
async function pair(
  offer: readonly string[],
  join: (session: { ticket: string; code: string }) => { args: readonly string[]; stdin?: string },
): Promise<{ events: { type: string }[]; joined: string }> {
  const offering = far.start(['pair', ...offer, '--json']);
  await offering.printed('\n');
  const session = JSON.parse(offering.out().split('\n')[0] ?? '') as { ticket: string; code: string };
  const { args, stdin } = join(session);
  const joined = await near.cli(['pair', ...args], stdin === undefined ? {} : { stdin });
  expect(joined).toMatchObject({ code: 0 });
  const { code, out } = await offering.done;
  expect(code).toBe(0);
  return {
    events: out
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as { type: string }),
    joined: joined.out,
  };
}

/** The program on a terminal, in the home of one of them. */
function onTerminal(home: CliHome, ...args: string[]): TerminalDriver {
  const env = { DISPATCH_HOME: home.path, DISPATCH_DEV: home.env.DISPATCH_DEV };
  const terminal = startTerminal({
    command: process.execPath,
    args: [LAUNCHER, ...args],
    cwd: home.work,
    env,
    cols: 93,
  });
  onTestFinished(() => terminal.dispose());
  return terminal;
}

beforeAll(async () => {
  near = createHome();
  far = createHome();
  far.writeConfig('[approvals]\nfull_access_approvers = 2\n');
  await Promise.all([startPeer(near, 'near', '127.0.0.1:0'), startPeer(far, 'far', '127.0.0.1:0')]);
  const { addresses } = (await far.json(['peer', 'status', '--json'])) as { addresses: string[] };
  address = addresses[0] ?? '';
});
afterAll(async () => {
  await Promise.all([near.dispose(), far.dispose()]);
});

describe('two peers', { timeout: 60_000 }, () => {
  it('pair with a ticket from standard input', async () => {
    const { events, joined } = await pair(['--allow', 'run'], ({ ticket }) => ({
      args: ['-', '--yes'],
      stdin: `${ticket}\n`,
    }));
    expect(events.map(({ type }) => type)).toEqual(['attempt', 'proposed', 'paired', 'closed']);
    expect(joined).toContain('paired with far\nthis device may do there: run tasks;  it may do here: nothing\n');
    const device = await presence('online');
    expect(device).toMatchObject({ name: 'far', grants: { held: ['run'], given: [] } });
    expect((await far.cli(['devices'])).out).toContain('this device may there: nothing;  it may here: run tasks');
  });

  it('say what is wrong with a ticket or a code, in one sentence', async () => {
    const offering = far.start(['pair', '--json']);
    await offering.printed('\n');
    const { ticket, code } = JSON.parse(offering.out()) as { ticket: string; code: string };
    const typo = (text: string, at: number): string =>
      `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
    for (const [args, exit, message] of [
      [[typo(ticket, 60)], 2, /ticket/],
      [[typo(code, 6), '--at', address], 2, /group 2 of the code has a typo/],
      [[code, '--at', '127.0.0.1:1'], 125, /127\.0\.0\.1:1/],
    ] as const) {
      const failed = await near.cli(['pair', ...args, '--yes']);
      expect(failed).toMatchObject({ code: exit, out: '' });
      expect(failed.err).toMatch(message);
      expect(failed.err.trimEnd().split('\n'), failed.err).toHaveLength(1);
    }
    expect((await far.cli(['pair', ticket, '--yes'])).err).toContain('of this very device');
    offering.kill('SIGINT');
    expect((await offering.done).code).toBe(130);
    const late = await near.cli(['pair', ticket, '--yes']);
    expect(late).toMatchObject({ code: 126, err: expect.stringContaining('no pairing session is open') });
  });

  it('run what is asked for, with its exit status, its input, and in the folder that is meant', async () => {
    expect(await near.cli(['run', '--on', 'far', '--', 'ls', '/none'])).toMatchObject({
      code: 2,
      out: expect.stringContaining('ls: '),
    });
    const folders = await near.cli(['run', '--on', '@all', '--', 'pwd']);
    expect(folders.code).toBe(0);
    const lines = folders.out.trimEnd().split('\n').sort();
    expect(lines[1]).toBe(`near: ${near.work}`);
    expect(lines[0]).not.toContain(near.work);
    const runs = (await near.json(['run', '--on', 'near,far', '--json', '--', 'pwd'])) as Run[];
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(new Set(runs.map(({ group }) => group)).size).toBe(1);
  });

  it('tell who has to answer where this one may not, and go on when somebody did', async () => {
    const running = near.start(['run', '--on', 'far', '--yes', '--', 'cat; echo > "$DISPATCH_ARTIFACTS/made"'], {
      stdin: 'to the other side\n',
    });
    await running.printed('this device may not answer for far, and --yes does not count there', 'err');
    const approval = (await near.json(['approvals', '--json'])) as { id: string }[];
    expect((await near.cli(['approve', approval[0]?.id ?? ''])).code).toBe(126);
    await far.cli(['approve', approval[0]?.id ?? '']);
    expect(await running.done).toMatchObject({ code: 0, out: 'to the other side\n' });
  });

  it('with approve, --yes counts, and artifacts come here whole', async () => {
    await pair(['--allow', 'run,approve'], ({ code }) => ({ args: [code, '--at', address, '--yes'] }));
    const made = await near.cli(['run', '--on', 'far', '--yes', '--', 'seq 1 500000 > "$DISPATCH_ARTIFACTS/numbers"']);
    expect(made).toMatchObject({ code: 0 });
    const [run] = (await near.json(['ps', '--all', '-n', '1', '--json'])) as Run[];
    expect(await near.cli(['get', `${run?.number}/numbers`])).toMatchObject({ code: 0, out: 'numbers  3.4 MB\n' });
    const expected = `${Array.from({ length: 500_000 }, (_, index) => index + 1).join('\n')}\n`;
    const hash = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(hash(readFileSync(join(near.work, 'numbers')))).toBe(hash(expected));
    expect((await near.cli(['get', `${run?.number}/numbers`, '-o', '-'])).out === expected).toBe(true);
  });

  it('agree on full access, each by its own yes; what happens is told on both as it happens', async () => {
    const following = near.start(['approvals', '--follow', '--json']);
    const seen = (): { event: string; approval: Approval }[] =>
      following
        .out()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { event: string; approval: Approval });
    const running = near.start(['run', '--on', 'far', '--access', 'full-access', '--', 'echo both > both; cat both']);
    await running.printed('answer with "dispatch approve', 'err');
    await following.printed('"event":"requested"');
    const id = seen()[0]?.approval.id ?? '';
    expect((await near.cli(['approve', id])).out).toContain('1 of 2 has agreed: one more device must');
    await until('yes of near on far', async () =>
      /a person on near agreed at/.test((await far.cli(['approvals'])).out),
    );
    expect((await near.cli(['approve', id])).out).toContain('1 of 2 has agreed: one more device must'); // itself does not count twice
    expect((await far.cli(['approve', id])).out).toMatch(/^approved: run \d+\n$/);
    expect(await running.done).toMatchObject({ code: 0, out: 'both\n' });
    await following.printed('"event":"decided"');
    expect(seen().map(({ event }) => event)).toEqual(['requested', 'agreed', 'decided']);
    following.kill('SIGINT');
    const number = ((await near.json(['ps', '--all', '-n', '1', '--json'])) as Run[])[0]?.number;
    const { out } = await near.cli(['show', `${number}`]);
    expect(out).toMatch(/^ {4}you on this device agreed at /m);
    expect(out).toMatch(/^ {4}approved at .* by a person on far, signed$/m);
  });

  needs('bwrap')('with a sandbox', () => {
    it('take "always" from each other: the rule is there, and says who gave it', async () => {
      const running = near.start(['run', '--on', 'far', '--', 'touch always']);
      await running.printed('answer with "dispatch approve', 'err');
      const number = /run (\d+) waits/.exec(running.err())?.[1] ?? '';
      const { code, err } = await near.cli(['approve', number, '--always', '--yes']);
      expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('would be added on far:') });
      expect((await running.done).code).toBe(0);
      expect((await near.cli(['run', '--on', 'far', '--no-wait', '--', 'touch always'])).code).toBe(0);
      expect((await near.cli(['run', '--on', 'far', '--no-wait', '--', 'touch always; touch x'])).code).toBe(126);
      expect((await far.cli(['policy', 'list'])).out).toMatch(/touch always.* given on near$/m);
      expect(await near.json(['policy', 'check', '--on', 'far', '--json', '--', 'touch x'])).toMatchObject({
        decision: 'ask',
        check: 'policy',
      });
    });
  });

  it('lend each other a terminal: keys, size, C-] to leave, and back again', async () => {
    const command = 'stty size; while read line; do echo "<$line>"; done; echo over';
    const [started] = (await near.cli(['run', '--on', 'far', '--tty', '--detach', '--yes', '--', command])).out.split(
      '\n',
    );
    const first = onTerminal(near, 'attach', started ?? '');
    await first.waitFor('C-] leaves');
    first.type('one\r');
    await first.waitFor('<one>');
    first.send('\u001d');
    await first.waitFor('which goes on');
    expect(await first.exited()).toMatchObject({ code: 0 });
    const again = onTerminal(near, 'attach', started ?? '');
    await again.waitFor('<one>');
    again.type('two\r');
    await again.waitFor('<two>');
    again.press('C-d');
    await again.waitFor('over');
    expect(await again.exited()).toMatchObject({ code: 0 });
    const own = onTerminal(near, 'run', '--on', 'far', '--tty', '--yes', '--', 'stty size; read x; echo "<$x>"');
    await own.waitFor('30 93');
    own.type('here\r');
    await own.waitFor('<here>');
    expect(await own.exited()).toMatchObject({ code: 0 });
  });

  it('queue what is for one that is away, say so, and start it when it is back', async () => {
    await far.killPeer();
    await presence('offline');
    expect((await near.cli(['devices'])).out).toMatch(/^○ {2}far +offline since \d\d:\d\d/m);
    expect((await near.cli(['route', '!ls @far'])).out).toContain('it would wait for far, which is offline since');
    const expired = near.cli(['run', '--on', 'far', '--expire', '1', '--', 'true']);
    const cancelled = near.start(['run', '--on', 'far', '--', 'true']);
    const running = near.start(['run', '--on', 'far', '--', 'echo back']);
    for (const one of [running, cancelled]) await one.printed('is queued, because far is offline since', 'err');
    cancelled.kill('SIGINT');
    expect((await cancelled.done).code).toBe(130);
    expect(await expired).toMatchObject({ code: 126, err: expect.stringContaining('no device took it on in time') });
    expect((await near.cli(['ps'])).out).toMatch(/far \(waits for it: offline since/);
    await startPeer(far, 'far', address);
    const { code, out, err } = await running.done;
    expect({ code, out }).toEqual({ code: 0, out: 'back\n' });
    expect(err).toContain('dispatch: far is back\n');
  });

  it('compare words on two screens', async () => {
    const offering = onTerminal(far, 'pair', '--compare', '--allow', 'run,observe', '--mutual');
    await offering.waitFor('Ctrl-C withdraws it');
    const joining = onTerminal(near, 'pair', '--compare', '--at', address, '--give', 'run');
    const question = /word (\d) of the other screen/;
    const screens = [await asked(offering), await asked(joining)] as const;
    async function asked(terminal: TerminalDriver): Promise<{ words: string[]; which: number }> {
      await terminal.waitFor(question);
      const [, ...words] = /words +1 (\w+) +2 (\w+) +3 (\w+) +4 (\w+)/.exec(terminal.screen()) ?? [];
      return { words, which: Number(question.exec(terminal.screen())?.[1]) };
    }
    const [{ words: onFar, which: ofNear }, { words: onNear, which: ofFar }] = screens;
    offering.type('nonsense\r');
    await offering.waitFor('that is none of the words');
    offering.type(`${onNear[ofNear - 1]}\r`);
    joining.type(`${onFar[ofFar - 1]}\r`);
    expect(await joining.exited()).toMatchObject({ code: 0 });
    expect(await offering.exited()).toMatchObject({ code: 0 });
    expect(joining.screen()).toContain('this device may do there: run tasks, see the whole thread');
    expect(joining.screen()).toContain('it may do here: run tasks');
    const back = await until('grants', async () => {
      const devices = (await far.json(['devices', '--json'])) as Device[];
      return devices.find(({ grants }) => grants?.held.includes('run'));
    });
    expect(back.grants).toEqual({ held: ['run'], given: ['run', 'observe'] });
  });

  it('rename and revoke', async () => {
    expect(await near.cli(['rename', 'far', 'attic'])).toMatchObject({ code: 0 });
    expect(await near.cli(['run', '--on', 'attic', '--', 'echo hi'])).toMatchObject({ code: 0, out: 'hi\n' });
    expect(await far.cli(['permissions', 'set', 'shell=off'])).toMatchObject({ code: 0 });
    const denied = await near.cli(['run', '--on', 'attic', '--', 'echo hi']);
    expect(denied.code).toBe(126);
    expect(await far.cli(['revoke', 'near', '--yes'])).toMatchObject({ code: 0 });
    expect(await near.cli(['revoke', 'attic', '--yes'])).toMatchObject({ code: 0 });
    expect(await near.cli(['run', '--on', 'attic', '--', 'true'])).toMatchObject({
      code: 125,
      err: expect.stringContaining('there is no device "attic"'),
    });
  });
});
