// What two engines make of a transfer: two runs of one group, of which one reads from the other over a link that may break; whoever is
// not meant reads nothing, and neither run outlives the other.
import { afterEach, describe, expect, it } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { RunId } from '../../../src/core/ids.ts';
import type { Run } from '../../../src/core/runs.ts';
import type { ExecutionContext, Outcome } from '../../../src/engine/executor-ports.ts';
import type { TransferParams } from '../../../src/protocol/api.ts';
import { BOX, type EnginePair, LAPTOP, startPair } from '../../helpers/engine-pair.ts';
import { createProber } from '../../helpers/prober.ts';
import { createScriptedFiles, DONE } from '../../helpers/scripted-files.ts';
import { until } from '../../helpers/until.ts';

const TEXT = 'what is brought from one to the other, a letter at a time';
const STOPPED: Outcome = { kind: 'stopped', receipt: { stopped: [], left: [] } };

let pair: EnginePair | undefined;
afterEach(async () => {
  expect([...(pair?.laptop.faults ?? []), ...(pair?.box.faults ?? [])]).toEqual([]);
  await pair?.[Symbol.asyncDispose]();
  pair = undefined;
});

interface Script {
  /** Called before each letter. */
  readonly onLetter?: (at: number) => Promise<void> | void;
  readonly failing?: boolean;
}

/** Sends a text a letter at a time, and receives what comes; each place is the number of a letter. */
function sender({ onLetter, failing }: Script) {
  return async (context: ExecutionContext): Promise<Outcome> => {
    if (failing === true) return { kind: 'exit', exitCode: 1, message: 'the disk of the sender is broken' };
    const ended = Promise.withResolvers<Outcome>();
    if (context.signal.aborted) return STOPPED;
    context.signal.addEventListener('abort', () => ended.resolve(STOPPED), { once: true });
    context.attach({
      input: () => {},
      endInput: () => {},
      resize: () => {},
      kill: () => {},
      give: {
        async *read({ offset }, signal) {
          for (let at = offset; at < TEXT.length && !signal.aborted; at++) {
            await onLetter?.(at);
            yield Buffer.from(TEXT[at] ?? '');
          }
        },
        end: (end) => ended.resolve(end.ok ? DONE : { kind: 'exit', exitCode: 1, message: end.message }),
      },
    });
    return ended.promise;
  };
}

function receiver(received: string[]) {
  return async (from: { device: typeof BOX; run: RunId }, context: ExecutionContext): Promise<Outcome> => {
    for (;;) {
      try {
        for await (const bytes of context.pull(from, { entry: 0, offset: received.length }, context.signal))
          for (const letter of Buffer.from(bytes).toString()) received.push(letter);
        if (context.signal.aborted) return STOPPED;
        context.progress({ text: 'all here', bytes: received.length });
        await context.tellEnd(from, { ok: true, entries: 1, bytes: received.length }, context.signal);
        return DONE;
      } catch (error) {
        if (context.signal.aborted) return STOPPED;
        if (!(error instanceof DispatchError && error.retryable)) {
          return { kind: 'exit', exitCode: 1, message: (error as Error).message };
        }
      }
    }
  };
}

async function begin(script: Script = {}, options: Parameters<typeof startPair>[0] = {}) {
  const received: string[] = [];
  const receive = receiver(received);
  const executors = (device: typeof BOX) => ({
    executors: [
      createScriptedFiles({
        device,
        act: (operation, context) => {
          if (operation.op === 'send') return sender(script)(context);
          if (operation.op === 'receive') return receive(operation.from, context);
          throw new Error(`nobody asked for ${operation.op}`);
        },
      }),
    ],
    prober: createProber(['shell', 'local_files']),
  });
  pair = await startPair({ ...options, laptop: executors(LAPTOP), box: executors(BOX) });
  return { pair, received };
}

