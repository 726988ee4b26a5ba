// What costs nothing should cost nothing: memory, processor time and wake-ups of a peer, and of a dashboard, that nobody
// uses, beside a Node that only waits.
import { setTimeout as delay } from 'node:timers/promises';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { openDashboard } from '../harness/dashboard-terminal.ts';
import type { Home } from '../harness/home.ts';
import { start, stop } from '../harness/processes.ts';
import { openRunner } from '../harness/runner.ts';
import { summarise } from '../harness/statistics.ts';
import { between, canReadUsage, type Usage, usageOf } from '../harness/usage.ts';

const INTERVAL_MS = 20_000;
/** What it takes after work until everything is at rest. */
const REST_MS = 12_000;
const WAITING = 'process.stdin.resume(); setInterval(() => {}, 2 ** 30)';

export const idle: Benchmark = {
  name: 'idle',
  async run(context) {
    if (!canReadUsage) {
      context.say('idle: read from /proc, which only Linux has: left out');
      return [];
    }
    const homes = { empty: await context.emptyHome(), long: await context.longHome() };
    const peers = { empty: await homes.empty.startPeer(), long: await homes.long.startPeer() };
    const node = start(process.execPath, ['-e', WAITING], {
      env: homes.empty.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const dashboard = openDashboard(homes.long.env);
    try {
      await dashboard.firstFrame();
      for (const home of Object.values(homes)) await work(home);
      await delay(REST_MS);
      const pids = { node: node.pid as number, empty: peers.empty.pid, long: peers.long.pid, dashboard: dashboard.pid };
      return await measure(context, pids, homes.long.entries);
    } finally {
      await dashboard.close();
      await stop(node);
      for (const peer of Object.values(peers)) await peer.stop();
      homes.empty.remove();
    }
  },
};

/** What is loaded on first use should be loaded: a few runs, with and without a terminal, and a search. */
async function work(home: Home): Promise<void> {
  const client = await home.connect();
  const runner = await openRunner(client);
  for (let run = 0; run < 5; run += 1) {
    await runner.run({ command: 'echo x' });
    await runner.run({ command: 'echo x', tty: { cols: 80, rows: 24 } });
  }
  await client.call('search', { query: 'parser', limit: 50 });
  runner.close();
}

type Who = 'node' | 'empty' | 'long' | 'dashboard';

async function measure(context: BenchContext, pids: Record<Who, number>, entries: number): Promise<Measure[]> {
  const samples: Record<Who, Usage[]> = { node: [], empty: [], long: [], dashboard: [] };
  const whos = Object.keys(pids) as Who[];
  const intervals = Math.max(2, context.rounds(3).counted);
  for (let interval = 0; interval < intervals; interval += 1) {
    // All at once: the same 20 seconds for each.
    const before = whos.map((who) => usageOf(pids[who]));
    await delay(INTERVAL_MS);
    for (const [index, who] of whos.entries()) {
      samples[who].push(between(before[index] as Usage, usageOf(pids[who])));
    }
  }
  const size = entries.toLocaleString('en-US');
  return [
    ...rows('idle peer, empty thread', samples.empty, samples.node),
    ...rows(`idle peer, ${size} entries`, samples.long, samples.node),
    ...rows('idle dashboard', samples.dashboard, samples.node),
  ];
}

function rows(what: string, ours: readonly Usage[], node: readonly Usage[]): Measure[] {
  const row = (name: string, unit: string, pick: (usage: Usage) => number): Measure => ({
    name: `${what}: ${name}`,
    unit,
    ours: summarise(ours.map(pick)),
    yardstick: { name: 'a Node that waits', ...summarise(node.map(pick)) },
  });
  const percent = row('processor', '%', ({ cpuMs }) => (100 * cpuMs) / INTERVAL_MS);
  const wakeUps = row('wake-ups of its main thread in 20 s', '', ({ mainWaits }) => mainWaits);
  const threads = summarise(ours.map(({ allWaits }) => allWaits)).median;
  return [
    row('resident memory', 'MB', ({ residentMB }) => residentMB),
    { ...percent, target: below(percent.ours.median, 0.05, '0 %') },
    { ...wakeUps, target: below(wakeUps.ours.median, 5, '≤ 1 in 5 s'), note: `${threads} wake-ups of all its threads` },
  ];
}
