// Outputs whose writer is killed at any moment, or whose files may not grow: by real processes on a real disk.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunId } from '../../src/core/ids.ts';
import { createOutputStore } from '../../src/store/output/output-store.ts';
import { decodeRingHeader } from '../../src/store/output/ring-header.ts';
import { expectKept, expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';

const PROGRAM = join(import.meta.dirname, '..', 'fixtures', 'output-writer.ts');
const RUN = '0123456789abcdef' as RunId;

let dir: string;
let head: string;
let tail: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-output-'));
  head = join(dir, `${RUN}.head`);
  tail = join(dir, `${RUN}.tail`);
});

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(dir, { recursive: true, force: true });
});

function startWriter(options: { cap: number; piece: number; total: number }): ChildProcess {
  const { cap, piece, total } = options;
  const args = [PROGRAM, dir, RUN, cap, piece, total, 'stay'].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const headSize = (): number => (existsSync(head) ? statSync(head).size : 0);
const ringEnd = (): number => (existsSync(tail) ? (decodeRingHeader(readFileSync(tail).subarray(0, 64))?.end ?? 0) : 0);
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

describe('a writer that is killed', () => {
  test('loses nothing of what it had come to rest with', async () => {
    const child = startWriter({ cap: 1_000_000, piece: 100, total: 12_345 });
    await until(() => expect(headSize()).toBe(12_345));
    await kill(child);
    const recovered = await createOutputStore(dir).recover(RUN);
    expect(recovered).toMatchObject({ summary: { bytes: 12_345, droppedBytes: 0 } });
    expectSame(readFileSync(head), pattern(0, 12_345));
  });

  test('loses nothing of head and ring either', async () => {
    const child = startWriter({ cap: 1001, piece: 100, total: 12_345 });
    await until(() => expect(ringEnd()).toBe(12_345));
    await kill(child);
    const recovered = await createOutputStore(dir).recover(RUN);
    expect(recovered?.summary).toMatchObject({ bytes: 12_345, droppedBytes: 12_345 - 1001 });
    expectKept(recovered!);
  });

  test.each([
    { cap: 64_000_000, piece: 4096, after: 300_000 },
    { cap: 200_000, piece: 4096, after: 900_000 },
    { cap: 3_000_001, piece: 4096, after: 9_000_000 },
    { cap: 3_000_001, piece: 100_000, after: 20_000_000 },
    { cap: 50_001, piece: 777, after: 400_000 },
  ])(
    'in full course leaves true bytes at true offsets: cap $cap, killed after $after',
    async ({ cap, piece, after }) => {
      const child = startWriter({ cap, piece, total: 0 });
      await until(() => expect(Math.max(headSize(), ringEnd())).toBeGreaterThan(after));
      await kill(child);
      const before = Math.max(Math.min(headSize(), Math.floor(cap / 2)), ringEnd());
      const recovered = await createOutputStore(dir).recover(RUN);
      expect(recovered?.summary.bytes).toBe(before);
      expectKept(recovered!);
      // A crash while sealing finds the head longer and the ring still there: doing it again gives the same.
      const content = readFileSync(head);
      expect(await createOutputStore(dir).recover(RUN)).toEqual(recovered);
      expectSame(readFileSync(head), content);
    },
  );

  test('leaves nothing once its files are removed', async () => {
    const child = startWriter({ cap: 1001, piece: 100, total: 12_345 });
    await until(() => expect(ringEnd()).toBe(12_345));
    await kill(child);
    const store = createOutputStore(dir);
    await store.recover(RUN);
    await store.remove(RUN);
    expect([existsSync(head), existsSync(tail)]).toEqual([false, false]);
  });
});

/** Runs the writer to its end where no file may be larger than `limitKiB`: the system refuses the rest as a full disk does. */
async function runLimited(options: { cap: number; total: number; limitKiB: number }): Promise<Record<string, unknown>> {
  const { cap, total, limitKiB } = options;
  const words = [process.execPath, PROGRAM, dir, RUN, cap, 4096, total, 'seal'].map((word) => `'${word}'`).join(' ');
  const child = spawn('bash', ['-c', `ulimit -f ${limitKiB}; exec ${words}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const printed = child.stdout.toArray();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  return JSON.parse(Buffer.concat(await printed).toString());
}

describe('a disk that takes no more', () => {
  test('in the head: the run ends, followers got all, the head is kept and says what is missing', async () => {
    const result = await runLimited({ cap: 10_000_000, total: 1_000_000, limitKiB: 64 });
    const room = '\n[dispatch: 1000000 bytes dropped here]\n'.length;
    expect(result).toMatchObject({
      followed: 1_000_000,
      missed: 0,
      summary: { bytes: 1_000_000, droppedBytes: 1_000_000 - 65_536 + room },
      faults: [expect.stringContaining(head)],
    });
    expect(statSync(head).size).toBe(65_536);
    const content = readFileSync(head);
    expectSame(content.subarray(0, 65_536 - room), pattern(0, 65_536 - room));
    expect(content.subarray(65_536 - room).toString()).toMatch(/^\n+\[dispatch: 934504 bytes dropped here\]\n$/);
  });

  test('while sealing: the head is kept', async () => {
    // Head and ring fit; both in one file do not.
    const result = await runLimited({ cap: 120_000, total: 1_000_000, limitKiB: 72 });
    expect(result).toMatchObject({ followed: 1_000_000, missed: 0, faults: [] });
    const content = readFileSync(head);
    expect(content.length).toBe(60_000);
    expect(content.toString('latin1')).toMatch(/\n\[dispatch: \d+ bytes dropped here\]\n$/);
  });
});
