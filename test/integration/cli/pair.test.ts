// `dispatch pair` on both sides, against an engine in memory: what is shown, what is asked, what is sent, and how it exits.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import { deviceOf } from '../../../src/protocol/pairing/device-key.ts';
import type {
  PairConfirmParams,
  PairEvent,
  PairingSession,
  PairJoinParams,
  PairProposal,
} from '../../../src/protocol/pairing-api.ts';
import { DEAF_MS } from '../../../src/tui/plain/guard.ts';
import type { TerminalDriver } from '../../helpers/terminal-driver.ts';
import { until } from '../../helpers/until.ts';
import { type Far, far, farDevice, ISSUER, PROPOSAL, SESSION } from './far-harness.ts';

const PAIRED: PairEvent = { type: 'paired', device: PROPOSAL.device, given: ['run'], held: [] };
const USED: PairEvent = { type: 'closed', reason: 'used' };

/** Serves one session; gives what it was opened with. */
function serveSession(
  { peer }: Far,
  changes: Partial<PairingSession> = {},
): { opened: unknown[]; closes: () => number } {
  const session = { ...SESSION, ...changes };
  const opened: unknown[] = [];
  let closes = 0;
  peer.api['pair.open'] = async (params) => {
    opened.push(params);
    // What belongs to the session before this one comes first.
    peer.tellPair({ type: 'closed', reason: 'replaced' });
    peer.tellPair({ type: 'opened', session });
    return session;
  };
  peer.api['pair.close'] = async () => {
    closes += 1;
    peer.tellPair({ type: 'closed', reason: 'closed' });
    return { closed: true };
  };
  return { opened, closes: () => closes };
}

/** Answers joins with the proposal; gives what came. */
function serveJoin({ peer }: Far, changes: Partial<PairProposal> = {}) {
  const joined: PairJoinParams[] = [];
  const confirmed: PairConfirmParams[] = [];
  peer.api['pair.join'] = async (params) => {
    joined.push(params);
    return { ...PROPOSAL, ...changes };
  };
  peer.api['pair.confirm'] = async (params) => {
    confirmed.push(params);
    if (!params.accept) return { paired: false };
    const grants = { held: PROPOSAL.offered, given: params.give ?? [] };
    return { paired: true, device: farDevice(params.name ?? 'gpu-box', { grants }) };
  };
  return { joined, confirmed };
}

/** Presses the key as a person does who has read the question. */
async function answer(terminal: TerminalDriver, question: string, key: string): Promise<void> {
  await terminal.waitFor(question);
  const shownAt = performance.now();
  await until('time to read', () => performance.now() > shownAt + DEAF_MS + 100);
  terminal.press(key);
}

