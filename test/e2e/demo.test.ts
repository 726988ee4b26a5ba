// The demo as a script runs it: without a terminal it prints what it does, and leaves nothing behind.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { processesWith } from '../helpers/processes.ts';

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
  const homes = [...said.matchAll(/^ {2}(?:laptop|gpu-box) {2,}(\/\S+)$/gm)].map(([, home]) => home as string);
  expect(homes).toHaveLength(2);
  for (const home of homes) {
    expect(existsSync(home)).toBe(false);
    expect(processesWith(`DISPATCH_HOME=${home}`)).toEqual([]);
  }
}, 60_000);
