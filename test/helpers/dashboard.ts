// The real dashboard in a real terminal, as a person uses it: opened in a home of its own, its keys pressed, its panes read.
// Every home that a test opens is ended with the test: terminals, peers and what they run.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from 'vitest';
import { ALONE_MS } from '../../src/tui/update/reading.ts';
import { type CliHome, createHome, LAUNCHER } from './cli.ts';
import { startTerminal, type TerminalDriver } from './terminal-driver.ts';
import { until } from './until.ts';

export type PaneName = 'Thread' | 'Approvals' | 'Runs' | 'Devices';

export interface DashboardOptions {
  /** Behind the name of the program. */
  readonly args?: readonly string[];
  readonly cols?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where its tasks run; the folder `project` of the home if absent. */
  readonly cwd?: string;
  /** False where there is no peer to be had. */
  readonly connects?: false;
  /** `interactive`: a bash whose prompt is `prompt>`, in which COMMAND is yet to be typed. Otherwise what a bash does after the dashboard has ended. */
  readonly shell?: 'interactive' | { readonly afterwards: string };
}

export interface Dashboard extends TerminalDriver {
  readonly home: CliHome;
  /** What stands in a pane that is on the screen: its rows without the border. */
  pane(name: PaneName): string;
  /** Waits until a row below a title in the thread, as those of output, begins so. */
  printed(line: string, withinMs?: number): Promise<void>;
  /** The first row that holds the text. */
  row(text: string): string;
  /** Types the task into the composer, which has the keys, and sends it. */
  submit(task: string): void;
  /** Presses a key on its own, and not in one breath with what was typed before it: only so it answers. */
  pressAlone(key: string): Promise<void>;
  /** Opens the next approval, from wherever the keys go, and waits until it takes an answer. */
  readApproval(): Promise<void>;
  /** Waits until the footer says that the approval takes a yes; or only a no, while it was not read as a whole. */
  listening(whole?: boolean): Promise<void>;
  /** Reads the next approval and presses `y`. */
  approve(): Promise<void>;
  /** Gives the keys to the run that is selected in the panes, as soon as it can take them. */
  attach(): Promise<void>;
  /** From the panes or the composer to the pane with this number. */
  go(pane: 1 | 2 | 3 | 4): Promise<void>;
  /** Leaves by the keys, and waits for the end. */
  leave(): Promise<void>;
}

export interface DashboardStage {
  home(): CliHome;
  open(home?: CliHome, options?: DashboardOptions): Promise<Dashboard>;
}

/** To be called at the top of a test file: ends everything after each test. */
export function dashboards(): DashboardStage {
  const homes: CliHome[] = [];
  const terminals: TerminalDriver[] = [];
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.dispose()));
    await Promise.all(homes.splice(0).map((home) => home.dispose()));
  });
  const makeHome = (): CliHome => {
    const home = createHome();
    mkdirSync(projectOf(home));
    homes.push(home);
    return home;
  };
  return {
    home: makeHome,
    async open(home = makeHome(), options = {}) {
      const terminal = startDashboard(home, options);
      terminals.push(terminal);
      const dashboard = drive(terminal, home);
      if (options.shell === 'interactive' || options.connects === false) return dashboard;
      await connected(dashboard);
      return dashboard;
    },
  };
}

const OUTPUT_INDENT = ' '.repeat(5);

export const projectOf = (home: CliHome): string => join(home.work, 'project');

/** The command line that opens the dashboard. */
export const COMMAND = `'${process.execPath}' '${LAUNCHER}'`;

export async function connected(dashboard: Pick<Dashboard, 'waitFor' | 'screen'>): Promise<void> {
  await dashboard.waitFor(() => /● \d/.test(dashboard.screen()) && !dashboard.screen().includes('connecting'), 25_000);
}

/** The environment of a terminal that belongs to the home. */
function homeEnvironment({ env }: CliHome): Record<string, string | undefined> {
  return { DISPATCH_HOME: env.DISPATCH_HOME, DISPATCH_DEV: env.DISPATCH_DEV, HOME: env.HOME };
}

function startDashboard(home: CliHome, options: DashboardOptions): TerminalDriver {
  const { cols = 120, rows = 40, cwd = projectOf(home) } = options;
  const env = { ...homeEnvironment(home), ...options.env };
  const { shell } = options;
  if (typeof shell === 'object') {
    const args = ['-c', `${COMMAND}; ${shell.afterwards}`];
    return startTerminal({ command: 'bash', args, cols, rows, cwd, env });
  }
  if (shell === 'interactive') {
    const own = { ...env, PS1: 'prompt> ', HISTFILE: '/dev/null' };
    return startTerminal({ command: 'bash', args: ['--norc', '--noprofile', '-i'], cols, rows, cwd, env: own });
  }
  return startTerminal({ command: process.execPath, args: [LAUNCHER, ...(options.args ?? [])], cols, rows, cwd, env });
}

