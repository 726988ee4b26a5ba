// From a key to the frame that shows it while three runs print as fast as they can, at two sizes of the window. Other frames come
// all the time, so what is waited for is the cursor behind the character that was typed.
import { setTimeout as delay } from 'node:timers/promises';
import { systemIds } from '../../../src/peer/system.ts';
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { type DashboardTerminal, openDashboard, watch } from '../harness/dashboard-terminal.ts';
import type { Home } from '../harness/home.ts';
import type { Summary } from '../harness/statistics.ts';

const REPEAT_MS = 30;
const KEYS_A_TURN = 60;
const TYPED = `!git-log-of-the-last-few-weeks${'\x7f'.repeat(30)}`;
const SIZES = { small: { cols: 120, rows: 40, limitMs: 16 }, large: { cols: 400, rows: 120, limitMs: 33 } } as const;
/** As fast as they can, until they are cancelled. */
const PRINTING = ['yes', 'yes a longer line that is printed again and again', 'while :; do seq 100000; done'];
/** Answers each key by moving the cursor, and says when it does. */
const ECHO =
  "process.stdin.setRawMode(true).on('data', (d) => process.stdout.write(d[0] === 127 ? '\\b \\b' : '.')); process.stdout.write('ready')";

export const keyToFrameBusy: Benchmark = {
  name: 'key-to-frame-busy',
  async run(context) {
    const home = await context.longHome();
    const peer = await home.startPeer();
    const runs = await print(home);
    try {
      return await measure(context, home);
    } finally {
      await runs.end();
      await peer.stop();
    }
  },
};

async function print(home: Home): Promise<{ end(): Promise<void> }> {
  const client = await home.connect();
  const ids: string[] = [];
  for (const command of PRINTING) {
    const action = { kind: 'shell', command, access: 'workspace-write', cwd: process.cwd() } as const;
    const { run } = await client.call('submit', { id: systemIds.next(), task: `!${command}`, action, approve: true });
    ids.push(run.id);
  }
  return {
    async end() {
      for (const run of ids) await client.call('cancel', { run });
      await client.call('wait', { runs: ids });
      client.close();
    },
  };
}

async function measure(context: BenchContext, home: Home): Promise<Measure[]> {
  const echo = () => watch({ command: [process.execPath, '-e', ECHO], env: home.env, cols: 120, rows: 40 });
  const dashboard = (size: { cols: number; rows: number }) => () => openDashboard(home.env, size);
  const turns = {
    echo: turn(echo, 'ready'),
    small: turn(dashboard(SIZES.small), 'yes'),
    large: turn(dashboard(SIZES.large), 'yes'),
  };
  const took = await alternate(turns, context.rounds(10));
  const entries = home.entries.toLocaleString('en-US');
  const row = (ours: Summary, { cols, rows, limitMs }: (typeof SIZES)[keyof typeof SIZES]): Measure => ({
    name: `key to frame: typing while three runs print, ${cols}×${rows}, ${entries} entries`,
    unit: 'ms',
    ours,
    tail: true,
    yardstick: { name: 'echo in raw mode, beside them', ...took.echo },
    target: below(ours.p99, limitMs, `p99 < ${limitMs} ms`),
    note: `${ours.n} keys; the slowest took ${ours.max.toFixed(1)} ms, and the yardstick's p99 was ${took.echo.p99.toFixed(1)} ms`,
  });
  return [row(took.small, SIZES.small), row(took.large, SIZES.large)];
}

/** One terminal at a time: another that draws what the runs print would be measured too. */
const turn = (open: () => DashboardTerminal, shows: string) => async (): Promise<number[]> => {
  const terminal = open();
  try {
    await terminal.firstShowing(shows);
    await keys(terminal); // what has just started is slower than what has been used
    return await keys(terminal);
  } finally {
    await terminal.close();
  }
};

async function keys(terminal: DashboardTerminal): Promise<number[]> {
  const times: number[] = [];
  while (times.length < KEYS_A_TURN) {
    const key = TYPED.charAt(times.length % TYPED.length);
    const took = await terminal.pressMoving(key);
    if (took === undefined)
      throw new Error(`the cursor did not move in a second after "${key}":\n${terminal.screen()}`);
    times.push(took);
    await delay(REPEAT_MS);
  }
  return times;
}
