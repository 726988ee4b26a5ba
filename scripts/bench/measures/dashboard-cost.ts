// What a dashboard costs besides time: the bytes that a move of the cursor sends to the terminal, and its memory, with a short
// and with a long thread.
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { type DashboardTerminal, openDashboard } from '../harness/dashboard-terminal.ts';
import { type Summary, summarise } from '../harness/statistics.ts';
import { canReadUsage, usageOf } from '../harness/usage.ts';

const LINES = 60;
const MOVES = 20;
const QUIET_MS = 150;
const BYTES_LIMIT = 1000;
const MEMORY_LIMIT_MB = 150;
const REST_MS = 3000;
const LOOKS = 3;

export const dashboardCost: Benchmark = {
  name: 'dashboard-cost',
  async run(context) {
    const homes = { empty: await context.emptyHome(), long: await context.longHome() };
    const peers = [await homes.empty.startPeer(), await homes.long.startPeer()];
    const terminals: DashboardTerminal[] = [];
    try {
      const client = await homes.empty.connect();
      for (let line = 1; line <= LINES; line += 1) await client.call('say', { text: `line ${line} of a short thread` });
      client.close();
      const [short, long] = [openDashboard(homes.empty.env), openDashboard(homes.long.env)];
      terminals.push(short, long);
      for (const terminal of terminals) await terminal.firstFrame();
      return await measure(context, short, long, homes.long.entries);
    } finally {
      for (const terminal of terminals) await terminal.close();
      for (const peer of peers) await peer.stop();
      homes.empty.remove();
    }
  },
};

async function measure(
  context: BenchContext,
  short: DashboardTerminal,
  long: DashboardTerminal,
  entries: number,
): Promise<Measure[]> {
  const resident: number[][] = [[], []];
  for (let look = 0; look < LOOKS && canReadUsage; look += 1) {
    await short.settle('', REST_MS);
    for (const [at, { pid }] of [short, long].entries()) resident[at]?.push(usageOf(pid).residentMB);
  }
  const memory = canReadUsage ? resident.map(summarise) : [];
  for (const terminal of [short, long]) {
    await terminal.settle('\x1b', 300);
    await terminal.settle('1', 300);
  }
  const bytes = await alternate({ short: () => moves(short), long: () => moves(long) }, context.rounds(3));
  const names = ['short thread', `${entries.toLocaleString('en-US')} entries`];
  const row = (name: string, unit: string, ours: Summary, worst: number, limit: number): Measure => ({
    name,
    unit,
    ours,
    target: below(worst, limit, `< ${limit} ${unit}`),
  });
  return [
    ...[bytes.short, bytes.long].map((ours, at) =>
      row(`bytes of a move by a line, 120×40, ${names[at]}`, 'B', ours, ours.max, BYTES_LIMIT),
    ),
    ...memory.map((ours, at) =>
      row(`dashboard: resident memory, ${names[at]}`, 'MB', ours, ours.median, MEMORY_LIMIT_MB),
    ),
  ];
}

/** Up and down by turns, within what is on the screen: scrolling draws all of it. */
async function moves(terminal: DashboardTerminal): Promise<number[]> {
  const bytes: number[] = [];
  for (let move = 0; move < MOVES; move += 1) {
    const before = terminal.written();
    await terminal.settle(move % 2 === 0 ? 'k' : 'j', QUIET_MS);
    bytes.push(terminal.written() - before);
  }
  return bytes;
}
