// From the start of the process to the dashboard's first frame, and to the first frame that shows the thread; with a peer
// that is running already, and beside what starting Node alone costs in the same terminal.
import { spawn } from 'node-pty';
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { openDashboard } from '../harness/dashboard-terminal.ts';
import type { Home } from '../harness/home.ts';
import { watchOver } from '../harness/processes.ts';
import type { Summary } from '../harness/statistics.ts';

const LIMIT_MS = 150;
/** How much the long thread may differ from the empty one. */
const EQUAL_WITHIN = 0.1;
/** The newest entry of both threads, so that the same thing is waited for. */
const NEWEST = 'the newest line of the thread';

export const firstPaint: Benchmark = {
  name: 'first-paint',
  async run(context) {
    const homes = { empty: await context.emptyHome(), long: await context.longHome() };
    const peers = [await homes.empty.startPeer(), await homes.long.startPeer()];
    try {
      for (const home of Object.values(homes)) await say(home);
      return await measure(context, homes);
    } finally {
      for (const peer of peers) await peer.stop();
      homes.empty.remove();
    }
  },
};

async function say(home: Home): Promise<void> {
  const client = await home.connect();
  await client.call('say', { text: NEWEST });
  client.close();
}

async function measure(context: BenchContext, { empty, long }: { empty: Home; long: Home }): Promise<Measure[]> {
  const shown = { empty: [] as number[], long: [] as number[] };
  const open = async (home: Home, thread: number[]): Promise<number> => {
    const dashboard = openDashboard(home.env);
    const showing = dashboard.firstShowing(NEWEST);
    try {
      const frame = await dashboard.firstFrame();
      thread.push(await showing);
      return frame;
    } finally {
      await dashboard.close();
    }
  };
  const rounds = context.rounds(20);
  const frames = await alternate(
    {
      node: () => bareNode(empty.env),
      empty: () => open(empty, shown.empty),
      long: () => open(long, shown.long),
    },
    rounds,
  );
  const threads = await alternate(
    { empty: async () => shown.empty.splice(rounds.warmUp), long: async () => shown.long.splice(rounds.warmUp) },
    { warmUp: 0, counted: 1 },
  );
  const node = { name: 'node -e 0', ...frames.node };
  const row = (what: string, ours: Summary, limited: boolean): Measure => ({
    name: what,
    unit: 'ms',
    ours,
    yardstick: node,
    ...(limited ? { target: below(ours.median, LIMIT_MS, `< ${LIMIT_MS} ms`) } : {}),
  });
  return [
    row('dashboard: first frame, empty thread', frames.empty, true),
    row(`dashboard: first frame, ${count(long)} entries`, frames.long, true),
    row('dashboard: thread shown, empty thread', threads.empty, false),
    row(`dashboard: thread shown, ${count(long)} entries`, threads.long, false),
    equal('dashboard: first frame, long beside empty', frames),
  ];
}

function equal(name: string, { empty, long }: { empty: Summary; long: Summary }): Measure {
  const met = Math.abs(long.median / empty.median - 1) <= EQUAL_WITHIN;
  const target = { text: 'within 10 %', met };
  return { name, unit: 'ms', ours: long, yardstick: { name: 'empty thread', ...empty }, target };
}

const count = (home: Home): string => home.entries.toLocaleString('en-US');

/** In a terminal, as the dashboard is. */
function bareNode(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const pty = spawn(process.execPath, ['-e', '0'], { cols: 120, rows: 40, env: env as Record<string, string> });
  const forget = watchOver(pty.pid);
  return new Promise((resolve) =>
    pty.onExit(() => {
      resolve(performance.now() - startedAt);
      forget();
    }),
  );
}
