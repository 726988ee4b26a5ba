// The dashboard in plain lines, in a real terminal.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DEAF_MS } from '../../src/tui/plain/guard.ts';
import { type CliHome, createHome, LAUNCHER } from '../helpers/cli.ts';
import { startTerminal, type TerminalDriver } from '../helpers/terminal-driver.ts';
import { until } from '../helpers/until.ts';

let home: CliHome;
let terminal: TerminalDriver;

afterEach(async () => {
  await terminal.dispose();
  await home.dispose();
});

async function open(env: Record<string, string> = {}, args: readonly string[] = ['--plain']): Promise<void> {
  home = createHome();
  terminal = startTerminal({
    command: process.execPath,
    args: [LAUNCHER, ...args],
    cols: 100,
    rows: 50,
    cwd: home.work,
    env: { DISPATCH_HOME: home.path, DISPATCH_DEV: home.env.DISPATCH_DEV, HOME: home.work, ...env },
  });
  await terminal.waitFor('Connected.', 25_000);
}

/** As a person types: one key after the other, each when the one before is on the screen. */
async function typeLine(text: string): Promise<void> {
  for (const [index, char] of [...text].entries()) {
    terminal.send(char);
    const typed = `> ${text.slice(0, index + 1)}`;
    await terminal.waitFor(() => terminal.line(terminal.cursor().y).trimEnd() === typed.trimEnd());
  }
  terminal.send('\r');
}

/** A request answers to nothing that is begun before a person can have read it. */
async function readRequest(): Promise<void> {
  await terminal.waitFor('To answer, type: approve 1');
  const shownAt = performance.now();
  await until('time to read', () => performance.now() > shownAt + DEAF_MS);
}

it('asks in words, takes no paste for an answer, and prints what comes of it', async () => {
  await open();
  await typeLine('!echo made > made.txt; cat made.txt');
  await readRequest();
  expect(terminal.screen()).toContain('  echo made > made.txt; cat made.txt');
  terminal.send('approve 1\r');
  await terminal.waitFor('Not answered: a paste does not answer');
  expect(terminal.screen()).not.toContain('1: made');
  await typeLine('approve 1');
  await terminal.waitFor('1: made');
  await terminal.waitFor(/Run 1 on .*, completed/);
  await typeLine('quit');
  expect(await terminal.exited()).toMatchObject({ code: 0 });
});

it('rejects with a reason, and explains what cannot be done', async () => {
  await open();
  await typeLine('!rm -rf nothing');
  await readRequest();
  await typeLine('reject 1 not today');
  await terminal.waitFor(/cancelled: rejected/);
  await terminal.waitFor('not today');
  await typeLine('approve 1');
  await terminal.waitFor('Run 1 waits for no answer.');
  await typeLine('cancel 99');
  await terminal.waitFor('there is no run "99": type runs to list them');
  await typeLine('water the plants');
  await terminal.waitFor('write !command to run it');
});

it('approves for a while, and edits: the new version is asked for in words again', async () => {
  await open();
  await typeLine('!touch made');
  await readRequest();
  await typeLine('edit 1 touch made-too');
  await terminal.waitFor('+ touch made-too');
  expect(terminal.screen()).toContain('- touch made');
  await terminal.waitFor(() => terminal.screen().match(/To answer, type: approve 1/g)?.length === 2);
  await readRequest();
  await typeLine('approve 1 for-run tomorrow');
  await terminal.waitFor('that is no answer: type: approve RUN');
  await typeLine('approve 1 for-run 5m');
  await terminal.waitFor(/approved on .* for this run/);
  await terminal.waitFor(/Run 1 on .*, completed/);
  expect(existsSync(join(home.work, 'made-too'))).toBe(true);
  expect(existsSync(join(home.work, 'made'))).toBe(false);
});

it('shows the rule before it is kept, and keeps it on a second yes that is typed', async () => {
  await open();
  await typeLine('!touch made');
  await readRequest();
  await typeLine('approve 1 always');
  await terminal.waitFor('To say yes to that, type: confirm 1');
  expect(terminal.screen()).toContain('[[rules]]');
  terminal.send('confirm 1\r');
  await terminal.waitFor('Not answered: a paste does not answer');
  expect(existsSync(join(home.work, 'made'))).toBe(false);
  const shownAt = performance.now();
  await until('time to read', () => performance.now() > shownAt + DEAF_MS);
  await typeLine('confirm 1');
  await terminal.waitFor(/Run 1 on .*, completed/);
  const rules = (await home.json(['policy', 'list', '--json'])) as { source: string }[];
  expect(rules.filter(({ source }) => source === 'config')).toHaveLength(1);
});

it('says why there can be no rule', async () => {
  await open();
  await typeLine('!touch "$(cat name)"');
  await readRequest();
  expect(terminal.screen()).toMatch(/Approval needed for run 1 until \d\d:\d\d: you ask to run this here\.$/m);
  await typeLine('approve 1 always');
  await terminal.waitFor(/That did not work: [\s\S]*only known when it runs/);
  expect(terminal.screen()).not.toContain('confirm 1');
});

it('is what a terminal gets that can do no more, without a single escape sequence to place or colour text', async () => {
  await open({ TERM: 'dumb' }, []);
  terminal.send('= 6 * 7\r');
  await terminal.waitFor('Result: 42');
  expect(terminal.modes().alternate).toBe(false);
  expect(terminal.output().toString()).not.toMatch(/\x1b\[[0-9;]*[HJmfABCD]/);
});
