// `dispatch run --on` and what people are told about runs elsewhere, against an engine in memory whose devices come and go.
import { describe, expect, it } from 'vitest';
import type { RunCommand } from '../../../src/core/commands.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { ApprovalId, RunId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { SubmitParams } from '../../../src/protocol/api.ts';
import { until } from '../../helpers/until.ts';
import { DIGEST, type Far, far, farDevice, offline, pieces } from './far-harness.ts';

const GPU = farDevice('gpu-box');
const NAS = farDevice('nas');

const START: RunCommand[] = [
  { type: 'accept', because: [] },
  { type: 'start', digest: DIGEST, mustBeApproved: false },
];
const output = { bytes: 0, droppedBytes: 0 };
const exit = (exitCode: number): RunCommand =>
  exitCode === 0
    ? { type: 'complete', data: { exitCode, output } }
    : { type: 'fail', data: { reason: 'exit', message: `exit ${exitCode}`, exitCode, output } };

/** Does with each run that is submitted what the test says, once the client has been told; gives what was submitted. */
function onSubmit({ peer }: Far, then: (run: Run, index: number) => void): SubmitParams[] {
  const submitted: SubmitParams[] = [];
  const submit = peer.api.submit;
  peer.api.submit = async (params) => {
    submitted.push(params);
    const answer = await submit(params);
    for (const { id } of answer.runs) if (!peer.outputs.has(id)) peer.outputs.set(id, () => pieces());
    setImmediate(() => answer.runs.forEach(then));
    return answer;
  };
  return submitted;
}

