// The demo as a script runs it: without a terminal it prints what it does. And as a person does: its dashboard opens, with one more
// task that waits for a yes. Either way it leaves nothing behind.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { processesWith } from '../helpers/processes.ts';
import { startTerminal } from '../helpers/terminal-driver.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

test('the demo pairs, runs, approves, brings back, and leaves nothing', async () => {
  const demo = spawn(process.execPath, [DEMO], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void demo.kill('SIGKILL'));
  let said = '';
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (text: Buffer) => {
      said += text.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => demo.once('close', resolve));
  expect(said).toContain('laptop$ dispatch pair - --yes');
  expect(said).toMatch(/^ {4}● +gpu-box +(online|[\d.]+ ms) /m);
  expect(said).toMatch(/laptop\$ dispatch approve \S+\n {4}approved: run 1\n/);
  expect(said).toContain('    step 1 of 3\n    step 2 of 3\n    step 3 of 3\n');
  expect(said).toMatch(/laptop\$ dispatch get \S+ -o -\n {4}dispatch-demo-gpu-box-\w+\n/);
  expect(said).toMatch(/the thread of laptop.*dispatch thread\n.*made-in\.txt/s);
  expect({ code, said }).toMatchObject({ code: 0 });
  expectNothingLeft(said);
}, 60_000);

test('in a terminal it opens the dashboard, where a task waits for a yes', async () => {
  const terminal = startTerminal({ command: process.execPath, args: [DEMO], cols: 130, rows: 45 });
  onTestFinished(() => terminal.dispose());
  await terminal.waitFor('Press Enter.', 50_000);
  const said = terminal.screen();
  terminal.press('enter');
  await terminal.waitFor(/⚠ 1 waiting/);
  terminal.press('M-a');
  await terminal.waitFor('Approve run 2');
  await terminal.waitFor(() => terminal.line(terminal.rows - 1).includes('y approve once'));
  terminal.press('y');
  await terminal.waitGone('⚠ 1 waiting');
  await terminal.waitFor('answer.txt  26 B');
  terminal.press('C-c', 'C-c');
  await terminal.waitFor('their homes are gone');
  expect(await terminal.exited()).toMatchObject({ code: 0 });
  expectNothingLeft(terminal.output().toString().replaceAll('\r', ''));
  expect(said).toContain('laptop$ dispatch get');
}, 90_000);

function expectNothingLeft(said: string): void {
  const homes = [...said.matchAll(/^ {2}(?:laptop|gpu-box) {2,}(\/\S+)$/gm)].map(([, home]) => home as string);
  expect(homes).toHaveLength(2);
  for (const home of homes) {
    expect(existsSync(home)).toBe(false);
    expect(processesWith(`DISPATCH_HOME=${home}`)).toEqual([]);
  }
}