describe('pair, on the device to be reached', () => {
  it('with --json prints the secret first, then each event, and ends with the session', async () => {
    const world = await far();
    const { opened } = serveSession(world);
    const running = world.home.start(['pair', '--allow', 'observe,run', '--mutual', '--json']);
    await running.printed('expiresAt');
    const attempt: PairEvent = { type: 'attempt', attempts: 1, most: 5, from: '192.0.2.7:4000' };
    for (const event of [attempt, USED, PAIRED]) world.peer.tellPair(event); // however they come, the end comes last
    const { code, out, err } = await running.done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { ticket, code: typed, expiresAt } = SESSION;
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ ticket, code: typed, expiresAt }, attempt, PAIRED, USED]);
    expect(opened).toEqual([{ allow: ['run', 'observe'], mutual: true, compare: false }]);
  });

  it('says to people what whoever uses it may do, how long, where, and what happens', async () => {
    const world = await far();
    const { opened } = serveSession(world);
    const running = world.home.start(['pair']);
    await running.printed('Where it cannot be pasted');
    world.peer.tellPair({
      type: 'failed',
      attempts: 1,
      most: 5,
      from: '192.0.2.7:4000',
      message: 'a wrong \u001b[31mcode',
    });
    world.peer.tellPair({ type: 'proposed', proposal: { ...PROPOSAL, clockAheadMs: -200_000 } });
    world.peer.tellPair(PAIRED);
    world.peer.tellPair(USED);
    const { code, out, err } = await running.done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(opened).toEqual([{ allow: ['run'], mutual: false, compare: false }]);
    for (const text of [
      'Whoever uses this ticket may do here: run tasks.\n',
      'This device gets nothing there',
      `ticket   ${SESSION.ticket}\n`,
      `code     ${SESSION.code}\n`,
      'listens  192.0.2.1:4747, [2001:db8::1]:4747\n',
      `dispatch pair ${SESSION.code} --at 192.0.2.1:4747\n`,
      '192.0.2.7:4000 failed (attempt 1 of 5): a wrong ␛[31mcode\n',
      'apple bread cloud dance',
      'its clock is 3 min behind',
      'paired with gpu-box (linux, 12D3KooWgpubox)\n',
      'it may do here: run tasks;  this device may do there: nothing\n',
      'the session is over: it has been used\n',
    ])
      expect(out).toContain(text);
    expect(out).toMatch(/It works once, until \d\d:\d\d \(for \d+:\d\d\); Ctrl-C withdraws it/);
    expect(out).not.toContain('▀'); // a QR code is for terminals
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s withdraws it', async (signal) => {
    const world = await far();
    const { closes } = serveSession(world);
    const running = world.home.start(['pair', '--json']);
    await running.printed('\n');
    running.kill(signal);
    const { code, out } = await running.done;
    expect({ code, closes: closes() }).toEqual({ code: 130, closes: 1 });
    expect(out.trimEnd().split('\n').at(-1)).toBe('{"type":"closed","reason":"closed"}');
  });

  it.each([
    ['expired', 126, 'nobody used it in time'],
    ['attempts', 126, 'too many failed attempts'],
    ['replaced', 125, 'another one was opened'],
    ['stopping', 125, 'the peer is stopping'],
  ] as const)('that ends as %s exits with %i', async (reason, code, message) => {
    const world = await far();
    serveSession(world);
    const running = world.home.start(['pair']);
    await running.printed('Where it cannot');
    world.peer.tellPair({ type: 'closed', reason });
    const done = await running.done;
    expect(done.code).toBe(code);
    expect(done.out).toContain(message);
  });

  it('says so when the peer goes', async () => {
    const world = await far();
    serveSession(world);
    const running = world.home.start(['pair', '--json']);
    await running.printed('\n');
    await world.peer.close('it was asked to');
    const { code, err } = await running.done;
    expect(code).toBe(125);
    expect(JSON.parse(err)).toMatchObject({ code: 'unavailable', hint: 'open another one with "dispatch pair"' });
  });

  it('stays open when nobody reads on: whoever took the first line has the ticket', async () => {
    const world = await far();
    const { closes } = serveSession(world);
    const running = world.home.start(['pair', '--json']);
    await running.printed('\n');
    running.child.stdout?.destroy();
    world.peer.tellPair({ type: 'attempt', attempts: 1, most: 5, from: 'x' });
    await running.done;
    expect(closes()).toBe(0);
  });

  it('draws a QR code on a terminal that is wide enough, and none on a narrow one', async () => {
    const world = await far();
    serveSession(world);
    const wide = world.terminal(['pair'], { rows: 60 });
    await wide.waitFor('▀');
    wide.press('C-c');
    expect(await wide.exited()).toMatchObject({ code: 130 });
    const narrow = world.terminal(['pair'], { cols: 40, rows: 60 });
    await narrow.waitFor('Where it cannot');
    narrow.press('C-c');
    await narrow.exited();
    expect(narrow.screen()).not.toContain('▀');
  });
});

