// A day of a dashboard with a monkey at it: runs print and requests come in all the time, the monkey does what it likes, and
// in the end nothing may have run that nobody approved, nor been approved without a y, pressed alone, on what was on the screen.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ControlClient } from '../../src/control/client/client.ts';
import type { Approval } from '../../src/core/approvals.ts';
import type { Run } from '../../src/core/runs.ts';
import { systemIds } from '../../src/peer/system.ts';
import type { CliHome } from './cli.ts';
import { type Dashboard, type DashboardStage, projectOf } from './dashboard.ts';
import { nextAct } from './monkey.ts';
import { createRandom } from './random.ts';
import { expectCooked, expectRestored } from './terminal-restored.ts';

export interface MonkeyDay {
  readonly seed: number;
  /** How much it does without ever pressing y alone, and then how much with that. */
  readonly calm: number;
  readonly wild: number;
}

/** The seed of DISPATCH_MONKEY_SEED, to see again what was seen; a new one otherwise. */
export const monkeySeed = (): number =>
  Number(process.env.DISPATCH_MONKEY_SEED ?? Math.floor(Math.random() * 2 ** 32).toString());

const AFTERWARDS = 'status=$?; stty -a; echo "the-end status=$status"';
/** As many wait at once at most; then the oldest is rejected at a command line, under the eyes of the monkey. */
const MOST_WAITING = 8;
const FEED_EVERY = 25;
const LOOK_EVERY = 100;
const MOST_TRIES = 10;
/** What is told of when something breaks. */
const REMEMBERED = 60;
const ANSWER_SENT_MS = 5_000;
/** How long a request can have been read before it was answered. */
const RECENT_SCREENS = 200;
const PRINTS = [
  'while :; do seq 1000; sleep 0.1; done',
  "while :; do printf '\\033[31mred\\033[0m 漢字 \\033]0;title\\007 %s\\r' $RANDOM; sleep 0.02; done",
  'for i in $(seq 2000); do echo line $i; done',
  "printf '\\033[?1049h\\033[?1003h\\033[2J'; while :; do date +%N; sleep 0.05; done",
];

interface Yes {
  readonly at: number;
  readonly screen: string;
  /** What was on the screen lately, this picture included. */
  readonly lately: ReadonlySet<string>;
}

/** Lives through the day and answers how many requests were approved in it. */
export async function liveMonkeyDay(stage: DashboardStage, day: MonkeyDay): Promise<number> {
  const random = createRandom(day.seed);
  const home = stage.home();
  // Nobody edits: an editor that the monkey opens is gone at once.
  home.writeConfig('[network]\nlisten = ["127.0.0.1:0"]\nlan = false\n');
  await home.startPeer();
  const feeder = await feed(home);
  const trail: string[] = [];
  const yeses: Yes[] = [];
  let lately: string[] = [];
  let dashboard = await open(stage, home);
  let mayLeave = false;

  const monkey = async (acts: number, onYes?: () => void): Promise<void> => {
    for (let act = 1; act <= acts; act += 1) {
      const next = nextAct({ random, onYes });
      trail.push(next.says);
      if (trail.length > REMEMBERED) trail.shift();
      await next.do(dashboard);
      lately = [...lately.slice(-RECENT_SCREENS), ...tokens(dashboard.screen())];
      if (act % FEED_EVERY === 0) await feeder.feed(random);
      if (act % LOOK_EVERY === 0) await look();
    }
    await look();
  };
  const look = async (): Promise<void> => {
    if (hasEnded(dashboard)) {
      const end = await howItEnded(dashboard);
      expect(end, 'how it ended by itself').toBe('with status 0');
      expect(mayLeave, `it ended ${end}, and nobody said so`).toBe(true);
      dashboard = await open(stage, home);
    }
    await answersASize(dashboard);
    if (hasEnded(dashboard)) return look();
    expect(dashboard.title()).toMatch(/^[^\p{Cc}]*dispatch$/u);
  };

  try {
    await monkey(day.calm);
    await feeder.expectNothingApproved();
    mayLeave = true;
    const onYes = (): void => {
      yeses.push({ at: Date.now(), screen: dashboard.screen(), lately: new Set(lately) });
    };
    await monkey(day.wild, onYes);
    let approved = await feeder.expectExplained(yeses);
    // It is luck whether a yes meets a request that was read: it tries until one did.
    for (let more = 0; approved === 0 && more < MOST_TRIES; more += 1) {
      await monkey(LOOK_EVERY, onYes);
      approved = await feeder.expectExplained(yeses);
    }
    await leaveProperly(dashboard);
    return approved;
  } catch (error) {
    const story = trail.map((says) => `  ${says}`).join('\n');
    throw new Error(
      `seed ${day.seed}: ${(error as Error).message}\nbefore that, it did:\n${story}\n${dashboard.screen()}`,
      {
        cause: error,
      },
    );
  }
}

const open = (stage: DashboardStage, home: CliHome): Promise<Dashboard> =>
  stage.open(home, { shell: { afterwards: AFTERWARDS }, env: { EDITOR: 'true', VISUAL: 'true' } });

const hasEnded = (dashboard: Dashboard): boolean =>
  !dashboard.modes().alternate && dashboard.screen().includes('the-end');

