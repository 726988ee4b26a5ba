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
/** Answers each key by moving the cursor. */
const ECHO = "process.stdin.setRawMode(true).on('data', (d) => process.stdout.write(d[0] === 127 ? '\\b \\b' : '.'))";

export const keyToFrameBusy: Benchmark = {
  name: 'key-to-frame-busy',
  async run(context) {
    const home = await context.longHome();
    const peer = await home.startPeer();
    const terminals: DashboardTerminal[] = [];
    const runs = await print(home);
    try {
      const echo = watch({ command: [process.execPath, '-e', ECHO], env: home.env, cols: 120, rows: 40 });
      const small = openDashboard(home.env, SIZES.small);
      const large = openDashboard(home.env, SIZES.large);
      terminals.push(echo, small, large);
      for (const terminal of [small, large]) await terminal.firstShowing('yes');
      return await measure(context, { echo, small, large }, home.entries);
    } finally {
      for (const terminal of terminals) await terminal.close();
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

type Terminals = Record<'echo' | 'small' | 'large', DashboardTerminal>;

async function measure(context: BenchContext, { echo, small, large }: Terminals, entries: number): Promise<Measure[]> {
  const turn = (terminal: DashboardTerminal) => () => keys(terminal);
  const took = await alternate({ echo: turn(echo), small: turn(small), large: turn(large) }, context.rounds(10));
  const row = (ours: Summary, { cols, rows, limitMs }: (typeof SIZES)[keyof typeof SIZES]): Measure => ({
    name: `key to frame: typing while three runs print, ${cols}×${rows}, ${entries.toLocaleString('en-US')} entries`,
    unit: 'ms',
    ours,
    tail: true,
    yardstick: { name: 'echo in raw mode, beside them', ...took.echo },
    target: below(ours.p99, limitMs, `p99 < ${limitMs} ms`),
    note: `${ours.n} keys; the slowest took ${ours.max.toFixed(1)} ms, and the yardstick's p99 was ${took.echo.p99.toFixed(1)} ms`,
  });
  return [row(took.small, SIZES.small), row(took.large, SIZES.large)];
}

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
