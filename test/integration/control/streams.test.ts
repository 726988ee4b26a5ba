import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { OutputChunk } from '../../../src/protocol/api.ts';
import { RAW_CHUNK_BYTES, STREAM_WINDOW_BYTES } from '../../../src/protocol/framing.ts';
import { pattern, type Serving, serve, until } from './harness.ts';

const PERIOD = pattern(0, 2 ** 20);

/** Bytes that say where they are, in pieces of every size; counts what was asked of it. */
function source(total: number) {
  const given = { bytes: 0, ended: false };
  const open = async function* (offset: number): AsyncIterable<OutputChunk> {
    try {
      let size = 1;
      for (let at = offset; at < total; ) {
        const length = Math.min(size, total - at, PERIOD.length - (at % PERIOD.length));
        yield { offset: at, bytes: PERIOD.subarray(at % PERIOD.length, (at % PERIOD.length) + length) };
        at += length;
        given.bytes += length;
        size = size > 700_000 ? 1 : size * 3;
      }
    } finally {
      given.ended = true;
    }
  };
  return { open, given };
}

/** Reads to the end and checks every byte. */
async function readAll(chunks: AsyncIterable<OutputChunk>, from = 0): Promise<number> {
  let at = from;
  for await (const { offset, bytes } of chunks) {
    expect(offset).toBe(at);
    for (let i = 0; i < bytes.length; ) {
      const place = (at + i) % PERIOD.length;
      const length = Math.min(bytes.length - i, PERIOD.length - place);
      if (PERIOD.compare(bytes, i, i + length, place, place + length) !== 0)
        throw new Error(`other bytes at ${at + i}`);
      i += length;
    }
    at += bytes.length;
  }
  return at;
}

async function open(peer: Serving, total: number) {
  const { open, given } = source(total);
  peer.outputs.set('data', open);
  const client = await peer.connect();
  return { client, given };
}

