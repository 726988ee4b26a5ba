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
const KEYS_A_TURN = 60;
/** Answers each key with one frame of one character: what the terminal and this benchmark cost by themselves. */
const ECHO = [
  "process.stdin.setRawMode(true).on('data', (key) => process.stdout.write('\\x1b[?2026h' + key + '\\x1b[?2026l'));",
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
  const typed = await turns(terminals, rounds, (terminal) => keys(terminal, 'the quick brown fox jumps over it '));
  for (const terminal of [terminals.empty, terminals.long]) await leaveComposer(terminal);
  let up = false;
  const moved = await turns(terminals, rounds, (terminal) => {
    if (terminal === terminals.echo) up = !up;
    return keys(terminal, up ? 'k' : 'j');
  });
  // Always further back: every page of the history has to be fetched.
  const paged = await turns(terminals, rounds, (terminal) => keys(terminal, 'k'));
  return [
    ...rows('typing in the composer', typed, entries),
    ...rows('moving by a line', moved, entries),
    ...rows('moving back through the history', paged, entries).slice(1),
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

/** Presses the keys in turn. A key that changes nothing (at an end of the list) has no frame, and does not count. */
async function keys(terminal: DashboardTerminal, text: string): Promise<number[]> {
  const times: number[] = [];
  for (let pressed = 0; pressed < KEYS_A_TURN; pressed += 1) {
    const took = await terminal.press(text.charAt(pressed % text.length));
    if (took !== undefined) times.push(took);
    else if (times.length === 0) break;
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
  await terminal.settle('k');
  await terminal.settle('k');
  if (terminal.screen() === before) throw new Error(`k moves nothing in the thread:\n${before}`);
}

function rows(what: string, { echo, empty, long }: Record<keyof Terminals, Summary>, entries: number): Measure[] {
  const row = (where: string, ours: Summary): Measure => ({
    name: `key to frame: ${what}, ${where}`,
    unit: 'ms',
    ours,
    tail: true,
    yardstick: { name: 'echo in raw mode', ...echo },
    target: below(ours.p99, LIMIT_MS, `p99 < ${LIMIT_MS} ms`),
    note: `${ours.n} keys; the slowest ${ours.max.toFixed(1)} ms; the yardstick's p99 ${echo.p99.toFixed(1)} ms`,
  });
  return [row('short thread', empty), row(`${entries.toLocaleString('en-US')} entries`, long)];
}
