// The dashboard in plain lines, in a real terminal.
import { afterEach, expect, it } from 'vitest';
import { DEAF_MS } from '../../src/tui/plain-guard.ts';
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
    cwd: home.path,
    env: { DISPATCH_HOME: home.path, ...env },
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
  await typeLine('what is this?');
  await terminal.waitFor('nothing here answers plain text');
});

it('is what a terminal gets that can do no more, without a single escape sequence to place or colour text', async () => {
  await open({ TERM: 'dumb' }, []);
  terminal.send('= 6 * 7\r');
  await terminal.waitFor('Result: 42');
  expect(terminal.modes().alternate).toBe(false);
  expect(terminal.output().toString()).not.toMatch(/\x1b\[[0-9;]*[HJmfABCD]/);
});
