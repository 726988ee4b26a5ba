// Bad networks: what is sent arrives byte by byte, in order, once; or the stream breaks and goes on from where it was.
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DispatchError } from '../../../src/core/errors.ts';
import type { RunId } from '../../../src/core/ids.ts';
import { createNetDevice, type NetDevice, pairDevices } from '../../helpers/net-device.ts';
import { wholeBulk } from '../../helpers/net-service.ts';
import { createTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.ts';
import { until } from '../../helpers/until.ts';

const RUN = '0123456789abcdef' as RunId;
const never = new AbortController().signal;
let reader: NetDevice;
let owner: NetDevice;
let proxy: TcpProxy;

beforeEach(async () => {
  [reader, owner] = await Promise.all([
    createNetDevice({ name: 'reader', told: [] }),
    createNetDevice({ name: 'owner', told: [] }),
  ]);
  proxy = await createTcpProxy({ host: '127.0.0.1', port: owner.host.listening[0]?.port ?? 0 });
  await pairDevices(reader, owner, { via: proxy.multiaddr });
});

afterEach(async () => {
  await Promise.all([reader.dispose(), owner.dispose()]);
  await proxy.close();
  expect([...reader.faults, ...owner.faults]).toEqual([]);
});

const linkUp = () => until('link', () => reader.network.link(owner.id), 20_000);

/** Reads all of it, going on from where it was after each break. Gives the bytes and how often it began. */
async function readAll(size: number, onPiece: (reached: number, begun: number) => void = () => {}) {
  const pieces: Buffer[] = [];
  let reached = 0;
  let begun = 0;
  while (reached < size) {
    const link = await linkUp();
    try {
      begun++;
      const { chunks } = await link.output({ run: RUN, offset: reached }, never);
      for await (const { offset, bytes } of chunks) {
        expect(offset).toBe(reached);
        pieces.push(Buffer.from(bytes));
        reached += bytes.byteLength;
        onPiece(reached, begun);
      }
    } catch (error) {
      // Nothing else than a break may happen, and it says that it can be tried again.
      expect(error).toBeInstanceOf(DispatchError);
      expect(error).toMatchObject({ code: 'unavailable', retryable: true });
      await until('end', () => link.down.aborted || reader.network.link(owner.id) !== link || begun > 200);
    }
  }
  return { bytes: Buffer.concat(pieces), begun };
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('output', () => {
  test('is whole after twenty resets in the middle', async () => {
    const bytes = randomBytes(20_000_000);
    owner.service.bulk.set(RUN, wholeBulk(bytes));
    let resets = 0;
    const { bytes: got, begun } = await readAll(bytes.length, (_, times) => {
      if (times <= resets || resets === 20) return;
      resets++;
      proxy.reset();
    });
    expect(digest(got)).toBe(digest(bytes));
    expect(begun).toBeGreaterThan(5);
    await until('end of every stream', () => owner.service.streams.ended === owner.service.streams.opened);
  }, 60_000);

  test('is whole after connections that end cleanly in the middle of a frame', async () => {
    const bytes = randomBytes(1_000_000);
    owner.service.bulk.set(RUN, wholeBulk(bytes));
    let cuts = 0;
    proxy.endAfter('down', 100_001);
    const { bytes: got, begun } = await readAll(bytes.length, () => {
      if (cuts++ < 5) proxy.endAfter('down', 70_000 + cuts);
    });
    expect(digest(got)).toBe(digest(bytes));
    expect(begun).toBeGreaterThan(2);
  }, 60_000);

  test('is whole when it comes byte by byte', async () => {
    const bytes = randomBytes(30_000);
    owner.service.bulk.set(RUN, wholeBulk(bytes));
    proxy.shape({ pieceBytes: 1 });
    const { bytes: got, begun } = await readAll(bytes.length);
    expect(digest(got)).toBe(digest(bytes));
    expect(begun).toBe(1);
  }, 60_000);

  test('is whole over half a second of distance, on the link that was there before', async () => {
    const bytes = randomBytes(6_000_000);
    owner.service.bulk.set(RUN, wholeBulk(bytes));
    const link = await linkUp();
    proxy.shape({ delayMs: 500 });
    const { bytes: got, begun } = await readAll(bytes.length);
    expect(digest(got)).toBe(digest(bytes));
    expect(begun).toBe(1);
    expect(reader.network.link(owner.id)).toBe(link);
  }, 60_000);

  test('does not drown the link on a line of 64 kbit/s: whoever is busy is not away', async () => {
    const bytes = randomBytes(60_000);
    owner.service.bulk.set(RUN, wholeBulk(bytes));
    const link = await linkUp();
    proxy.shape({ bytesPerSecond: 8000 });
    const states = new Set<string>();
    for (const own of [reader, owner]) {
      own.network.onDevices(() => {
        for (const { presence } of own.network.devices()) states.add(presence.state);
      });
    }
    const { bytes: got, begun } = await readAll(bytes.length);
    expect(digest(got)).toBe(digest(bytes));
    expect(begun).toBe(1);
    expect(reader.network.link(owner.id)).toBe(link);
    expect(states).not.toContain('offline');
  }, 60_000);

  test('of several runs comes at once, each whole', async () => {
    const link = await linkUp();
    const runs = Array.from({ length: 12 }, (_, index) => `00000000000000${String(index).padStart(2, '0')}` as RunId);
    const contents = runs.map(() => randomBytes(700_000));
    runs.forEach((run, index) => void owner.service.bulk.set(run, wholeBulk(contents[index] ?? Buffer.alloc(0))));
    const read = async (run: RunId): Promise<string> => {
      const pieces: Uint8Array[] = [];
      const { chunks } = await link.output({ run, offset: 0 }, never);
      for await (const { bytes } of chunks) pieces.push(bytes);
      return digest(Buffer.concat(pieces));
    };
    await expect(Promise.all(runs.map(read))).resolves.toEqual(contents.map(digest));
  });
});

describe('a reader that pauses', () => {
  test('holds back 100 MB: neither side keeps more than a few of them', async () => {
    const size = 100 * 1024 * 1024;
    const piece = randomBytes(64 * 1024);
    let made = 0;
    owner.service.bulk.set(RUN, {
      size,
      async *chunks(offset) {
        for (let at = offset; at < size; at += piece.length) {
          made = at + piece.length;
          yield { offset: at, bytes: piece };
        }
      },
    });
    const link = await linkUp();
    const { chunks } = await link.output({ run: RUN, offset: 0 }, never);
    const iterator = chunks[Symbol.asyncIterator]();
    const before = process.memoryUsage();
    let taken = 0;
    for (let paused = 0; paused < 4; paused++) {
      const { value } = await iterator.next();
      taken += value?.bytes.byteLength ?? 0;
      // Until nothing moves any more.
      let seen = -1;
      await until('standstill', () => {
        const isStill = made === seen;
        seen = made;
        return isStill;
      });
      expect(made - taken).toBeLessThan(16 * 1024 * 1024);
    }
    const after = process.memoryUsage();
    const grown = after.external + after.heapUsed - before.external - before.heapUsed;
    expect(grown).toBeLessThan(48 * 1024 * 1024);
    // Others are served meanwhile.
    owner.service.answer(() => ({}));
    await link.call('resize', { run: RUN, cols: 80, rows: 24 });
    for (;;) {
      const step = await iterator.next();
      if (step.done === true) break;
      taken += step.value.bytes.byteLength;
    }
    expect(taken).toBe(size);
  }, 60_000);
});
