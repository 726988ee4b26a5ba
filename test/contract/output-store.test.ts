import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DispatchError } from '../../src/core/errors.ts';
import type { RunId } from '../../src/core/ids.ts';
import type { OutputStore } from '../../src/engine/ports.ts';
import type { OutputChunk } from '../../src/protocol/api.ts';
import { createOutputStore } from '../../src/store/output/output-store.ts';
import { OUTPUT_LIMITS } from '../../src/store/output/stream.ts';
import { expectKept, expectSame } from '../helpers/kept-output.ts';
import { pattern } from '../helpers/pattern.ts';

const RUN = '0123456789abcdef' as RunId;
const MIB = 1024 * 1024;
/** Nothing stays in memory once it is on the disk. */
const DISK_ONLY = { ...OUTPUT_LIMITS, recent: 0, chunk: 1000 };

let dir: string;
let store: OutputStore;
let abort: AbortController;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dispatch-output-'));
  store = createOutputStore(join(dir, 'runs'));
  abort = new AbortController();
});

afterEach(async () => {
  abort.abort();
  await store.remove(RUN).catch(() => {}); // closes the files; what a test put in their place goes with the folder
  rmSync(dir, { recursive: true, force: true });
});

const followFrom = async (offset: number, maxLag?: number): Promise<AsyncIterable<OutputChunk>> =>
  (await store.follow(RUN, maxLag === undefined ? { offset } : { offset, maxLag }, abort.signal)).chunks;

/** Reads to the end; checks each piece against the offset it claims. */
async function drain(
  chunks: AsyncIterable<OutputChunk>,
  from: number,
): Promise<{ bytes: number; end: number; gaps: number[][] }> {
  let end = from;
  let bytes = 0;
  const gaps: number[][] = [];
  for await (const chunk of chunks) {
    if (chunk.offset !== end) gaps.push([end, chunk.offset]);
    expect(chunk.offset).toBeGreaterThanOrEqual(end);
    expectSame(chunk.bytes, pattern(chunk.offset, chunk.bytes.length));
    end = chunk.offset + chunk.bytes.length;
    bytes += chunk.bytes.length;
  }
  return { bytes, end, gaps };
}