/** Said on rows that are long enough for it, with the signal if one ended it. */
async function howItEnded(dashboard: Dashboard): Promise<string> {
  dashboard.resize(120, 40);
  const status = await dashboard.waitFor(() => /the-end status=(\d+)/.exec(dashboard.screen())?.[1]);
  const signal = Object.entries(constants.signals).find(([, number]) => number + 128 === Number(status))?.[0];
  return `with status ${status}${signal === undefined ? '' : `, as after ${signal}`}`;
}

/** It draws for a new size, whatever it is in. */
async function answersASize(dashboard: Dashboard): Promise<void> {
  const [cols, rows] = dashboard.cols === 120 ? [100, 30] : [120, 40];
  const before = dashboard.written();
  dashboard.resize(cols as number, rows as number);
  await dashboard.waitFor(
    () => hasEnded(dashboard) || (dashboard.written() > before && (saysKeys(dashboard) || isAttached(dashboard))),
  );
}

const saysKeys = (dashboard: Dashboard): boolean => dashboard.line(dashboard.rows - 1) !== '';
/** Then the last row is the run's own, and may be empty. */
const isAttached = (dashboard: Dashboard): boolean => dashboard.line(0).includes('C-] detaches');

/** The commands that are on the screen. */
const tokens = (screen: string): string[] => screen.match(/made-\d+/g) ?? [];

async function leaveProperly(dashboard: Dashboard): Promise<void> {
  dashboard.resize(200, 60);
  // A paste that was never ended, and a run that has the keys.
  dashboard.send('\x1b[201~');
  await delay(600);
  dashboard.press('C-]');
  await delay(600);
  dashboard.press('C-c', 'C-c');
  await dashboard.waitFor('the-end status=0');
  expectRestored(dashboard);
  expectCooked(dashboard);
}

interface Feeder {
  feed(random: () => number): Promise<void>;
  expectNothingApproved(): Promise<void>;
  /** Every yes was one; answers how many there were. */
  expectExplained(yeses: readonly Yes[]): Promise<number>;
}

/** Asks for runs that leave a file if they run, and starts others that print. */
async function feed(home: CliHome): Promise<Feeder> {
  const client = await home.client();
  const cwd = projectOf(home);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'typed.txt'), 'to be edited\n');
  const printing: string[] = [];
  /** Those that were approved as they were sent, which is not the monkey's doing. */
  const own = new Set<string>();
  let asked = 0;

  const submit = async (command: string, approve: boolean, tty: boolean): Promise<Run> => {
    const action = { kind: 'shell', command, access: 'workspace-write', cwd } as const;
    const size = tty ? { tty: { cols: 80, rows: 24 } } : {};
    const { run } = await client.call('submit', {
      id: systemIds.next(),
      task: `!${command}`,
      action: { ...action, ...size },
      approve,
    });
    if (approve) own.add(run.id);
    return run;
  };
  const approvals = async (): Promise<readonly Approval[]> =>
    (await client.call('approvals.list', { all: true, limit: 1_000 })).approvals;

  return {
    async feed(random) {
      asked += 1;
      await submit(`echo it > made-${asked}`, false, random() < 0.5);
      if (random() < 0.3 || printing.length === 0) {
        const command = PRINTS[Math.floor(random() * PRINTS.length)] as string;
        printing.push((await submit(command, true, random() < 0.7)).id);
        if (printing.length > 3) await client.call('cancel', { run: printing.shift() as string }).catch(() => {});
      }
      const waiting = (await approvals()).filter(({ status }) => status === 'pending');
      const oldest = waiting.at(-1);
      if (waiting.length > MOST_WAITING && oldest !== undefined) await reject(client, oldest);
    },
    async expectNothingApproved() {
      expect(asked).toBeGreaterThan(0);
      const all = await approvals();
      expect(all.filter(({ runId, status }) => status === 'approved' && !own.has(runId))).toEqual([]);
      expect(made(cwd)).toEqual([]);
    },
    async expectExplained(yeses) {
      const left = [...yeses];
      const yes = (await approvals())
        .filter(({ runId, status }) => status === 'approved' && !own.has(runId))
        .sort((a, b) => decidedAt(a) - decidedAt(b));
      for (const approval of yes) {
        const at = left.findIndex((candidate) => explains(candidate, approval));
        expect(at, `no y explains the approval of ${approval.payload.command}`).toBeGreaterThanOrEqual(0);
        if (!/Approve all \d/.test(left[at]?.screen ?? '')) left.splice(at, 1);
      }
      const commands = new Set(yes.map(({ payload }) => payload.command));
      const unexplained = made(cwd).filter((file) => ![...commands].some((command) => command.includes(file)));
      // What a rule lets through was approved once and for always.
      if (!yes.some((one) => one.status === 'approved' && one.decision === 'approve-always'))
        expect(unexplained).toEqual([]);
      return yes.length;
    },
  };
}

const decidedAt = (approval: Approval): number => ('decidedAt' in approval ? approval.decidedAt : 0);

const made = (folder: string): string[] => readdirSync(folder).filter((file) => file.startsWith('made-'));

function explains({ at, screen, lately }: Yes, approval: Approval): boolean {
  const late = decidedAt(approval) - at;
  if (late < 0 || late > ANSWER_SENT_MS) return false;
  if (!/Approve (?:on|all|for this run)|Always on/.test(screen)) return false;
  const { command } = approval.payload;
  const [token] = tokens(command);
  return screen.includes(command) || (token !== undefined && lately.has(token));
}

async function reject(client: ControlClient, { id }: Approval): Promise<void> {
  // The monkey may have been quicker.
  await client.call('decide', { approval: id, decision: 'reject' }).catch(() => {});
}
