// Answers from the command line: which request is meant, what is said of it, and what is sent.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MASK } from '../../../src/core/secrets.ts';
import { until } from '../../helpers/until.ts';
import { serve } from '../control/harness.ts';
import { answer, approvalWorld, GPU, PAYLOAD, RULE, readIt } from './approval-harness.ts';

const LEAVES = 'any other key leaves it pending:';
const ADDS = 'y adds it and approves, any other key does neither:';

describe('approvals', () => {
  it('show what would run, how far it reaches, and what is still needed', async () => {
    const { home, waits } = await approvalWorld();
    await waits({ payload: { secrets: ['HF_TOKEN'] } });
    await waits({ on: 'gpu-box', approvers: 2, payload: { access: 'full-access', enforced: 'full-access' } });
    const { out, code } = await home.cli(['approvals']);
    expect(code).toBe(0);
    expect(out).toMatch(/^⚠ q1i0{13} {2}run 1 {2}9:\d\d left$/m);
    expect(out).toMatch(/^⚠ q2i0{13} {2}run 2 {2}9:\d\d left {2}on gpu-box$/m);
    expect(out).toContain('in /home/me/app as /usr/bin/bash with secret HF_TOKEN\n    workspace-write\n');
    expect(out).toContain('sandbox bubblewrap: writes in /home/me/app, reaches the network, at most 4096 processes\n');
    expect(out).toContain('runs /usr/bin/npm (sha256 aaaaaaaaaaaa…)\n');
    expect(out).toContain('⚠ full-access: nothing limits it\n');
    expect(out).toContain('none of 2 has agreed: 2 devices must\n');
    expect(out.match(/^ {4}you ask$/gm)).toHaveLength(2);
  });

  it('say who asks, to people and to scripts', async () => {
    const { home, waits, peer } = await approvalWorld();
    const { approval } = await waits({ as: 'agent' });
    expect((await home.cli(['approvals'])).out).toContain('\n    an agent on this device asks\n    npm test\n');
    const { device } = (await peer.api['run.get']({ run: '1' })).run.by;
    expect(await home.json(['approvals', '--json'])).toEqual([{ ...approval, by: { kind: 'agent', device } }]);
    expect((await home.cli(['show', '1'])).out).toContain('\n    an agent on this device asks\n');
  });
});

