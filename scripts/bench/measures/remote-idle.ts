// What connected devices cost a peer that does nothing: memory, processor time and wake-ups with none, one and fifty of them. Those
// fifty are simulated in a process of their own; the peer that is measured is a real one.
import { setTimeout as delay } from 'node:timers/promises';
import { atMost, type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { openRunner } from '../harness/runner.ts';
import { simulatePeers } from '../harness/simulated-peers.ts';
import { summarise } from '../harness/statistics.ts';
import { between, canReadUsage, type Usage, usageOf } from '../harness/usage.ts';

const COUNTS = [0, 1, 50] as const;
const INTERVAL_MS = 20_000;
/** What it takes after work until everything is at rest. */
const REST_MS = 12_000;
const MOST_MB = 120;
const MOST_MB_EACH = 1;

export const remoteIdle: Benchmark = {
  name: 'remote-idle',
  async run(context) {
    if (!canReadUsage) {
      context.say('remote-idle: read from /proc, which only Linux has: left out');
      return [];
    }
    const ending: (() => Promise<void> | void)[] = [];
    try {
      const pids: number[] = [];
      for (const count of COUNTS) {
        const home = await context.emptyHome();
        ending.push(home.remove);
        const simulated = await simulatePeers(home, count);
        ending.push(simulated.stop);
        const peer = await home.startPeer();
        ending.push(peer.stop);
        await simulated.connect();
        // What is loaded on first use should be loaded.
        const runner = await openRunner(await home.connect());
        for (let run = 0; run < 5; run += 1) await runner.run({ command: 'echo x' });
        runner.close();
        pids.push(peer.pid);
      }
      await delay(REST_MS);
      return rows(await sample(context, pids));
    } finally {
      for (const end of ending.toReversed()) await end();
    }
  },
};

/** All at once: the same 20 seconds for each. */
async function sample(context: BenchContext, pids: readonly number[]): Promise<Usage[][]> {
  const samples: Usage[][] = pids.map(() => []);
  const intervals = Math.max(2, context.rounds(3).counted);
  for (let interval = 0; interval < intervals; interval += 1) {
    const before = pids.map(usageOf);
    await delay(INTERVAL_MS);
    for (const [index, pid] of pids.entries()) samples[index]?.push(between(before[index] as Usage, usageOf(pid)));
  }
  return samples;
}

function rows(samples: readonly (readonly Usage[])[]): Measure[] {
  const alone = samples[0] as readonly Usage[];
  return samples.flatMap((used, index) => {
    const count = COUNTS[index] as number;
    const row = (name: string, unit: string, pick: (usage: Usage) => number): Measure => ({
      name: `idle peer, ${count} devices connected: ${name}`,
      unit,
      ours: summarise(used.map(pick)),
      ...(count === 0 ? {} : { yardstick: { name: 'with none', ...summarise(alone.map(pick)) } }),
    });
    const memory = row('resident memory', 'MB', ({ residentMB }) => residentMB);
    const each =
      count === 0 ? 0 : (memory.ours.median - summarise(alone.map(({ residentMB }) => residentMB)).median) / count;
    const limit = MOST_MB + count * MOST_MB_EACH;
    const percent = row('processor', '%', ({ cpuMs }) => (100 * cpuMs) / INTERVAL_MS);
    const wakeUps = row('wake-ups of its main thread in 20 s', '', ({ mainWaits }) => mainWaits);
    return [
      {
        ...memory,
        target:
          count === 50
            ? atMost(each, MOST_MB_EACH, `≤ ${MOST_MB_EACH} MB a device`)
            : atMost(memory.ours.median, limit, `≤ ${limit} MB`),
        ...(count === 0 ? {} : { note: `${each.toFixed(2)} MB for each connected device` }),
      },
      // Fifty devices ping, which is no idleness.
      count > 1 ? percent : { ...percent, target: below(percent.ours.median, 0.5, '0 %') },
      wakeUps,
    ];
  });
}
