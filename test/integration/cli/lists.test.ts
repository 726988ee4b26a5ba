// What the commands print about runs, approvals, artifacts and the thread: the JSON that scripts read, and names that fit
// nothing or too much.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { until } from '../../helpers/until.ts';

const ID = expect.stringMatching(/^[0-9a-z]{16}$/);
const DEVICE = expect.stringMatching(/^12D3KooW/);
const TIME = expect.any(Number);
const SHA256 = expect.stringMatching(/^[0-9a-f]{64}$/);

let home: CliHome;
beforeAll(async () => {
  home = createHome();
  await home.startPeer();
  // 1 completed, with an artifact; 2 failed; 3 waits; 4 rejected.
  await home.cli(['run', '--yes', '--', 'echo out; echo "made of words" > "$DISPATCH_ARTIFACTS/made.txt"']);
  await home.cli(['run', '--yes', '--', 'exit 9']);
  await home.cli(['run', '--detach', '--', 'touch three']);
  await home.cli(['run', '--detach', '--', 'touch four']);
  await home.cli(['reject', '4', '--reason', 'no']);
  await home.cli(['say', 'remember', 'the', 'milk']);
});
afterAll(() => home.dispose());

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('--json', () => {
  it('of ps is runs, newest first', async () => {
    const runs = (await home.json(['ps', '--all', '--json'])) as { number: number }[];
    expect(runs.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    expect(runs[3]).toEqual({
      id: ID,
      number: 1,
      task: expect.stringMatching(/^!echo out/),
      route: 'desktop-local',
      action: expect.objectContaining({ kind: 'shell', access: 'workspace-write', cwd: home.work }),
      origin: DEVICE,
      device: DEVICE,
      by: { kind: 'human', device: DEVICE },
      approvedBefore: true,
      beforehand: { action: SHA256, signature: expect.any(String) },
      enforced: expect.any(String),
      because: expect.any(Array),
      submittedAt: TIME,
      updatedAt: TIME,
      acceptedAt: TIME,
      startedAt: TIME,
      endedAt: TIME,
      status: 'completed',
      exitCode: 0,
      output: { bytes: 4, droppedBytes: 0, firstAt: TIME },
    });
    expect(runs[2]).toMatchObject({ status: 'failed', reason: 'exit', exitCode: 9, message: expect.any(String) });
    expect(runs[1]).toMatchObject({ status: 'waiting_approval', approvalId: ID });
    expect(runs[0]).toMatchObject({ status: 'cancelled', reason: 'rejected', note: 'no' });
    expect(await home.json(['ps', '--json'])).toEqual([runs[1]]);
    expect(await home.json(['ps', '--status', 'failed', '--status', 'cancelled', '--json'])).toEqual([
      runs[0],
      runs[2],
    ]);
  });

  it('of show is also a message or an approval, by its id or the beginning of it', async () => {
    const said = lines((await home.cli(['search', 'milk', 'is:message', '--json'])).out)[0] as {
      message: { id: string };
    };
    expect(await home.json(['show', said.message.id, '--json'])).toEqual(said);
    expect((await home.cli(['show', said.message.id.slice(0, 12)])).out).toContain('you: remember the milk');
    const { approvals } = (await home.json(['show', '4', '--json'])) as { approvals: { id: string }[] };
    expect(await home.json(['show', approvals[0]?.id ?? '', '--json'])).toMatchObject({ kind: 'approval' });
  });

  it('of show is the run with its approvals and artifacts', async () => {
    expect(await home.json(['show', '1', '--json'])).toMatchObject({
      run: { id: ID, number: 1 },
      approvals: [{ status: 'approved' }],
      artifacts: [{ name: 'made.txt' }, { name: 'output.log', kind: 'output' }],
    });
  });

  it('of approvals is those that are pending', async () => {
    expect(await home.json(['approvals', '--json'])).toEqual([
      {
        id: ID,
        runId: ID,
        title: 'touch three',
        description: expect.any(String),
        // What is enforced, and how, is up to the machine.
        payload: expect.objectContaining({
          command: 'touch three',
          cwd: home.work,
          executable: expect.stringMatching(/^\//),
          envNames: [],
          access: 'workspace-write',
          programs: [{ name: 'touch', path: expect.stringMatching(/touch|busybox|coreutils/), sha256: SHA256 }],
          likeness: SHA256,
        }),
        device: DEVICE,
        digest: SHA256,
        decisions: ['approve', 'approve-for-run', 'approve-always', 'reject'],
        requestedAt: TIME,
        expiresAt: TIME,
        status: 'pending',
        by: { kind: 'human', device: DEVICE },
      },
    ]);
    const all = (await home.json(['approvals', '--all', '--json'])) as { status: string }[];
    expect(all.map(({ status }) => status).sort()).toEqual(['approved', 'approved', 'pending', 'rejected']);
  });

  it('of artifacts is artifacts', async () => {
    expect(await home.json(['artifacts', '1', '--json'])).toEqual([
      {
        id: ID,
        runId: ID,
        name: 'made.txt',
        kind: 'document',
        mimeType: 'text/plain',
        sizeBytes: 14,
        downloadUrl: expect.stringMatching(
          /^http:\/\/127\.0\.0\.1:\d+\/artifacts\/[0-9a-z]{16}\/[^/]+\?token=[\w-]{22}$/,
        ),
        sha256: SHA256,
        device: DEVICE,
        createdAt: TIME,
      },
      expect.objectContaining({ name: 'output.log', kind: 'output', sizeBytes: 4 }),
    ]);
    expect(await home.json(['artifacts', '2', '--json'])).toEqual([]);
  });

  it('of thread and of dispatch alone is one entry a line, oldest first', async () => {
    const { out, code } = await home.cli(['thread', '--json']);
    expect(code).toBe(0);
    const entries = lines(out) as { kind: string; key: string }[];
    expect(entries[0]).toMatchObject({ kind: 'run', run: { number: 1 } });
    expect(entries.at(-1)).toMatchObject({ kind: 'message', message: { role: 'user', text: 'remember the milk' } });
    expect(entries.map(({ key }) => key)).toEqual(entries.map(({ key }) => key).sort());
    expect((await home.cli(['--json'])).out).toBe(out);
    expect(lines((await home.cli(['thread', '-n', '2', '--json'])).out)).toEqual(entries.slice(-2));
  });

  it('of search is the entries that hold every word', async () => {
    const { out, code } = await home.cli(['search', 'milk', 'rem', '--json']);
    expect(code).toBe(0);
    expect(lines(out)).toMatchObject([{ kind: 'message' }]);
    expect(await home.cli(['search', 'cheese'])).toMatchObject({
      code: 1,
      out: '',
      err: 'dispatch: nothing was found\n',
    });
  });

  it('of the others is what the reference says', async () => {
    // The network comes up a moment after the peer serves.
    const status = await until('addresses', async () => {
      const told = (await home.json(['peer', 'status', '--json'])) as { addresses: string[] };
      return told.addresses.length > 0 ? told : undefined;
    });
    expect(status).toEqual({
      pid: await home.peerPid(),
      id: DEVICE,
      name: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      protocol: 2,
      instance: ID,
      addresses: expect.arrayContaining([expect.stringMatching(/:\d+$/)]),
      home: home.paths.home,
      startedAt: TIME,
      load: { running: 0, queued: 0 },
    });
    expect(await home.json(['devices', '--json'])).toMatchObject([
      {
        id: DEVICE,
        local: true,
        capabilities: { shell: true },
        permissions: { shell: true, browser_automation: false },
      },
    ]);
    expect(await home.json(['policy', 'check', '--json', '--', 'rm', '-rf', 'x'])).toEqual({
      decision: 'ask',
      because: expect.any(Array),
      check: 'policy',
      access: expect.stringMatching(/^(workspace-write|full-access)$/),
    });
    expect(await home.json(['policy', 'check', '--json', '--', 'ls -l'])).toMatchObject({
      decision: 'allow',
      rule: 'harmless-commands',
    });
    expect(await home.json(['version', '--json'])).toEqual({
      version: expect.any(String),
      node: process.versions.node,
    });
    expect(await home.json(['eval', '--json', '6 * 7'])).toMatchObject({
      status: 'completed',
      route: 'inline',
      result: '42',
    });
  });

  it('of route says where, what and why, and runs nothing', async () => {
    expect(await home.json(['route', '--json', '!touch five'])).toEqual({
      route: 'desktop-local',
      device: expect.objectContaining({ id: DEVICE, local: true }),
      action: { kind: 'shell', command: 'touch five', access: 'workspace-write', cwd: home.work },
      because: expect.arrayContaining(['it is this device']),
      rejected: [
        { route: 'cloud-knowledge', reason: 'no "?" stands before it, and it is understood without asking' },
        { route: 'cloud-code', reason: 'it is not a block of code alone, and does not begin with "/code"' },
        { route: 'inline', reason: 'it does not begin with "="' },
      ],
    });
    expect(await home.json(['route', '--json', '= 1 + 1'])).toMatchObject({ route: 'inline' });
    expect(((await home.json(['ps', '-a', '--json'])) as unknown[]).length).toBeLessThanOrEqual(5);
    expect(await home.cli(['route', 'no idea'])).toMatchObject({ code: 2, out: '' });
  });

  it('of an error is the error, on standard error', async () => {
    const { code, out, err } = await home.cli(['show', '99', '--json']);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(JSON.parse(err)).toEqual({
      code: 'not-found',
      message: 'there is no run "99"',
      retryable: false,
      hint: 'list them with "dispatch ps"',
    });
  });
});

describe('names', () => {
  it.each([
    [['show', '99'], 'there is no run "99": list them with "dispatch ps"'],
    [['logs', 'zzzz'], 'there is no run "zzzz": list them with "dispatch ps"'],
    [['logs', '-f', 'zzzz'], 'there is no run "zzzz"'],
    [['wait', '1', '99'], 'there is no run "99"'],
    [['cancel', '99'], 'there is no run "99"'],
    [['cancel', '1'], 'run 1 cannot be cancelled: it is completed'],
    [['retry', '99'], 'there is no run "99"'],
    [['reroute', '99', '--on', 'local'], 'there is no run "99"'],
    [['reroute', '3', '--on', 'local'], 'run 3 cannot be re-routed: it is waiting_approval, and may have begun'],
    [['retry', '3'], 'run 3 is waiting_approval, so it cannot be retried'],
    [['approve', 'zzzz'], 'there is no approval "zzzz": list them with "dispatch approvals"'],
    [['approve', '2222'], 'there is no approval "2222"'],
    [['reject', '1'], 'run 1 was already approved: see it with "dispatch show 1"'],
    [['approve', '4'], 'run 4 was already rejected'],
    [['artifacts', '99'], 'there is no run "99"'],
    [['get', '1/none.txt'], 'run 1 has no artifact "none.txt": it has 1/made.txt, 1/output.log'],
    [['get', 'zzzz'], 'there is no artifact "zzzz"'],
  ])('that fit nothing: %j', async (args, message) => {
    const { code, out, err } = await home.cli(args);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(err.startsWith(`dispatch: ${message}`), err).toBe(true);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('may be beginnings of ids, and one that fits several is told with what it fits', async () => {
    const ids = new Map<string, string>();
    // Ids have 32 first letters: among 33 there are two alike.
    const messages = Array.from({ length: 33 }, () => home.cli(['run', '--detach', '--', 'true']));
    for (const { out } of await Promise.all(messages)) {
      const id = out.trim();
      const twin = ids.get(id.charAt(0));
      if (twin !== undefined) {
        const { code, err } = await home.cli(['show', id.charAt(0)]);
        // A lone digit is the number of a run.
        if (/\d/.test(id.charAt(0))) continue;
        expect(code).toBe(2);
        expect(err).toMatch(new RegExp(`^dispatch: "${id.charAt(0)}" fits several runs: .*: write more of the id\n$`));
        expect(await home.json(['show', id.slice(0, 12), '--json'])).toMatchObject({ run: { id } });
        return;
      }
      ids.set(id.charAt(0), id);
    }
    throw new Error('no two ids begin alike');
  });
});

describe('wait', () => {
  it('on several exits with the first code that is not 0', async () => {
    expect((await home.cli(['wait', '1', '2', '1'])).code).toBe(9);
    expect((await home.cli(['wait', '1', '1'])).code).toBe(0);
    expect((await home.cli(['wait', '1', '4'])).code).toBe(126);
    expect(await home.json(['wait', '1', '--json'])).toMatchObject([{ number: 1, status: 'completed' }]);
  });

  it('on one that waits for approval ends by Ctrl-C, and the run is left', async () => {
    const waiting = home.start(['wait', '3']);
    const client = await home.client();
    await client.call('status', {});
    waiting.kill('SIGINT');
    const { code, signal } = await waiting.done;
    expect(code === 130 || signal === 'SIGINT').toBe(true);
    expect(await home.json(['show', '3', '--json'])).toMatchObject({ run: { status: 'waiting_approval' } });
  });
});

describe('for people', () => {
  it('lists have one line each, and empty ones a hint', async () => {
    expect((await home.cli(['ps', '--status', 'failed'])).out).toMatch(/^✗ {2}2 {2}failed\/exit 9 .* exit 9\n$/);
    expect((await home.cli(['approvals'])).out).toContain('touch three');
    expect((await home.cli(['artifacts', '1'])).out.trim().split('\n')).toHaveLength(2);
    expect(await home.cli(['artifacts', '2'])).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('there are none'),
    });
    expect((await home.cli(['show', '4'])).out).toContain('it was rejected (no)');
    expect((await home.cli(['thread', '-n', '1'])).out).toMatch(/^\d\d:\d\d {2}.+\n$/);
  });
});
