// How long a peer takes until it serves, with an empty and with a long thread, beside starting Node alone.
import { alternate } from '../harness/alternate.ts';
import type { Benchmark, Measure } from '../harness/benchmark.ts';
import type { Home } from '../harness/home.ts';
import { timeToEnd } from '../harness/processes.ts';
import type { Summary } from '../harness/statistics.ts';

export const open: Benchmark = {
  name: 'open',
  async run(context) {
    const empty = await context.emptyHome();
    const long = await context.longHome();
    const serve = async (home: Home): Promise<number> => {
      const peer = await home.startPeer();
      await peer.stop();
      return peer.startedIn;
    };
    try {
      const times = await alternate(
        {
          node: () => timeToEnd(process.execPath, ['-e', '0'], empty.env),
          empty: () => serve(empty),
          long: () => serve(long),
        },
        context.rounds(15),
      );
      const size = long.entries.toLocaleString('en-US');
      const row = (name: string, ours: Summary, yardstick: Summary & { name: string }): Measure => ({
        name: `peer: start until it serves, ${name}`,
        unit: 'ms',
        ours,
        yardstick,
      });
      return [
        row('empty thread', times.empty, { name: 'node -e 0', ...times.node }),
        row(`${size} entries`, times.long, { name: 'empty thread', ...times.empty }),
      ];
    } finally {
      empty.remove();
    }
  },
};
