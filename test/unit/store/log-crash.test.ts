// Kills a writing process at any moment, again and again: what was acknowledged is there, and everything fits together.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openThreadStore } from '../../../src/store/log/thread-store.ts';
import { DEVICE } from '../../contract/thread-store-events.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'fixtures', 'logs', 'append-until-killed.ts');
const ROUNDS = 20;
const MOST_LINES = 400;

/** Lets the writer acknowledge some events, kills it without warning, and gives all that it acknowledged. */
async function killAfter(lines: number, location: string): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, location, DEVICE], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) child.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
  // The last line may have been cut in two.
  return acknowledged.filter((line) =>
    /^\d+ [0-9a-f]{12}-[0-9a-f]{4} (run\.(submitted|cancelled)|message\.said)$/.test(line),
  );
}

test(`loses no acknowledged event over ${ROUNDS} kills`, { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dispatch-crash-'));
  const location = join(folder, 'thread');
  try {
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const lines = 1 + Math.floor(Math.random() * MOST_LINES);
      acknowledged.push(...(await killAfter(lines, location)));
      const store = await openThreadStore({ location, device: DEVICE, now: Date.now });
      try {
        const events = (await store.changesAfter({}, 1_000_000)).items.map(({ event }) => event);
        const there = new Set(events.map(({ seq, at, type }) => `${seq} ${at} ${type}`));
        expect(acknowledged.filter((line) => !there.has(line))).toEqual([]);
        // A batch is there whole or not at all.
        const submitted = events.filter(({ type }) => type === 'run.submitted').length;
        expect(events.filter(({ type }) => type === 'run.cancelled')).toHaveLength(submitted);
        expect(await store.verifyChain()).toEqual({ events: events.length, unchained: 0, findings: [] });
      } finally {
        await store.close();
      }
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
