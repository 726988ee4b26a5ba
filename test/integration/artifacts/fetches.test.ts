// Fetching from another device over a link that breaks: every byte once, nothing half there, and a clear word when it cannot be.
import { existsSync, globSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Artifact } from '../../../src/core/artifacts.ts';
import { DispatchError } from '../../../src/core/errors.ts';
import type { ArtifactId, DeviceId } from '../../../src/core/ids.ts';
import { expectSame } from '../../helpers/kept-output.ts';
import { pattern } from '../../helpers/pattern.ts';
import { canMount, mountDisk } from '../../helpers/small-disk.ts';
import { until } from '../../helpers/until.ts';
import { BOX, bytesOf, contentOf, LAPTOP, openStage, type Stage } from './harness.ts';

const never = new AbortController().signal;
const now = { wait: false } as const;

/** Names in the store of the laptop: finished, and on their way. */
const finals = ({ laptopHome }: Stage): string[] => globSync('[0-9a-f][0-9a-f]/*', { cwd: laptopHome });
const partials = ({ laptopHome }: Stage): string[] => {
  const folder = join(laptopHome, 'partial');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** Cuts the link when the box has sent so many bytes in all of its streams, once for each number. */
function cutAt(stage: Stage, points: readonly number[]): void {
  const left = [...points];
  stage.sabotage.before = (_sent, { offset }) => {
    if (left[0] === undefined || offset < left[0]) return;
    left.shift();
    stage.cut();
  };
}

describe('a fetch', () => {
  test.each([0, 1, 65_536, 3_000_001, 20_000_000])(
    'brings %i bytes, and a second one asks for nothing',
    async (size) => {
      const stage = openStage();
      const artifact = await stage.keep(pattern(0, size));
      stage.join();
      await stage.fetches.fetch(artifact, never, now);
      expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, size));
      expect(partials(stage)).toEqual([]);
      const asked = stage.sent.length;
      await stage.fetches.fetch(artifact, never, now);
      expectSame(await bytesOf(stage.fetches.read(artifact, 0, never)), pattern(0, size));
      expect(stage.sent).toHaveLength(asked);
    },
  );

  test('goes on where a lost link broke it off, thirty times, and no byte is sent twice', async () => {
    const size = 6_000_000;
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, size));
    stage.join();
    const points = Array.from({ length: 30 }, (_, index) => 100_000 + index * 190_000);
    cutAt(stage, points);
    const fetching = stage.fetches.fetch(artifact, never, now);
    for (const [index] of points.entries()) {
      await until(`cut ${index + 1}`, () => stage.sent.length === index + 1 && stage.sent.at(-1)?.over);
      expect(finals(stage)).toEqual([]);
      stage.join();
    }
    await fetching;
    expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, size));
    expect(stage.sent).toHaveLength(31);
    // Each stream began at the first byte that the streams before had not brought.
    let brought = 0;
    for (const { offset, bytes } of stage.sent) {
      expect(offset).toBeLessThanOrEqual(brought);
      // What was on its way when the link went is lost: one piece at most, in this network.
      expect(brought - offset).toBeLessThanOrEqual(65_536);
      brought = offset + bytes;
    }
    expect(brought).toBe(size);
  });

  test('goes on where an earlier process left it', async () => {
    const size = 2_000_000;
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, size));
    stage.join();
    cutAt(stage, [1_000_000]);
    const first = stage.fetches.fetch(artifact, never, now);
    await until('the cut', () => stage.sent[0]?.over);
    await stage.fetches.close();
    await expect(first).rejects.toMatchObject({ code: 'unavailable', message: 'the peer is stopping' });
    expect([finals(stage), partials(stage)]).toEqual([[], [artifact.sha256]]);

    const second = openStage({ laptopHome: stage.laptopHome });
    const same = await second.keep(pattern(0, size));
    second.join();
    await second.fetches.fetch(same, never, now);
    expect(second.sent).toEqual([
      { artifact: same.id, offset: expect.any(Number), bytes: expect.any(Number), over: true },
    ]);
    expect(second.sent[0]?.offset).toBeGreaterThan(900_000);
    expectSame(await contentOf(second.laptop, same.sha256), pattern(0, size));
  });

  test('is one, however many ask for the same content', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 1_000_000));
    const twin: Artifact = { ...artifact, id: 'twin000000000000' as ArtifactId };
    stage.join();
    const ways = [
      ...Array.from({ length: 10 }, () => stage.fetches.fetch(artifact, never, now)),
      stage.fetches.fetch(twin, never, now),
      bytesOf(stage.fetches.read(artifact, 0, never)).then((bytes) => expectSame(bytes, pattern(0, 1_000_000))),
    ];
    await Promise.all(ways);
    expect(stage.sent).toHaveLength(1);
    // Both names were told how far it is.
    expect(new Set(stage.progress.map(({ artifact: id }) => id))).toEqual(new Set([artifact.id, twin.id]));
  });

  test('of different contents goes on side by side, four at a time', async () => {
    const stage = openStage();
    const artifacts = await Promise.all(
      Array.from({ length: 9 }, (_, index) => stage.keep(pattern(index * 4, 300_000))),
    );
    const gate = Promise.withResolvers<void>();
    stage.sabotage.before = () => gate.promise;
    stage.join();
    const fetching = artifacts.map((artifact) => stage.fetches.fetch(artifact, never, now));
    await until('four streams', () => stage.sent.length === 4);
    let most = 0;
    stage.sabotage.before = () => {
      most = Math.max(most, stage.sent.filter(({ over }) => !over).length);
    };
    gate.resolve();
    await Promise.all(fetching);
    expect(most).toBeLessThanOrEqual(4);
    expect(stage.sent).toHaveLength(9);
    for (const [index, artifact] of artifacts.entries())
      expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(index * 4, 300_000));
  });

  test('tells how far it is, from where it begins to the end', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 3_000_000));
    stage.join();
    await stage.fetches.fetch(artifact, never, now);
    const told = stage.progress.map(({ bytes }) => bytes);
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(3_000_000);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(stage.progress[0]).toEqual({ artifact: artifact.id, bytes: 0, sizeBytes: 3_000_000 });
  });

  test('waits for its device, if it is to', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 100_000));
    const fetching = stage.fetches.fetch(artifact, never, { wait: true });
    const impatient = new AbortController();
    const other = stage.fetches.fetch(artifact, impatient.signal, { wait: true });
    impatient.abort();
    await expect(other).rejects.toMatchObject({ code: 'cancelled' });
    stage.join();
    await fetching;
    expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, 100_000));
  });

  test('that nobody waits for any more stops, and keeps what it has', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 1_000_000));
    stage.join();
    const abort = new AbortController();
    stage.sabotage.before = (_sent, { offset }) => {
      if (offset > 500_000) abort.abort();
    };
    await expect(stage.fetches.fetch(artifact, abort.signal, now)).rejects.toMatchObject({ code: 'cancelled' });
    await until('end of the stream', () => stage.sent[0]?.over);
    expect([finals(stage), partials(stage)]).toEqual([[], [artifact.sha256]]);
    delete stage.sabotage.before;
    await stage.fetches.fetch(artifact, never, now);
    expect(stage.sent[1]?.offset).toBeGreaterThan(400_000);
    expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, 1_000_000));
  });
});

