// From a key written into the terminal to the end of the frame that it leads to: moving the cursor through the thread,
// page after page of it, and typing in the composer. Keys come at the pace of a held key, one at a time.
import { setTimeout as delay } from 'node:timers/promises';
import { alternate } from '../harness/alternate.ts';
import { type BenchContext, type Benchmark, below, type Measure } from '../harness/benchmark.ts';
import { type DashboardTerminal, openDashboard, watch } from '../harness/dashboard-terminal.ts';
import type { Home } from '../harness/home.ts';
import type { Summary } from '../harness/statistics.ts';

const LIMIT_MS = 16;
const REPEAT_MS = 30;
const ESCAPE = '\x1b';
/** More than are on the screen: then the thread has scrolled. */
const ROWS = 45;
const KEYS_A_TURN = 60;
/** No spaces: at the end of a line they move the cursor and change no cell, which is no frame. Taken back at the end. */
const TYPED = `!git-log-of-the-last-few-weeks${'\x7f'.repeat(30)}`;
/** Answers each key with one frame of one character: what the terminal and this benchmark cost by themselves. */
const ECHO = [
  "process.stdin.setRawMode(true).on('data', () => process.stdout.write('\\x1b[?2026h.\\x1b[?2026l'));",
  "process.stdout.write('\\x1b[?1049h.');",
].join('\n');
/** Enough lines to move through, in a thread that has no others. */
const LINES = 150;

export const keyToFrame: Benchmark = {
  name: 'key-to-frame',
  async run(context) {
    const homes = { empty: await context.emptyHome(), long: await context.longHome() };
    const peers = [await homes.empty.startPeer(), await homes.long.startPeer()];
    const terminals: DashboardTerminal[] = [];
    try {
      await fill(homes.empty);
      const open = (home: Home): DashboardTerminal => openDashboard(home.env);
      const echo = watch({ command: [process.execPath, '-e', ECHO], env: homes.empty.env, cols: 120, rows: 40 });
      const [empty, long] = [open(homes.empty), open(homes.long)];
      terminals.push(echo, empty, long);
      return await measure(context, { echo, empty, long }, homes.long.entries);
    } finally {
      for (const terminal of terminals) await terminal.close();
      for (const peer of peers) await peer.stop();
      homes.empty.remove();
    }
  },
};

async function fill(home: Home): Promise<void> {
  const client = await home.connect();
  for (let line = 1; line <= LINES; line += 1) await client.call('say', { text: `line ${line} of a short thread` });
  client.close();
}

type Terminals = Record<'echo' | 'empty' | 'long', DashboardTerminal>;

async function measure(context: BenchContext, terminals: Terminals, entries: number): Promise<Measure[]> {
  for (const terminal of Object.values(terminals)) {
    await terminal.firstFrame();
    await terminal.settle('', 1000);
  }
  const rounds = context.rounds(10);
  const typed = await turns(terminals, rounds, (terminal) => keys(terminal, TYPED));
  for (const terminal of [terminals.empty, terminals.long]) await leaveComposer(terminal);
  // Up and down by turns, within what is loaded; then always further back, so that page after page has to be fetched.
  let up = false;
  const moved = await turns(terminals, rounds, (terminal) => {
    if (terminal === terminals.echo) up = !up;
    return keys(terminal, up ? 'k' : 'j');
  });
  const { echo, long } = terminals;
  const paged = await alternate({ echo: () => keys(echo, 'k'), long: () => keys(long, 'k') }, rounds);
  const size = `${entries.toLocaleString('en-US')} entries`;
  return [
    row('typing in the composer, short thread', typed.empty, typed.echo),
    row(`typing in the composer, ${size}`, typed.long, typed.echo),
    row('moving by a line, short thread', moved.empty, moved.echo),
    row(`moving by a line, ${size}`, moved.long, moved.echo),
    row(`moving back through the history, ${size}`, paged.long, paged.echo),
  ];
}

function turns(
  terminals: Terminals,
  rounds: { warmUp: number; counted: number },
  turn: (terminal: DashboardTerminal) => Promise<number[]>,
): Promise<Record<keyof Terminals, Summary>> {
  const { echo, empty, long } = terminals;
  return alternate({ echo: () => turn(echo), empty: () => turn(empty), long: () => turn(long) }, rounds);
}

/** Presses the keys in turn, each of which must lead to a frame. */
async function keys(terminal: DashboardTerminal, text: string): Promise<number[]> {
  const times: number[] = [];
  while (times.length < KEYS_A_TURN) {
    const key = text.charAt(times.length % text.length);
    const took = await terminal.press(key);
    if (took === undefined) throw new Error(`no frame came within a second after "${key}":\n${terminal.screen()}`);
    times.push(took);
    await delay(REPEAT_MS);
  }
  return times;
}

/** Clears what was typed, and sees to it that a key moves something. */
async function leaveComposer(terminal: DashboardTerminal): Promise<void> {
  await terminal.settle('\x03');
  await terminal.settle(ESCAPE);
  await terminal.settle('1');
  const before = terminal.screen();
  await terminal.settle('k'.repeat(ROWS));
  if (terminal.screen() === before) throw new Error(`k moves nothing in the thread:\n${before}`);
}

function row(what: string, ours: Summary, echo: Summary): Measure {
  return {
    name: `key to frame: ${what}`,
    unit: 'ms',
    ours,
    tail: true,
    yardstick: { name: 'echo in raw mode', ...echo },
    target: below(ours.p99, LIMIT_MS, `p99 < ${LIMIT_MS} ms`),
    note: `${ours.n} keys; the slowest took ${ours.max.toFixed(1)} ms, and the yardstick's p99 was ${echo.p99.toFixed(1)} ms`,
  };
}