describe('pair, on the other device', () => {
  it('takes the ticket from standard input, up to the end of its line', async () => {
    const world = await far();
    const { joined, confirmed } = serveJoin(world);
    const running = world.home.start(['pair', '-', '--yes', '--as', 'attic'], { openStdin: true });
    running.child.stdin?.write(`\n  ${SESSION.ticket} \n{"more":`);
    const { code, out, err } = await running.done;
    expect(code).toBe(0);
    expect(joined).toEqual([{ ticket: SESSION.ticket }]);
    expect(confirmed).toEqual([{ proposal: 'p1', accept: true, name: 'attic' }]);
    expect(out).toContain('paired with attic\nthis device may do there: run tasks;  it may do here: nothing\n');
    expect(out).toContain('try: dispatch run --on attic -- uname -a');
    expect(err).toContain('gpu-box (linux, 12D3KooWgpubox)');
    expect(err).toContain('apple bread cloud dance');
    expect(`${out}${err}`).not.toContain(SESSION.ticket);
  });

  it('prints what it came to with --json', async () => {
    const world = await far();
    serveJoin(world);
    const { code, out } = await world.home.cli(['pair', SESSION.ticket, '--yes', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ paired: true, device: { name: 'gpu-box', grants: { held: ['run'] } } });
  });

  it('takes a ticket out of the list of processes', async () => {
    const world = await far();
    serveJoin(world);
    let commandLine: string | undefined;
    let pid = 0;
    world.peer.api['pair.confirm'] = async () => {
      commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return { paired: false };
    };
    const running = world.home.start(['pair', SESSION.ticket, '--yes']);
    pid = running.pid;
    await running.done;
    expect(commandLine).toContain('dispatch pair');
    expect(commandLine).not.toContain(SESSION.ticket.slice(0, 20));
  });

  it('asks nobody, and so does nothing, without a terminal and without --yes', async () => {
    const world = await far();
    const { joined } = serveJoin(world);
    const { code, err } = await world.home.cli(['pair', SESSION.ticket]);
    expect({ code, joined }).toEqual({ code: 2, joined: [] });
    expect(err).toBe('dispatch: there is nobody to ask whether to pair: --yes says yes to what the ticket offers\n');
  });

  it('says what is wrong with a ticket before it looks for somebody to ask', async () => {
    const { home } = await far();
    const { ticket } = SESSION;
    const damaged = ticket.slice(0, 60) + (ticket[60] === 'a' ? 'b' : 'a') + ticket.slice(61);
    for (const [text, what] of [
      [damaged, 'the ticket is damaged: its checksum does not fit'],
      [ticket.slice(0, -7), 'the ticket is damaged: its last 7 characters are missing'],
      [ticket.replace('1:', '9:'), 'the ticket was made by a newer version of Dispatch'],
    ] as const) {
      for (const typed of [home.cli(['pair', text]), home.cli(['pair', '-'], { stdin: text })]) {
        const { out, err } = await typed;
        expect(out).toBe('');
        expect(err.startsWith(`dispatch: ${what}`), err).toBe(true);
      }
    }
  });

  it('takes a ticket that was copied over several lines, in a frame, with what stood around it', async () => {
    const world = await far();
    const { joined } = serveJoin(world);
    const parts = SESSION.ticket.match(/.{1,50}/g) ?? [];
    expect(parts.length).toBeGreaterThan(2);
    const framed = ['┌────┐', ...parts.map((part) => `│ ${part}  │`), '└────┘', ''].join('\r\n');
    const labelled = `ticket   ${parts.join('\n         ')}\ncode     ${SESSION.code}\n`;
    for (const stdin of [framed, labelled, parts.join('\n'), JSON.stringify(SESSION)])
      expect((await world.home.cli(['pair', '-', '--yes'], { stdin })).err, stdin).not.toContain('damaged');
    expect((await world.home.cli(['pair', `| ${parts.join(' |\n| ')} |`, '--yes'])).code).toBe(0);
    // As soon as it is whole, whatever is still to come.
    const running = world.home.start(['pair', '-', '--yes'], { openStdin: true });
    for (const part of parts) running.child.stdin?.write(`${part}\n`);
    expect((await running.done).code).toBe(0);
    expect(joined.map((params) => 'ticket' in params && params.ticket.replace(/[\s|]/g, ''))).toEqual(
      Array.from({ length: 6 }, () => SESSION.ticket),
    );
  });

  it('takes a code, however it is grouped, with a place', async () => {
    const world = await far();
    const { joined } = serveJoin(world);
    expect((await world.home.cli(['pair', ...SESSION.code.split('-'), '--at', 'gpu-box', '--yes'])).code).toBe(0);
    expect((await world.home.cli(['pair', SESSION.code, '--at', '2001:db8::7', '--yes'])).code).toBe(0);
    expect(joined).toEqual([
      { code: SESSION.code.replaceAll('-', ' '), at: 'gpu-box:4747' },
      { code: SESSION.code, at: '[2001:db8::7]:4747' },
    ]);
  });

  it('finds the device on the LAN that shows the code, among others', async () => {
    const world = await far();
    const { joined } = serveJoin(world);
    const other = { id: deviceOf(Buffer.alloc(32, 8)), addresses: ['192.0.2.5:4747'] };
    const found = [other, { id: ISSUER, addresses: ['192.0.2.1:4747'] }];
    world.peer.api['pair.lan'] = async () => ({ found });
    expect((await world.home.cli(['pair', SESSION.code, '--lan', '--yes'])).code).toBe(0);
    expect(joined).toEqual([{ code: SESSION.code, at: ISSUER }]);
    expect(JSON.parse((await world.home.cli(['pair', '--lan', '--json'])).out)).toEqual(found);
    expect((await world.home.cli(['pair', '--lan'])).out).toBe(
      `1  ${other.id}  192.0.2.5:4747\n2  ${ISSUER}  192.0.2.1:4747\n`,
    );
  });

  it('asks which of several devices to compare words with', async () => {
    const world = await far();
    const { joined } = serveJoin(world, { askedWord: 1 });
    const found = [1, 2].map((byte) => ({ id: deviceOf(Buffer.alloc(32, byte)), addresses: [] }));
    world.peer.api['pair.lan'] = async () => ({ found });
    const terminal = world.terminal(['pair', '--compare', '--lan']);
    await terminal.waitFor('which of them? 1–2:');
    terminal.type('2\r');
    await terminal.waitFor('word 1 of the other screen');
    expect(joined).toEqual([{ compare: true, at: found[1]?.id }]);
  });

  it('says that nobody shows a ticket on the LAN', async () => {
    const world = await far();
    const [list, join] = await Promise.all([
      world.home.cli(['pair', '--lan', '--json']),
      world.home.cli(['pair', SESSION.code, '--yes']),
    ]);
    expect(list).toMatchObject({ code: 0, out: '[]\n' });
    expect(join.code).toBe(125);
    expect(join.err).toContain('no device on the LAN shows this code: say where it is with --at HOST\n');
  });

  it('gives in return what --give says, where it is asked, and nothing unasked', async () => {
    const world = await far();
    const asked = serveJoin(world, { asksMutual: true });
    await world.home.cli(['pair', SESSION.ticket, '--yes', '--give', 'observe,run']);
    expect(asked.confirmed).toEqual([{ proposal: 'p1', accept: true, give: ['run', 'observe'] }]);
    const silent = await world.home.cli(['pair', SESSION.ticket, '--yes']);
    expect(asked.confirmed[1]).toEqual({ proposal: 'p1', accept: true, give: [] });
    expect(silent.err).toContain('it asks for something in return and gets nothing: --give would give it');
    const unasked = serveJoin(world);
    const { code, err } = await world.home.cli(['pair', SESSION.ticket, '--yes', '--give', 'run']);
    expect(code).toBe(0);
    expect(err).toContain('it asks for nothing in return, so --give gives nothing');
    expect(unasked.confirmed).toEqual([{ proposal: 'p1', accept: true }]);
  });

  it.each([
    ['refused', 126],
    ['unavailable', 125],
    ['invalid', 2],
    ['version', 125],
    ['conflict', 125],
  ] as const)('passes on why it cannot be (%s), in one sentence', async (code, exit) => {
    const world = await far();
    world.peer.api['pair.join'] = async () => {
      throw new DispatchError(code, 'the ticket has a typo in its group 3', {
        hint: 'compare it with the other screen',
      });
    };
    const failed = await world.home.cli(['pair', SESSION.ticket, '--yes']);
    expect(failed).toMatchObject({
      code: exit,
      out: '',
      err: 'dispatch: the ticket has a typo in its group 3: compare it with the other screen\n',
    });
  });

  it.each([
    [['pair', 'gpu-box', '--yes'], '"gpu-box" is neither a ticket nor a code'],
    [['pair', SESSION.code.slice(0, 24), '--yes'], 'the code has 20 characters and not 28'],
    [['pair', `${SESSION.code.slice(0, 5)}U${SESSION.code.slice(6)}`, '--yes'], 'group 2 of the code has a typo'],
    [['pair', SESSION.ticket, '--as', 'a b'], '--as a b: that is no name for a device'],
    [['pair', SESSION.ticket, '--at', 'x', '--yes'], 'a ticket holds where the other device is'],
    [['pair', SESSION.code, '--at', 'a b'], '--at a b: expected HOST or HOST:PORT'],
    [['pair', SESSION.code, '--at', 'host:70000'], '--at host:70000: expected HOST or HOST:PORT'],
    [['pair', SESSION.code, '--at', 'x', '--lan'], '--lan and --at exclude each other'],
    [['pair', SESSION.ticket, '--allow', 'run'], '--allow is for the device that shows the ticket'],
    [['pair', SESSION.ticket, '--mutual'], '--mutual is for the device that shows the ticket'],
    [['pair', '--yes'], '--yes goes with the ticket of another device'],
    [['pair', '--give', 'run'], '--give goes with the ticket of another device'],
    [['pair', '--as', 'x'], '--as goes with the ticket of another device'],
    [
      ['pair', '--allow', 'rum'],
      '--allow: "rum" is no grant: expected run, approve, observe or none: did you mean run?',
    ],
    [['pair', '--allow', ''], '--allow: "" is no grant'],
    [['pair', SESSION.ticket, '--compare', '--at', 'x'], 'words are compared without a ticket, and by a person'],
    [['pair', '--compare'], 'comparing words needs a terminal'],
    [['pair', '--compare', '--at', 'x'], 'comparing words needs a terminal'],
    [['pair', '-', '--yes'], 'no ticket came'],
  ])('%j: one line, and exit code 2', async (args, message) => {
    const world = await far();
    const { code, out, err } = await world.home.cli(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.startsWith(`dispatch: ${message}`), err).toBe(true);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('pair, asking a person', () => {
  it('reads a pasted ticket, shows who it is, and takes y for yes', async () => {
    const world = await far();
    const { joined, confirmed } = serveJoin(world);
    const terminal = world.terminal(['pair', '-']);
    await terminal.waitFor('ticket or code:');
    terminal.type(`${SESSION.ticket}\r`);
    await answer(terminal, 'pair with it? y or n:', 'y');
    expect(terminal.screen()).toContain('this device may do there: run tasks');
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(joined).toEqual([{ ticket: SESSION.ticket }]);
    expect(confirmed).toEqual([{ proposal: 'p1', accept: true }]);
  });

  it('reads a ticket that was pasted over several lines, and asks for the rest of one', async () => {
    const world = await far();
    const { joined } = serveJoin(world);
    const parts = SESSION.ticket.match(/.{1,60}/g) ?? [];
    const terminal = world.terminal(['pair', '-']);
    await terminal.waitFor('ticket or code:');
    terminal.type(parts.map((part) => `${part}\r`).join(''));
    await answer(terminal, 'pair with it? y or n:', 'y');
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(joined.map((params) => 'ticket' in params && params.ticket)).toEqual([SESSION.ticket]);
    const half = world.terminal(['pair', '-']);
    await half.waitFor('ticket or code:');
    half.type(`${parts[0]}\r`);
    await half.waitFor('its next line (empty: that was all):');
    half.type('\r');
    await half.waitFor(/the ticket is damaged: its last \d+ characters are missing/);
    expect(await half.exited()).toMatchObject({ code: 2 });
  });

  it('takes anything else for no', async () => {
    const world = await far();
    const { confirmed } = serveJoin(world);
    const terminal = world.terminal(['pair', SESSION.ticket]);
    await answer(terminal, 'pair with it?', 'x');
    expect(await terminal.exited()).toMatchObject({ code: 126 });
    expect(confirmed).toEqual([{ proposal: 'p1', accept: false }]);
    expect(terminal.screen()).toContain('this device was not paired with gpu-box: you said no');
  });

  it('takes a paste for nothing, and Ctrl-C for no', async () => {
    const world = await far();
    const { confirmed } = serveJoin(world);
    const terminal = world.terminal(['pair', SESSION.ticket]);
    await terminal.waitFor('pair with it? y or n:');
    terminal.send('yyyy');
    terminal.send('y\r');
    terminal.press('C-c');
    expect(await terminal.exited()).toMatchObject({ code: 130 });
    expect(confirmed).toEqual([{ proposal: 'p1', accept: false }]);
  });

  it('asks for each thing in return by itself', async () => {
    const world = await far();
    const { confirmed } = serveJoin(world, { asksMutual: true });
    const terminal = world.terminal(['pair', SESSION.ticket]);
    await answer(terminal, 'pair with it?', 'y');
    await answer(terminal, 'may gpu-box run tasks here?', 'y');
    await answer(terminal, 'may gpu-box answer approvals here?', 'n');
    await answer(terminal, 'may gpu-box see the whole thread here?', 'y');
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(confirmed).toEqual([{ proposal: 'p1', accept: true, give: ['run', 'observe'] }]);
  });
});

describe('pair, where the name is taken', () => {
  const taken = async (params: PairConfirmParams): Promise<void> => {
    if (params.accept && params.name !== 'attic')
      throw new DispatchError('conflict', 'the name "nas" is taken here', { hint: 'choose another one' });
  };

  it('asks for another one, and says no to the other side where nobody can be asked', async () => {
    const world = await far();
    const { confirmed } = serveJoin(world);
    const confirm = world.peer.api['pair.confirm'];
    world.peer.api['pair.confirm'] = async (params) => {
      await taken(params);
      return confirm(params);
    };
    const { code, err } = await world.home.cli(['pair', SESSION.ticket, '--yes', '--as', 'nas']);
    expect(code).toBe(125);
    expect(err).toContain('dispatch: the name "nas" is taken here: choose another one\n');
    expect(confirmed).toEqual([{ proposal: 'p1', accept: false }]);
    const terminal = world.terminal(['pair', SESSION.ticket, '--yes', '--as', 'nas']);
    await terminal.waitFor('another name (empty: no):');
    terminal.type('attic\r');
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(confirmed[1]).toEqual({ proposal: 'p1', accept: true, name: 'attic' });
  });
});

describe('pair --compare', () => {
  const words = { words: ['one', 'two', 'three', 'four'], askedWord: 3 };

  it('on the side that opened it asks for a word when somebody is there', async () => {
    const world = await far();
    const { opened } = serveSession(world, { ticket: '', code: '', compare: true, allow: ['run', 'observe'] });
    const { confirmed } = serveJoin(world);
    const terminal = world.terminal(['pair', '--compare', '--allow', 'run,observe', '--as', 'attic']);
    await terminal.waitFor('dispatch pair --compare --at 192.0.2.1:4747');
    expect(opened).toEqual([{ allow: ['run', 'observe'], mutual: false, compare: true }]);
    world.peer.tellPair({ type: 'proposed', proposal: { ...PROPOSAL, ...words } });
    await terminal.waitFor('word 3 of the other screen');
    expect(terminal.screen()).toContain('1 one  2 two  3 three  4 four');
    terminal.type('seven\r');
    await until('the answer', () => confirmed.length > 0);
    expect(confirmed).toEqual([{ proposal: 'p1', accept: true, word: 'seven', name: 'attic' }]);
    world.peer.tellPair(PAIRED);
    world.peer.tellPair(USED);
    expect(await terminal.exited()).toMatchObject({ code: 0 });
  });

  it('gives the question up when the session ends', async () => {
    const world = await far();
    serveSession(world, { ticket: '', code: '', compare: true });
    const terminal = world.terminal(['pair', '--compare']);
    await terminal.waitFor('Ctrl-C withdraws it');
    world.peer.tellPair({ type: 'proposed', proposal: { ...PROPOSAL, ...words } });
    await terminal.waitFor('word 3 of the other screen');
    world.peer.tellPair({ type: 'closed', reason: 'expired' });
    expect(await terminal.exited()).toMatchObject({ code: 126 });
  });

  it('asks again for a word that cannot be one of them', async () => {
    const world = await far();
    const { confirmed } = serveJoin(world, words);
    const confirm = world.peer.api['pair.confirm'];
    world.peer.api['pair.confirm'] = async (params) => {
      if (params.word === 'xyz')
        throw new DispatchError('invalid', 'that is none of the words', { hint: 'type word 3' });
      return confirm(params);
    };
    const terminal = world.terminal(['pair', '--compare', '--at', '192.0.2.1']);
    await terminal.waitFor('word 3 of the other screen');
    terminal.type('xyz\r');
    await terminal.waitFor('that is none of the words: type word 3');
    terminal.type('seven\r');
    expect(await terminal.exited()).toMatchObject({ code: 0 });
    expect(confirmed).toEqual([{ proposal: 'p1', accept: true, word: 'seven' }]);
  });

  it('on the other side asks for a word too; an empty one is no', async () => {
    const world = await far();
    const { joined, confirmed } = serveJoin(world, words);
    const first = world.terminal(['pair', '--compare', '--at', '192.0.2.1']);
    await first.waitFor('word 3 of the other screen');
    first.type('seven\r');
    expect(await first.exited()).toMatchObject({ code: 0 });
    const second = world.terminal(['pair', '--compare', '--at', '192.0.2.1']);
    await second.waitFor('word 3 of the other screen');
    second.type('\r');
    expect(await second.exited()).toMatchObject({ code: 126 });
    expect(joined[0]).toEqual({ compare: true, at: '192.0.2.1:4747' });
    expect(confirmed).toEqual([
      { proposal: 'p1', accept: true, word: 'seven' },
      { proposal: 'p1', accept: false },
    ]);
  });
});