describe('reading what is not here', () => {
  test.each([0, 700_001])('gives the bytes from %i on while they come', async (offset) => {
    const size = 2_000_000;
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, size));
    const gate = Promise.withResolvers<void>();
    stage.sabotage.before = (_sent, chunk) => (chunk.offset > 1_000_000 ? gate.promise : undefined);
    stage.join();
    const reader = stage.fetches.read(artifact, offset, never)[Symbol.asyncIterator]();
    const first = await reader.next();
    expect(finals(stage)).toEqual([]);
    gate.resolve();
    const parts = [first.value as Uint8Array];
    for (let step = await reader.next(); step.done !== true; step = await reader.next()) parts.push(step.value);
    expectSame(Buffer.concat(parts), pattern(offset, size - offset));
    expect(stage.sent).toHaveLength(1);
    expect(stage.sent[0]?.offset).toBe(0);
  });

  test('goes on over a lost link', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 1_000_000));
    stage.join();
    cutAt(stage, [500_000]);
    const reading = bytesOf(stage.fetches.read(artifact, 0, never));
    await until('the cut', () => stage.sent[0]?.over);
    stage.join();
    expectSame(await reading, pattern(0, 1_000_000));
  });

  test('stops when the reader leaves', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 3_000_000));
    stage.join();
    const stop = new AbortController();
    stage.sabotage.before = (_sent, { offset }) => {
      if (offset > 2_000_000) return new Promise((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    };
    for await (const bytes of stage.fetches.read(artifact, 0, never)) {
      expectSame(Buffer.from(bytes), pattern(0, bytes.length));
      break;
    }
    stop.abort();
    await until('end of the stream', () => stage.sent[0]?.over);
    expect(finals(stage)).toEqual([]);
  });
});