function drive(terminal: TerminalDriver, home: CliHome): Dashboard {
  const { press, type, waitFor } = terminal;
  const listening = async (whole = true): Promise<void> => {
    await waitFor(() => footer(terminal).includes(whole ? 'y approve once' : 'n reject'));
  };
  const readApproval = async (): Promise<void> => {
    await waitFor(/⚠ [1-9]/);
    press('M-a');
    await waitFor('Approve on');
    await listening();
  };
  // Not spread: the size is read when it is asked for.
  return Object.assign(Object.create(terminal) as TerminalDriver, {
    home,
    pane: (name: PaneName) => paneOf(terminal, name),
    async printed(line: string, withinMs?: number) {
      // Its title holds the command, in which the words of the output may stand as well.
      const isIt = (row: string): boolean => row.startsWith(OUTPUT_INDENT) && row.trimStart().startsWith(line);
      await waitFor(() => paneOf(terminal, 'Thread').split('\n').some(isIt), withinMs);
    },
    row: (text: string) =>
      terminal
        .screen()
        .split('\n')
        .find((line) => line.includes(text)) ?? '',
    submit: (task: string) => type(`${task}\r`),
    async pressAlone(key: string) {
      // Time itself is what tells the two apart, so there is nothing on the screen to wait for.
      await delay(2 * ALONE_MS);
      press(key);
    },
    listening,
    readApproval,
    async approve() {
      await readApproval();
      press('y');
      await terminal.waitGone('Approve on');
    },
    async go(pane: 1 | 2 | 3 | 4) {
      if (!inPanes(terminal)) {
        press('escape');
        // A key right behind it would be that key with Alt.
        await waitFor(() => inPanes(terminal));
      }
      press(String(pane));
    },
    async attach() {
      await waitFor(() => footer(terminal).includes('i attach'));
      press('i');
      await waitFor('C-] detaches');
    },
    async leave() {
      press('C-c', 'C-c');
      await terminal.exited();
    },
  });
}

/** The footer names the keys of the panes. */
const inPanes = (terminal: TerminalDriver): boolean => footer(terminal).includes('t type');

const footer = (terminal: TerminalDriver): string => terminal.line(terminal.rows - 1);

function paneOf(terminal: TerminalDriver, name: PaneName): string {
  // Beside other tabs too: `2 ─ 3 Runs ─ 4`.
  const title = new RegExp(`[1-4] ${name}`);
  for (let y = 0; y < terminal.rows; y += 1) {
    const cells = rowCells(terminal, y);
    for (const [x, cell] of cells.entries()) {
      if (cell === '┌' && title.test(titleFrom(cells, x))) return contents(terminal, x, y, cells.indexOf('┐', x));
    }
  }
  throw new Error(`there is no pane ${name} on the screen:\n${terminal.screen()}`);
}

const titleFrom = (cells: readonly string[], x: number): string => cells.slice(x + 1, cells.indexOf('┐', x)).join('');

const rowCells = (terminal: TerminalDriver, y: number): string[] =>
  Array.from({ length: terminal.cols }, (_, x) => {
    const { char, width } = terminal.cell(x, y);
    return char === '' && width > 0 ? ' ' : char;
  });

function contents(terminal: TerminalDriver, left: number, top: number, right: number): string {
  const rows: string[] = [];
  for (let y = top + 1; y < terminal.rows; y += 1) {
    const cells = rowCells(terminal, y);
    if (cells[left] === '└') break;
    rows.push(
      cells
        .slice(left + 1, right)
        .join('')
        .trimEnd(),
    );
  }
  return rows.join('\n').trimEnd();
}

/** Waits for what the peer of a home knows: the runs with these numbers, as the command line tells of them. */
export async function runIs(home: CliHome, number: number, check: (run: RunFacts) => boolean): Promise<RunFacts> {
  return until(`run ${number} as expected`, async () => {
    const run = (await home.json(['show', String(number), '--json'])) as { run: RunFacts };
    return check(run.run) ? run.run : undefined;
  });
}

export interface RunFacts {
  readonly id: string;
  readonly number: number;
  readonly status: string;
  readonly reason?: string;
  readonly note?: string;
  readonly exitCode?: number;
}