describe('a raw stream', () => {
  it('brings every byte, once, in its place', async () => {
    const total = 64 * 2 ** 20 + 12_345;
    const { client } = await open(await serve(), total);
    const { chunks } = await client.blob({ artifact: 'data', offset: 0 });
    expect(await readAll(chunks)).toBe(total);
  });

  it('begins where it is asked to', async () => {
    const { client } = await open(await serve(), 5_000_000);
    const { chunks } = await client.blob({ artifact: 'data', offset: 4_999_000 });
    expect(await readAll(chunks, 4_999_000)).toBe(5_000_000);
  });

  it('tells what was left out by its offsets', async () => {
    const peer = await serve();
    peer.outputs.set('gap', async function* () {
      yield { offset: 0, bytes: Buffer.from('head') };
      yield { offset: 1000, bytes: Buffer.from('tail') };
    });
    const client = await peer.connect();
    const { chunks } = await client.blob({ artifact: 'gap', offset: 0 });
    const seen: [number, string][] = [];
    for await (const { offset, bytes } of chunks) seen.push([offset, Buffer.from(bytes).toString()]);
    expect(seen).toEqual([
      [0, 'head'],
      [1000, 'tail'],
    ]);
  });

  it('waits for its reader: a window is under way and no more, and calls go on beside it', async () => {
    const peer = await serve();
    const { client, given } = await open(peer, 2 ** 40);
    const { chunks } = await client.blob({ artifact: 'data', offset: 0 });
    const reading = chunks[Symbol.asyncIterator]();
    let taken = 0;
    const settle = async (): Promise<void> => {
      // The stream stands still once the window is full; calls that take the same way are overtaken by nothing.
      for (let before = -1; before !== given.bytes; ) {
        before = given.bytes;
        for (let i = 0; i < 5; i++) await client.call('devices', {});
      }
    };
    for (let round = 0; round < 5; round++) {
      await settle();
      // What the source has given ahead: the window, and the piece that waits for room in it.
      expect(given.bytes - taken).toBeLessThanOrEqual(STREAM_WINDOW_BYTES + 3 ** 13);
      for (let i = 0; i < 20; i++) taken += ((await reading.next()).value as OutputChunk).bytes.length;
    }
    await reading.return?.();
    await until(() => given.ended);
  });

  it('with many readers that take nothing keeps memory bounded, and each gets its bytes in the end', async () => {
    const total = 16 * 2 ** 20;
    const { client, given } = await open(await serve(), total);
    const streams = await Promise.all(Array.from({ length: 20 }, () => client.blob({ artifact: 'data', offset: 0 })));
    for (let i = 0; i < 50; i++) await client.call('devices', {});
    expect(given.bytes).toBeLessThanOrEqual(20 * (STREAM_WINDOW_BYTES + 3 ** 13));
    for (const { chunks } of streams) expect(await readAll(chunks)).toBe(total);
  });

  it('is closed at its source when the reader leaves it, by the loop or by its number', async () => {
    const peer = await serve();
    const { client, given } = await open(peer, 2 ** 40);
    const first = await client.blob({ artifact: 'data', offset: 0 });
    for await (const { bytes } of first.chunks) if (bytes.length > 0) break;
    await until(() => given.ended);
    let aborted = false;
    peer.outputs.set('silent', async function* (_, signal) {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      aborted = true;
    });
    const second = await client.blob({ artifact: 'silent', offset: 0 });
    const reading = second.chunks[Symbol.asyncIterator]();
    const next = reading.next();
    await client.call('stream.close', { stream: second.stream });
    expect(await next).toEqual({ done: true, value: undefined });
    await until(() => aborted);
    await expect(client.call('stream.close', { stream: second.stream })).resolves.toEqual({});
    await expect(client.call('stream.close', { stream: 9999 })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('that fails gives what came, then the error', async () => {
    const peer = await serve();
    peer.outputs.set('broken', async function* () {
      yield { offset: 0, bytes: Buffer.from('some') };
      throw new DispatchError('storage', 'the disk said no', { hint: 'none' });
    });
    const client = await peer.connect();
    const { chunks } = await client.blob({ artifact: 'broken', offset: 0 });
    const reading = chunks[Symbol.asyncIterator]();
    expect(Buffer.from(((await reading.next()).value as OutputChunk).bytes).toString()).toBe('some');
    await expect(reading.next()).rejects.toMatchObject({ code: 'storage', message: 'the disk said no' });
    expect(await reading.return?.()).toEqual({ done: true, value: undefined });
    await expect(client.blob({ artifact: 'none', offset: 0 })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('ends with "unavailable" when the connection is lost, after what had come', async () => {
    const peer = await serve();
    const { client, given } = await open(peer, 2 ** 40);
    const { chunks } = await client.blob({ artifact: 'data', offset: 0 });
    await peer.close();
    let read = 0;
    await expect(
      (async () => {
        for await (const { bytes } of chunks) read += bytes.length;
      })(),
    ).rejects.toMatchObject({ code: 'unavailable' });
    expect(read).toBeGreaterThan(0);
    expect(given.ended).toBe(true);
  });
});

describe('input', () => {
  it('arrives in order and exact, and its end after it', async () => {
    const peer = await serve();
    const target = { chunks: [] as Buffer[], ended: false };
    peer.inputs.set('7', target);
    const client = await peer.connect();
    const input = await client.input('7');
    const total = 3 * STREAM_WINDOW_BYTES + 17;
    const bytes = Buffer.concat([PERIOD, PERIOD, PERIOD, PERIOD, PERIOD, PERIOD, PERIOD]).subarray(0, total);
    // Not awaited one by one: they keep their order all the same.
    const writes = [
      bytes.subarray(0, 5),
      bytes.subarray(5, RAW_CHUNK_BYTES * 3),
      bytes.subarray(RAW_CHUNK_BYTES * 3),
    ].map((part) => input.write(part));
    await input.end();
    await Promise.all(writes);
    expect(target.ended).toBe(true);
    expect(Buffer.concat(target.chunks).equals(bytes)).toBe(true);
  });

  it('is refused where the run takes none, and ends where it takes no more', async () => {
    const peer = await serve();
    const client = await peer.connect();
    await expect(client.input('8')).rejects.toMatchObject({ code: 'conflict' });
    peer.inputs.set('9', {
      chunks: [],
      ended: false,
      refuse: new DispatchError('conflict', 'run 9 is over', { hint: 'none' }),
    });
    const input = await client.input('9');
    const flood = async (): Promise<never> => {
      for (;;) await input.write(PERIOD);
    };
    await expect(flood()).rejects.toMatchObject({ code: 'conflict', message: 'run 9 is over' });
  });

  it('that is closed without its end leaves the run reading', async () => {
    const peer = await serve();
    const target = { chunks: [] as Buffer[], ended: false };
    peer.inputs.set('7', target);
    const client = await peer.connect();
    const input = await client.input('7');
    await input.write(Buffer.from('keys'));
    input.close();
    await expect(input.write(Buffer.from('late'))).rejects.toMatchObject({ code: 'cancelled' });
    client.close();
    const other = await peer.connect();
    await other.call('devices', {});
    expect(Buffer.concat(target.chunks).toString()).toBe('keys');
    expect(target.ended).toBe(false);
  });
});

it('a client that is killed is forgotten with everything it had open', async () => {
  const peer = await serve();
  const { given } = await open(peer, 2 ** 40);
  const program = fileURLToPath(new URL('../../fixtures/control-client.ts', import.meta.url));
  const child = spawn(process.execPath, [program, peer.path, 'data'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await until(() => peer.followers() === 1 && given.bytes > 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await until(() => peer.followers() === 0 && given.ended);
  await expect((await peer.connect()).call('devices', {})).resolves.toBeDefined();
});
