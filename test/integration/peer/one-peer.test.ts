// However many are started at once, one peer serves a home, and the others say which.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createHome } from '../../helpers/cli.ts';
import { gone, isAlive, processesWith } from '../../helpers/processes.ts';
import { until } from '../../helpers/until.ts';

let home: CliHome;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.dispose());

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe.each([2, 10])('of %i peers that start at once', (count) => {
  it('one serves, and the others name it', async () => {
    const peers = times(count, () => home.start(['peer']));
    const losers = await Promise.race([
      Promise.all(peers.map(({ done }) => done)).then(() => 'all ended' as const),
      firstLosers(peers, count - 1),
    ]);
    if (losers === 'all ended') throw new Error('no peer is left');
    const serving = peers.filter(({ pid }) => isAlive(pid));
    expect(serving).toHaveLength(1);
    const [winner] = serving;
    await winner?.printed('serves at', 'err');
    expect(await home.peerPid()).toBe(winner?.pid);
    for (const { code, out, err } of losers) {
      expect({ code, out }).toEqual({ code: 125, out: '' });
      expect(err).toBe(
        `dispatch: a peer already runs here: process ${winner?.pid}: use it, or stop it with "dispatch peer stop"\n`,
      );
    }
  });
});

async function firstLosers(peers: ReturnType<CliHome['start']>[], count: number) {
  const ended: Awaited<(typeof peers)[number]['done']>[] = [];
  await new Promise<void>((resolve) => {
    for (const { done } of peers) {
      void done.then((finished) => {
        ended.push(finished);
        if (ended.length === count) resolve();
      });
    }
  });
  return ended.slice(0, count);
}

describe('clients', () => {
  it('that start at once on an empty home end up with one peer', async () => {
    const results = await Promise.all(times(10, (index) => home.cli(['run', '--', `seq ${index + 1}`])));
    for (const [index, { code, out, err }] of results.entries()) {
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.trim().split('\n')).toHaveLength(index + 1);
    }
    const runs = (await home.json(['ps', '--all', '--json'])) as { number: number; origin: string }[];
    expect(runs.map(({ number }) => number).sort((a, b) => a - b)).toEqual(times(10, (index) => index + 1));
    expect(new Set(runs.map(({ origin }) => origin)).size).toBe(1);
  });

  it('start the next peer after a killed one, whose socket is still there', async () => {
    expect((await home.cli(['run', '--', 'true'])).code).toBe(0);
    const first = await home.peerPid();
    await home.killPeer();
    expect(await home.cli(['run', '--', 'echo again'])).toMatchObject({ code: 0, out: 'again\n', err: '' });
    expect(await home.peerPid()).not.toBe(first);
  });

  it('say with --verbose that they start one', async () => {
    expect((await home.cli(['run', '--verbose', '--', 'true'])).err).toBe(
      'dispatch: no peer runs on this machine: starting one\n',
    );
    expect((await home.cli(['run', '--verbose', '--', 'true'])).err).toBe('');
  });

  it('that are killed while they start a peer do not take it with them', async () => {
    const client = home.start(['run', '--', 'true']);
    const others = (): number[] => processesWith(`DISPATCH_HOME=${home.path}`).filter((pid) => pid !== client.pid);
    const peer = await until('a peer that starts', () => others()[0]);
    client.kill('SIGKILL');
    await client.done;
    await until('a peer that serves', () => home.peerPid().catch(() => undefined));
    expect(await home.peerPid()).toBe(peer);
    expect(await home.cli(['run', '--', 'echo there'])).toMatchObject({ code: 0, out: 'there\n' });
    expect(await home.cli(['run', '--', 'echo still'])).toMatchObject({ code: 0, out: 'still\n' });
  });
});

describe('a peer', () => {
  it('that starts while another one ends takes its place', async () => {
    const first = await home.startPeer();
    const slow = home.start([
      'run',
      '--yes',
      '--',
      'trap "sleep 0.7; exit 0" TERM; echo begun; while :; do sleep 0.1; done',
    ]);
    await slow.printed('begun');
    const stopping = home.start(['peer', 'stop']);
    await first.printed('stopping: a client asked', 'err');
    const second = await home.startPeer();
    expect(isAlive(second.pid)).toBe(true);
    expect(await stopping.done).toMatchObject({ code: 0, out: 'stopped\n' });
    await gone(first.pid);
    expect(await home.peerPid()).toBe(second.pid);
    expect(await home.json(['show', '1', '--json'])).toMatchObject({
      run: { status: 'failed', reason: 'interrupted' },
    });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends by %s: runs are stopped, and it says goodbye',
    async (signal) => {
      const peer = home.start(['peer', '--name', 'desk']);
      await peer.printed('peer desk (', 'err');
      const run = home.start(['run', '--yes', '--', 'echo begun; sleep 300']);
      await run.printed('begun');
      peer.kill(signal);
      const { code, err } = await peer.done;
      expect(code).toBe(0);
      expect(err).toContain('stopped');
      expect(await run.done).toMatchObject({ code: 1, err: expect.stringContaining('interrupted') });
    },
  );
});

describe('without a peer', () => {
  it('status says so, and stop is content', async () => {
    expect(await home.cli(['peer', 'status'])).toMatchObject({
      code: 125,
      out: '',
      err: 'dispatch: no peer is running on this machine: start it with "dispatch peer"\n',
    });
    const json = await home.cli(['peer', 'status', '--json']);
    expect(json.code).toBe(125);
    expect(JSON.parse(json.err)).toMatchObject({ code: 'unavailable', message: expect.any(String), retryable: true });
    expect(await home.cli(['peer', 'stop'])).toMatchObject({ code: 0, out: '' });
  });
});