describe('run --on one device', () => {
  it('sends no folder of this machine unless it is asked for, and exits as the command did', async () => {
    const world = await far(GPU);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START, exit(7)));
    expect(await world.home.cli(['run', '--on', 'gpu-box', '--expire', '60', '--', 'make'])).toMatchObject({
      code: 7,
      out: '',
      err: '',
    });
    await world.home.cli(['run', '--on', '@gpu-box', '--cwd', '/srv/x', '--', 'make']);
    await world.home.cli(['run', '--', 'make']);
    expect(submitted).toMatchObject([
      { devices: ['gpu-box'], cwd: world.home.work, expiresInMs: 60_000, action: { command: 'make' } },
      { devices: ['gpu-box'], action: { cwd: '/srv/x' } },
      { action: { cwd: world.home.work } },
    ]);
    expect(submitted[0]?.action).not.toHaveProperty('cwd');
    expect(submitted[2]).not.toHaveProperty('devices');
  });

  it('names secrets, and says that an agent asks', async () => {
    const world = await far(GPU);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START, exit(0)));
    const agent = { env: { DISPATCH_AS: 'agent' } };
    await world.home.cli(['run', '--secret', 'A', '--secret', 'B', '--secret', 'A', '--agent', '--', 'make']);
    await world.home.cli(['run', '--', 'make'], agent);
    await world.home.cli(['eval', '1 + 1'], agent);
    await world.home.cli(['run', '--', 'make'], { env: { DISPATCH_AS: '' } });
    expect(submitted).toMatchObject([
      { as: 'agent', action: { secrets: ['A', 'B'] } },
      { as: 'agent' },
      { as: 'agent', action: { kind: 'inline' } },
      { action: { command: 'make' } },
    ]);
    expect(submitted[3]).not.toHaveProperty('as');
    expect(submitted[1]?.action).not.toHaveProperty('secrets');
    expect((await world.home.cli(['run', '--yes', '--', 'make'], agent)).code).toBe(2);
    expect((await world.home.cli(['run', '--', 'make'], { env: { DISPATCH_AS: 'Agent' } })).code).toBe(2);
    expect(submitted).toHaveLength(4);
  });

  it('says once why it is queued, that the device is back, and goes on', async () => {
    const world = await far(offline(GPU));
    const submitted = onSubmit(world, () => {});
    const running = world.home.start(['run', '--on', 'gpu-box', '--', 'make']);
    await running.printed('is queued, because', 'err');
    const id = submitted[0]?.id as RunId;
    expect(running.err()).toMatch(
      /^dispatch: run 1 is queued, because gpu-box is offline since \d\d:\d\d, refused: it starts when gpu-box is back; Ctrl-C cancels it\n$/,
    );
    world.peer.setOthers([GPU]);
    await running.printed('gpu-box is back\n', 'err');
    world.peer.move(id, ...START);
    world.peer.setOthers([offline(GPU)]);
    await running.printed('run 1 goes on there, and what it prints comes when the link is back', 'err');
    world.peer.setOthers([offline(GPU)]);
    world.peer.move(id, exit(0));
    const { code, err } = await running.done;
    expect(code).toBe(0);
    expect(err.trimEnd().split('\n')).toHaveLength(3);
  });

  it.each([
    ['3', /it starts if gpu-box is back within [23] s; Ctrl-C cancels it\n$/],
    ['3600', /it starts if gpu-box is back before (?:\d+ \w+ )?\d\d:\d\d; Ctrl-C cancels it\n$/],
  ])('says how long that may take with --expire %s', async (expire, message) => {
    const world = await far(offline(GPU));
    const submitted = onSubmit(world, () => {});
    const running = world.home.start(['run', '--on', 'gpu-box', '--expire', expire, '--', 'make']);
    await running.printed('\n', 'err');
    expect(running.err()).toMatch(message);
    world.peer.move(submitted[0]?.id as string, { type: 'cancel', data: { reason: 'expired' } });
    expect((await running.done).code).toBe(126);
  });

  it('ends with 126, and says so, where the device revoked this one meanwhile', async () => {
    const world = await far(GPU);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START));
    const running = world.home.start(['run', '--on', 'gpu-box', '--', 'make']);
    await until('wait', () => world.peer.calls.includes('wait'));
    await until('start', async () => (await firstRun(world)).status === 'running');
    const presence = {
      state: 'offline',
      since: 1,
      stage: 'denied',
      detail: 'gpu-box has revoked this device',
    } as const;
    world.peer.setOthers([{ ...GPU, presence }]);
    const id = submitted[0]?.id as string;
    world.peer.move(id, { type: 'cancel', data: { reason: 'revoked' } });
    const sentence = 'gpu-box revoked this device: run 1 was ended there\n';
    expect(await running.done).toMatchObject({
      code: 126,
      out: '',
      err: expect.stringMatching(`dispatch: ${sentence}$`),
    });
    expect(await world.home.cli(['wait', id])).toMatchObject({ code: 126, err: `dispatch: ${sentence}` });
    expect((await world.home.cli(['show', id])).out).toContain(sentence);
  });

  it('Ctrl-C cancels; a run that cannot be reached is left to be cancelled later', async () => {
    const world = await far(offline(GPU));
    onSubmit(world, ({ id }) => world.peer.move(id, { type: 'offer' }));
    world.peer.api.cancel = async ({ run }) => ({ run: world.peer.move(run, { type: 'request-cancel' }) });
    const running = world.home.start(['run', '--on', 'gpu-box', '--', 'make']);
    await running.printed('is queued', 'err');
    running.kill('SIGINT');
    const { code, err } = await running.done;
    expect(code).toBe(130);
    expect(err).toContain('run 1 is cancelled as soon as gpu-box is back; it is offline since');
    expect(await world.home.cli(['cancel', (await firstRun(world)).id])).toMatchObject({
      code: 125,
      out: '',
      err: expect.stringContaining('run 1 is cancelled as soon as gpu-box is back'),
    });
  });

  it('Ctrl-C on a device that is there waits for the end', async () => {
    const world = await far(GPU);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START));
    world.peer.api.cancel = async ({ run }) => ({ run: world.peer.move(run, { type: 'request-cancel' }) });
    const running = world.home.start(['run', '--on', 'gpu-box', '--', 'make']);
    await until('start', () => submitted.length > 0);
    const id = submitted[0]?.id as string;
    await until('output', () => world.peer.calls.includes('wait'));
    running.kill('SIGINT');
    await until('cancel', async () => (await world.peer.api['run.get']({ run: id })).run.cancelRequested === true);
    world.peer.move(id, { type: 'cancel', data: { reason: 'user' } });
    expect(await running.done).toMatchObject({ code: 130, err: expect.stringContaining('it was cancelled') });
  });

  it.each([
    [['run'], 'this device may not answer for gpu-box, and --yes does not count there'],
    [['run', 'approve'], 'answer with "dispatch approve 1"'],
  ] as const)('asks only where it may answer: with %j', async (held, message) => {
    const world = await far(farDevice('gpu-box', { grants: { held: [...held], given: [] } }));
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, { type: 'accept', because: [] }, request()));
    const running = world.home.start(['run', '--on', 'gpu-box', '--yes', '--', 'make']);
    await running.printed(message, 'err');
    expect(running.err()).toContain('run 1 waits for approval on gpu-box: make');
    world.peer.move(submitted[0]?.id as string, { type: 'cancel', data: { reason: 'rejected' } });
    expect((await running.done).code).toBe(126);
  });
});

