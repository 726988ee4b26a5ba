// The demo as a script runs it: without a terminal it prints what it does. And as a person does: its dashboard opens, with one more
// task that waits for a yes. Either way it leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { unless } from '../helpers/needs.ts';
import { processesWith } from '../helpers/processes.ts';
import { startTerminal } from '../helpers/terminal-driver.ts';
import { until } from '../helpers/until.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));
const HOME = /^ {2}(?:laptop|gpu-box) {2,}(\/\S+)$/gm;

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
  expect(said).toMatch(/laptop\$ dispatch get \S+ -o -\n {4}12D3KooW\w+\n/);
  expect(said).toMatch(/the thread of laptop.*dispatch thread\n.*made-in\.txt/s);
  expect({ code, said }).toMatchObject({ code: 0 });
  expectNothingLeft(said);
}, 60_000);

unless(process.platform === 'linux' ? undefined : 'which process belongs to which home is known on Linux only')(
  'a demo that was killed',
  () => {
    test('leaves folders and peers, which the next one takes away; what is used stays', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'dispatch-demos-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const start = (): ChildProcess =>
        spawn(process.execPath, [DEMO], {
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { ...process.env, TMPDIR: folder },
        });
      const killed = start();
      const living = start();
      onTestFinished(() => [killed, living].forEach((demo) => void demo.kill('SIGKILL')));
      const [left, kept] = [await homesOf(killed), await homesOf(living)];
      living.kill('SIGSTOP');
      killed.kill('SIGKILL');
      await once(killed, 'exit');
      expect(left.flatMap(peersOf)).not.toEqual([]);
      writeFileSync(join(folder, 'dispatch-demo-of-nobody'), 'no folder of a demo');
      const next = start();
      onTestFinished(() => void next.kill('SIGKILL'));
      await homesOf(next);
      for (const home of left)
        expect({ home, exists: existsSync(home), peers: peersOf(home) }).toEqual({ home, exists: false, peers: [] });
      for (const home of kept) expect({ home, exists: existsSync(home) }).toEqual({ home, exists: true });
      living.kill('SIGCONT');
      for (const demo of [living, next]) expect(demo.exitCode ?? (await once(demo, 'close'))[0]).toBe(0);
      expect(readdirSync(folder)).toEqual(['dispatch-demo-of-nobody']);
    }, 90_000);
  },
);

const peersOf = (home: string): number[] => processesWith(`DISPATCH_HOME=${home}`);

/** Once a peer runs in each of them. */
async function homesOf(demo: ChildProcess): Promise<string[]> {
  let said = '';
  demo.stdout?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const homes = await until('homes', () => {
    const found = [...said.matchAll(HOME)].map(([, home]) => home as string);
    return found.length === 2 && found;
  });
  await until('peers', () => homes.every((home) => peersOf(home).length > 0));
  return homes;
}

test('in a terminal it opens the dashboard, where a task waits for a yes', async () => {
  const terminal = startTerminal({ command: process.execPath, args: [DEMO], cols: 130, rows: 45 });
  onTestFinished(() => terminal.dispose());
  await terminal.waitFor('Press Enter.', 50_000);
  const said = terminal.screen();
  terminal.press('enter');
  await terminal.waitFor(/▶ 2 running {2}⚠ 1 waiting/);
  const seen = terminal.screen();
  expect(seen).toMatch(/✗ +\d+ echo "price\.test\.js/);
  expect(seen).toContain('dispatch pair');
  await terminal.waitFor(/epoch \d+ +loss 0\.\d+/);
  await terminal.waitFor(/compiled module \d+ of/);
  terminal.press('M-a');
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
  const homes = [...said.matchAll(HOME)].map(([, home]) => home as string);
  expect(homes).toHaveLength(2);
  for (const home of homes) {
    expect(existsSync(home)).toBe(false);
    expect(processesWith(`DISPATCH_HOME=${home}`)).toEqual([]);
  }
}