describe('approve and reject', () => {
  it('say that an answer was given before, and by whom', async () => {
    const { home, waits, peer } = await approvalWorld();
    const { run, approval } = await waits();
    await waits({ approvers: 2 });
    const decided = { type: 'decide', approval: approval.id, digest: approval.digest } as const;
    peer.move(run.id, { ...decided, decision: 'reject' });
    expect(await home.cli(['reject', '1'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^run 1 was already rejected at .*\d\d:\d\d by you on this device\n$/),
    });
    expect((await home.cli(['approve', '2'])).out).toMatch(/^agreed to run 2: /);
    expect((await home.cli(['approve', '2'])).out).toBe(
      'you agreed to run 2 already: 1 of 2 has agreed: one more device must\n',
    );
  });

  it.each([['--alike'], ['--always', '--yes']])(
    '%s does not take a number for what was edited since',
    async (...how) => {
      const { home, waits, peer, approvals } = await approvalWorld();
      const { approval } = await waits();
      const next = await peer.api['approval.edit']({
        approval: approval.id,
        digest: approval.digest,
        command: 'npm i',
      });
      expect(await home.cli(['approve', '1', ...how])).toMatchObject({
        code: 125,
        err: expect.stringContaining(`the command was changed after it was asked about: look at it`),
      });
      expect((await approvals())[0]?.status).toBe('pending');
      expect((await home.cli(['approve', next.approval.id, ...how])).code).toBe(0);
    },
  );

  it('--alike says that nothing else is the same', async () => {
    const { home, waits } = await approvalWorld();
    await waits();
    await waits({ payload: { command: 'npm run lint' } });
    expect(await home.cli(['approve', '1', '--alike'])).toMatchObject({
      out: 'approved: run 1\n',
      err: 'dispatch: nothing else that waits is the same as run 1: only this one is answered\n',
    });
  });

  it('take several ids, and go on where one fails', async () => {
    const { home, waits, approvals } = await approvalWorld();
    for (let n = 0; n < 3; n++) await waits();
    const { code, out, err } = await home.cli(['approve', '1', '99', 'q2i', '--note', 'fine']);
    expect({ code, out }).toEqual({ code: 125, out: 'approved: run 1\napproved: run 2\n' });
    expect(err).toBe('dispatch: there is no approval "99": none\ndispatch: 2 of 3 answers were taken\n');
    expect((await approvals()).map(({ status }) => status)).toEqual(['pending', 'approved', 'approved']);
    expect(await home.json(['reject', '3', '--reason', 'no', '--json'])).toMatchObject({
      status: 'rejected',
      note: 'no',
    });
    await waits();
    await waits();
    expect(await home.json(['reject', '4', '5', '--json'])).toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
  });

  it('--alike answers what shows the very same, wherever it would run, and nothing else', async () => {
    const { home, waits, approvals } = await approvalWorld();
    await waits();
    await waits({ on: 'gpu-box' });
    await waits({ payload: { likeness: 'f'.repeat(64) as never } });
    await waits({ payload: { command: 'npm test; rm -rf ~' } }); // whatever its device says of its likeness
    await waits({ approvers: 2 });
    expect(await home.cli(['approve', '2', '--alike'])).toMatchObject({
      code: 0,
      out: 'approved: run 2\napproved: run 1\n',
      err: '',
    });
    const open = (await approvals()).filter(({ status }) => status === 'pending');
    expect(open.map(({ id }) => id.slice(0, 2)).sort()).toEqual(['q3', 'q4', 'q5']);
  });

  it('--alike says so where a device does not tell what is like it', async () => {
    const { home, waits } = await approvalWorld();
    const { likeness: _, ...payload } = PAYLOAD;
    await waits({ payload: { ...payload, likeness: undefined as never } });
    const { out, err } = await home.cli(['approve', '1', '--alike']);
    expect(out).toBe('approved: run 1\n');
    expect(err).toContain('the device of run 1 does not tell what is like it: only this one is answered');
  });

  it('--for-run says for how long', async () => {
    const { home, waits, peer } = await approvalWorld();
    const asked: unknown[] = [];
    const { decide } = peer.api;
    peer.api.decide = (params) => {
      asked.push(params);
      return decide(params);
    };
    await waits();
    await waits();
    expect((await home.cli(['approve', '1', '--for-run', '--ttl', '60'])).out).toBe('approved for this run: run 1\n');
    expect((await home.cli(['approve', '2', '--for-run'])).code).toBe(0);
    expect(asked).toMatchObject([{ decision: 'approve-for-run', forMs: 60_000 }, { decision: 'approve-for-run' }]);
    expect(asked[1]).not.toHaveProperty('forMs'); // the device that executes has a default
  });

  it('--always needs somebody who has seen the rule, or --yes', async () => {
    const { home, waits, approvals } = await approvalWorld();
    await waits();
    expect(await home.cli(['approve', '1', '--always'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is nobody to ask whether the rule is to be added: --yes adds it'),
    });
    const { code, out, err } = await home.cli(['approve', '1', '--always', '--yes']);
    expect({ code, out }).toEqual({ code: 0, out: 'approved for always: run 1\n' });
    expect(err).toContain('This rule would be added on this device:\n\n    [[rules]]\n    name = "allow-npm-test"\n');
    expect(await approvals()).toMatchObject([{ decision: 'approve-always', rule: RULE.name }]);
  });

  it('tell how many more devices must say yes', async () => {
    const { home, waits } = await approvalWorld();
    await waits({ approvers: 2 });
    await waits({ approvers: 3 });
    expect(await home.cli(['approve', '1', '2'])).toMatchObject({
      code: 0,
      out: [
        'agreed to run 1: 1 of 2 has agreed: one more device must\n',
        'agreed to run 2: 1 of 3 has agreed: 2 more devices must\n',
      ].join(''),
    });
    expect((await home.cli(['show', '1'])).out).toMatch(/^ {4}you on this device agreed at .*\n {4}1 of 2 has agreed/m);
  });

  it('show tells who answered, from where, and what an edited one was', async () => {
    const { home, waits, peer, approvals } = await approvalWorld();
    const { run, approval } = await waits();
    await peer.api['approval.edit']({ approval: approval.id, digest: approval.digest, command: 'npm run lint' });
    const next = (await approvals())[0];
    const by = { kind: 'human', device: GPU.id } as const;
    const step = { at: 1, device: GPU.id, seq: 1, type: 'approval.edited', by, text: '' } as const;
    peer.api.audit = async () => ({ records: [{ run, steps: [step] }], more: false });
    peer.move(run.id, {
      type: 'decide',
      approval: next?.id as never,
      decision: 'approve-for-run',
      digest: next?.digest as never,
      note: 'ok\u001b[2J',
    });
    const { out } = await home.cli(['show', '1']);
    expect(out).toMatch(/^⊘ q1i0+ {2}run 1 {2}replaced$/m);
    expect(out).toMatch(/^ {4}replaced by an edited version \(by a person on gpu-box, .*\), q2i0+: npm run lint$/m);
    expect(out).toMatch(/^✓ q2i0+ {2}run 1 {2}approved$/m);
    expect(out).toMatch(/^ {4}an edited version of q1i0+, which was: npm test$/m);
    expect(out).toMatch(/^ {4}approved at .* by you on this device, for this run, “ok␛\[2J”$/m);
  });

  it.each([
    [['approve', '1', '--for-run', '--always'], '--for-run and --always are different answers: give one'],
    [['approve', '1', '--ttl', '5'], '--ttl goes with --for-run'],
    [['approve', '1', '--yes'], '--yes goes with --always'],
    [['approve', '1', '2', '--always'], 'one ID at a time with --always, but "2" came too'],
    [['approve', '1', '--always', '--alike'], '--alike does not go with --always'],
    [['approve', '1', '--edit'], '--edit needs a terminal'],
    [['approve', '1', '--for-run', '--ttl', '0'], '--ttl 0: expected a whole number from 1 to 86400'],
    [['approvals', '--follow', '--all'], '--all does not go with --follow'],
  ])('%j is refused before anything is done', async (args, message) => {
    const { home, waits, approvals } = await approvalWorld();
    await waits();
    const { code, err } = await home.cli(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(await approvals()).toMatchObject([{ status: 'pending' }]);
  });

  it('an agent does not say yes', async () => {
    const { home, waits, approvals } = await approvalWorld();
    await waits();
    const env = { DISPATCH_AS: 'agent' };
    expect(await home.cli(['approve', '1'], { env })).toMatchObject({
      code: 126,
      err: expect.stringContaining('an agent may not approve anything'),
    });
    expect(await home.cli(['approve', '1'], { env: { DISPATCH_AS: 'agnet' } })).toMatchObject({
      code: 2,
      err: 'dispatch: DISPATCH_AS=agnet: expected agent: unset DISPATCH_AS, or set it to agent\n',
    });
    expect(await approvals()).toMatchObject([{ status: 'pending' }]);
    expect((await home.cli(['reject', '1'], { env })).code).toBe(0);
  });
});

describe('on a terminal', () => {
  it('lines and questions break at words', async () => {
    const { terminal, waits, askAlways } = await approvalWorld();
    await waits();
    const words = (text: string): string[] => text.split(/\s+/);
    const shown = terminal(['approvals'], { cols: 50 });
    await shown.exited();
    expect(words(shown.screen())).toEqual(
      expect.arrayContaining(['/home/me/app,', 'network,', 'processes', 'sandbox']),
    );
    askAlways();
    const asking = terminal(['run', '--', 'npm test'], { cols: 50 });
    await asking.waitFor('pending:');
    const question = 'y approve, r for this run, A always…, n reject, N reject with a reason, any other key';
    expect(words(asking.screen()).join(' ')).toContain(`${question} leaves it pending:`);
    asking.press('C-c');
    await asking.exited();
  });

  it('--always shows the rule and adds it with y alone', async () => {
    const { terminal, waits, approvals } = await approvalWorld();
    await waits();
    const no = terminal(['approve', '1', '--always']);
    no.type('y'); // before the question stands there
    await no.waitFor(ADDS);
    no.type('y'); // too soon to have read it
    await readIt(no, ADDS);
    no.type('yy'); // a paste, or a program
    await answer(no, ADDS, 'x');
    await no.waitFor('no rule was added, and the request still waits');
    expect((await no.exited()).code).toBe(130);
    expect(await approvals()).toMatchObject([{ status: 'pending' }]);
    const yes = terminal(['approve', '1', '--always']);
    await yes.waitFor('command = ["npm", "test"]');
    await answer(yes, ADDS, 'y');
    expect((await yes.exited()).code).toBe(0);
    expect(await approvals()).toMatchObject([{ status: 'approved', rule: RULE.name }]);
  });

  it('--edit opens the editor on the command, and asks about what was left there', async () => {
    const { home, terminal, waits, approvals } = await approvalWorld();
    await waits();
    const editor = join(home.path, 'editor.sh');
    writeFileSync(
      editor,
      `#!/bin/sh\ncp "$2" '${home.path}/seen'; stat -c %a "$2" >> '${home.path}/seen'\nsed -i s/test/lint/ "$2"\n`,
    );
    chmodSync(editor, 0o755);
    const edited = terminal(['approve', '1', '--edit'], { env: { EDITOR: `${editor} --wait` } });
    await edited.waitFor(LEAVES);
    expect(edited.screen()).toContain('npm lint');
    expect(readFileSync(join(home.path, 'seen'), 'utf8')).toBe('npm test\n600\n');
    await answer(edited, LEAVES, 'y');
    expect((await edited.exited()).code).toBe(0);
    expect(await approvals()).toMatchObject([
      { status: 'approved', payload: { command: 'npm lint' }, edits: expect.any(String) },
      { status: 'expired', replacedBy: expect.any(String) },
    ]);
  });

  it('--edit changes nothing where nothing was changed, the editor failed, or secrets are masked', async () => {
    const { terminal, waits, approvals } = await approvalWorld();
    await waits();
    await waits({ payload: { command: `curl -H token=${MASK}` } });
    for (const [run, editor, message] of [
      ['1', 'true', 'the command was left as it was'],
      ['1', 'false', 'the editor exited with 1, so nothing was changed'],
      ['1', 'truncate -s 0', 'the command was left empty'],
      ['1', `printf '${MASK}' >`, 'signs that stand for a secret'],
      ['1', 'no-such-editor-here', 'the editor no-such-editor-here did not work'],
      ['2', 'true', 'holds secrets, which are not shown'],
    ] as const) {
      const wrapped = editor.endsWith('>') ? `sh -c "printf '${MASK}' > \\"\\$1\\"" sh` : editor;
      const tried = terminal(['approve', run, '--edit'], { env: { EDITOR: wrapped } });
      await tried.waitFor(message);
      expect((await tried.exited()).code, message).not.toBe(0);
    }
    expect(await approvals()).toMatchObject([{ status: 'pending' }, { status: 'pending' }]);
  });

  it('run offers what the request allows, and takes a reason', async () => {
    const { terminal, askAlways, approvals } = await approvalWorld();
    askAlways();
    const running = terminal(['run', '--', 'npm test']);
    await running.waitFor('y approve, r for this run, A always…, n reject, N reject with a reason, any other key');
    await answer(running, LEAVES, 'N');
    await running.waitFor('reason (Ctrl-D leaves it pending):');
    running.type('not today\r');
    expect((await running.exited()).code).toBe(126);
    expect(await approvals()).toMatchObject([{ status: 'rejected', note: 'not today' }]);
  });

  it('run takes no answer that is not offered', async () => {
    const { terminal, askAlways, approvals } = await approvalWorld();
    askAlways({ decisions: ['approve', 'reject'] });
    const running = terminal(['run', '--', 'npm test']);
    await running.waitFor('y approve, n reject, N reject with a reason, any other key leaves it pending:');
    await answer(running, LEAVES, 'A');
    await running.waitFor('left pending');
    expect(await approvals()).toMatchObject([{ status: 'pending' }]);
    running.press('C-c');
    expect((await running.exited()).code).toBe(130);
  });

  it.each([
    ['y', { decision: 'approve' }],
    ['r', { decision: 'approve-for-run' }],
  ])('run takes %s for an answer, and goes on', async (key, outcome) => {
    const { terminal, askAlways, approvals } = await approvalWorld();
    askAlways();
    const running = terminal(['run', '--', 'npm test']);
    await answer(running, LEAVES, key);
    expect((await running.exited()).code).toBe(0);
    expect(await approvals()).toMatchObject([outcome]);
  });

  it('run shows the rule of A, and asks once more', async () => {
    const { terminal, askAlways, approvals } = await approvalWorld();
    askAlways();
    const running = terminal(['run', '--', 'npm test']);
    await answer(running, LEAVES, 'A');
    await running.waitFor('name = "allow-npm-test"');
    await answer(running, ADDS, 'y');
    expect((await running.exited()).code).toBe(0);
    expect(await approvals()).toMatchObject([{ decision: 'approve-always', rule: RULE.name }]);
  });

  it('a question that is answered elsewhere goes, and the run goes on', async () => {
    const { home, terminal, askAlways } = await approvalWorld();
    askAlways();
    const running = terminal(['run', '--', 'npm test']);
    await running.waitFor(LEAVES);
    expect((await home.cli(['approve', '1'])).code).toBe(0);
    await running.waitFor('approved by you on this device');
    expect((await running.exited()).code).toBe(0);
  });

  it('an agent is asked nothing', async () => {
    const { home, terminal, askAlways } = await approvalWorld();
    const submitted = askAlways();
    const running = terminal(['run', '--agent', '--', 'npm test']);
    await running.waitFor('answer with "dispatch approve 1"');
    expect(running.screen()).not.toContain(LEAVES);
    expect((await home.cli(['reject', '1'])).code).toBe(0);
    expect((await running.exited()).code).toBe(126);
    expect(submitted).toMatchObject([{ as: 'agent' }]);
  });
});

describe('approvals --follow', () => {
  const events = (text: string): unknown[] =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));

  it('is first what waits, then each thing that happens, as JSON', async () => {
    const { home, waits, peer } = await approvalWorld();
    const { approval } = await waits();
    const following = home.start(['approvals', '--follow', '--json']);
    await following.printed('"event":"requested"');
    await until('follower', () => peer.followers() === 1);
    await waits({ on: 'gpu-box', approvers: 2 });
    expect((await home.cli(['approve', '2'])).code).toBe(0);
    await peer.api['approval.edit']({ approval: approval.id, digest: approval.digest, command: 'npm lint' });
    expect((await home.cli(['reject', '1', '--reason', 'no'])).code).toBe(0);
    await following.printed('"event":"decided"');
    const seen = events(following.out());
    expect(seen).toMatchObject([
      { event: 'requested', approval: { id: approval.id, status: 'pending' }, by: { kind: 'human' } },
      { event: 'requested', approval: { status: 'pending', approvers: 2 } },
      { event: 'agreed', approval: { status: 'pending', agreed: [{ by: { kind: 'human' } }] } },
      { event: 'expired', approval: { id: approval.id, status: 'expired', replacedBy: expect.any(String) } },
      { event: 'requested', approval: { status: 'pending', edits: approval.id } },
      { event: 'decided', approval: { status: 'rejected', note: 'no' } },
    ]);
    following.kill('SIGINT');
    expect((await following.done).code).toBe(0);
  });

  it('is a line each for people', async () => {
    const { home, waits, peer } = await approvalWorld();
    const following = home.start(['approvals', '-f']);
    await until('follower', () => peer.followers() === 1);
    await waits({ on: 'gpu-box', approvers: 2, payload: { command: 'make\u001b[2J' } });
    expect((await home.cli(['approve', '1'])).code).toBe(0);
    await waits({ as: 'agent' });
    expect((await home.cli(['approve', '2', '--for-run'])).code).toBe(0);
    const { run } = await waits();
    peer.move(run.id, { type: 'cancel', data: { reason: 'user' } });
    await following.printed('ended with its run');
    expect(
      following
        .out()
        .replace(/^\d\d:\d\d/gm, 'TIME')
        .replace(/0{5,}/g, '…')
        .split('\n'),
    ).toEqual([
      'TIME  ⚠ you ask (workspace-write)  q1i…  run 1 on gpu-box: make␛[2J',
      'TIME  … agreed (1 of 2 has agreed: one more device must)  q1i…  run 1 on gpu-box: make␛[2J',
      'TIME  ⚠ an agent on this device asks (workspace-write)  q2i…  run 2: npm test',
      'TIME  ✓ approved for this run by you on this device  q2i…  run 2: npm test',
      'TIME  ⚠ you ask (workspace-write)  q3i…  run 3: npm test',
      'TIME  ⊘ ended with its run  q3i…  run 3: npm test',
      '',
    ]);
  });

  it('outlives the peer, and tells nothing twice', async () => {
    const { home, waits, peer } = await approvalWorld();
    await waits();
    const following = home.start(['approvals', '-f', '--json']);
    await until('follower', () => peer.followers() === 1);
    await peer.close();
    await following.printed('the peer is gone', 'err');
    await serve({ path: home.paths.socket, memory: peer });
    await following.printed('the peer is back', 'err');
    expect((await home.cli(['approve', '1'])).code).toBe(0);
    await following.printed('"event":"decided"');
    expect(events(following.out()).map((event) => (event as { event: string }).event)).toEqual([
      'requested',
      'decided',
    ]);
  });
});