describe('input to another device', () => {
  const lost = (): DispatchError =>
    new DispatchError('unavailable', 'the link to gpu-box is down', { retryable: true });
  /** A run that takes input; its output shows that it has started. */
  const takesInput = async () => {
    const world = await far(GPU);
    const target: { chunks: Buffer[]; ended: boolean; refuse?: DispatchError } = { chunks: [], ended: false };
    const cancelled: string[] = [];
    world.peer.api.cancel = async ({ run }) => {
      cancelled.push(run);
      return { run: world.peer.move(run, { type: 'request-cancel' }) };
    };
    const submitted = onSubmit(world, ({ id }) => {
      world.peer.inputs.set(id, target);
      world.peer.move(id, ...START);
    });
    // It asks for input in the same breath.
    const { input } = world.peer.api;
    world.peer.api.input = async (params) => {
      await until('run', () => world.peer.inputs.size > 0);
      return input(params);
    };
    return { ...world, target, cancelled, submitted };
  };

  it('that is no terminal must arrive whole: if the link breaks, the run is cancelled', async () => {
    const { home, target, cancelled, submitted } = await takesInput();
    const running = home.start(['run', '--on', 'gpu-box', '--', 'cat'], { openStdin: true });
    running.child.stdin?.write('one\n');
    await until('input', () => target.chunks.length > 0);
    target.refuse = lost();
    running.child.stdin?.write('two\n');
    running.child.stdin?.end();
    const { code, err } = await running.done;
    expect(code).toBe(125);
    expect(err).toContain('the run is cancelled, because its input broke off: the link to gpu-box is down');
    expect(cancelled).toEqual([submitted[0]?.id]);
  });

  it('that is a terminal goes on when the device is back', async () => {
    const { terminal, peer, target, submitted } = await takesInput();
    const running = terminal(['run', '--on', 'gpu-box', '--tty', '--', 'vi']);
    await until('input', () => peer.inputs.size > 0);
    const typed = (): string => Buffer.concat(target.chunks).toString();
    running.type('a');
    await until('a', () => typed() === 'a');
    target.refuse = lost();
    running.type('b');
    let opened = 0;
    const { input } = peer.api;
    peer.api.input = async (params) => {
      opened += 1;
      if (opened === 1) throw lost();
      delete target.refuse;
      return input(params);
    };
    await until('new input', () => {
      running.type('c');
      return typed().startsWith('ac');
    });
    expect(opened).toBe(2);
    peer.move(submitted[0]?.id as string, exit(0));
    expect(await running.exited()).toMatchObject({ code: 0 });
  });
});

describe('a yes beforehand', () => {
  it('that counts is no reason to ask, though it is told a moment later', async () => {
    const world = await far(farDevice('gpu-box', { grants: { held: ['run', 'approve'], given: [] } }));
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, { type: 'accept', because: [] }, request()));
    const running = world.home.start(['run', '--on', 'gpu-box', '--yes', '--', 'make']);
    const id = await until('run', () => submitted[0]?.id);
    const get = world.peer.api['run.get'];
    world.peer.api['run.get'] = async (params) => {
      const answer = await get(params);
      if (answer.run.status === 'waiting_approval') {
        const approval = 'a'.repeat(16) as ApprovalId;
        world.peer.move(
          id,
          { type: 'decide', approval, decision: 'approve', digest: DIGEST },
          START[1] as RunCommand,
          exit(0),
        );
      }
      return answer;
    };
    expect(await running.done).toMatchObject({ code: 0, err: '' });
  });
});

function request(): RunCommand {
  const payload = {
    command: 'make',
    cwd: '/',
    executable: '/bin/sh',
    envNames: [],
    access: 'workspace-write',
    enforced: 'workspace-write',
  } as const;
  return {
    type: 'request-approval',
    approval: 'a'.repeat(16) as ApprovalId,
    title: 'make',
    description: '',
    payload,
    digest: DIGEST,
    decisions: ['approve', 'reject'],
    expiresAt: Date.now() + 600_000,
  };
}

async function firstRun({ peer }: Far): Promise<Run> {
  const [run] = (await peer.api['runs.list']({ limit: 1 })).runs;
  if (run === undefined) throw new Error('there is no run');
  return run;
}