describe('trouble', () => {
  test('a device that is offline is named, with what is known of it, at once', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 10));
    stage.join();
    stage.cut();
    const offline = {
      code: 'unavailable',
      retryable: true,
      message: '"report.bin" is on box, which is offline: the connection was lost',
      hint: expect.stringContaining('box is back'),
      details: {
        device: BOX,
        name: 'box',
        presence: { state: 'offline', since: expect.any(Number), stage: 'lost', detail: expect.any(String) },
      },
    };
    await expect(stage.fetches.fetch(artifact, never, now)).rejects.toMatchObject(offline);
    await expect(bytesOf(stage.fetches.read(artifact, 0, never))).rejects.toMatchObject(offline);
  });

  test('a device that is not paired is said not to be, even to who would wait', async () => {
    const stage = openStage();
    const stranger = await stage.keep(pattern(0, 10), { device: '12D3KooWStranger' as DeviceId });
    const unknown = { code: 'unavailable', retryable: false, message: expect.stringContaining('not paired with') };
    await expect(stage.fetches.fetch(stranger, never, { wait: true })).rejects.toMatchObject(unknown);
    // And one that was, while somebody waits for it.
    const artifact = await stage.keep(pattern(0, 11));
    const fetching = stage.fetches.fetch(artifact, never, { wait: true });
    fetching.catch(() => {});
    stage.join();
    stage.cut();
    const other = await stage.keep(pattern(0, 12));
    const waiting = stage.fetches.fetch(other, never, { wait: true });
    waiting.catch(() => {});
    await stage.expel();
    stage.join();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('what this device should have and has not is not looked for elsewhere', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 10), { device: LAPTOP });
    stage.join();
    await expect(stage.fetches.fetch(artifact, never, { wait: true })).rejects.toMatchObject({ code: 'not-found' });
    await expect(bytesOf(stage.fetches.read(artifact, 0, never))).rejects.toMatchObject({ code: 'not-found' });
    expect(stage.sent).toEqual([]);
  });

  test('bytes that were spoilt once on the way are fetched once more, from the beginning', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 300_000));
    stage.join();
    stage.sabotage.chunk = (chunk) => {
      delete stage.sabotage.chunk;
      return { ...chunk, bytes: chunk.bytes.map((byte) => byte ^ 1) };
    };
    await stage.fetches.fetch(artifact, never, now);
    expect(stage.sent.map(({ offset }) => offset)).toEqual([0, 0]);
    expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, 300_000));
  });

  test('a source that is spoilt is blamed by name after the second try, and nothing stays', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 300_000));
    stage.join();
    stage.sabotage.chunk = (chunk) => ({ ...chunk, bytes: chunk.bytes.map((byte) => byte ^ 1) });
    await expect(stage.fetches.fetch(artifact, never, now)).rejects.toMatchObject({
      code: 'storage',
      message: `box sends something else than "report.bin": what came has another hash than ${artifact.sha256}, twice`,
      hint: 'run "dispatch doctor" on box',
    });
    expect(stage.sent).toHaveLength(2);
    expect([finals(stage), partials(stage)]).toEqual([[], []]);
  });

  test('a reader of spoilt bytes never sees their end', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 300_000));
    stage.join();
    stage.sabotage.chunk = (chunk) => ({ ...chunk, bytes: chunk.bytes.map((byte) => byte ^ 1) });
    let seen = 0;
    const reading = (async () => {
      for await (const bytes of stage.fetches.read(artifact, 0, never)) seen += bytes.length;
    })();
    await expect(reading).rejects.toBeInstanceOf(DispatchError);
    expect(seen).toBeLessThan(300_000);
  });

  test.each([
    ['more bytes than it announced', { sizeBytes: 400_000 }, /has 400000 bytes there, and should have 300000/],
    [
      'more bytes than it said it would',
      { chunk: ({ offset, bytes }) => ({ offset, bytes: Buffer.concat([bytes, bytes, Buffer.alloc(300_000)]) }) },
      /more came than the 300000 bytes/,
    ],
    [
      'bytes from elsewhere',
      { chunk: ({ offset, bytes }) => ({ offset: offset + 1, bytes }) },
      /at byte 1 instead of 0/,
    ],
  ] satisfies [string, Partial<Stage['sabotage']>, RegExp][])('%s end it at once', async (_what, sabotage, message) => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 300_000));
    Object.assign(stage.sabotage, sabotage);
    stage.join();
    await expect(stage.fetches.fetch(artifact, never, now)).rejects.toMatchObject({
      code: 'storage',
      message: expect.stringMatching(message),
    });
    expect(stage.sent.length).toBeLessThanOrEqual(1);
    expect(finals(stage)).toEqual([]);
  });

  test('a stream that ends early without a word is taken up again', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 300_000));
    stage.sabotage.endAfter = 65_536;
    stage.join();
    await stage.fetches.fetch(artifact, never, now);
    expect(stage.sent.map(({ offset }) => offset)).toEqual([0, 65_536, 131_072, 196_608, 262_144]);
    expectSame(await contentOf(stage.laptop, artifact.sha256), pattern(0, 300_000));
  });

  test.each(['refused', 'not-found', 'storage', 'version'] as const)(
    'what the device says (%s) is passed on in its name',
    async (code) => {
      const stage = openStage();
      const artifact = await stage.keep(pattern(0, 10));
      stage.sabotage.refuse = new DispatchError(code, 'no, for a reason', { hint: 'ask its owner' });
      stage.join();
      await expect(stage.fetches.fetch(artifact, never, now)).rejects.toMatchObject({
        code,
        message: 'box does not give "report.bin": no, for a reason',
        hint: 'ask its owner',
      });
    },
  );

  test('content that its device has lost is said to be', async () => {
    const stage = openStage();
    const artifact = await stage.keep(pattern(0, 10), { sha256: 'c'.repeat(64) as Artifact['sha256'] });
    stage.join();
    await expect(stage.fetches.fetch(artifact, never, now)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^box does not give "report.bin": there is no content c{64}/),
    });
  });
});