let ids = 0;
const newId = (): string => `000000000000t${String(ids++).padStart(3, '0')}`;
const fetching = (more: Partial<TransferParams> = {}): TransferParams => ({
  id: newId(),
  task: 'copy @box:~/a to ~/b',
  from: { device: 'box', path: '~/a' },
  to: { device: 'local', path: '~/b' },
  approve: true,
  ...more,
});
const sending = (): TransferParams =>
  fetching({ from: { device: 'local', path: '~/a' }, to: { device: 'box', path: '~/b' } });

describe('a transfer', () => {
  it.each([
    ['from the other device', fetching],
    ['to the other device', sending],
  ])('%s is two runs of one group, and both complete', async (_, params) => {
    const { pair: both, received } = await begin();
    const { runs } = await both.laptop.engine.api.transfer(params());
    const [receive, send] = runs as [Run, Run];
    expect(receive.action).toMatchObject({
      kind: 'files',
      operation: { op: 'receive', from: { run: send.id, name: 'a' } },
    });
    expect([receive.group, send.group]).toEqual([receive.id, receive.id]);
    for (const { id } of runs) expect(await both.laptop.done(id)).toMatchObject({ status: 'completed' });
    expect(received.join('')).toBe(TEXT);
  });

  it('goes on from where it was when the link breaks again and again', async () => {
    let cuts = 0;
    const { pair: both, received } = await begin({
      onLetter(at) {
        if (at % 5 !== 4 || cuts * 5 >= at) return;
        cuts += 1;
        pair?.cut();
        pair?.join();
      },
    });
    const { run } = await both.laptop.engine.api.transfer(fetching());
    expect(await both.laptop.done(run.id)).toMatchObject({ status: 'completed' });
    expect(received.join('')).toBe(TEXT);
    expect(cuts).toBeGreaterThanOrEqual(10);
  });

  it('fails on both ends where one does, with its reason', async () => {
    const { pair: both } = await begin({ failing: true });
    const { runs } = await both.laptop.engine.api.transfer(fetching());
    const [receive, send] = runs as [Run, Run];
    expect(await both.laptop.done(send.id)).toMatchObject({
      status: 'failed',
      message: 'the disk of the sender is broken',
    });
    const ended = await both.laptop.done(receive.id);
    expect(['failed', 'cancelled']).toContain(ended.status);
  });

  it('is over on both ends where a person rejects one of them', async () => {
    const { pair: both } = await begin();
    const { approve: _, ...asked } = sending();
    const { runs } = await both.laptop.engine.api.transfer(asked);
    const [receive, send] = runs as [Run, Run];
    await both.laptop.until(receive.id, 'waiting_approval');
    const { approvals } = await both.laptop.engine.api['approvals.list']({ limit: 10 });
    const waiting = approvals.find(({ runId }) => runId === receive.id);
    await both.laptop.engine.api.decide({ approval: waiting?.id ?? '', decision: 'reject' });
    expect(await both.laptop.done(send.id)).toMatchObject({ status: 'cancelled' });
  });

  it('is over on both ends where one is cancelled in the middle', async () => {
    const reached = Promise.withResolvers<void>();
    const { pair: both } = await begin({
      async onLetter(at) {
        if (at !== 7) return;
        reached.resolve();
        await new Promise(() => {}); // nothing comes any more
      },
    });
    const { runs } = await both.laptop.engine.api.transfer(fetching());
    const [receive, send] = runs as [Run, Run];
    await reached.promise;
    await both.laptop.engine.api.cancel({ run: send.id });
    expect(await both.laptop.done(send.id)).toMatchObject({ status: 'cancelled', reason: 'user' });
    expect(await both.laptop.done(receive.id)).toMatchObject({ status: 'cancelled' });
  });

  it('can be made anew as a whole', async () => {
    const { pair: both, received } = await begin();
    const { runs } = await both.laptop.engine.api.transfer(fetching());
    for (const { id } of runs) await both.laptop.done(id);
    received.length = 0;
    const { run } = await both.laptop.engine.api.retry({ run: runs[1]?.id ?? '', id: newId() });
    await both.laptop.until(run.id, 'waiting_approval', 'completed');
    const { approvals } = await both.laptop.engine.api['approvals.list']({ limit: 10 });
    for (const { id } of approvals) await both.laptop.engine.api.decide({ approval: id, decision: 'approve' });
    expect(await both.laptop.done(run.id)).toMatchObject({ status: 'completed' });
    expect(received.join('')).toBe(TEXT);
  });

  it('tells how far it is, on both devices', async () => {
    const { pair: both } = await begin();
    const told: string[] = [];
    both.laptop.engine.api.onProgress(({ run, progress }) => told.push(`${run} ${progress.text} ${progress.bytes}`));
    const { run } = await both.laptop.engine.api.transfer(sending());
    await both.laptop.done(run.id);
    await until('the end of the progress', () => told.includes(`${run.id} all here ${TEXT.length}`));
  });

  it.each([
    ['both places are on here', { from: { device: 'local', path: 'a' }, to: { device: 'local', path: 'b' } }],
    ['both places are on box', { from: { device: 'box', path: 'a' }, to: { device: 'box', path: 'b' } }],
    ['no name to be received under', { from: { device: 'box', path: '~/..' } }],
    ['no name to be received under', { from: { device: 'box', path: '~' } }],
    ['no device "nas"', { from: { device: 'nas', path: 'a' } }],
  ])('is refused with one sentence: %s', async (message, more) => {
    const { pair: both } = await begin();
    const said = message.replace('on here', 'on laptop');
    await expect(both.laptop.engine.api.transfer(fetching(more))).rejects.toThrow(said);
  });
});

