// Whatever the order of writes, reads and pauses, whatever the cap: a byte that is given is the byte at its offset.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunId } from '../../src/core/ids.ts';
import type { OutputStore } from '../../src/engine/ports.ts';
import type { OutputChunk } from '../../src/protocol/api.ts';
import { createOutputStore } from '../../src/store/output/output-store.ts';
import { expectKept, expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';

const LIMITS = { batch: 5000, highWater: 40_000, lowWater: 9000, recent: 3000, recentWithoutDisk: 3000, chunk: 2500 };

type Step =
  | { readonly do: 'write'; readonly bytes: number }
  | { readonly do: 'follow'; readonly offset: number; readonly maxLag: number | undefined }
  | { readonly do: 'read'; readonly follower: number }
  | { readonly do: 'turn' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), bytes: fc.nat(20_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('follow' as const),
      offset: fc.nat(120_000),
      maxLag: fc.option(fc.integer({ min: 1, max: 30_000 }), { nil: undefined }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), follower: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);

/** A follower that is asked for one piece at a time and checks each. */
class Reader {
  readonly #iterator: AsyncIterator<OutputChunk>;
  readonly #start: number;
  #reading: Promise<boolean> | undefined;
  end: number;
  skipped = 0;

  constructor(chunks: AsyncIterable<OutputChunk>, offset: number) {
    this.#iterator = chunks[Symbol.asyncIterator]();
    this.#start = offset;
    this.end = offset;
  }

  /** Asks for a piece unless one is still awaited. Resolves to false at the end. */
  read(): Promise<boolean> {
    this.#reading ??= this.#iterator.next().then((result) => {
      this.#reading = undefined;
      if (result.done === true) return false;
      this.#check(result.value);
      return true;
    });
    return this.#reading;
  }

  async drain(): Promise<void> {
    while (await this.read());
  }

  #check({ offset, bytes }: OutputChunk): void {
    expect(offset).toBeGreaterThanOrEqual(Math.max(this.#start, this.end));
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.length).toBeLessThanOrEqual(LIMITS.chunk);
    expectSame(bytes, pattern(offset, bytes.length));
    this.skipped += offset - this.end;
    this.end = offset + bytes.length;
  }
}

let dir: string;
let store: OutputStore;
let runs = 0;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-output-'));
  store = createOutputStore(dir, { limits: LIMITS });
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function play(run: RunId, cap: number, steps: readonly Step[]): Promise<void> {
  const writer = await store.create(run, cap);
  const signal = new AbortController().signal;
  const readers: { readonly reader: Reader; readonly offset: number; readonly lags: boolean }[] = [];
  for (const action of steps) {
    if (action.do === 'write') writer.write(pattern(writer.size, action.bytes));
    if (action.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
    if (action.do === 'read') void readers[action.follower]?.reader.read();
    if (action.do === 'follow') {
      const { offset, maxLag } = action;
      const { chunks } = await store.follow(run, maxLag === undefined ? { offset } : { offset, maxLag }, signal);
      readers.push({ reader: new Reader(chunks, offset), offset, lags: maxLag !== undefined });
    }
  }
  const sealed = await writer.seal();
  await Promise.all(readers.map(({ reader }) => reader.drain()));

  const size = writer.size;
  expect(sealed.summary).toMatchObject({ bytes: size, droppedBytes: Math.max(0, size - cap) });
  expectKept(sealed);
  for (const { reader, offset, lags } of readers) {
    // The last byte is always kept, unless nothing is.
    if (cap > 0) expect(reader.end).toBe(Math.max(offset, size));
    if (size <= cap && !lags) expect(reader.skipped).toBe(0);
  }
}

test('every byte at its offset, in any interleaving', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60_000), fc.array(step, { maxLength: 60, size: 'max' }), async (cap, steps) => {
      runs += 1;
      const run = `run${runs}` as RunId;
      try {
        await play(run, cap, steps);
      } finally {
        await store.remove(run);
      }
    }),
    { numRuns: 150 },
  );
});

test('what is found by a new process is what the writer would have kept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30_000), fc.array(fc.nat(9000), { maxLength: 20 }), async (cap, pieces) => {
      runs += 1;
      const run = `run${runs}` as RunId;
      try {
        const writer = await store.create(run, cap);
        for (const bytes of pieces) {
          writer.write(pattern(writer.size, bytes));
          await new Promise((resolve) => setImmediate(resolve));
        }
        const sealed = await writer.seal();
        const recovered = await createOutputStore(dir).recover(run);
        // When the first of it came only the writer knows.
        const { firstAt: _, ...summary } = sealed?.summary ?? { bytes: 0, droppedBytes: 0 };
        expect(recovered).toEqual(sealed === undefined ? undefined : { ...sealed, summary });
        if (recovered !== undefined) expectKept(recovered);
      } finally {
        await store.remove(run);
      }
    }),
    { numRuns: 60 },
  );
});