/** Writes the pattern in pieces, giving the event loop a turn now and then. */
async function fill(
  writer: { write(bytes: Uint8Array): void; readonly size: number },
  bytes: number,
  piece = 4096,
): Promise<void> {
  for (let written = 0; written < bytes; written += piece) {
    writer.write(pattern(writer.size, Math.min(piece, bytes - written)));
    if (written % (64 * piece) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('an output', () => {
  test('reaches a live follower as it is written, and ends when it is sealed', async () => {
    const writer = await store.create(RUN, MIB);
    const iterator = (await followFrom(0))[Symbol.asyncIterator]();
    const first = iterator.next();
    writer.write(Buffer.from('hello '));
    expect(await first).toMatchObject({ value: { offset: 0, bytes: Buffer.from('hello ') } });
    writer.write(Buffer.from('world'));
    expect(await iterator.next()).toMatchObject({ value: { offset: 6, bytes: Buffer.from('world') } });
    const end = iterator.next();
    const sealed = await writer.seal();
    expect(await end).toMatchObject({ done: true });
    expect(sealed).toMatchObject({ summary: { bytes: 11, droppedBytes: 0 } });
    expect(readFileSync(sealed.path, 'utf8')).toBe('hello world');
  });

  test('an empty one is an empty file', async () => {
    const sealed = await (await store.create(RUN, MIB)).seal();
    expect(sealed.summary).toEqual({ bytes: 0, droppedBytes: 0 });
    expect(statSync(sealed.path).size).toBe(0);
    expect(await drain(await followFrom(0), 0)).toEqual({ bytes: 0, end: 0, gaps: [] });
  });

  test('is private: folder 0700, files 0600', async () => {
    const writer = await store.create(RUN, 10);
    await fill(writer, 100);
    await writer.seal();
    const mode = (path: string): number => statSync(path).mode & 0o777;
    expect(mode(join(dir, 'runs'))).toBe(0o700);
    expect([mode(join(dir, 'runs', `${RUN}.head`)), mode(join(dir, 'runs', `${RUN}.tail`))]).toEqual([0o600, 0o600]);
  });

  test('serves several followers at their own pace and from their own offsets', async () => {
    const writer = await store.create(RUN, 64 * MIB);
    const early = await followFrom(0);
    const skipping = await followFrom(1_000_000);
    const fast = drain(await followFrom(0), 0);
    await fill(writer, 5 * MIB);
    await writer.seal();
    const late = await followFrom(3 * MIB);
    const whole = { bytes: 5 * MIB, end: 5 * MIB, gaps: [] };
    expect(await fast).toEqual(whole);
    expect(await drain(early, 0)).toEqual(whole);
    expect(await drain(skipping, 1_000_000)).toEqual({ ...whole, bytes: 5 * MIB - 1_000_000 });
    expect(await drain(late, 3 * MIB)).toEqual({ ...whole, bytes: 2 * MIB });
  });

  test('tells its size to a new follower, and waits where the offset is not reached yet', async () => {
    const writer = await store.create(RUN, MIB);
    writer.write(pattern(0, 50));
    const { size, chunks } = await store.follow(RUN, { offset: 80 }, abort.signal);
    expect(size).toBe(50);
    const read = drain(chunks, 80);
    writer.write(pattern(50, 50));
    await writer.seal();
    expect(await read).toEqual({ bytes: 20, end: 100, gaps: [] });
  });

  test('a follower that may not lag skips to the newest bytes', async () => {
    const writer = await store.create(RUN, 64 * MIB);
    const chunks = await followFrom(0, 1000);
    await fill(writer, MIB);
    await writer.seal();
    expect(await drain(chunks, 0)).toEqual({ bytes: 1000, end: MIB, gaps: [[0, MIB - 1000]] });
  });

  test('abort ends a waiting follower, and only that one', async () => {
    const writer = await store.create(RUN, MIB);
    const other = drain((await store.follow(RUN, { offset: 0 }, new AbortController().signal)).chunks, 0);
    const waiting = drain(await followFrom(0), 0);
    abort.abort();
    expect(await waiting).toEqual({ bytes: 0, end: 0, gaps: [] });
    writer.write(pattern(0, 10));
    await writer.seal();
    expect(await other).toEqual({ bytes: 10, end: 10, gaps: [] });
  });

  test('abort before the first read gives nothing', async () => {
    const writer = await store.create(RUN, MIB);
    writer.write(pattern(0, 10));
    const chunks = await followFrom(0);
    abort.abort();
    expect(await drain(chunks, 0)).toEqual({ bytes: 0, end: 0, gaps: [] });
  });

  test('what is written after sealing is ignored', async () => {
    const writer = await store.create(RUN, MIB);
    writer.write(pattern(0, 10));
    const sealing = writer.seal();
    writer.write(pattern(10, 10));
    expect((await sealing).summary.bytes).toBe(10);
    expect(await writer.seal()).toBe(await sealing);
  });

  test('presses when the disk is behind, and tells when it is over', async () => {
    const writer = await store.create(RUN, MIB);
    const drained = new Promise<boolean>((resolve) => writer.onDrain(() => resolve(writer.pressure)));
    expect(writer.pressure).toBe(false);
    writer.write(pattern(0, 9 * MIB));
    expect(writer.pressure).toBe(true);
    expect(await drained).toBe(false);
    expect((await writer.seal()).summary.bytes).toBe(9 * MIB);
  });
});

describe('the cap', () => {
  test.each([
    ['nothing is dropped at the cap', 1000, 1000, []],
    ['nothing is dropped within the head', 1000, 400, []],
    ['one byte over', 1000, 1001, [{ offset: 500, bytes: 1 }]],
    ['many times over', 1000, 123_457, [{ offset: 500, bytes: 122_457 }]],
    ['an odd cap', 7, 100, [{ offset: 3, bytes: 93 }]],
    ['one byte', 1, 100, [{ offset: 0, bytes: 99 }]],
    ['no byte', 0, 100, [{ offset: 0, bytes: 100 }]],
  ])('%s', async (_, cap, size, gaps) => {
    const writer = await store.create(RUN, cap);
    await fill(writer, size, 333);
    const sealed = await writer.seal();
    expect(sealed.summary.gaps ?? []).toEqual(gaps);
    expect(sealed.summary).toMatchObject({ bytes: size, droppedBytes: Math.max(0, size - cap) });
    expectKept(sealed);
  });

  test('a follower that asks for dropped bytes gets the next that there are, at their offset', async () => {
    store = createOutputStore(join(dir, 'runs'), { limits: DISK_ONLY });
    const writer = await store.create(RUN, 20_000);
    await fill(writer, 3 * MIB);
    await writer.seal();
    const end = 3 * MIB;
    expect(await drain(await followFrom(0), 0)).toEqual({ bytes: 20_000, end, gaps: [[10_000, end - 10_000]] });
    expect(await drain(await followFrom(MIB), MIB)).toEqual({ bytes: 10_000, end, gaps: [[MIB, end - 10_000]] });
    expect(await drain(await followFrom(end - 5), end - 5)).toEqual({ bytes: 5, end, gaps: [] });
    expect(await drain(await followFrom(end + 5), end + 5)).toEqual({ bytes: 0, end: end + 5, gaps: [] });
  });

  test('a follower in the middle of the head falls into the gap and goes on behind it', async () => {
    store = createOutputStore(join(dir, 'runs'), { limits: DISK_ONLY });
    const writer = await store.create(RUN, 20_000);
    await fill(writer, 20_000);
    const iterator = (await followFrom(0))[Symbol.asyncIterator]();
    const first = (await iterator.next()).value as OutputChunk;
    await fill(writer, 3 * MIB);
    await writer.seal();
    const rest = await drain({ [Symbol.asyncIterator]: () => iterator }, first.bytes.length);
    expect(rest.end).toBe(writer.size);
    expect(rest.gaps).toEqual([[10_000, writer.size - 10_000]]);
  });
});

describe('the files', () => {
  test('a follower keeps what it opened when they are removed', async () => {
    store = createOutputStore(join(dir, 'runs'), { limits: DISK_ONLY });
    const writer = await store.create(RUN, MIB);
    await fill(writer, 700_000);
    await writer.seal();
    const chunks = await followFrom(0);
    await store.remove(RUN);
    expect(existsSync(join(dir, 'runs', `${RUN}.head`))).toBe(false);
    expect(existsSync(join(dir, 'runs', `${RUN}.tail`))).toBe(false);
    await expect(followFrom(0)).rejects.toMatchObject({ code: 'not-found' });
    expect(await drain(chunks, 0)).toEqual({ bytes: 700_000, end: 700_000, gaps: [] });
  });

  test('removing one that was not sealed ends its followers', async () => {
    const writer = await store.create(RUN, MIB);
    const live = drain(await followFrom(0), 0);
    writer.write(pattern(0, 100));
    await store.remove(RUN);
    writer.write(pattern(100, 100));
    expect(await live).toEqual({ bytes: 100, end: 100, gaps: [] });
    expect(existsSync(join(dir, 'runs', `${RUN}.head`))).toBe(false);
  });

  test('a run has one output only, and it is not overwritten', async () => {
    const writer = await store.create(RUN, MIB);
    writer.write(pattern(0, 100));
    const { path } = await writer.seal();
    await expect(store.create(RUN, MIB)).rejects.toMatchObject({ code: 'conflict' });
    expect(statSync(path).size).toBe(100);
  });

  test('a run without output is not found, needs no recovery, and can be removed', async () => {
    await expect(followFrom(0)).rejects.toBeInstanceOf(DispatchError);
    await expect(followFrom(0)).rejects.toMatchObject({ code: 'not-found' });
    expect(await store.recover(RUN)).toBeUndefined();
    await store.remove(RUN);
  });

  test('an output that is alive needs no recovery', async () => {
    await store.create(RUN, MIB);
    await expect(store.recover(RUN)).rejects.toMatchObject({ code: 'conflict' });
  });

  test.each([
    ['offset', { offset: -1 }],
    ['offset', { offset: 1.5 }],
    ['lag', { offset: 0, maxLag: Number.NaN }],
  ])('a wrong %s is refused', async (_, options) => {
    await store.create(RUN, MIB);
    await expect(store.follow(RUN, options, abort.signal)).rejects.toMatchObject({ code: 'invalid' });
  });

  test('a folder that cannot be made is a clear error', async () => {
    writeFileSync(join(dir, 'file'), '');
    const blocked = createOutputStore(join(dir, 'file', 'runs'));
    await expect(blocked.create(RUN, MIB)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringContaining(join(dir, 'file')),
    });
  });
});

describe('a disk that refuses the tail', () => {
  test('ends the keeping and not the run: live followers get every byte, and what is kept says what is missing', async () => {
    const faults: Error[] = [];
    store = createOutputStore(join(dir, 'runs'), { onFault: (error) => faults.push(error) });
    const writer = await store.create(RUN, 20_000);
    mkdirSync(join(dir, 'runs', `${RUN}.tail`)); // no file can be opened where a folder stands
    const live = drain(await followFrom(0), 0);
    await fill(writer, 3 * MIB);
    const sealed = await writer.seal();
    expect(await live).toEqual({ bytes: 3 * MIB, end: 3 * MIB, gaps: [] });
    expect(sealed.summary).toMatchObject({ bytes: 3 * MIB, droppedBytes: 3 * MIB - 10_000 });
    expect(writer.pressure).toBe(false);
    expectKept(sealed);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: 'storage', message: expect.stringContaining(RUN) });
  });
});