describe('what a run sends', () => {
  const startSending = async (to: typeof BOX) => {
    const { pair: both } = await begin({}, { onLaptop: ['run', 'observe', 'approve'] });
    const { run } = await both.laptop.engine.api.submit({
      id: newId(),
      task: 'send it',
      action: { kind: 'files', operation: { op: 'send', path: '~/a', to } },
      approve: true,
    });
    await both.laptop.until(run.id, 'running');
    return { both, run };
  };
  const signal = AbortSignal.timeout(5000);

  it('is given to nobody else, whatever that one may do here', async () => {
    const { both, run } = await startSending('12D3KooWSomebodyAfar' as typeof BOX);
    const { service } = both.laptop.engine;
    await expect(service.transfer(BOX, { run: run.id, entry: 0, offset: 0 }, signal)).rejects.toThrow(
      'sends anything to you',
    );
    await expect(service.call(BOX, 'transfer-end', { run: run.id, end: { ok: false, message: 'no' } })).rejects.toThrow(
      'sends anything to you',
    );
    expect((await both.laptop.until(run.id, 'running')).status).toBe('running');
  });

  it('is asked about, where it is for another device than the one that wants it', async () => {
    const { pair: both } = await begin({}, { onLaptop: ['run'] });
    const { run } = await both.box.engine.api.submit({
      id: newId(),
      task: 'send it to a friend',
      action: { kind: 'files', operation: { op: 'send', path: '~/a', to: '12D3KooWSomebodyAfar' as typeof BOX } },
      devices: ['laptop'],
    });
    await until('request', async () => (await both.laptop.store.run(run.id))?.run.status === 'waiting_approval');
  });

  it('is not given where there is no such run, or it is none that sends', async () => {
    const { pair: both } = await begin();
    const { service } = both.laptop.engine;
    const shell = await both.laptop.submit('true', { approve: true });
    for (const run of ['0000000000000000' as RunId, shell.id])
      await expect(service.transfer(BOX, { run, entry: 0, offset: 0 }, signal)).rejects.toThrow(
        'sends anything to you',
      );
  });
});

describe('completion of paths', () => {
  it('is told by the device that has them, to whoever could list them', async () => {
    const { pair: both } = await begin();
    const { api } = both.laptop.engine;
    const there = { completions: [{ name: 'work', folder: true }] };
    expect(await api['files.complete']({ device: 'box', path: '~/wo', limit: 10 })).toEqual(there);
    both.onBox.set(['observe']);
    await expect(api['files.complete']({ device: 'box', path: '~/wo', limit: 10 })).rejects.toThrow(
      'does not let you run',
    );
  });
});