describe('run --on several devices', () => {
  it('labels every line, says who failed, and exits as the first that did', async () => {
    const world = await far(GPU, NAS);
    const texts = [['one\ntw', 'o\n'], ['half'], ['\u001b[1mbold\n\n']];
    const submitted = onSubmit(world, ({ id }, index) => world.peer.move(id, ...START, exit([0, 3, 4][index] ?? 0)));
    const submit = world.peer.api.submit;
    world.peer.api.submit = async (params) => {
      const answer = await submit(params);
      for (const [index, { id }] of answer.runs.entries())
        world.peer.outputs.set(id, () => pieces(...(texts[index] ?? [])));
      return answer;
    };
    const { code, out, err } = await world.home.cli(['run', '--on', 'local,gpu-box,nas,nas', '--', 'make']);
    expect(submitted).toMatchObject([{ devices: ['local', 'gpu-box', 'nas'] }]);
    expect(code).toBe(3);
    expect(out.split('\n').sort()).toEqual(
      ['first: one', 'first: two', 'gpu-box: half', 'nas: \u001b[1mbold', 'nas: ', ''].sort(),
    );
    expect(err.trimEnd().split('\n')).toEqual([
      'dispatch: gpu-box: exit 3 (run 2)',
      'dispatch: nas: exit 4 (run 3)',
      'dispatch: 1 of 3 devices did it',
    ]);
  });

  it('with --json prints one array, with --detach ids', async () => {
    const world = await far(GPU, NAS);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START, exit(0)));
    const { code, out } = await world.home.cli(['run', '--on', '@all', '--json', '--', 'make']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { number: 1, status: 'completed', group: submitted[0]?.id },
      { number: 2, device: GPU.id },
      { number: 3, device: NAS.id },
    ]);
    const detached = await world.home.cli(['run', '--on', '@all', '--detach', '--', 'make']);
    expect(detached.out.trimEnd().split('\n')).toHaveLength(3);
    expect(await world.home.json(['run', '--on', '@all', '--detach', '--json', '--', 'make'])).toHaveLength(3);
  });

  it('says once for each device that is not there, and Ctrl-C cancels them all', async () => {
    const world = await far(offline(GPU), offline(NAS));
    onSubmit(world, () => {});
    world.peer.api.cancel = async ({ run }) => ({
      run: world.peer.move(run, { type: 'cancel', data: { reason: 'user' } }),
    });
    const running = world.home.start(['run', '--on', 'gpu-box,nas', '--', 'make']);
    await running.printed('because gpu-box is offline', 'err');
    await running.printed('because nas is offline', 'err');
    running.kill('SIGINT');
    const { code, err } = await running.done;
    expect(code).toBe(130);
    expect(err).toContain('gpu-box: run 1 did not run to its end: it was cancelled');
    expect(err).toContain('nas: run 2 did not run to its end: it was cancelled');
  });

  it('works on more devices than one connection has streams for', async () => {
    const many = Array.from({ length: 70 }, (_, index) => farDevice(`d${index}`));
    const world = await far(...many);
    onSubmit(world, ({ id }) => world.peer.move(id, ...START, exit(0)));
    const { code, out } = await world.home.cli(['run', '--on', '@all', '--json', '--', 'true']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(71);
  });

  it.each([
    [['--on', 'a,,b'], '--on a,,b: expected DEVICE,… or @all'],
    [['--on', 'a,b', '--tty'], 'one terminal cannot show several devices'],
    [['--expire', '0'], '--expire 0: expected a whole number'],
  ])('%j is refused', async (options, message) => {
    const world = await far();
    const { code, err } = await world.home.cli(['run', ...options, '--', 'true']);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('logs of a run on another device', () => {
  const begun = async (device = GPU) => {
    const world = await far(device);
    const submitted = onSubmit(world, ({ id }) => world.peer.move(id, ...START));
    await world.home.cli(['run', '--detach', '--on', 'gpu-box', '--', 'make']);
    await until('start', async () => (await firstRun(world)).status === 'running');
    return { ...world, id: submitted[0]?.id as string };
  };
  /** Output that never comes. */
  const silence = (_: number, signal: AbortSignal) =>
    (async function* () {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      yield* pieces();
    })();
  const message =
    /^dispatch: the output of run 1 is on gpu-box, which is offline since \d\d:\d\d, refused: "dispatch logs -f 1" waits for it\n$/;

  it('that is away fails at once, in one sentence', async () => {
    const { home, peer, id } = await begun(offline(GPU));
    peer.outputs.set(id, silence);
    const { code, out, err } = await home.cli(['logs', id]);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    expect(err).toMatch(message);
  });

  it('that goes away meanwhile fails too, after what came', async () => {
    const { home, peer, id } = await begun();
    peer.api.output = async (params, signal) => ({
      run: (await peer.api['run.get'](params)).run,
      size: 100,
      chunks: (async function* () {
        yield* pieces('the beginning\n');
        yield* silence(0, signal as AbortSignal);
      })(),
    });
    const running = home.start(['logs', id]);
    await running.printed('the beginning\n');
    peer.setOthers([offline(GPU)]);
    const { code, err } = await running.done;
    expect(code).toBe(125);
    expect(err).toMatch(message);
  });

  it('prints what there is, which may be nothing', async () => {
    const { home, peer, id } = await begun();
    peer.outputs.set(id, silence); // of size 0
    expect(await home.cli(['logs', id])).toMatchObject({ code: 0, out: '', err: '' });
  });

  it('with -f says that it waits, and goes on when the device is back', async () => {
    const { home, peer, id } = await begun(offline(GPU));
    let back = (): void => {};
    const gone = new Promise<void>((resolve) => {
      back = resolve;
    });
    peer.outputs.set(id, () =>
      (async function* () {
        await gone;
        yield* pieces('all of it\n');
      })(),
    );
    const running = home.start(['logs', '-f', id]);
    await running.printed('Ctrl-C waits no longer\n', 'err');
    expect(running.err()).toMatch(
      /^dispatch: gpu-box is offline since \d\d:\d\d, refused: run 1 goes on there, and what it prints comes when the link is back; Ctrl-C waits no longer\n$/,
    );
    peer.setOthers([GPU]);
    await running.printed('gpu-box is back\n', 'err');
    back();
    expect(await running.done).toMatchObject({ code: 0, out: 'all of it\n' });
  });
});

describe('lists', () => {
  it('say where a run is, what it waits for, and what belongs to it', async () => {
    const world = await far(GPU, offline(NAS));
    onSubmit(world, ({ id }, index) => index === 0 && world.peer.move(id, ...START));
    await world.home.cli(['run', '--on', 'gpu-box,nas', '--detach', '--expire', '600', '--', 'make']);
    const ps = (await world.home.cli(['ps'])).out;
    expect(ps).toMatch(/^▶ {2}1 {2}running +desktop-local {2}gpu-box, with 2 .* make$/m);
    expect(ps).toMatch(
      /^… {2}2 {2}queued +desktop-local {2}nas \(waits for it: offline since \d\d:\d\d, refused\), with 1 .* make$/m,
    );
    const [, second] = (await world.peer.api['runs.list']({ limit: 9 })).runs;
    const shown = (await world.home.cli(['show', second?.id ?? ''])).out;
    expect(shown).toMatch(/^device +nas \(waits for it: offline since/m);
    expect(shown).toMatch(/^group +with 1 on gpu-box \(running\)$/m);
    expect(shown).toMatch(/^expires +unless it is taken on before \d\d:\d\d$/m);
    const waiting = world.home.start(['wait', second?.id ?? '']);
    await waiting.printed('run 2 is queued, because nas is offline', 'err');
    world.peer.move(second?.id ?? '', { type: 'cancel', data: { reason: 'expired' } });
    expect(await waiting.done).toMatchObject({
      code: 126,
      err: expect.stringContaining('no device took it on in time'),
    });
  });

  it('of route names the devices, and what would wait', async () => {
    const world = await far(GPU, offline(NAS));
    const action = { kind: 'shell', command: 'make', access: 'workspace-write' } as const;
    const nas = offline(NAS);
    let devices = [nas];
    world.peer.api.route = async () => ({
      ok: true,
      route: 'desktop-local',
      device: devices[0] ?? nas,
      devices,
      action,
      because: ['you named nas'],
      rejected: [{ device: 'gpu-box', reason: 'you did not name it' }],
    });
    expect((await world.home.cli(['route', '!make @nas'])).out).toMatch(
      /^desktop-local · nas · workspace-write · make\nbecause you named nas\nit would wait for nas, which is offline since \d\d:\d\d, refused\nnot gpu-box: you did not name it\n$/,
    );
    const single = (await world.home.json(['route', '--json', '!make @nas'])) as object;
    expect(Object.keys(single).sort()).toEqual(['action', 'because', 'device', 'rejected', 'route']);
    devices = [GPU, nas];
    expect(await world.home.json(['route', '--json', '!make @all'])).toMatchObject({ devices: [{}, {}] });
  });
});