describe.skipIf(!canMount())('a disk', () => {
  test('that is too small is said to be before anything comes, and one that fills meanwhile gets its room back', async () => {
    const disk = mountDisk(3_000_000);
    try {
      const stage = openStage({ laptopHome: join(disk.path, 'blobs') });
      const huge = await stage.keep(pattern(0, 4_000_000));
      const large = await stage.keep(pattern(0, 2_000_000));
      stage.join();
      await expect(stage.fetches.fetch(huge, never, now)).rejects.toMatchObject({
        code: 'storage',
        message: expect.stringMatching(/4000000 bytes are to come, and the disk has room for \d+$/),
      });
      expect(stage.sent).toEqual([]);
      stage.sabotage.before = (_sent, { offset }) => {
        if (offset > 500_000) disk.fill();
      };
      await expect(stage.fetches.fetch(large, never, now)).rejects.toMatchObject({
        code: 'storage',
        message: expect.stringMatching(/no space is left on the disk$/),
        hint: 'free some space, then try again',
      });
      expect([finals(stage), partials(stage)]).toEqual([[], []]);
      delete stage.sabotage.before;
      disk.free();
      await stage.fetches.fetch(large, never, now);
      expectSame(await contentOf(stage.laptop, large.sha256), pattern(0, 2_000_000));
    } finally {
      disk.dispose();
    }
  });
});
